"""The desk's door: name, password and one-time code, all at once, and never which of them is wrong.

An attempt is counted before it is looked at, so that of many at once none comes for free. Attempts
at a name bring a delay to whoever tries that name, whether or not there is such an account; those
from an address to whoever comes from there. A browser that has signed in to the account before
shows a mark and is counted by itself, so that strangers cannot keep the owner out (OWASP, "Slow
Down Online Guessing Attacks with Device Cookies").
"""

from __future__ import annotations

import hmac
import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bilik.clock import Clock, system_clock
from bilik.domain.accounts import (
    ACCOUNT_RULE,
    ADDRESS_RULE,
    check_password,
    key_of,
    normal_password,
)
from bilik.domain.audit import ACCOUNTS, Act, Details
from bilik.domain.network import network_of
from bilik.errors import BilikError, BoxUnavailable
from bilik.keys import Keys
from bilik.services import attempts, audit, desk_sessions, one_time_codes, passwords
from bilik.services.accounts import row_of
from bilik.services.attempts import Subjects
from bilik.services.desk_sessions import DeskSession
from bilik.storage.database import Database
from bilik.storage.tables import accounts

log = logging.getLogger(__name__)

_NOBODY = bytes(16)


class Refused(BilikError):
    """A sign-in that failed; the line is the same whatever was wrong."""

    def __init__(self) -> None:
        """No more is said."""
        super().__init__(
            "Nama, kata sandi, atau angka dari aplikasi belum cocok. Tiap angka hanya berlaku "
            "sekali: tunggu yang berikutnya, lalu coba lagi."
        )


