"""What everybody may see of an election, from its opening to its result, and no more.

Of drafts nothing is seen. How exactly turnout is told is in `bilik.domain.live_turnout`: what may
move only with the box's batches is read anew when the chain has grown. A process that has just
started reads it once more, at whatever moment that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sqlalchemy.engine import Connection

from bilik.clock import Clock, system_clock
from bilik.domain.election import Election, Phase, State
from bilik.domain.live_turnout import Turnout, once_closed, while_voting
from bilik.domain.turnout import Station
from bilik.errors import NotFound
from bilik.services import ballot_box, chain, counting, interim, roll, turnout
from bilik.services.counting import Result
from bilik.services.elections import StoredElection, all_elections
from bilik.services.interim import Interim
from bilik.storage.database import Database

_NOT_VOTING = (Phase.CLOSED, Phase.TALLIED)


@dataclass(frozen=True)
class PublicView:
    """How an election stands for everybody.

    ``parts`` is how many trustees have done their part of a count that waits for them; None where
    none waits.
    """

    election: Election
    uuid: str
    phase: Phase
    turnout: Turnout
    result: Result | None = None
    interim: Interim | None = None
    parts: int | None = None


class PublicViews:
    """Looks at the elections of one database; may be shared by threads."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        """Look at ``database``."""
        self._database = database
        self._clock = clock
        self._lock = Lock()
        self._at_batch: dict[int, tuple[int, tuple[Station, ...]]] = {}

    def shown(self) -> list[tuple[Election, Phase]]:
        """All elections that are shown, the newest first.

        Raises:
            BoxUnavailable: the database does not answer.
        """
        with self._database.read() as connection:
            now = self._clock()
            stored = [one for one in all_elections(connection) if one.state is not State.DRAFT]
            stored.sort(key=lambda one: (one.election.opens, one.id), reverse=True)
            return [(one.election, one.phase(now)) for one in stored]

    def view(self, slug: str) -> PublicView:
        """One of them as it stands now.

        Raises:
            NotFound: there is none of that code, or none yet. BoxUnavailable: the database does
            not answer.
        """
        with self._database.read() as connection:
            return self._view(connection, _shown(connection, slug), self._clock())

    def has_receipt(self, slug: str, receipt: str) -> bool:
        """Whether a ballot with this receipt is in the box of that election.

        Raises:
            NotFound: there is no such election, or not yet. BoxUnavailable: the database does not
            answer.
        """
        with self._database.read() as connection:
            return ballot_box.holds(connection, receipt, _shown(connection, slug).id)

    def _view(self, connection: Connection, stored: StoredElection, now: datetime) -> PublicView:
        phase = stored.phase(now)
        waiting = counting.waiting_if_added_up(connection, stored)
        is_counted = stored.state is State.TALLIED
        return PublicView(
            stored.election,
            stored.uuid,
            phase,
            self._turnout(connection, stored, phase),
            counting.published(connection, stored) if is_counted else None,
            interim.newest(connection, stored),
            len(waiting.given) if waiting else None,
        )

    def _turnout(self, connection: Connection, stored: StoredElection, phase: Phase) -> Turnout:
        voters, _ = roll.size(connection, stored.id)
        voted = ballot_box.ballots_in(connection, stored)
        if phase in _NOT_VOTING:
            return once_closed(voters, voted, turnout.by_station(connection, stored.id))
        return while_voting(voters, voted, self._stations_at_batch(connection, stored.id))

    def _stations_at_batch(self, connection: Connection, election_id: int) -> tuple[Station, ...]:
        """The stations as they were when the chain was first seen as long as it is."""
        at = chain.chain_of(connection, election_id)
        published = at.ballots if at else 0
        with self._lock:
            known = self._at_batch.get(election_id)
            if known is None or known[0] != published:
                known = (published, tuple(turnout.by_station(connection, election_id)))
                self._at_batch[election_id] = known
            return known[1]


def _shown(connection: Connection, slug: str) -> StoredElection:
    for stored in all_elections(connection):
        if stored.election.slug == slug and stored.state is not State.DRAFT:
            return stored
    raise NotFound("Pemilihan ini tidak ada, atau belum dibuka panitia.")
