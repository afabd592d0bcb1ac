"""A voter's place in the conversation, kept sealed until cast, stop or expiry."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import and_, bindparam, delete, or_, select, update
from sqlalchemy.engine import Connection

from bilik.domain.election import BLANK, Selection
from bilik.keys import Keys, SealBroken
from bilik.storage.database import from_column, insert_into, is_writing, to_column
from bilik.storage.tables import sessions

IDLE = timedelta(minutes=15)
"""A session without a message for so long has expired."""
FRESH = timedelta(minutes=1)
"""A session used within this time need not be kept anew for a mere question."""
REMEMBERED = timedelta(days=1)
"""For so long an expired session's voter is told that it has expired."""
_BLOCK = 1024

# Made once: of a short statement, the making takes longer than the database does.
_ITS_OWN = sessions.c.sender_hash == bindparam("sender")
_FIND = select(sessions.c.sealed, sessions.c.expires_at, sessions.c.finished).where(_ITS_OWN)
_FIND_LOCKED = _FIND.with_for_update()
_REPLACE = update(sessions).where(_ITS_OWN)


class Stage(str, Enum):
    """How far a voter has come; ``LOST`` is one without a letter, whose NIK is awaited."""

    IDENTITY = "identity"
    CHOOSING = "choosing"
    CONFIRMING = "confirming"
    DONE = "done"
    EXPIRED = "expired"
    LOST = "lost_letter"


@dataclass
class Session:
    """One voter's place.

    ``nik_hash`` and ``code`` wait for the other half of an identity sent in two messages.
    ``credential`` is what the ballot will be signed with: only here, and only until the cast.
    ``selections`` are pending: nothing of them is recorded. ``readback`` names the last read-back;
    only an answer to that one can cast. ``receipt`` is kept for a little while after the cast, so
    that a repeated *ya* gets the same answer, and then the voter is no longer known here. ``seed``
    is what the payloads of the newest buttons are made from, see :mod:`bilik.services.buttons`.
    ``spare`` is the number of the spare letter that opened it, if one did. ``heard`` is the digest
    of the message that led here, by which it is known when it comes again. ``until`` is when it
    expires; it is kept beside the seal, not in it.
    """

    stage: Stage = Stage.IDENTITY
    election_id: int | None = None
    voter_id: int | None = None
    voter: str = ""
    tps: str = ""
    selections: dict[str, Selection] = field(default_factory=dict)
    asked: str | None = None
    readback: str | None = None
    receipt: str | None = None
    nik: str | None = None
    code: str | None = None
    credential: str | None = None
    seed: str | None = None
    spare: int | None = None
    heard: str | None = None
    until: datetime | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """Without its contents, so that none reaches a log."""
        return f"Session({self.stage.value})"

    def to_bytes(self) -> bytes:
        """Padded JSON: its sealed length tells neither the choice nor the stage."""
        plain: dict[str, Any] = asdict(self)
        del plain["until"]
        plain["stage"] = self.stage.value
        plain["selections"] = {
            contest: None if one is BLANK else one for contest, one in self.selections.items()
        }
        content = json.dumps(plain, separators=(",", ":")).encode()
        return content.ljust(-(-(len(content) + 64) // _BLOCK) * _BLOCK)

    @classmethod
    def from_bytes(cls, content: bytes) -> Session:
        """The inverse of :meth:`to_bytes`."""
        plain = json.loads(content)
        plain["stage"] = Stage(plain["stage"])
        plain["selections"] = {
            contest: BLANK if one is None else one for contest, one in plain["selections"].items()
        }
        return cls(**plain)


def load(connection: Connection, keys: Keys, sender: bytes, now: datetime) -> Session:
    """The sender's session, in a write locked until it ends; a fresh one if there is none."""
    query = _FIND_LOCKED if is_writing(connection) else _FIND
    row = connection.execute(query, {"sender": sender}).first()
    if row is None or from_column(row.expires_at) + REMEMBERED <= now:
        return Session()
    if row.sealed is None or from_column(row.expires_at) <= now:
        return Session() if row.finished else Session(Stage.EXPIRED)
    try:
        session = Session.from_bytes(keys.sessions.unseal(row.sealed, sender))
    except SealBroken:
        # The server's key was changed: nobody can know what stood there.
        return Session()
    session.until = from_column(row.expires_at)
    return session


def save(
    connection: Connection, keys: Keys, sender: bytes, session: Session, now: datetime
) -> None:
    """Keep the session for another :data:`IDLE`."""
    session.until = now + IDLE
    values = {
        "sealed": keys.sessions.seal(session.to_bytes(), sender),
        "expires_at": to_column(session.until),
        "finished": session.stage is Stage.DONE,
    }
    if connection.execute(_REPLACE, {"sender": sender, **values}).rowcount:
        return
    connection.execute(
        insert_into(connection, sessions)
        .values(sender_hash=sender, **values)
        .on_conflict_do_update(index_elements=["sender_hash"], set_=values)
    )


def prolong(connection: Connection, sender: bytes, now: datetime) -> None:
    """Keep a session as it is for another :data:`IDLE`, unless it has expired or is finished."""
    is_on = and_(sessions.c.expires_at > to_column(now), sessions.c.finished.is_(False))
    connection.execute(
        update(sessions).where(sessions.c.sender_hash == sender, is_on)
        .values(expires_at=to_column(now + IDLE))
    )  # fmt: skip


def forget(connection: Connection, sender: bytes) -> None:
    """Delete the session; what was pending is gone."""
    connection.execute(delete(sessions).where(sessions.c.sender_hash == sender))


def sweep(connection: Connection, now: datetime) -> None:
    """Wipe expired sessions, and forget those expired long ago.

    One that another transaction has locked is left to the next sweep: if two waited for each
    other, one would fail.
    """
    columns = sessions.c
    expired = and_(columns.expires_at <= to_column(now), columns.sealed.is_not(None))
    connection.execute(update(sessions).where(_unlocked(expired)).values(sealed=None))
    over = or_(
        columns.expires_at <= to_column(now - REMEMBERED),
        and_(columns.expires_at <= to_column(now), columns.finished),
    )
    connection.execute(delete(sessions).where(_unlocked(over)))


def _unlocked(condition: Any) -> Any:
    """Those rows of the condition that nobody else has locked, locked; on SQLite, nobody can."""
    key = sessions.c.sender_hash
    return key.in_(select(key).where(condition).with_for_update(skip_locked=True))
