"""What an import of the roll would do, or why it cannot, as tables."""

from __future__ import annotations

import json
from collections.abc import Sequence

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bilik.cli.common import show
from bilik.domain.indonesian import figure
from bilik.domain.turnout import station_name
from bilik.services.roll_import import RollChange, RollProblems, Warned

_SHOWN = 20
_WIDTH = 100
"""Of tables that go to a file or a pipe, in characters."""


def show_change(change: RollChange, dry_run: bool, as_json: bool) -> None:
    """What changes, and what should be looked at again."""
    content = {
        "added": change.added, "changed": change.changed, "unchanged": change.unchanged,
        "missing": change.missing, "dry_run": dry_run, "warnings": _warnings_json(change.warnings),
        "tps": dict(change.places),
    }  # fmt: skip
    if as_json:
        show(True, content)
        return
    if change.corrections:
        table = _table("NIK", "Sekarang", "Menjadi")
        for one in change.corrections:
            table.add_row(one.nik, one.before, one.after)
        if change.changed > len(change.corrections):
            table.add_row("…", f"dan {change.changed - len(change.corrections)} lagi", "")
        _console().print(table)
    _show_warnings(change.warnings)
    _show_places(change.places)
    done = "Akan masuk" if dry_run else "Masuk"
    lines = [f"{done}: {change.added} baru, {change.changed} diperbaiki, {change.unchanged} tetap."]
    if change.missing:
        lines.append(
            f"{change.missing} orang di daftar tidak ada di berkas ini; mereka tetap terdaftar."
        )
    lines.append(
        "Belum ada yang disimpan. Kalau sudah benar, ulangi tanpa --dry-run."
        if dry_run
        else "Berikutnya: bilik roll codes --out kode.csv"
    )
    show(False, content, *lines)


def show_problems(error: RollProblems, as_json: bool) -> None:
    """Which rows are bad and why, and where they stand to be corrected."""
    if as_json:
        content = {
            "good": error.good, "bad": error.bad,
            "problems": [{"line": one.line, "text": one.text} for one in error.problems],
            "warnings": _warnings_json(error.warnings),
            "to_correct": str(error.to_correct) if error.to_correct else None,
        }  # fmt: skip
        typer.echo(json.dumps(content, ensure_ascii=False))
        return
    table = _table("Baris", "Masalah")
    for one in error.problems[:_SHOWN]:
        table.add_row(str(one.line), one.text)
    if len(error.problems) > _SHOWN:
        table.add_row("…", "dan yang lain")
    _console(stderr=True).print(table)
    _show_warnings(error.warnings, stderr=True)
    lines = [
        f"bilik: {error.bad} baris perlu diperbaiki, {error.good} baris sudah baik. Belum ada yang "
        "disimpan.",
    ]
    if error.to_correct:
        lines.append(f"Semua baris itu ada di {error.to_correct}, beserta masalahnya.")
    lines.append(f"Perbaiki di {error.file}, lalu ulangi.")
    typer.echo("\n".join(lines), err=True)


def _show_warnings(warnings: Sequence[Warned], stderr: bool = False) -> None:
    if not warnings:
        return
    table = _table("Periksa lagi (tidak menghalangi)", "Baris")
    for one in warnings:
        lines = ", ".join(map(str, one.lines))
        more = f" … ({one.count} baris)" if one.count > len(one.lines) and one.lines else ""
        table.add_row(one.text, f"{lines}{more}")
    _console(stderr).print(table)


def _show_places(places: Sequence[tuple[str, int]]) -> None:
    """How many voters each TPS has in the file."""
    if not places:
        return
    table = _table("TPS", "Pemilih di berkas")
    for place, count in places[:_SHOWN]:
        table.add_row(station_name(place), figure(count))
    if len(places) > _SHOWN:
        table.add_row("…", f"dan {figure(len(places) - _SHOWN)} TPS lagi")
    _console().print(table)


def _warnings_json(warnings: Sequence[Warned]) -> list[dict[str, object]]:
    return [{"text": one.text, "rows": one.count, "lines": list(one.lines)} for one in warnings]


def _table(*titles: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _console(stderr: bool = False) -> Console:
    console = Console(stderr=stderr, highlight=False, markup=False)
    if not console.is_terminal:
        console.width = _WIDTH
    return console
