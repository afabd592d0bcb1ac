"""What the channels do: counted in memory by each server process, and noted now and then.

A process counts for itself; every ten seconds at most it writes its counts into a small table,
which the panitia's live view reads. They hold no sender and no text, and the time of the last
message to the minute only.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from bilik.clock import Clock, system_clock
from bilik.errors import BilikError
from bilik.storage.database import Database, from_column, insert_into, to_column
from bilik.storage.tables import channel_activity

logger = logging.getLogger(__name__)

NOTED_EVERY = timedelta(seconds=10)
_ALIVE = timedelta(minutes=3)
"""What a server was busy with is believed for so long after it noted it."""
_KEPT = timedelta(days=14)


@dataclass(frozen=True)
class Activity:
    """One channel: messages taken, answered, and failed, and how many are being answered now.

    Failed are those that got no answer in time, or one that the platform did not take. ``last_at``
    is the minute of the last message.
    """

    channel: str
    taken: int = 0
    answered: int = 0
    failed: int = 0
    waiting: int = 0
    last_at: datetime | None = None


class Meter:
    """The counts of this process, by channel; for the table, and for whoever else reads them."""

    def __init__(self, clock: Clock = system_clock) -> None:
        """Nothing is counted yet."""
        self._clock = clock
        self._lock = Lock()
        self._channels: dict[str, Activity] = {}

    def took(self, channel: str) -> None:
        """A message came, and is being answered."""
        self._add(channel, taken=1, waiting=1)

    def answered(self, channel: str) -> None:
        """A message that came has its answer."""
        self._add(channel, answered=1, waiting=-1)

    def gave_up(self, channel: str) -> None:
        """A message that came gets no answer, or not in time."""
        self._add(channel, failed=1, waiting=-1)

    def failed(self, channel: str) -> None:
        """Something else went wrong with an answer: it could not be made, or was not taken."""
        self._add(channel, failed=1)

    def counts(self) -> Mapping[str, Activity]:
        """All counts as they are now, by channel."""
        with self._lock:
            return dict(self._channels)

    def _add(self, channel: str, **more: int) -> None:
        minute = self._clock().replace(second=0, microsecond=0)
        with self._lock:
            old = self._channels.get(channel) or Activity(channel)
            grown = {name: getattr(old, name) + count for name, count in more.items()}
            self._channels[channel] = replace(old, last_at=minute, **grown)


class Noter:
    """Writes the counts of a meter into a database, if they have changed and not too often."""

    def __init__(self, meter: Meter, database: Database, clock: Clock = system_clock) -> None:
        """Under a name of its own."""
        self._meter = meter
        self._database = database
        self._clock = clock
        self._server = ""
        self._written: Mapping[str, Activity] = {}
        self._at: datetime | None = None

    def note(self, at_last: bool = False) -> None:
        """Write what has changed, ``at_last`` even if it was written a moment ago.

        What cannot be written is written the next time; nobody waits for it.
        """
        now, counts = self._clock(), self._meter.counts()
        if counts == self._written:
            return
        if self._at is not None and now - self._at < NOTED_EVERY and not at_last:
            return
        self._at = now
        # Not before: a server that is split in two by a fork must not go by one name.
        self._server = self._server or secrets.token_hex(8)
        try:
            with self._database.write() as connection:
                _write(connection, self._server, counts, now)
        except BilikError as error:
            logger.warning("counts could not be noted: %s", type(error).__name__)
            return
        self._written = counts


the_meter = Meter()


def by_channel(connection: Connection, now: datetime) -> list[Activity]:
    """What all servers have noted, by channel."""
    found: dict[str, Activity] = {}
    for row in connection.execute(select(channel_activity).order_by(channel_activity.c.channel)):
        so_far = found.get(row.channel) or Activity(row.channel)
        is_alive = from_column(row.noted_at) >= now - _ALIVE
        last_at = from_column(row.last_at)
        found[row.channel] = Activity(
            row.channel,
            so_far.taken + row.taken,
            so_far.answered + row.answered,
            so_far.failed + row.failed,
            so_far.waiting + (row.waiting if is_alive else 0),
            max(last_at, so_far.last_at or last_at),
        )
    return list(found.values())


def _write(
    connection: Connection, server: str, counts: Mapping[str, Activity], now: datetime
) -> None:
    for channel, one in sorted(counts.items()):
        values = {
            "taken": one.taken, "answered": one.answered, "failed": one.failed,
            "waiting": one.waiting, "last_at": to_column(one.last_at or now),
            "noted_at": to_column(now.replace(second=0, microsecond=0)),
        }  # fmt: skip
        connection.execute(
            insert_into(connection, channel_activity)
            .values(server=server, channel=channel, **values)
            .on_conflict_do_update(index_elements=["server", "channel"], set_=values)
        )
    old = channel_activity.c.noted_at < to_column(now - _KEPT)
    connection.execute(delete(channel_activity).where(old))
