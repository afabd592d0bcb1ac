"""Accounts at the desk: made in the terminal, completed by the person with a code for once.

Whoever makes an account never knows its password: the person sets it, and takes the secret of their
one-time codes onto their telephone, with a code that is good for 24 hours and for once.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from bilik.clock import Clock, system_clock
from bilik.domain import crockford
from bilik.domain.accounts import INVITATION_LASTS, Role, account_name, check_password, key_of
from bilik.domain.audit import ACCOUNTS, Act, Details, actor_name
from bilik.errors import BilikError, NotFound
from bilik.keys import Keys
from bilik.services import audit, desk_sessions, one_time_codes, passwords
from bilik.storage.database import Database, from_column, to_column
from bilik.storage.tables import accounts

_SYMBOLS = 20
"""Of an invitation's code: 100 bits."""
_VOID = (
    "Kode pendaftaran itu tidak berlaku: salah ketik, sudah dipakai, atau lewat 24 jam. Minta "
    "operator membuatkan yang baru."
)


@dataclass(frozen=True)
class Account:
    """Somebody who may use the desk, once ``ready``; until then ``invited_until`` counts."""

    name: str
    role: Role
    ready: bool
    invited_until: datetime | None


@dataclass(frozen=True, repr=False)
class Invited:
    """A new account's code, in groups, which stands nowhere else."""

    account: Account
    code: str


@dataclass(frozen=True, repr=False)
class Enrolling:
    """An account about to be completed: the secret of its codes, and that as a link for a QR."""

    name: str
    role: Role
    secret: str
    address: str


