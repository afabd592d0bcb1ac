"""`bilik letters`: the voting codes on paper."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from bilik import settings
from bilik.cli.common import ElectionOption, JsonOption, show, the_desk
from bilik.cli.progress import progress_bar

app = typer.Typer()


class PerPage(str, Enum):
    """How many letters stand on a sheet of A4."""

    ONE = "1"
    TWO = "2"
    FOUR = "4"


@app.command("letters")
def letters(
    codes: Annotated[
        Path, typer.Option("--codes", metavar="BERKAS.csv", help="Dari `bilik roll codes`.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="BERKAS.pdf", help="Berkas baru; biasanya di samping CSV."),
    ] = None,
    per_page: Annotated[
        PerPage, typer.Option("--per-halaman", help="Surat per lembar A4: 1, 2, atau 4.")
    ] = PerPage.TWO,
    election: ElectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Buat surat undangan siap cetak (PDF): kode, QR, dan cara memilih untuk tiap pemilih.

    Juga untuk surat cadangan: pakai berkas kode cadangannya.

    Contoh: bilik letters --codes kode.csv
    """
    channels, count = settings.load().channels, int(per_page.value)
    with progress_bar("Membuat surat") as progress:
        made, doors = the_desk().print_letters(
            codes, out or codes.with_suffix(".pdf"),
            lambda chosen: channels.doors(with_web=not chosen.needs_known_number),
            count, election, progress,
        )  # fmt: skip
    apps = [door.app.value for door in doors]
    files = [str(one) for one in made.files]
    content = {
        "letters": made.letters, "places": made.places, "sheets": made.sheets, "files": files,
        "qr": apps,
    }  # fmt: skip
    kind = "surat cadangan" if made.of_spares else "surat"
    ends = files[0] if len(files) == 1 else f"{files[0]} sampai {files[-1]}"
    show(
        as_json,
        content,
        f"{made.letters} {kind}, {made.sheets} lembar A4, ditulis ke {ends}.",
        f"QR membuka: {', '.join(apps)}. Coba pindai satu surat sebelum mencetak semuanya.",
        _how_to_print(count, made.of_spares),
        f"Sesudah dicetak, hapus PDF itu dan {codes}: siapa pun yang memegangnya bersama NIK bisa "
        "memilih atas nama pemilih.",
    )


def _how_to_print(per_page: int, of_spares: bool) -> str:
    """How to print and cut, so that the letters come out in order."""
    actual = "Cetak satu muka dengan ukuran sebenarnya (100%)"
    if per_page == 1:
        return f"{actual}."
    piles = (
        "atas lalu bawah"
        if per_page == 2
        else "kiri atas, kanan atas, kiri bawah, lalu kanan bawah"
    )
    of_what = "Semua lembar" if of_spares else "Lembar satu TPS"
    return (
        f"{actual}. {of_what} dipotong sekaligus, lalu tumpuk: {piles}. Urutannya langsung benar."
    )
