"""The cast: a clear yes to the read-back that the voter saw last; or an end without one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.engine import Connection

from bilik.domain.confirmation import is_clear_yes
from bilik.domain.election import Election, Phase
from bilik.services import ballot_box, record, sessions
from bilik.services.ballot_box import MadeBallot, Maker
from bilik.services.booth.visits import Visits
from bilik.services.elections import StoredElection, one_election
from bilik.services.outcomes import Kind, Outcome
from bilik.services.sessions import Session, Stage

Agrees = Callable[[Session, Election], bool]
"""Whether a message says yes to what a session has read back."""


class Casting(Visits):
    """The only way into the box."""

    def confirm(self, sender: str, text: str, readback: str | None) -> Outcome:
        """Cast on a clear yes to the read-back that the voter saw last.

        Marking the voter, putting the ballot in and keeping the receipt are one transaction.
        Repeating it gives the same answer and no second ballot; where voters may vote again, they
        prove who they are once more, and the last ballot counts. The ballot is made before that
        transaction begins, so that the box is locked no longer than it takes to put it in.
        """

        def agrees(session: Session, election: Election) -> bool:
            if session.stage is Stage.DONE:
                return is_clear_yes(text)
            return is_clear_yes(text, election.contests, session.selections)

        return self._cast(sender, readback, agrees)

    def stop(self, sender: str) -> Outcome:
        """Forget everything pending; nothing is recorded."""
        with self._visit(sender) as (connection, session, now):
            overtaken = self._is_overtaken(connection, session)
            underway = session.stage in (Stage.CHOOSING, Stage.CONFIRMING) and not overtaken
            started = underway or bool(session.nik or session.code)
            again = self._scene(connection, session, now).again
            scene = self._scene(connection, Session(election_id=session.election_id), now)
            scene = replace(scene, again=again)
            sessions.forget(connection, self._keys.sender_hash(sender))
            return Outcome(Kind.STOPPED if started else Kind.NOTHING_TO_STOP, scene)

    def _cast(self, sender: str, readback: str | None, agrees: Agrees) -> Outcome:
        made = self._make_ahead(sender, readback, agrees)
        with self._voting(sender, lock=True) as (connection, session, now, stopped):
            if session.stage is Stage.DONE and agrees(
                session, self._election_of(connection, session)
            ):
                return Outcome(Kind.RECORDED, self._scene(connection, session, now))
            if stopped:
                return stopped
            election = self._election_of(connection, session)
            if session.stage is not Stage.CONFIRMING or readback != session.readback:
                return self._go_on(connection, sender, session, election, now)
            if not agrees(session, election):
                return Outcome(Kind.NOT_A_YES, self._scene(connection, session, now))
            stored = one_election(connection, session.election_id or 0)
            maker = self._maker(connection, stored, session)
            try:
                receipt = ballot_box.cast(
                    connection, stored, session.voter_id or 0, session.spare, maker,
                    made or maker.make(),
                )  # fmt: skip
            except ballot_box.LetterReplaced:
                return self._turn_away(connection, sender, Kind.LETTER_REPLACED, stored, now)
            except ballot_box.AlreadyVoted:
                return self._turn_away(connection, sender, Kind.ALREADY_VOTED, stored, now)
            done = Session(Stage.DONE, election_id=stored.id, receipt=receipt, seed=session.seed)
            return self._keep(connection, sender, done, Kind.RECORDED, now)

    def _make_ahead(self, sender: str, readback: str | None, agrees: Agrees) -> MadeBallot | None:
        """The ballot of the read-back that the voter agrees to, if so.

        A read-back's name is never used again: what bears it in the transaction to come has the
        same voter and the same selections.
        """
        with self._database.read() as connection:
            now, sender_hash = self._clock(), self._keys.sender_hash(sender)
            session = sessions.load(connection, self._keys, sender_hash, now)
            if session.stage is not Stage.CONFIRMING or readback != session.readback:
                return None
            stored = one_election(connection, session.election_id or 0)
            if stored.phase(now) not in (Phase.OPEN, Phase.GRACE):
                return None
            if not agrees(session, stored.election):
                return None
            maker = self._maker(connection, stored, session)
        return maker.make()

    @staticmethod
    def _maker(connection: Connection, stored: StoredElection, session: Session) -> Maker:
        box = record.election_of(connection, stored)
        return Maker(box, stored.election, session.credential or "", session.selections)
