"""How many voted at each polling station (TPS), from the roll."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bilik.domain.turnout import Station, put_together
from bilik.storage.tables import participations, voters


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
