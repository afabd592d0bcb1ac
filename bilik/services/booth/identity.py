"""Who is there: NIK and voting code, in one message or two."""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy.engine import Connection

from bilik.clock import ZONES
from bilik.domain.delay import SENDER_RULE
from bilik.domain.election import Phase
from bilik.domain.identity import Credentials, find_credentials, form_of_address, masked_name
from bilik.domain.sender import TELEGRAM, channel_of, number_of
from bilik.services import attempts, ballot_box, letters, mailbox, sessions
from bilik.services.booth.visits import CLOSED_KINDS, Visits
from bilik.services.credentials import credential_of
from bilik.services.elections import one_election
from bilik.services.outcomes import Kind, Outcome
from bilik.services.sessions import Session, Stage


class Identity(Visits):
    """Letting voters in."""

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
            if closed := CLOSED_KINDS.get(stored.phase(now)):
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
            self._save(connection, sender, draft, now)
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
