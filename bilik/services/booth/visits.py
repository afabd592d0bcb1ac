"""A voter's message, from the look at their session to the keeping of it."""

from __future__ import annotations

import copy
import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy.engine import Connection

from bilik.clock import Clock, system_clock
from bilik.domain.choice import Resolution
from bilik.domain.election import Election, Phase
from bilik.keys import Keys
from bilik.services import ballot_box, buttons, sessions
from bilik.services.buttons import Button
from bilik.services.elections import StoredElection, all_elections, current, one_election
from bilik.services.outcomes import Kind, Outcome, Scene
from bilik.services.public_view import PublicViews
from bilik.services.sessions import Session, Stage
from bilik.storage.database import Database

_Self = TypeVar("_Self", bound="Visits")


class Visits:
    """What all that a voter can do has in common."""

    def __init__(
        self, database: Database, keys: Keys, clock: Clock = system_clock, pages_url: str = ""
    ) -> None:
        """Serve the elections of ``database``; ``pages_url`` is where the public pages are."""
        self._database = database
        self._keys = keys
        self._clock = clock
        self._views = PublicViews(database, clock)
        self.pages_url = pages_url
        self._heard: str | None = None

    def hearing(self: _Self, message: str | None) -> _Self:
        """The same booth, for one message; ``message`` names it among those of its chat.

        A message may be brought here twice, when a server dies before anybody knows what came of
        it. What it did is kept with its name in one transaction, and the second time
        :attr:`Scene.repeated` says that it is done.
        """
        booth = copy.copy(self)
        booth._heard = (
            hashlib.blake2b(message.encode(), digest_size=12).hexdigest() if message else None
        )
        return booth

    def _go_on(
        self,
        connection: Connection,
        sender: str,
        session: Session,
        election: Election,
        now: datetime,
        resolution: Resolution | None = None,
    ) -> Outcome:
        open_contests = [one.id for one in election.contests if one.id not in session.selections]
        if open_contests:
            session.stage, session.asked, session.readback = Stage.CHOOSING, open_contests[0], None
            return self._keep(connection, sender, session, Kind.ASK_CONTEST, now, resolution)
        session.stage, session.asked = Stage.CONFIRMING, None
        session.readback = secrets.token_hex(8)
        return self._keep(connection, sender, session, Kind.READ_BACK, now, resolution)

    def _turn_away(
        self,
        connection: Connection,
        sender: str,
        kind: Kind,
        stored: StoredElection,
        now: datetime,
        again: bool = False,
    ) -> Outcome:
        sessions.forget(connection, self._keys.sender_hash(sender))
        shown = ((stored.election, stored.phase(now)),)
        return Outcome(kind, Scene(Stage.IDENTITY, now, shown, again=again))

    @contextmanager
    def _visit(self, sender: str) -> Iterator[tuple[Connection, Session, datetime]]:
        with self._database.write() as connection:
            now = self._clock()
            session = sessions.load(connection, self._keys, self._keys.sender_hash(sender), now)
            yield connection, session, now

    @contextmanager
    def _voting(
        self, sender: str, lock: bool = False
    ) -> Iterator[tuple[Connection, Session, datetime, Outcome | None]]:
        """A visit that needs a voter past identity; else the outcome that says why not.

        With ``lock`` the election cannot be closed between this look at it and the commit.
        """
        with self._visit(sender) as (connection, session, now):
            stopped = None
            if session.stage is Stage.EXPIRED:
                stopped = Outcome(Kind.EXPIRED, self._scene(connection, session, now))
            elif session.stage not in (Stage.CHOOSING, Stage.CONFIRMING):
                stopped = Outcome(Kind.NEED_IDENTITY, self._scene(connection, session, now))
            elif self._is_overtaken(connection, session):
                stored = one_election(connection, session.election_id or 0)
                stopped = self._turn_away(connection, sender, Kind.ALREADY_VOTED, stored, now)
            else:
                stored = one_election(connection, session.election_id or 0, lock)
                phase = stored.phase(now)
                closed = CLOSED_KINDS.get(phase) if phase is not Phase.GRACE else None
                if closed is Kind.PAUSED:
                    stopped = Outcome(closed, self._scene(connection, session, now))
                elif closed:
                    again = self._votes_again(connection, session, [stored])
                    stopped = self._turn_away(connection, sender, closed, stored, now, again)
            yield connection, session, now, stopped

    @staticmethod
    def _is_overtaken(connection: Connection, session: Session) -> bool:
        """Whether the voter of this session has meanwhile voted in another chat, for good."""
        if session.voter_id is None or not ballot_box.has_voted(connection, session.voter_id):
            return False
        return not one_election(connection, session.election_id or 0).election.allows_revote

    @staticmethod
    def _votes_again(
        connection: Connection, session: Session, found: Sequence[StoredElection]
    ) -> bool:
        """Whether a ballot of this session's voter is in the box, which a new one replaces."""
        if session.voter_id is None or not any(one.election.allows_revote for one in found):
            return False
        return ballot_box.has_voted(connection, session.voter_id)

    def _keep(
        self,
        connection: Connection,
        sender: str,
        session: Session,
        kind: Kind,
        now: datetime,
        resolution: Resolution | None = None,
    ) -> Outcome:
        if session.stage is not Stage.DONE:
            session.seed = buttons.new_seed()
        self._save(connection, sender, session, now)
        scene = self._scene(connection, session, now)
        return Outcome(kind, scene, resolution, voter=session.voter, tps=session.tps)

    def _save(self, connection: Connection, sender: str, session: Session, now: datetime) -> None:
        session.heard = self._heard
        sessions.save(connection, self._keys, self._keys.sender_hash(sender), session, now)

    def _election_of(self, connection: Connection, session: Session) -> Election:
        return one_election(connection, session.election_id or 0).election

    def _scene(self, connection: Connection, session: Session, now: datetime) -> Scene:
        if session.election_id is not None:
            found = [one_election(connection, session.election_id)]
        else:
            found = current(all_elections(connection), now)
        missing = "code" if session.nik else "nik" if session.code else None
        pressable: tuple[Button, ...] = ()
        if session.stage in (Stage.CHOOSING, Stage.CONFIRMING):
            election = found[0].election if found[0].phase(now) in _VOTING else None
            pressable = buttons.offered(session, election)
        return Scene(
            stage=session.stage,
            now=now,
            elections=tuple((one.election, one.phase(now)) for one in found),
            selections=dict(session.selections),
            asked=session.asked,
            readback=session.readback,
            receipt=session.receipt,
            half=missing,
            buttons=pressable,
            again=self._votes_again(connection, session, found),
            repeated=self._heard is not None and session.heard == self._heard,
            ageing=self._is_ageing(session, found, now),
        )

    @staticmethod
    def _is_ageing(session: Session, found: Sequence[StoredElection], now: datetime) -> bool:
        if session.until is None or session.until >= now + sessions.IDLE - sessions.FRESH:
            return False
        # Of a finished session, and of one whose election is over, nothing more can come.
        is_on = session.election_id is None or found[0].phase(now) in _GOES_ON
        return is_on and session.stage is not Stage.DONE


_GOES_ON = (Phase.OPEN, Phase.PAUSED, Phase.GRACE)
_VOTING = (Phase.OPEN, Phase.GRACE)
CLOSED_KINDS = {
    Phase.DRAFT: Kind.NOT_OPEN,
    Phase.UPCOMING: Kind.NOT_OPEN,
    Phase.PAUSED: Kind.PAUSED,
    Phase.GRACE: Kind.CLOSED,
    Phase.CLOSED: Kind.CLOSED,
    Phase.TALLIED: Kind.CLOSED,
}
"""Why nobody is let in in a phase."""
