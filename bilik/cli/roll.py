"""`bilik roll`: the voters and their codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bilik.cli.common import ByOption, ElectionOption, JsonOption, show, the_desk

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
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Buat kode undangan untuk pemilih yang belum punya. Kode hanya ada di berkas itu.

    Contoh: bilik roll codes --out kode.csv
    """
    made = the_desk(by).make_codes(out, election)
    show(
        as_json,
        {"codes": made, "file": str(out)},
        f"{made} kode undangan ditulis ke {out}.",
        "Jaga berkas itu: siapa pun yang memegangnya bersama NIK bisa memilih atas nama pemilih.",
        "Berikutnya: bilik open",
    )
