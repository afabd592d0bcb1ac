"""`bilik roll`: the voters and their codes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bilik.cli.common import ByOption, ElectionOption, JsonOption, show, the_desk
from bilik.cli.progress import progress_bar

app = typer.Typer(help="Daftar pemilih dan kode undangan.", no_args_is_help=True)


@app.command("import")
def roll_import(
    file: Annotated[Path, typer.Argument(metavar="BERKAS.csv", help="nik,nama,no_hp,tps")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Periksa saja.")] = False,
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Masukkan daftar pemilih dari CSV: semua baris, atau tidak sama sekali.

    Contoh: bilik roll import dpt.csv --dry-run
    """
    change = the_desk(by).import_roll(file, election, dry_run)
    content = {
        "added": change.added, "changed": change.changed, "unchanged": change.unchanged,
        "dry_run": dry_run,
    }  # fmt: skip
    done = "Akan masuk" if dry_run else "Masuk"
    line = f"{done}: {change.added} baru, {change.changed} diperbaiki, {change.unchanged} tetap."
    after = (
        "Belum ada yang disimpan. Kalau sudah benar, ulangi tanpa --dry-run."
        if dry_run
        else "Berikutnya: bilik roll codes --out kode.csv"
    )
    show(as_json, content, line, after)


@app.command("codes")
def roll_codes(
    out: Annotated[Path, typer.Option("--out", metavar="BERKAS.csv", help="Berkas baru.")],
    spares: Annotated[
        Path | None,
        typer.Option("--cadangan", metavar="BERKAS.csv", help="Berkas baru untuk surat cadangan."),
    ] = None,
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Buat kode undangan untuk pemilih yang belum punya, dan surat cadangan.

    Kode hanya ada di kedua berkas itu.

    Contoh: bilik roll codes --out kode.csv
    """
    with progress_bar("Membuat kode") as progress:
        made = the_desk(by).make_codes(out, election, spares, os.cpu_count() or 1, progress)
    content = {
        "codes": made.codes, "file": str(out) if made.codes else None, "spares": made.spares,
        "spare_file": str(made.spare_file) if made.spare_file else None,
    }  # fmt: skip
    lines = [f"{made.codes} kode undangan ditulis ke {out}."] if made.codes else []
    if made.spare_file:
        lines += [
            f"{made.spares} surat cadangan ditulis ke {made.spare_file}: cetak, masukkan ke amplop "
            "bernomor, segel, lalu hapus berkasnya."
        ]
    lines += [
        "Jaga berkas itu: siapa pun yang memegangnya bersama NIK bisa memilih atas nama pemilih.",
        "Berikutnya: bilik open",
    ]
    show(as_json, content, *lines)
