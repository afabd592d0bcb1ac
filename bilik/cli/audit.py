"""`bilik audit`: what the panitia has done, and whether the log of it is whole."""

from __future__ import annotations

import json
from typing import Any

import typer

from bilik.cli.common import ElectionOption, JsonOption, show, the_desk
from bilik.clock import ZONES
from bilik.domain.audit import Entry
from bilik.services.audit import Log

app = typer.Typer()


@app.command("audit")
def audit(election: ElectionOption = None, as_json: JsonOption = False) -> None:
    """Lihat jejak panitia, siapa melakukan apa dan kapan, dan periksa keutuhannya.

    Contoh: bilik audit
    """
    logs = the_desk().logs(election)
    whole = all(log.problem is None for log in logs)
    content = {"whole": whole, "logs": [_json(log) for log in logs]}
    show(as_json, content, "\n\n".join("\n".join(_lines(log)) for log in logs))
    raise typer.Exit(0 if whole else 1)


def _json(log: Log) -> dict[str, Any]:
    return {
        "election": log.election,
        "problem": log.problem,
        "head": log.head.hex(),
        "entries": [json.loads(one.line) for one in log.entries],
    }


def _lines(log: Log) -> list[str]:
    columns = [_columns(entry, log.zone) for entry in log.entries]
    widths = [max(len(row[at]) for row in columns) for at in range(len(columns[0]))]
    table = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in columns
    ]
    end = (
        f"TIDAK UTUH: {log.problem}. Simpan basis data ini dan periksa bersama saksi."
        if log.problem
        else f"Utuh. SHA-256 catatan terakhir {log.head.hex()}"
    )
    return [f"Jejak panitia {log.election}", *table, end]


def _columns(entry: Entry, zone: str | None) -> tuple[str, ...]:
    at = entry.at.astimezone(ZONES[zone]) if zone else entry.at
    details = ", ".join(
        f"{key.replace('_', ' ')} {_short(value)}" for key, value in sorted(entry.details.items())
    )
    moment = f"{at:%Y-%m-%d %H:%M:%S} {zone or 'UTC'}"
    return str(entry.number), moment, entry.actor, entry.act, details


def _short(value: object) -> str:
    """A hash by its beginning; everything else as it is."""
    text = str(value)
    return f"{text[:12]}…" if len(text) == 64 else text
