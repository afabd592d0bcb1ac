"""Sessions at the desk: the browser holds a random id, the database its hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from bilik.domain.accounts import CONFIRMED_FOR, IDLE, LONGEST, Role
from bilik.storage.database import from_column, to_column
from bilik.storage.tables import accounts, desk_sessions

_NOTED_EVERY = timedelta(minutes=1)
"""That a session is used is written down no more often."""


@dataclass(frozen=True, repr=False)
class DeskSession:
    """Somebody who is signed in; ``confirmed_until`` is set where they typed a code again."""

    token: str
    account_id: int
    name: str
    role: Role
    stamp: bytes
    confirmed_until: datetime | None = None

    @property
    def form_token(self) -> str:
        """What goes with every form of this session, and of no other: 64 hexadecimal digits."""
        return hmac.digest(self.token.encode(), b"bilik/form/1", "sha256").hex()

    @property
    def key(self) -> bytes:
        """What it is found by."""
        return key_of(self.token)

    def is_confirmed(self, now: datetime) -> bool:
        """Whether a code was typed again not long ago."""
        return self.confirmed_until is not None and now < self.confirmed_until


def key_of(token: str) -> bytes:
    """The form in which a session's id is stored."""
    return hashlib.sha256(token.encode()).digest()


def begin(connection: Connection, account_id: int, now: datetime) -> str:
    """A new session's id; those of anyone that are over go."""
    columns = desk_sessions.c
    connection.execute(
        delete(desk_sessions).where(
            or_(
                columns.seen_at <= to_column(now - IDLE),
                columns.begun_at <= to_column(now - LONGEST),
            )
        )
    )
    token = secrets.token_urlsafe(32)
    at = to_column(now)
    connection.execute(
        insert(desk_sessions).values(
            id_hash=key_of(token), account_id=account_id, begun_at=at, seen_at=at
        )
    )
    return token


def find(connection: Connection, token: str, now: datetime) -> tuple[DeskSession, bool] | None:
    """The session of that id, and whether its use is to be noted; None if it is over."""
    columns = desk_sessions.c
    row = connection.execute(
        select(desk_sessions, accounts.c.name, accounts.c.role, accounts.c.stamp)
        .select_from(desk_sessions.join(accounts))
        .where(columns.id_hash == key_of(token))
    ).first()
    if row is None:
        return None
    seen, begun = from_column(row.seen_at), from_column(row.begun_at)
    if now >= seen + IDLE or now >= begun + LONGEST:
        return None
    confirmed = row.confirmed_at and from_column(row.confirmed_at) + CONFIRMED_FOR
    found = DeskSession(
        token, row.account_id, row.name, Role(row.role), bytes(row.stamp), confirmed
    )
    return found, now >= seen + _NOTED_EVERY


def touch(connection: Connection, token: str, now: datetime) -> None:
    """Note that a session is used."""
    _set(connection, token, seen_at=to_column(now))


def confirm(connection: Connection, token: str, now: datetime) -> None:
    """Note that a code was typed in it."""
    _set(connection, token, confirmed_at=to_column(now))


def end(connection: Connection, token: str) -> None:
    """End one."""
    connection.execute(delete(desk_sessions).where(desk_sessions.c.id_hash == key_of(token)))


def end_all(connection: Connection, account_id: int) -> None:
    """End all of an account."""
    connection.execute(delete(desk_sessions).where(desk_sessions.c.account_id == account_id))


def running(connection: Connection, account_id: int, now: datetime) -> int:
    """How many of an account are not over."""
    columns = desk_sessions.c
    query = select(func.count()).where(
        columns.account_id == account_id,
        columns.seen_at > to_column(now - IDLE),
        columns.begun_at > to_column(now - LONGEST),
    )
    return int(connection.execute(query).scalar_one())


def _set(connection: Connection, token: str, **values: datetime) -> None:
    own = desk_sessions.c.id_hash == key_of(token)
    connection.execute(update(desk_sessions).where(own).values(**values))
