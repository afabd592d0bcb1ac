"""What the keeper tells of the database, for whoever watches over the servers."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bilik.clock import Clock, system_clock
from bilik.errors import BoxUnavailable
from bilik.services import attempts, mailbox, metrics
from bilik.services.elections import all_elections
from bilik.storage.database import Database, from_column, to_column
from bilik.storage.tables import ballots, sessions, waiting_messages


class Watch:
    """Rounds of a keeper, with their figures."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        """Look at ``database`` after each round."""
        self._database = database
        self._clock = clock

    def round(self, look_after: Callable[[], int]) -> None:
        """Have the keeper come round, which says how much could not be done."""
        began = time.monotonic()
        problems = look_after()
        metrics.keeper_pass_seconds.set(time.monotonic() - began)
        metrics.keeper_pass_time.set(self._clock().timestamp())
        metrics.keeper_problems.set(problems)
        try:
            with self._database.read() as connection:
                _tell(connection, self._clock())
        except BoxUnavailable:
            metrics.database_up.set(0)
        else:
            metrics.database_up.set(1)


def _tell(connection: Connection, now: datetime) -> None:
    metrics.mailbox_waiting.set(mailbox.waiting_in(connection))
    due = connection.execute(select(func.min(waiting_messages.c.due_at))).scalar()
    late = (now - from_column(due)).total_seconds() if due else 0.0
    metrics.mailbox_oldest.set(max(late, 0.0))
    metrics.delayed_chats.set(attempts.delayed(connection, now))
    alive = select(func.count()).where(sessions.c.expires_at > to_column(now))
    metrics.sessions.set(metrics.in_steps(connection.execute(alive).scalar_one()))
    waiting = (
        select(ballots.c.election_id, func.count())
        .where(ballots.c.position.is_(None), ballots.c.set_aside.is_(False))
        .group_by(ballots.c.election_id)
    )
    slugs = {one.id: one.election.slug for one in all_elections(connection)}
    found = connection.execute(waiting).all()
    metrics.tell_waiting({slugs[election]: count for election, count in found})
