"""The polling booth: everything a voter can do, each one call.

Every call takes the chat's sender id and, where it reads one, the voter's message; it answers with
an :class:`Outcome`. Nothing is recorded before :meth:`Booth.confirm`.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bilik.clock import ZONES, Clock, system_clock
from bilik.domain.choice import (
    Doubt,
    Resolution,
    asks_for_blank,
    is_choice_alone,
    named_contest,
    resolve,
)
from bilik.domain.confirmation import is_clear_yes
from bilik.domain.delay import SENDER_RULE
from bilik.domain.election import BLANK, Election, Phase, State
from bilik.domain.hint import Hint
from bilik.domain.identity import Credentials, find_credentials, form_of_address, masked_name
from bilik.domain.receipt import find_receipt
from bilik.domain.sender import TELEGRAM, channel_of, number_of
from bilik.keys import Keys
from bilik.services import attempts, ballot_box, buttons, inbox, letters, mailbox, record, sessions
from bilik.services.ballot_box import MadeBallot, Maker
from bilik.services.buttons import Button, Press
from bilik.services.counting import Result, published
from bilik.services.credentials import credential_of
from bilik.services.elections import StoredElection, all_elections, current, one_election
from bilik.services.interim import Interim, newest
from bilik.services.outcomes import Kind, Outcome, Scene
from bilik.services.sessions import Session, Stage
from bilik.storage.database import Database
from bilik.storage.tables import voters

Agrees = Callable[[Session, Election], bool]
"""Whether a message says yes to what a session has read back."""


class Booth:
    """The voter's side of the elections in one database."""

    def __init__(self, database: Database, keys: Keys, clock: Clock = system_clock) -> None:
        """Serve the elections of ``database``."""
        self._database = database
        self._keys = keys
        self._clock = clock

    # -- looking -------------------------------------------------------------------------------

    def look(self, sender: str) -> Scene:
        """Where the sender stands; changes nothing."""
        with self._database.read() as connection:
            now = self._clock()
            session = sessions.load(connection, self._keys, self._keys.sender_hash(sender), now)
            if self._is_overtaken(connection, session):
                session = Session()
            return self._scene(connection, session, now)

    def take_leave(self, sender: str) -> None:
        """Forget what is left of a finished or expired session: the next voter starts afresh."""
        with self._visit(sender) as (connection, session, _):
            if session.stage in (Stage.DONE, Stage.EXPIRED):
                sessions.forget(connection, self._keys.sender_hash(sender))

    def finds_receipt(self, text: str) -> tuple[str | None, bool]:
        """The receipt in a message, if it has a well-formed one, and whether it is in the box."""
        receipt = find_receipt(text)
        if receipt is None:
            return None, False
        with self._database.read() as connection:
            return receipt, ballot_box.holds(connection, receipt)

    def results(self) -> list[Result]:
        """The counts of the current elections that the panitia has tallied."""
        with self._database.read() as connection:
            return [
                result
                for stored in current(all_elections(connection), self._clock())
                if stored.state is State.TALLIED and (result := published(connection, stored))
            ]

    def interim_counts(self) -> list[Interim]:
        """The newest counts of current elections whose results are live and not final yet."""
        with self._database.read() as connection:
            return [
                interim
                for stored in current(all_elections(connection), self._clock())
                if (interim := newest(connection, stored))
            ]

    def keep_not_understood(self, sender: str, text: str, scene: Scene) -> None:
        """Let a message wait for a trainer, masked, if its election allows it.

        Where several elections are open and the voter is not known yet, it is no election's.
        """
        election = scene.election
        if election is None or not election.keeps_not_understood:
            return
        with self._visit(sender) as (connection, session, _):
            query = select(voters.c.name).where(voters.c.id == session.voter_id)
            voter_name = connection.execute(query).scalar()
            for stored in all_elections(connection):
                if stored.election.slug == election.slug:
                    inbox.keep(connection, stored, text, voter_name)

    # -- identity ------------------------------------------------------------------------------

    def identify(self, sender: str, text: str) -> Outcome:
        """Read NIK and voting code; once both are there, check them.

        A wrong pair gets one answer, in one time, whatever was wrong: the roll is asked what to
        stretch the code with, which for a NIK that is not on it is the NIK itself, then comes the
        costly step, and then the roll is looked at once more.
        """
        given = find_credentials(text)
        with self._visit(sender) as (connection, session, now):
            draft = session if session.stage is Stage.IDENTITY else Session()
            nik, code = given.nik or draft.nik, given.code or draft.code
            if given.code_slip:
                code = None  # told at once, and no attempt: nothing was looked up
            if nik is None or code is None:
                return self._ask_other_half(connection, sender, session, draft, given, now)
            subjects = {self._keys.attempt_hash("sender", sender.encode()): SENDER_RULE}
            until = attempts.blocked_until(connection, subjects, now)
            if until is not None:
                return Outcome(Kind.TOO_MANY, self._scene(connection, session, now), until=until)
            nik_hash = self._keys.nik_hash(nik)
            contexts = letters.contexts(letters.letters_of(connection, nik_hash), nik_hash)
        stretched = {context: self._keys.code_secrets(context, code) for context in contexts}
        with self._visit(sender) as (connection, session, now):
            sessions.sweep(connection, now)
            letter = None
            for one in letters.letters_of(connection, nik_hash):
                of_code = stretched.get(one.context)
                if of_code and one.verifier and hmac.compare_digest(one.verifier, of_code.verifier):
                    letter = one
            if letter is None:
                attempts.count_failure(connection, subjects, now)
                return self._refuse(connection, sender, session, now)
            attempts.forget(connection, subjects)
            found = letter.voter
            stored = one_election(connection, found.election_id)
            if stored.election.needs_known_number and (
                unknown := self._doubt_of_number(connection, sender, found.phone_hash)
            ):
                return self._turn_away(connection, sender, unknown, stored, now)
            has_voted = ballot_box.has_voted(connection, found.id)
            if has_voted and not stored.election.allows_revote:
                return self._turn_away(connection, sender, Kind.ALREADY_VOTED, stored, now)
            if session.voter_id == found.id and stored.phase(now) is Phase.GRACE:
                return self._go_on(connection, sender, session, stored.election, now)
            if closed := _CLOSED_KINDS.get(stored.phase(now)):
                return self._turn_away(connection, sender, closed, stored, now)
            address = form_of_address(nik, now.astimezone(ZONES[stored.election.zone]).date())
            admitted = Session(
                Stage.CHOOSING,
                election_id=stored.id,
                voter_id=found.id,
                voter=f"{address} {masked_name(found.name)}".strip(),
                tps=found.tps,
                asked=stored.election.contests[0].id,
                credential=credential_of(stretched[letter.context].seed, stored.uuid),
                spare=letter.spare,
            )
            return self._keep(connection, sender, admitted, Kind.IDENTIFIED, now)

    def _doubt_of_number(
        self, connection: Connection, sender: str, registered: bytes | None
    ) -> Kind | None:
        """What is wrong with the number that a chat is held from; None if it is the roll's.

        With some channels the sender is a number that the platform vouches for. On Telegram a voter
        can share it. Others know of no number.
        """
        number = number_of(sender)
        given = (
            self._keys.phone_hash(number)
            if number
            else mailbox.vouched_phone(connection, self._keys, sender)
        )
        if given is None:
            return Kind.NEED_NUMBER if channel_of(sender) == TELEGRAM else Kind.NO_NUMBER
        is_known = registered is not None and hmac.compare_digest(given, registered)
        return None if is_known else Kind.WRONG_NUMBER

    def _ask_other_half(
        self,
        connection: Connection,
        sender: str,
        session: Session,
        draft: Session,
        given: Credentials,
        now: datetime,
    ) -> Outcome:
        if session.stage in (Stage.CHOOSING, Stage.CONFIRMING):
            # Half an identity in the middle of a vote loses nothing of it.
            kind = Kind.ODD_CODE if given.code_slip else Kind.NEED_IDENTITY
            return Outcome(kind, self._scene(connection, session, now))
        code = None if given.code_slip else given.code or draft.code
        draft = Session(nik=given.nik or draft.nik, code=code)
        if draft.nik or draft.code:
            kind = Kind.NEED_CODE if draft.nik else Kind.NEED_NIK
            if given.odd_digits:
                kind = Kind.ODD_NIK
            elif given.code_slip:
                kind = Kind.ODD_CODE
            sessions.save(connection, self._keys, self._keys.sender_hash(sender), draft, now)
        elif given.odd_digits:
            kind = Kind.ODD_NIK
        else:
            kind = Kind.ODD_CODE if given.code_slip else Kind.NEED_IDENTITY
        scene = self._scene(connection, draft, now)
        return Outcome(kind, scene, digits=given.odd_digits or 0)

    def _refuse(
        self, connection: Connection, sender: str, session: Session, now: datetime
    ) -> Outcome:
        if session.stage not in (Stage.CHOOSING, Stage.CONFIRMING):
            sessions.forget(connection, self._keys.sender_hash(sender))
            session = Session()
        return Outcome(Kind.WRONG_PAIR, self._scene(connection, session, now))

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

    # -- choosing ------------------------------------------------------------------------------

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

    @staticmethod
    def _drop_rejected(session: Session, election: Election, resolution: Resolution) -> None:
        """ "Jangan 2" while 2 is pending takes it back."""
        for contest, rejected in resolution.rejected.items():
            if session.selections.get(contest) in rejected:
                del session.selections[contest]
                session.stage, session.asked, session.readback = Stage.CHOOSING, contest, None

    def is_choice(self, scene: Scene, text: str, hint: Hint = Hint.OTHER) -> bool:
        """Whether a message is a clear choice and nothing besides, whatever it was taken for."""
        if scene.election is None or scene.stage not in (Stage.CHOOSING, Stage.CONFIRMING):
            return False
        return is_choice_alone(text, scene.election.contests, scene.asked, hint)

    @staticmethod
    def is_yes(scene: Scene, text: str) -> bool:
        """Whether a message is a clear yes to what is read back, which it may name."""
        if scene.election is None or scene.stage is not Stage.CONFIRMING:
            return False
        return is_clear_yes(text, scene.election.contests, scene.selections)

    # -- the cast ------------------------------------------------------------------------------

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

    # -- buttons -------------------------------------------------------------------------------

    def press(self, sender: str, text: str) -> Outcome:
        """Do what the button does whose payload the message is, as if it had been typed.

        A payload of an older set, of another chat, used before or made up does nothing.
        """
        readback, button = self._look_for_button(sender, text)
        if button and button.press is Press.CONFIRM:

            def agrees(session: Session, election: Election) -> bool:
                return buttons.pressed(text, session, election) == button

            return self._cast(sender, readback, agrees)
        with self._voting(sender) as (connection, session, now, stopped):
            if stopped:
                gone = stopped.kind in (Kind.NEED_IDENTITY, Kind.EXPIRED)
                return Outcome(Kind.BUTTON_GONE, stopped.scene) if gone else stopped
            election = self._election_of(connection, session)
            button = buttons.pressed(text, session, election)
            match button.press if button else None:
                case Press.CHOOSE if button and button.contest and button.selection is not None:
                    taken = Resolution({button.contest: button.selection})
                    session.selections.update(taken.accepted)
                    return self._go_on(connection, sender, session, election, now, taken)
                case Press.CHANGE if button:
                    contest = button.contest
                    return self._change(connection, sender, session, election, contest, now)
                case Press.STOP:
                    sessions.forget(connection, self._keys.sender_hash(sender))
                    scene = self._scene(connection, Session(election_id=session.election_id), now)
                    return Outcome(Kind.STOPPED, scene)
                case _:
                    scene = self._scene(connection, session, now)
                    return Outcome(Kind.BUTTON_GONE, scene)

    def _look_for_button(self, sender: str, text: str) -> tuple[str | None, Button | None]:
        """The read-back that the voter has before them, and the button that was pressed."""
        with self._database.read() as connection:
            sender_hash = self._keys.sender_hash(sender)
            session = sessions.load(connection, self._keys, sender_hash, self._clock())
            if session.election_id is None:
                return None, None
            election = self._election_of(connection, session)
            return session.readback, buttons.pressed(text, session, election)

    # -- within a call -------------------------------------------------------------------------

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
                closed = _CLOSED_KINDS.get(phase) if phase is not Phase.GRACE else None
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
        sessions.save(connection, self._keys, self._keys.sender_hash(sender), session, now)
        scene = self._scene(connection, session, now)
        return Outcome(kind, scene, resolution, voter=session.voter, tps=session.tps)

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
        )


_VOTING = (Phase.OPEN, Phase.GRACE)
_CLOSED_KINDS = {
    Phase.DRAFT: Kind.NOT_OPEN,
    Phase.UPCOMING: Kind.NOT_OPEN,
    Phase.PAUSED: Kind.PAUSED,
    Phase.GRACE: Kind.CLOSED,
    Phase.CLOSED: Kind.CLOSED,
    Phase.TALLIED: Kind.CLOSED,
}
