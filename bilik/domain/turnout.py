"""How many voted at each polling station (TPS): never who, how, or when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FEWEST = 25
"""Stations with fewer voters are put together: of very few, turnout tells who stayed away."""
MERGED = "lainnya"
"""What the small ones together are called."""


@dataclass(frozen=True)
class Station:
    """A polling station, or several small ones: its voters, and how many of them have voted."""

    name: str
    voters: int
    voted: int


def station_name(name: str) -> str:
    """``TPS 01``; what names itself, like ``RT 03``, stays as it is."""
    if name == MERGED:
        return f"TPS {MERGED}"
    if not name:
        return "Tanpa TPS"
    return name if name[0].isalpha() else f"TPS {name}"


def put_together(every: Iterable[Station]) -> list[Station]:
    """The stations by name, small ones put together last.

    Where even these are too few together, the smallest of the others joins them.
    """
    stations = sorted(every, key=lambda one: (one.voters, one.name))
    together: list[Station] = []
    while stations and (
        stations[0].voters < FEWEST or 0 < sum(one.voters for one in together) < FEWEST
    ):
        together.append(stations.pop(0))
    shown = sorted(stations, key=lambda one: one.name)
    if together:
        shown.append(
            Station(
                MERGED,
                sum(one.voters for one in together),
                sum(one.voted for one in together),
            )
        )
    return shown