class Accounts:
    """The accounts in one database."""

    def __init__(
        self, database: Database, keys: Keys, clock: Clock = system_clock, actor: str = "panitia"
    ) -> None:
        """``actor`` is who makes and removes them, as the log names them."""
        self._database = database
        self._keys = keys
        self._clock = clock
        self._actor = actor_name(actor)

    def add(self, stated: str, role: Role) -> Invited:
        """Make an account, and the code that completes it.

        Raises:
            BilikError: the name is taken, or is none.
        """
        name = account_name(stated)
        stamp, values, code = self._invitation()
        with self._database.write() as connection:
            if row_of(connection, name) is not None:
                raise BilikError(
                    f"Akun `{name}` sudah ada. Kata sandi lupa? `bilik accounts reset`."
                )
            connection.execute(
                insert(accounts).values(
                    name=name, name_key=key_of(name), role=role.value, stamp=stamp, **values
                )
            )
            self._note(connection, Act.ACCOUNT_NEW, {"akun": name, "peran": role.value})
            return Invited(_account(_existing(connection, name)), code)

    def reset(self, name: str) -> Invited:
        """Void an account's password, codes and sessions, and invite the person anew.

        Raises:
            NotFound: there is no such account.
        """
        stamp, values, code = self._invitation()
        with self._database.write() as connection:
            row = _existing(connection, name)
            connection.execute(
                update(accounts)
                .where(accounts.c.id == row.id)
                .values(stamp=stamp, password=None, **values)
            )
            desk_sessions.end_all(connection, row.id)
            self._note(connection, Act.ACCOUNT_RESET, {"akun": row.name})
            return Invited(_account(_existing(connection, name)), code)

    def set_role(self, name: str, role: Role) -> Account:
        """Let somebody do more or less; they have to sign in again.

        Raises:
            NotFound: there is no such account.
        """
        with self._database.write() as connection:
            row = _existing(connection, name)
            connection.execute(
                update(accounts).where(accounts.c.id == row.id).values(role=role.value)
            )
            desk_sessions.end_all(connection, row.id)
            self._note(connection, Act.ACCOUNT_ROLE, {"akun": row.name, "peran": role.value})
            return _account(_existing(connection, name))

    def remove(self, name: str) -> Account:
        """Remove an account; whoever uses it is signed out.

        Raises:
            NotFound: there is no such account.
        """
        with self._database.write() as connection:
            row = _existing(connection, name)
            desk_sessions.end_all(connection, row.id)
            connection.execute(delete(accounts).where(accounts.c.id == row.id))
            self._note(connection, Act.ACCOUNT_REMOVED, {"akun": row.name})
            return _account(row)

    def all(self) -> list[Account]:
        """Every account, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(accounts).order_by(accounts.c.name_key)).all()
            return [_account(row) for row in rows]

    def enrolling(self, code: str) -> Enrolling:
        """Whom an invitation's code is for, and the secret to be taken onto a telephone.

        Raises:
            BilikError: the code does not count, or not any more.
        """
        with self._database.read() as connection:
            row = self._invited(connection, code)
        secret = one_time_codes.unsealed(self._keys, row.totp, row.stamp)
        return Enrolling(row.name, Role(row.role), secret, one_time_codes.address(secret, row.name))

    def enrol(self, code: str, password: str, repeated: str, one_time_code: str) -> Account:
        """Complete an account; the invitation's code is used up.

        Raises:
            BilikError: the code does not count any more, the password will not do, or the one-time
            code is wrong.
        """
        with self._database.read() as connection:
            row = self._invited(connection, code)
        check_password(password, row.name)
        if password != repeated:
            raise BilikError("Kedua kata sandi itu tidak sama. Ketik ulang pelan-pelan.")
        step = one_time_codes.step_of(self._keys, row.totp, row.stamp, one_time_code, self._clock())
        if step is None:
            raise BilikError(
                "Angka dari aplikasi belum cocok. Pindai QR di bawah, lalu ketik enam angka yang "
                "sedang tampil. Jam ponsel harus otomatis."
            )
        kept = passwords.hashed(self._keys, password)
        with self._database.write() as connection:
            row = self._invited(connection, code)
            connection.execute(
                update(accounts)
                .where(accounts.c.id == row.id)
                .values(password=kept, last_step=step, invitation_hash=None, invited_until=None)
            )
            self._note(connection, Act.ACCOUNT_READY, {"akun": row.name}, row.name)
            return _account(_existing(connection, row.name))

    def _invitation(self) -> tuple[bytes, dict[str, object], str]:
        """A stamp, what of an invitation the database keeps, and its code."""
        stamp = secrets.token_bytes(16)
        code = "".join(secrets.choice(crockford.ALPHABET) for _ in range(_SYMBOLS))
        values: dict[str, object] = {
            "totp": one_time_codes.sealed(self._keys, one_time_codes.new_secret(), stamp),
            "last_step": 0,
            "invitation_hash": hashlib.sha256(code.encode()).digest(),
            "invited_until": to_column(self._clock() + INVITATION_LASTS),
        }
        return stamp, values, crockford.grouped(code)

    def _invited(self, connection: Connection, typed: str) -> Any:
        code = crockford.read("".join(typed.split())) or ""
        query = select(accounts).where(
            accounts.c.invitation_hash == hashlib.sha256(code.encode()).digest()
        )
        row = connection.execute(query).first()
        if row is None or from_column(row.invited_until) <= self._clock():
            raise BilikError(_VOID)
        return row

    def _note(
        self, connection: Connection, act: Act, details: Details, actor: str | None = None
    ) -> None:
        audit.append(connection, self._clock(), actor or self._actor, act, ACCOUNTS, details)


def row_of(connection: Connection, name: str) -> Any:
    """The account of that name, however its letters are cased; None if there is none."""
    query = select(accounts).where(accounts.c.name_key == key_of(name))
    return connection.execute(query).first()


def _existing(connection: Connection, name: str) -> Any:
    row = row_of(connection, name)
    if row is None:
        raise NotFound(f"Akun `{actor_name(name)}` tidak ada. Lihat `bilik accounts list`.")
    return row


def _account(row: Any) -> Account:
    until = row.invited_until and from_column(row.invited_until)
    return Account(row.name, Role(row.role), row.password is not None, until)
