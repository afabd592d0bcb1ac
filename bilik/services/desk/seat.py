"""Where somebody of the panitia works: with the database, the keys, and their name in the log."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bilik.clock import Clock, system_clock
from bilik.domain.audit import Act, Details, Entry, actor_name
from bilik.domain.election import State
from bilik.keys import Keys
from bilik.services import audit
from bilik.services.elections import StoredElection, pick
from bilik.services.upkeep import Upkeep
from bilik.storage.database import Database
from bilik.storage.tables import elections


class Seat:
    """What all parts of the desk share."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        trustee_dir: Path,
        clock: Clock = system_clock,
        actor: str = "panitia",
    ) -> None:
        """Administer the elections of ``database``, whose keys are in ``trustee_dir``.

        ``actor`` is who does so, as stated; every act is noted in the log under that name.
        """
        self._database = database
        self._keys = keys
        self._trustee_dir = trustee_dir
        self._clock = clock
        self._actor = actor_name(actor)
        self._upkeep = Upkeep(database, keys, trustee_dir, clock)

    def tend(self, slug: str | None = None) -> str | None:
        """Close by the clock, publish ballots, count live results; what could not be done, if any.

        Raises:
            NotFound: there is no such election. BoxUnavailable: the database does not answer.
        """
        with self._database.read() as connection:
            stored = pick(connection, slug)
        return self._upkeep.tend(stored.id)

    def _note(
        self, connection: Connection, act: Act, slug: str, details: Details | None = None
    ) -> Entry:
        return audit.append(connection, self._clock(), self._actor, act, slug, details or {})

    @staticmethod
    def _set_state(connection: Connection, stored: StoredElection, state: State) -> None:
        connection.execute(
            update(elections).where(elections.c.id == stored.id).values(state=state.value)
        )