class HeldBack(BilikError):
    """Too many wrong attempts; the next one has to wait."""

    def __init__(self, until: datetime, now: datetime) -> None:
        """``until`` that instant."""
        minutes = max(1, -(-int((until - now).total_seconds()) // 60))
        super().__init__(f"Terlalu banyak percobaan. Tunggu {minutes} menit, lalu coba lagi.")


@dataclass(frozen=True, repr=False)
class SignedIn:
    """A new session's id, and the mark by which the browser is known next time."""

    token: str
    device: str


class SignIn:
    """The door to the desk of one database."""

    def __init__(self, database: Database, keys: Keys, clock: Clock = system_clock) -> None:
        """Let in who has an account there."""
        self._database = database
        self._keys = keys
        self._clock = clock

    def sign_in(
        self, name: str, password: str, code: str, address: str, device: str = ""
    ) -> SignedIn:
        """Begin a session; ``device`` is the mark that the browser shows, if it has one.

        Raises:
            Refused: something is wrong. HeldBack: too much was wrong before.
        """
        now = self._clock()
        with self._database.write() as connection:
            row = row_of(connection, name)
            subjects = self._subjects(name, row, address, device)
            _count_try(connection, subjects, now)
        kept = row.password if row else None
        is_password = passwords.matches(self._keys, kept, password)
        step = self._step(row, code, now)
        if row is not None and is_password and step is not None:
            with self._database.write() as connection:
                if _use_up(connection, row, step):
                    attempts.forget(connection, subjects)
                    self._note(connection, Act.SIGN_IN, row.name)
                    token = desk_sessions.begin(connection, row.id, now)
                    return SignedIn(token, self._mark(row.stamp))
        self._note_failure(row, subjects, now)
        raise Refused

    def session(self, token: str, is_used: bool = True) -> DeskSession | None:
        """Who holds that id; None if the session is over.

        Unless it ``is_used``, by somebody and not by an open page on its own, it is not longer for
        that.
        """
        now = self._clock()
        with self._database.read() as connection:
            found = desk_sessions.find(connection, token, now)
        if found is None:
            return None
        session, to_be_noted = found
        if to_be_noted and is_used:
            # While somebody else writes for long, a page may be looked at all the same.
            with suppress(BoxUnavailable), self._database.write() as connection:
                desk_sessions.touch(connection, token, now)
        return session

    def confirm(self, session: DeskSession, code: str) -> None:
        """Take a one-time code from somebody who is signed in.

        Raises:
            Refused: it is wrong or was taken before. HeldBack: too many were wrong.
        """
        now = self._clock()
        subjects = self._own(session)
        with self._database.write() as connection:
            _count_try(connection, subjects, now)
            row = row_of(connection, session.name)
            step = self._step(row, code, now)
            right = step is not None and _use_up(connection, row, step)
            if right:
                attempts.forget(connection, subjects)
                desk_sessions.confirm(connection, session.token, now)
        if not right:
            raise Refused

    def change_password(
        self, session: DeskSession, old: str, new: str, repeated: str, code: str
    ) -> str:
        """Give an account another password, and end its sessions; the id of the one that follows.

        Raises:
            BilikError: the new one will not do. Refused: the old one or the one-time code is wrong.
            HeldBack: too much was wrong.
        """
        check_password(new, session.name)
        if new != repeated:
            raise BilikError("Kedua kata sandi baru itu tidak sama. Ketik ulang pelan-pelan.")
        if normal_password(new) == normal_password(old):
            raise BilikError("Kata sandi barunya sama dengan yang lama. Pilih yang lain.")
        now = self._clock()
        subjects = self._own(session)
        with self._database.write() as connection:
            _count_try(connection, subjects, now)
            row = row_of(connection, session.name)
        is_password = passwords.matches(self._keys, row.password if row else None, old)
        step = self._step(row, code, now)
        if not is_password or step is None:
            raise Refused
        kept = passwords.hashed(self._keys, new)
        with self._database.write() as connection:
            if not _use_up(connection, row, step):
                raise Refused
            # Only in the place of the one that was looked at: two changes at once are one change.
            own = (accounts.c.id == row.id) & (accounts.c.password == row.password)
            if not connection.execute(update(accounts).where(own).values(password=kept)).rowcount:
                raise Refused
            attempts.forget(connection, subjects)
            desk_sessions.end_all(connection, row.id)
            self._note(connection, Act.ACCOUNT_PASSWORD, row.name, {"akun": row.name})
            return desk_sessions.begin(connection, row.id, now)

    def sessions(self, session: DeskSession) -> int:
        """In how many browsers the account is signed in, this one among them."""
        with self._database.read() as connection:
            return desk_sessions.running(connection, session.account_id, self._clock())

    def sign_out(self, session: DeskSession) -> None:
        """End this session."""
        with self._database.write() as connection:
            desk_sessions.end(connection, session.token)
            self._note(connection, Act.SIGN_OUT, session.name)

    def sign_out_everywhere(self, session: DeskSession) -> None:
        """End all sessions of the account, this one among them."""
        with self._database.write() as connection:
            desk_sessions.end_all(connection, session.account_id)
            self._note(connection, Act.SIGN_OUT, session.name, {"semua": True})

    def _subjects(self, name: str, row: Any, address: str, device: str) -> Subjects:
        nonce, _, mark = device.partition(".")
        if row is not None and nonce:
            right = self._keys.device_mark(row.stamp, nonce)
            if hmac.compare_digest(right.encode(), mark.encode()):
                subject = self._keys.attempt_hash("desk-device", device.encode())
                return {subject: ACCOUNT_RULE}
        by_name = self._keys.attempt_hash("desk-account", key_of(name).encode())
        by_address = self._keys.attempt_hash("desk-address", network_of(address).encode())
        return {by_name: ACCOUNT_RULE, by_address: ADDRESS_RULE}

    def _own(self, session: DeskSession) -> Subjects:
        return {self._keys.attempt_hash("desk-confirm", session.stamp): ACCOUNT_RULE}

    def _step(self, row: Any, code: str, now: datetime) -> int | None:
        """Which time step's code it is; None if it is wrong, or nobody's."""
        totp, stamp = (row.totp, row.stamp) if row else (None, _NOBODY)
        return one_time_codes.step_of(self._keys, totp, stamp, code, now)

    def _mark(self, stamp: bytes) -> str:
        nonce = secrets.token_hex(16)
        return f"{nonce}.{self._keys.device_mark(stamp, nonce)}"

    def _note_failure(self, row: Any, subjects: Subjects, now: datetime) -> None:
        """Note who is held back from now on; single slips of the fingers are nobody's business."""
        if row is None:
            return
        with self._database.write() as connection:
            if attempts.blocked_until(connection, subjects, now):
                self._note(connection, Act.HELD_BACK, row.name)
                log.warning("sign-ins to the desk's account %s are held back", row.id)

    def _note(
        self, connection: Connection, act: Act, name: str, details: Details | None = None
    ) -> None:
        audit.append(connection, self._clock(), name, act, ACCOUNTS, details or {})


def _count_try(connection: Connection, subjects: Subjects, now: datetime) -> None:
    """Count it as a wrong one, until it proves right.

    Raises:
        HeldBack: too many were wrong.
    """
    if until := attempts.blocked_until(connection, subjects, now):
        raise HeldBack(until, now)
    attempts.count_failure(connection, subjects, now)


def _use_up(connection: Connection, row: Any, step: int) -> bool:
    """Take a code of that time step, unless it or a later one was taken, or the account changed."""
    columns = accounts.c
    done = connection.execute(
        update(accounts)
        .where(columns.id == row.id, columns.stamp == row.stamp, columns.last_step < step)
        .values(last_step=step)
    )
    return bool(done.rowcount)
