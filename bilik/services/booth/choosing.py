"""Whom the voter chooses, until all is chosen and read back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from bilik.domain.choice import (
    Doubt,
    Resolution,
    asks_for_blank,
    is_choice_alone,
    named_contest,
    resolve,
)
from bilik.domain.confirmation import is_clear_yes
from bilik.domain.election import BLANK, Election
from bilik.domain.hint import Hint
from bilik.domain.identity import holds_code
from bilik.services.booth.visits import Visits
from bilik.services.outcomes import Kind, Outcome, Scene
from bilik.services.sessions import Session, Stage


class Choosing(Visits):
    """Choices; nothing of them is recorded."""

    def choose(self, sender: str, text: str, hint: Hint = Hint.OPEN) -> Outcome:
        """Take what the message chooses; read all back once every contest has a selection.

        ``hint`` says what the intent model takes it for, see :func:`resolve`.
        """
        with self._voting(sender) as (connection, session, now, stopped):
            if stopped:
                return stopped
            election = self._election_of(connection, session)
            resolution = resolve(text, election.contests, session.asked, hint)
            if resolution.doubt is None:
                session.selections.update(resolution.accepted)
                return self._go_on(connection, sender, session, election, now, resolution)
            self._drop_rejected(session, election, resolution)
            contest = named_contest(text, election.contests)
            if contest and resolution.doubt in (Doubt.NOTHING, Doubt.WHICH_CONTEST):
                session.stage, session.asked, session.readback = Stage.CHOOSING, contest, None
                return self._keep(connection, sender, session, Kind.ASK_CONTEST, now)
            return self._keep(connection, sender, session, Kind.UNCLEAR, now, resolution)

    def leave_blank(self, sender: str, text: str) -> Outcome:
        """Leave the contest named, or the one asked, or the only one, blank.

        What the resolver reads goes before the intent: "daripada golput saya pilih 2".
        """
        with self._voting(sender) as (connection, session, now, stopped):
            if stopped:
                return stopped
            election = self._election_of(connection, session)
            resolution = resolve(text, election.contests, session.asked, Hint.CHOICE)
            if resolution.accepted:
                session.selections.update(resolution.accepted)
                return self._go_on(connection, sender, session, election, now, resolution)
            cue = asks_for_blank(text) and resolution.doubt is Doubt.NOTHING
            if not cue or resolution.rejected:
                return self._keep(connection, sender, session, Kind.UNCLEAR, now, resolution)
            contest = named_contest(text, election.contests) or session.asked
            if contest is None and len(election.contests) == 1:
                contest = election.contests[0].id
            if contest is None:
                return self._keep(connection, sender, session, Kind.ASK_WHAT_TO_CHANGE, now)
            taken = Resolution({contest: BLANK})
            session.selections.update(taken.accepted)
            return self._go_on(connection, sender, session, election, now, taken)

    def change(self, sender: str, text: str) -> Outcome:
        """Go back to choosing: the contest named, or the only one; else ask which."""
        with self._voting(sender) as (connection, session, now, stopped):
            if stopped:
                return stopped
            election = self._election_of(connection, session)
            contest = named_contest(text, election.contests)
            return self._change(connection, sender, session, election, contest, now)

    def _change(
        self,
        connection: Connection,
        sender: str,
        session: Session,
        election: Election,
        contest: str | None,
        now: datetime,
    ) -> Outcome:
        if contest is None and len(election.contests) == 1:
            contest = election.contests[0].id
        session.stage, session.readback = Stage.CHOOSING, None
        if contest is None and session.selections:
            session.asked = None
            return self._keep(connection, sender, session, Kind.ASK_WHAT_TO_CHANGE, now)
        session.asked = contest or session.asked
        session.selections.pop(session.asked or "", None)
        return self._keep(connection, sender, session, Kind.ASK_CONTEST, now)

    def review(self, sender: str) -> Outcome:
        """Read the pending selections back, or ask for the contest that still lacks one."""
        with self._voting(sender) as (connection, session, now, stopped):
            if stopped:
                return stopped
            election = self._election_of(connection, session)
            return self._go_on(connection, sender, session, election, now)

    def is_choice(self, scene: Scene, text: str, hint: Hint = Hint.OTHER) -> bool:
        """Whether a message is a clear choice and nothing besides, whatever it was taken for."""
        if scene.election is None or scene.stage not in (Stage.CHOOSING, Stage.CONFIRMING):
            return False
        if holds_code(text):
            return False  # the digits in it name nobody
        return is_choice_alone(text, scene.election.contests, scene.asked, hint)

    @staticmethod
    def is_yes(scene: Scene, text: str) -> bool:
        """Whether a message is a clear yes to what is read back, which it may name."""
        if scene.election is None or scene.stage is not Stage.CONFIRMING:
            return False
        return is_clear_yes(text, scene.election.contests, scene.selections)

    @staticmethod
    def _drop_rejected(session: Session, election: Election, resolution: Resolution) -> None:
        """ "Jangan 2" while 2 is pending takes it back."""
        for contest, rejected in resolution.rejected.items():
            if session.selections.get(contest) in rejected:
                del session.selections[contest]
                session.stage, session.asked, session.readback = Stage.CHOOSING, contest, None
