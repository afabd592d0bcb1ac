"""How many voted at each polling station (TPS): never who, how, or when."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bilik.storage.tables import participations, voters

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


def every_station(connection: Connection, election_id: int) -> list[Station]:
    """The turnout of every station, by name: for the panitia's own eyes."""
    rows = connection.execute(
        select(voters.c.tps, func.count(voters.c.id), func.count(participations.c.voter_id))
        .select_from(voters.outerjoin(participations))
        .where(voters.c.election_id == election_id)
        .group_by(voters.c.tps)
    ).all()
    return sorted((Station(*row) for row in rows), key=lambda one: one.name)


def by_station(connection: Connection, election_id: int) -> list[Station]:
    """The turnout of every station as it is published: by name, small ones put together last.

    Where even these are too few together, the smallest of the others joins them.
    """
    stations = sorted(
        every_station(connection, election_id), key=lambda one: (one.voters, one.name)
    )
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
