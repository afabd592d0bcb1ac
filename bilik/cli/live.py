"""`bilik status --live`: an election at one look, again and again until Ctrl-C."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import typer
from rich.console import Console, Group, JustifyMethod, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bilik.cli.common import PHASES
from bilik.clock import ZONES
from bilik.domain.election import Election
from bilik.domain.indonesian import figure, hour_text, moment_text, percent
from bilik.domain.turnout import Station, station_name
from bilik.errors import BoxUnavailable
from bilik.services.activity import Activity
from bilik.services.desk import Overview
from bilik.services.hours import Hour

_HOURS = 12
_BAR = 24
_LEAST_STATIONS = 5


def watch(look: Callable[[], Overview], every: float, as_json: bool) -> None:
    """Show what ``look`` sees every so many seconds; where nobody watches, once."""
    console = Console()
    if as_json:
        typer.echo(json.dumps(_json(look()), ensure_ascii=False))
        return
    if not console.is_terminal:
        console.print(frame(look(), None))
        return
    with Live(console=console, screen=True, auto_refresh=False) as screen:
        try:
            while True:
                screen.update(_next_frame(look, console.height), refresh=True)
                time.sleep(every)
        except KeyboardInterrupt:
            return


def _next_frame(look: Callable[[], Overview], height: int) -> RenderableType:
    """What is to be seen now; a database that is away for a moment does not end the watch."""
    try:
        return frame(look(), height)
    except BoxUnavailable as error:
        return Text(f"{error}\nSaya coba lagi; Ctrl-C berhenti.")


def frame(seen: Overview, height: int | None) -> RenderableType:
    """One screen of so many lines; all of it where there is no limit."""
    election = seen.standing.election
    hours = _hours_table(seen.hours[-_HOURS:], election)
    channels = _channels_table(seen.channels, election)
    rest = 12 + hours.row_count + channels.row_count
    room = None if height is None else max(_LEAST_STATIONS, height - rest)
    parts: list[RenderableType] = [
        *_head(seen), Text(), _stations_table(seen.stations, room), Text(), hours, Text(), channels,
        Text(), *_foot(seen),
    ]  # fmt: skip
    return Group(*parts)


def _head(seen: Overview) -> list[RenderableType]:
    standing = seen.standing
    election = standing.election
    extended = " (diundur)" if standing.planned else ""
    bar = Table.grid(padding=(0, 2))
    share = percent(standing.ballots, standing.voters)
    voted = f"{figure(standing.ballots)} dari {figure(standing.voters)} pemilih, {share}"
    bar.add_row(_bar(standing.ballots, standing.voters), Text(voted, style="bold"))
    return [
        Text(f"{election.title}: {PHASES[standing.phase]}", style="bold"),
        Text(
            f"Pukul {hour_text(seen.at, election.zone)}. "
            f"Tutup {moment_text(election.closes, election.zone)}{extended}."
        ),
        bar,
    ]


def _stations_table(stations: Sequence[Station], room: int | None) -> RenderableType:
    """All stations; where there is no room, those with the lowest turnout."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    columns: tuple[tuple[str, JustifyMethod], ...] = (
        ("TPS", "left"), ("memilih", "right"), ("dari", "right"), ("", "left"),
    )  # fmt: skip
    for title, justify in columns:
        table.add_column(Text(title, style="bold"), justify=justify)
    shown = list(stations)
    if room is not None and len(shown) > room:
        lowest = sorted(shown, key=lambda one: (_share(one.voted, one.voters), one.name))
        shown = sorted(lowest[: room - 1], key=lambda one: one.name)
    for one in shown:
        share = Table.grid(padding=(0, 1))
        share.add_row(_bar(one.voted, one.voters), percent(one.voted, one.voters))
        table.add_row(Text(station_name(one.name)), figure(one.voted), figure(one.voters), share)
    if len(shown) < len(stations):
        left = len(stations) - len(shown)
        return Group(table, Text(f"… dan {left} TPS lain yang partisipasinya lebih tinggi"))
    return table


def _hours_table(hours: Sequence[Hour], election: Election) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(Text("Per jam", style="bold"))
    table.add_column(Text("suara", style="bold"), justify="right")
    table.add_column("")
    most = max((one.ballots for one in hours), default=0)
    zone = ZONES[election.zone]
    many_days = len({f"{one.start.astimezone(zone):%d}" for one in hours}) > 1
    form = "%d/%m %H.00" if many_days else "%H.00"
    for one in hours:
        start = f"{one.start.astimezone(zone):{form}}"
        table.add_row(start, figure(one.ballots), _bar(one.ballots, most))
    if not hours:
        table.add_row("-", "0", "")
    return table


def _channels_table(channels: Sequence[Activity], election: Election) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(Text("Saluran", style="bold"))
    for title in ("pesan", "dijawab", "gagal", "menunggu", "terakhir"):
        table.add_column(Text(title, style="bold"), justify="right")
    for one in channels:
        last = hour_text(one.last_at, election.zone) if one.last_at else "-"
        failed = Text(str(one.failed), style="bold red" if one.failed else "")
        figures = (str(one.taken), str(one.answered), failed, str(one.waiting), last)
        table.add_row(Text(one.channel), *figures)
    if not channels:
        table.add_row("belum ada pesan")
    return table


def _foot(seen: Overview) -> list[RenderableType]:
    standing = seen.standing
    lines = [
        f"Antrean pesan {seen.queued}. Pengirim yang ditahan karena kode salah {seen.delayed}.",
        f"Surat hilang dilaporkan {seen.lost_letters}, permintaan cadangan {seen.requests}, "
        f"cadangan dipakai {standing.spares_used} dari {standing.spares}.",
    ]
    found: list[RenderableType] = [Text(line) for line in lines]
    if standing.set_aside:
        found.append(Text(f"Suara disisihkan karena rusak: {standing.set_aside}", style="bold red"))
    if standing.problem:
        found.append(Text(f"Perlu dibereskan: {standing.problem}", style="bold red"))
    return found


def _bar(part: int, whole: int) -> ProgressBar:
    return ProgressBar(total=max(whole, 1), completed=part, width=_BAR)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _json(seen: Overview) -> dict[str, Any]:
    return {
        "at": seen.at.isoformat(),
        "election": seen.standing.election.slug,
        "phase": seen.standing.phase.value,
        "voters": seen.standing.voters,
        "ballots": seen.standing.ballots,
        "stations": [
            {"name": one.name, "voters": one.voters, "voted": one.voted} for one in seen.stations
        ],
        "hours": [{"start": one.start.isoformat(), "ballots": one.ballots} for one in seen.hours],
        "channels": [
            {
                "channel": one.channel, "taken": one.taken, "answered": one.answered,
                "failed": one.failed, "waiting": one.waiting,
                "last": one.last_at and one.last_at.isoformat(),
            }
            for one in seen.channels
        ],
        "queued": seen.queued,
        "delayed": seen.delayed,
        "lost_letters": seen.lost_letters,
        "requests": seen.requests,
        "set_aside": seen.standing.set_aside,
        "problem": seen.standing.problem,
    }  # fmt: skip
