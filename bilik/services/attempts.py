"""Wrong identities counted, for the sender and for the NIK, and the delay they bring."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Connection

from bilik.domain.delay import DelayRule
from bilik.storage.database import from_column, insert_into, to_column
from bilik.storage.tables import attempts

REMEMBERED = timedelta(days=1)
Subjects = Mapping[bytes, DelayRule]
"""Keyed hash of a sender or NIK → the rule that counts for it."""


def blocked_until(connection: Connection, subjects: Subjects, now: datetime) -> datetime | None:
    """Until when the next attempt has to wait; None if it need not."""
    columns = attempts.c
    rows = connection.execute(
        select(columns.blocked_until).where(columns.subject.in_(list(subjects)))
    ).scalars()
    latest = max(map(from_column, rows), default=now)
    return latest if latest > now else None


def count_failure(connection: Connection, subjects: Subjects, now: datetime) -> None:
    """Count a wrong attempt for each subject and set the delay that it brings."""
    # In one order, so that two transactions never wait for each other.
    for subject, rule in sorted(subjects.items(), key=lambda item: item[0]):
        own = attempts.c.subject == subject
        # Counted by the database: of two at once, neither is lost.
        connection.execute(
            insert_into(connection, attempts)
            .values(subject=subject, failures=1, blocked_until=to_column(now))
            .on_conflict_do_update(
                index_elements=["subject"], set_={"failures": attempts.c.failures + 1}
            )
        )
        failures = connection.execute(select(attempts.c.failures).where(own)).scalar_one()
        until = to_column(now + rule.after(failures))
        connection.execute(update(attempts).where(own).values(blocked_until=until))


def forget_old(connection: Connection, now: datetime) -> None:
    """Forget whom nothing has delayed for a day: what was counted of them is of no use any more."""
    over = attempts.c.blocked_until < to_column(now - REMEMBERED)
    connection.execute(delete(attempts).where(over))


def delayed(connection: Connection, now: datetime) -> int:
    """How many chats have to wait before their next attempt."""
    query = select(func.count()).where(attempts.c.blocked_until > to_column(now))
    return int(connection.execute(query).scalar_one())


def forget(connection: Connection, subjects: Subjects) -> None:
    """A right attempt: the count begins anew."""
    connection.execute(delete(attempts).where(attempts.c.subject.in_(list(subjects))))
