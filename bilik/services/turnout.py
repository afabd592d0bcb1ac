"""How many voted at each polling station (TPS), and who has not yet: never how, or when."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bilik.domain.turnout import Station, put_together
from bilik.storage.tables import participations, voters

PAGE = 50
"""So many names stand on a page."""


@dataclass(frozen=True, repr=False)
class Voter:
    """Somebody on the roll, the NIK masked."""

    name: str
    nik: str
    tps: str


@dataclass(frozen=True, repr=False)
class Absent:
    """A page of those who have not voted, of ``count`` in all; ``places`` are all stations."""

    voters: tuple[Voter, ...]
    count: int
    page: int
    pages: int
    places: tuple[str, ...]


def not_voted(
    connection: Connection, election_id: int, tps: str = "", name: str = "", page: int = 1
) -> Absent:
    """Who has not voted, by station and name: of one station, and with these letters in the name.

    A ``page`` that is none is taken for the nearest.
    """
    columns = voters.c
    found = [columns.election_id == election_id, participations.c.voter_id.is_(None)]
    if tps:
        found.append(columns.tps == tps)
    if name:
        found.append(func.lower(columns.name).contains(name.lower(), autoescape=True))
    source = voters.outerjoin(participations)
    count = connection.execute(
        select(func.count(columns.id)).select_from(source).where(*found)
    ).scalar_one()
    pages = max(1, -(-count // PAGE))
    page = min(max(1, page), pages)
    rows = connection.execute(
        select(columns.name, columns.nik_masked, columns.tps)
        .select_from(source)
        .where(*found)
        .order_by(columns.tps, columns.name, columns.nik_hash)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    found_voters = tuple(Voter(*row) for row in rows)
    return Absent(found_voters, count, page, pages, places(connection, election_id))


def places(connection: Connection, election_id: int) -> tuple[str, ...]:
    """The stations on the roll, in order; an empty one stands for voters of none."""
    query = select(voters.c.tps).where(voters.c.election_id == election_id).distinct()
    return tuple(sorted(connection.execute(query).scalars()))


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
    """The turnout of every station as it may be published, see :func:`put_together`."""
    return put_together(every_station(connection, election_id))
