"""`bilik report`: the minutes of a count, to print and sign."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from bilik import settings
from bilik.cli.common import ByOption, ElectionOption, JsonOption, counts_json, show, the_desk
from bilik.domain.lines import one_line
from bilik.domain.minutes import Minutes, Particulars
from bilik.domain.outcome import outcome_of, sentence
from bilik.errors import BilikError

app = typer.Typer()

_LONGEST_URL = 200


@app.command("report")
def report(
    out: Annotated[Path, typer.Argument(metavar="[BERKAS.pdf]", help="Berkas baru.")] = Path(
        "berita-acara.pdf"
    ),
    place: Annotated[
        str,
        typer.Option("--tempat", metavar="TEMPAT", help="Tempat penghitungan suara."),
    ] = "",
    number: Annotated[
        str, typer.Option("--nomor", metavar="NOMOR", help="Nomor berita acara.")
    ] = "",
    url: Annotated[
        str,
        typer.Option("--url", metavar="ALAMAT", help="Alamat terbitan. Atau isi BILIK_RECORD_URL."),
    ] = "",
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Buat berita acara penghitungan suara (PDF, A4), siap dicetak dan ditandatangani.

    Yang belum diisi, seperti nomor dan tempat, menjadi titik-titik untuk ditulis tangan.

    Contoh: bilik report --tempat "Balai Desa Sukamaju"
    """
    desk = the_desk(by)
    slug = desk.glance(election).election.slug
    published_at = _url(url or settings.load().record_address(slug))
    particulars = Particulars(one_line(number), one_line(place), published_at)
    said = desk.report(out, election, particulars, os.cpu_count() or 1)
    lines = [f"Berita acara {said.election.title} ditulis ke {out}."]
    for contest, count in zip(said.election.contests, said.counts, strict=True):
        lines.append(f"{contest.title}: {sentence(contest, count)}")
    lines.append(f"SHA-256 arsip {said.fingerprints.archive}")
    if not published_at:
        lines.append("QR-nya berisi SHA-256 arsip. Untuk alamat terbitan: --url ALAMAT")
    lines.append(
        "Cetak dengan ukuran sebenarnya (100%), periksa, lalu tanda tangani bersama saksi."
    )
    show(as_json, _json(said, out), *lines)


def _url(text: str) -> str:
    """An address that a QR code can hold and a browser opens."""
    parts = urlsplit(text)
    good = parts.scheme in ("http", "https") and parts.netloc and len(text) <= _LONGEST_URL
    if text and not (good and text.isascii() and text.isprintable() and " " not in text):
        raise BilikError(
            "Alamat terbitan ditulis seperti https://sukamaju.desa.id/hasil, paling panjang "
            f"{_LONGEST_URL} karakter."
        )
    return text


def _json(said: Minutes, out: Path) -> dict[str, Any]:
    return {
        "election": said.election.slug,
        "file": str(out),
        "ballots": said.ballots,
        "set_aside": said.set_aside,
        "contests": counts_json(said.counts),
        "outcomes": {
            contest.id: outcome_of(contest, count).ending.value
            for contest, count in zip(said.election.contests, said.counts, strict=True)
        },
        "sha256_archive": said.fingerprints.archive,
    }
