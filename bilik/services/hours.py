"""Turnout by the hour, from totals of the whole election: nobody's vote has a time.

While people vote, the upkeep looks now and then how many ballots there are, and notes it for the
present hour. A cast writes nothing of the kind: it would be one row that all casts wait for. So a
ballot of an hour's last minute may be counted with the next hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bilik.services import ballot_box
from bilik.services.elections import StoredElection
from bilik.storage.database import from_column, insert_into, to_column
from bilik.storage.tables import hourly_totals

NOTED_EVERY = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Hour:
    """How many ballots came in the hour that began at ``start``."""

    start: datetime
    ballots: int


def is_to_be_noted(connection: Connection, stored: StoredElection) -> bool:
    """Whether ballots have come since the last total was noted."""
    return ballot_box.ballots_in(connection, stored) > _last_total(connection, stored.id)


def note(connection: Connection, stored: StoredElection, now: datetime) -> None:
    """Note the total for the present hour, if it has grown."""
    total = ballot_box.ballots_in(connection, stored)
    if total <= _last_total(connection, stored.id):
        return
    hour = to_column(now).replace(minute=0, second=0, microsecond=0)
    connection.execute(
        insert_into(connection, hourly_totals)
        .values(election_id=stored.id, hour=hour, ballots=total)
        .on_conflict_do_update(index_elements=["election_id", "hour"], set_={"ballots": total})
    )


def per_hour(connection: Connection, election_id: int) -> list[Hour]:
    """The ballots of each hour, from the first in which any came to the last."""
    columns = hourly_totals.c
    rows = connection.execute(
        select(columns.hour, columns.ballots)
        .where(columns.election_id == election_id)
        .order_by(columns.hour)
    ).all()
    found: list[Hour] = []
    before = 0
    for row in rows:
        start = from_column(row.hour)
        while found and found[-1].start + _HOUR < start:
            found.append(Hour(found[-1].start + _HOUR, 0))
        found.append(Hour(start, row.ballots - before))
        before = row.ballots
    return found


def _last_total(connection: Connection, election_id: int) -> int:
    columns = hourly_totals.c
    query = select(columns.ballots).where(columns.election_id == election_id)
    return int(connection.execute(query.order_by(columns.hour.desc()).limit(1)).scalar() or 0)
