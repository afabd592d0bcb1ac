"""Wrong identities counted, for the sender and for the NIK, and the delay they bring."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bilik.domain.delay import DelayRule
from bilik.storage.database import from_column, to_column
from bilik.storage.tables import attempts

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
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    # In one order, so that two transactions never wait for each other.
    for subject, rule in sorted(subjects.items(), key=lambda item: item[0]):
        failures = connection.execute(
            select(attempts.c.failures).where(attempts.c.subject == subject).with_for_update()
        ).scalar()
        total = (failures or 0) + 1
        values = {"failures": total, "blocked_until": to_column(now + rule.after(total))}
        connection.execute(
            insert(attempts)
            .values(subject=subject, **values)
            .on_conflict_do_update(index_elements=["subject"], set_=values)
        )


def forget(connection: Connection, subjects: Subjects) -> None:
    """A right attempt: the count begins anew."""
    connection.execute(delete(attempts).where(attempts.c.subject.in_(list(subjects))))
