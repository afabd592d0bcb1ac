"""What an election needs done while people vote: by the keeper, or by whoever else comes by.

Everything here may be done at any time, again, and by several at once.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from bilik.clock import Clock
from bilik.domain.audit import BY_THE_CLOCK
from bilik.domain.election import Phase, State, Visibility
from bilik.errors import BilikError, BoxUnavailable
from bilik.keys import Keys
from bilik.services import closing, hours, interim, sessions, trustee
from bilik.services.batches import Publisher
from bilik.services.elections import StoredElection, one_election
from bilik.storage.database import Database
from bilik.storage.tables import elections


class Upkeep:
    """Closes by the clock, publishes, notes turnout, and makes interim counts, in one database."""

    def __init__(self, database: Database, keys: Keys, trustee_dir: Path, clock: Clock) -> None:
        """Look after the elections of ``database``, whose keys are in ``trustee_dir``."""
        self._database = database
        self._keys = keys
        self._trustee_dir = trustee_dir
        self._clock = clock
        self._publisher = Publisher(database, keys)
        self._noted: dict[int, datetime] = {}

    def tend(self, election_id: int) -> str | None:
        """Do what is due; the line that says what could not be done and why, if anything.

        Raises:
            BoxUnavailable: the database does not answer.
        """
        try:
            stored = self.close_in_time(election_id)
            self._publisher.publish(election_id)
            self._note_hour(stored)
            live = stored.election.visibility is Visibility.LIVE
            if live and stored.state in (State.OPEN, State.PAUSED):
                interim.count(
                    self._database, self._keys, election_id,
                    lambda: trustee.private_key(self._trustee_dir, stored.uuid),
                )  # fmt: skip
        except BoxUnavailable:
            raise
        except BilikError as problem:
            return str(problem)
        return None

    def _note_hour(self, stored: StoredElection) -> None:
        """Note the hour's turnout, about once a minute."""
        now = self._clock()
        last = self._noted.get(stored.id)
        if stored.state not in (State.OPEN, State.PAUSED):
            return
        if last is not None and last <= now < last + hours.NOTED_EVERY:
            return
        self._noted[stored.id] = now
        with self._database.read() as connection:
            if not hours.is_to_be_noted(connection, stored):
                return
        with self._database.write() as connection:
            hours.note(connection, stored, now)

    def publish(self, election_id: int) -> None:
        """Publish what may be published now: of a closed election, all.

        Raises:
            BoxUnavailable: the database does not answer.
        """
        self._publisher.publish(election_id)

    def sweep(self) -> None:
        """Wipe expired sessions.

        Raises:
            BoxUnavailable: the database does not answer.
        """
        with self._database.write() as connection:
            sessions.sweep(connection, self._clock())

    def close_in_time(self, election_id: int) -> StoredElection:
        """Close an election whose hours and grace are over; the election as it then is.

        Raises:
            BoxUnavailable: the database does not answer.
        """
        with self._database.read() as connection:
            stored = one_election(connection, election_id)
        if stored.state not in (State.OPEN, State.PAUSED) or not self._is_past(stored):
            return stored
        with self._database.write() as connection:
            # Whoever is casting has it locked until the ballot is in.
            query = select(elections.c.id).where(elections.c.id == election_id)
            connection.execute(query.with_for_update())
            stored = one_election(connection, election_id)
            # Its hour may have been put off meanwhile.
            if stored.state in (State.OPEN, State.PAUSED) and self._is_past(stored):
                closing.close(connection, stored, self._clock(), BY_THE_CLOCK)
            return one_election(connection, election_id)

    def _is_past(self, stored: StoredElection) -> bool:
        return stored.phase(self._clock()) is Phase.CLOSED
