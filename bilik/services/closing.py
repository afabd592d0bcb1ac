"""How an election ends, whether somebody closes it or its hour has come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bilik.domain.audit import Act
from bilik.domain.election import State
from bilik.services import audit, hours, lost_letters, mailbox, reminders, reserve, sessions
from bilik.services.elections import StoredElection
from bilik.storage.tables import elections


def close(connection: Connection, stored: StoredElection, now: datetime, actor: str) -> None:
    """Close an open election for good, and clear away what only voting needed."""
    connection.execute(
        update(elections).where(elections.c.id == stored.id).values(state=State.CLOSED.value)
    )
    hours.note(connection, stored, now)
    reserve.give_up_all(connection, stored)
    lost_letters.forget(connection, stored.id)
    reminders.forget(connection, stored.id)
    audit.append(connection, now, actor, Act.CLOSE, stored.election.slug, {})
    sessions.sweep(connection, now)
    mailbox.forget_processed(connection, now)
