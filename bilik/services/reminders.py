"""Who may be reminded that they have not voted yet, and who has been.

Telephone numbers come from the panitia's file with each call and are kept nowhere. What is kept is
a keyed hash of a number, and the day on which it was last written to: nobody hears of it twice a
day, however often the panitia begins anew. A number that several voters share is written to once.
With the closing the marks are gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from bilik.clock import ZONES
from bilik.domain.election import Phase
from bilik.domain.roll import RollEntry
from bilik.errors import WrongState
from bilik.keys import Keys
from bilik.services.elections import StoredElection
from bilik.storage.database import insert_into
from bilik.storage.tables import participations, reminders, voters

_CHUNK = 500


@dataclass(frozen=True, repr=False)
class Reminder:
    """A number (E.164) to write to, and what stands for it in the database."""

    phone: str
    number_hash: bytes


@dataclass
class Sorted:
    """What becomes of a file's voters: how many are written to, and why others are not.

    ``strangers`` are not on the roll; of those with an ``other_number`` the roll has another one
    than the file. ``shared`` have a number that is written to for somebody else of the file.
    """

    due: int = 0
    voted: int = 0
    strangers: int = 0
    no_number: int = 0
    other_number: int = 0
    shared: int = 0
    reminded: int = 0


def day_of(stored: StoredElection, now: datetime) -> date:
    """The day that a mark bears: that of the election's zone."""
    return now.astimezone(ZONES[stored.election.zone]).date()


def check(stored: StoredElection, now: datetime) -> None:
    """See that voting is on.

    Raises:
        WrongState: it is not.
    """
    if stored.phase(now) is not Phase.OPEN:
        raise WrongState(
            f"Pemungutan suara `{stored.election.slug}` tidak sedang buka, jadi tidak ada yang "
            "perlu diingatkan."
        )


class Sorter:
    """Sorts the voters of a file, in order; ``found`` is what has become of them so far."""

    def __init__(self, keys: Keys, stored: StoredElection, today: date) -> None:
        """For one election, and one day."""
        self.found = Sorted()
        self._keys = keys
        self._stored = stored
        self._today = today
        self._seen: set[bytes] = set()

    def due(self, connection: Connection, entries: Sequence[RollEntry]) -> list[Reminder]:
        """The numbers among ``entries`` that may be written to now."""
        hashes = {self._keys.nik_hash(entry.nik): entry for entry in entries}
        on_roll = {
            bytes(row.nik_hash): row
            for chunk in _chunks(hashes)
            for row in connection.execute(
                select(voters.c.nik_hash, voters.c.phone_hash, participations.c.voter_id)
                .select_from(voters.outerjoin(participations))
                .where(
                    voters.c.election_id == self._stored.id,
                    voters.c.nik_hash.in_(chunk),
                )
            )
        }
        wanted: dict[bytes, Reminder] = {}
        for nik_hash, entry in hashes.items():
            row = on_roll.get(nik_hash)
            if row is None:
                self.found.strangers += 1
            elif row.voter_id is not None:
                self.found.voted += 1
            elif not entry.phone:
                self.found.no_number += 1
            elif row.phone_hash and bytes(row.phone_hash) != self._keys.phone_hash(entry.phone):
                self.found.other_number += 1
            else:
                number_hash = self._keys.reminder_hash(self._stored.uuid, entry.phone)
                if number_hash in self._seen:
                    self.found.shared += 1
                else:
                    self._seen.add(number_hash)
                    wanted[number_hash] = Reminder(entry.phone, number_hash)
        for number_hash in self._marked(connection, wanted):
            del wanted[number_hash]
            self.found.reminded += 1
        self.found.due += len(wanted)
        return list(wanted.values())

    def _marked(self, connection: Connection, wanted: Iterable[bytes]) -> list[bytes]:
        columns = reminders.c
        return [
            bytes(one)
            for chunk in _chunks(wanted)
            for one in connection.execute(
                select(columns.number_hash).where(
                    columns.election_id == self._stored.id,
                    columns.day == self._today,
                    columns.number_hash.in_(chunk),
                )
            ).scalars()
        ]


def mark(
    connection: Connection, election_id: int, wanted: Sequence[Reminder], today: date
) -> list[Reminder]:
    """Mark numbers as written to today, before they are; those that were not marked yet."""
    fresh = []
    # In one order, so that two transactions never wait for each other.
    for one in sorted(wanted, key=lambda one: one.number_hash):
        statement = (
            insert_into(connection, reminders)
            .values(election_id=election_id, number_hash=one.number_hash, day=today)
            .on_conflict_do_update(
                index_elements=["election_id", "number_hash"],
                set_={"day": today},
                where=reminders.c.day < today,
            )
        )
        if connection.execute(statement).rowcount:
            fresh.append(one)
    return fresh


def unmark(connection: Connection, election_id: int, not_sent: Sequence[Reminder]) -> None:
    """Take marks back of numbers that were certainly not written to."""
    columns = reminders.c
    for chunk in _chunks(one.number_hash for one in not_sent):
        connection.execute(
            delete(reminders).where(
                columns.election_id == election_id, columns.number_hash.in_(chunk)
            )
        )


def forget(connection: Connection, election_id: int) -> None:
    """Forget all marks of an election."""
    connection.execute(delete(reminders).where(reminders.c.election_id == election_id))


def _chunks(values: Iterable[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
