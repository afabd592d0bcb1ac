"""A lost letter, told in the chat: put into the panitia's queue, and nothing is given out here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from bilik.domain.delay import SENDER_RULE
from bilik.domain.election import Phase
from bilik.domain.identity import find_credentials
from bilik.domain.sender import channel_of
from bilik.services import attempts, lost_letters, reserve, sessions
from bilik.services.booth.visits import Visits
from bilik.services.elections import StoredElection, all_elections
from bilik.services.outcomes import Kind, Outcome
from bilik.services.sessions import Session, Stage


class Lost(Visits):
    """What a voter without a letter can do."""

    def report_lost(self, sender: str, text: str) -> Outcome:
        """Take the NIK of a lost letter, or ask for it.

        The answer to a NIK is one and the same, whoever's it is, and each counts as a wrong attempt
        at an identity does: the chat tells nothing of the roll, and cannot be flooded from. Where
        no election that is open has a spare letter left, the voter is told whom to ask.
        """
        with self._visit(sender) as (connection, session, now):
            if session.stage in (Stage.CHOOSING, Stage.CONFIRMING):
                # A chat that is voting goes on to; there is time for this afterwards.
                return Outcome(Kind.LOST_ELSEWHERE, self._scene(connection, session, now))
            able = _able(connection, now)
            if not able:
                then = self._no_longer_lost(connection, sender, session)
                return Outcome(Kind.LOST_ELSEWHERE, self._scene(connection, then, now))
            given = find_credentials(text)
            draft = session if session.stage is Stage.IDENTITY else Session()
            nik = given.nik or draft.nik
            if nik is None:
                kind = Kind.ODD_NIK if given.odd_digits else Kind.ASK_LOST
                waiting = Session(Stage.LOST)
                self._save(connection, sender, waiting, now)
                scene = self._scene(connection, waiting, now)
                return Outcome(kind, scene, digits=given.odd_digits or 0)
            subjects = {self._keys.attempt_hash("sender", sender.encode()): SENDER_RULE}
            until = attempts.blocked_until(connection, subjects, now)
            if until is not None:
                return Outcome(Kind.LOST_WAIT, self._scene(connection, session, now), until=until)
            attempts.count_failure(connection, subjects, now)
            for stored in able:
                nik_hash = self._keys.nik_hash(nik)
                lost_letters.report(connection, stored.id, nik_hash, channel_of(sender))
            then = self._no_longer_lost(connection, sender, session)
            return Outcome(Kind.LOST_NOTED, self._scene(connection, then, now))

    def keep_letter(self, sender: str) -> Outcome:
        """The letter is not lost after all, or is not to be reported: forget that it was said."""
        with self._visit(sender) as (connection, session, now):
            then = self._no_longer_lost(connection, sender, session)
            return Outcome(Kind.NEED_IDENTITY, self._scene(connection, then, now))

    def _no_longer_lost(self, connection: Connection, sender: str, session: Session) -> Session:
        """The session afterwards; half an identity that was given before stays."""
        if session.stage is not Stage.LOST:
            return session
        sessions.forget(connection, self._keys.sender_hash(sender))
        return Session()


def _able(connection: Connection, now: datetime) -> list[StoredElection]:
    """The elections in which a letter can be replaced now."""
    return [
        one
        for one in all_elections(connection)
        if one.phase(now) is Phase.OPEN and reserve.is_left(connection, one.id)
    ]
