"""Messages that came in from a chat platform: each taken once, kept sealed, answered in order.

A message is in the database before its platform is told that it arrived, and leaves it with its
answer. One server at a time answers a chat; who does is written down with a time limit, so that the
chats of a server that died go to another, or to the same one after its restart.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql.elements import ColumnElement

from bilik.clock import Clock, system_clock
from bilik.domain.confirmation import may_be_yes
from bilik.domain.election import Phase
from bilik.keys import Keys, SealBroken
from bilik.services.elections import all_elections
from bilik.storage.database import Database, from_column, insert_into, to_column
from bilik.storage.tables import chats, processed_messages, waiting_messages

LEASE = timedelta(seconds=8)
"""How long a server may be silent before another takes over its chats."""
SETTLING = timedelta(seconds=1)
"""A yes waits for so long, in case a message that was sent before it is still on its way."""
BLUR = 1000
"""Positions this close may be in the wrong order, where a channel makes them from a time in
milliseconds and its platform tells seconds, or no time."""
MAX_WAITING = 50
"""More messages of one chat are not kept."""
REMEMBERED = timedelta(days=8)
"""Longer than any platform goes on delivering a message."""
CHAT_REMEMBERED = timedelta(days=2)
_BLOCK = 512


@dataclass(frozen=True)
class Letter:
    """One message: the chat's sender id, the platform's order in that chat, and what it holds.

    ``kind`` is the channel's word for what is to be done with it. ``text`` is empty where the
    message has none. ``details`` are JSON. ``received`` is in milliseconds since 1970.
    """

    channel: str
    chat: str
    kind: str
    position: int
    text: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    received: int = 0
    attempts: int = 0

    def __repr__(self) -> str:
        """Without its contents, so that none reaches a log."""
        return f"Letter({self.channel}, {self.kind})"


@dataclass
class Chat:
    """What a channel remembers of a chat.

    ``last_position`` is that of the last message answered, ``answered`` when the last answer had
    gone out, in milliseconds. ``heard`` are the times of the last messages, for the limit on
    speed, and ``warned`` when the sender was told of it. ``erasable`` are the platform's ids of
    this vote's messages. ``phone`` is the keyed hash, in hex, of a number that the platform vouches
    for. ``behind`` says that an answer is still to come: the voter was told to wait for it, and
    what is said meanwhile cannot mean it.
    """

    last_position: int = 0
    answered: int = 0
    heard: list[int] = field(default_factory=list)
    warned: int = 0
    erasable: list[str] = field(default_factory=list)
    phone: str = ""
    behind: bool = False

    def __repr__(self) -> str:
        """Without its contents, so that none reaches a log."""
        return "Chat(…)"


@dataclass(frozen=True)
class Turn:
    """The next message of a chat, with what is remembered of it; ``due`` may be yet to come.

    ``is_followed`` says of a yes that something else waits, which was sent within the same second.
    """

    letter_id: int
    letter: Letter
    chat: Chat
    due: datetime
    is_followed: bool = False


class Mailbox:
    """The waiting messages in one database, as one server sees them."""

    def __init__(
        self, database: Database, keys: Keys, server: str, clock: Clock = system_clock
    ) -> None:
        """``server`` names this server among those that share the database."""
        self._database = database
        self._keys = keys
        self._server = server
        self._clock = clock

    def put(self, letters: Sequence[tuple[str, Letter]]) -> list[str]:
        """Keep new messages, each with its platform's id; the chats that now are this server's.

        Those that came before, and those of a chat with too many, are let go. All or none.

        Raises:
            BoxUnavailable: nothing is known to be kept.
        """
        now = self._clock()
        claimed = []
        with self._database.write() as connection:
            fresh = self._new_ones(connection, letters, now)
            for chat in sorted({one.chat for one in fresh}, key=self._keys.chat_hash):
                self._lock(connection, chat, now)
                self._keep(connection, chat, [one for one in fresh if one.chat == chat], now)
                if self._claim(connection, self._keys.chat_hash(chat), now):
                    claimed.append(chat)
        return claimed

    def later(self, letter: Letter, delay: timedelta) -> None:
        """Keep something to be done after ``delay``."""
        now = self._clock()
        with self._database.write() as connection:
            self._lock(connection, letter.chat, now)
            self._insert(connection, letter, now + delay)

    def turn(self, chat: str) -> Turn | None:
        """The chat's next message; None, and the chat is free again, if there is none."""
        with self._database.write() as connection:
            self._lock(connection, chat, self._clock())
            return self._next(connection, self._keys.chat_hash(chat))

    def finish(
        self, turn: Turn, again: timedelta | None = None, letter: Letter | None = None
    ) -> Turn | None:
        """Let go of a message and remember the chat as it now is; the chat's next message.

        With ``again`` the message, or ``letter`` in its place, comes up once more after that time,
        before all others of the chat.
        """
        now = self._clock()
        chat_hash = self._keys.chat_hash(turn.letter.chat)
        row = waiting_messages.c.id == turn.letter_id
        with self._database.write() as connection:
            self._lock(connection, turn.letter.chat, now)
            connection.execute(
                update(chats)
                .where(chats.c.chat_hash == chat_hash)
                .values(sealed=self._seal(asdict(turn.chat), b"chat" + chat_hash))
            )
            if again is None:
                connection.execute(delete(waiting_messages).where(row))
            else:
                sealed = self._seal(asdict(letter or turn.letter), b"letter" + chat_hash)
                values = {"sealed": sealed, "due_at": to_column(now + again), "position": 0}
                connection.execute(update(waiting_messages).where(row).values(**values))
            return self._next(connection, chat_hash)

    def release(self, chat: str) -> None:
        """Let another server, or this one later, go on with the chat."""
        with self._database.write() as connection:
            self._free(connection, self._keys.chat_hash(chat))

    def leave(self) -> None:
        """Let other servers go on with all chats."""
        with self._database.write() as connection:
            connection.execute(
                update(chats)
                .where(chats.c.claimed_by == self._server)
                .values(claimed_by=None, claimed_until=None)
            )

    def renew(self, at_work: Sequence[str]) -> None:
        """Say that this server is still there, and answers these chats."""
        with self._database.write() as connection:
            connection.execute(
                update(chats)
                .where(
                    chats.c.claimed_by == self._server,
                    chats.c.chat_hash.in_([self._keys.chat_hash(chat) for chat in at_work]),
                )
                .values(claimed_until=to_column(self._clock() + LEASE))
            )

    def abandoned(self, limit: int = 100) -> list[Turn]:
        """Claim chats whose next message is due and that nobody answers; their next messages."""
        now = self._clock()
        columns = waiting_messages.c
        with self._database.read() as connection:
            rows = connection.execute(
                select(columns.chat_hash, columns.due_at)
                .join(chats, chats.c.chat_hash == columns.chat_hash)
                .where(_is_free(now))
                .order_by(columns.position, columns.id)
            ).all()
        heads: dict[bytes, datetime] = {}
        for row in rows:
            heads.setdefault(row.chat_hash, from_column(row.due_at))
        due = [chat for chat, due_at in heads.items() if due_at <= now][:limit]
        turns = []
        for chat_hash in due:
            with self._database.write() as connection:
                if self._claim(connection, chat_hash, now):
                    turns.append(self._next(connection, chat_hash))
        return [turn for turn in turns if turn is not None]

    def waiting(self) -> int:
        """How many messages wait."""
        with self._database.read() as connection:
            return waiting_in(connection)

    def sweep(self) -> None:
        """Forget what no platform delivers any more, and chats that have long been silent."""
        today = self._clock().date()
        with self._database.write() as connection:
            old = processed_messages.c.day < today - REMEMBERED
            connection.execute(delete(processed_messages).where(old))
            busy = select(waiting_messages.c.chat_hash)
            connection.execute(
                delete(chats).where(chats.c.forget_on < today, chats.c.chat_hash.not_in(busy))
            )

    # -- within a call -------------------------------------------------------------------------

    def _new_ones(
        self, connection: Connection, letters: Sequence[tuple[str, Letter]], now: datetime
    ) -> list[Letter]:
        """Those that never came before; noted as having come."""
        hashes = [self._keys.message_hash(one.channel, message_id) for message_id, one in letters]
        new = set()
        # In one order, so that two transactions never wait for each other.
        for at in sorted(range(len(letters)), key=hashes.__getitem__):
            statement = insert_into(connection, processed_messages).values(
                id_hash=hashes[at], day=now.date()
            )
            if connection.execute(statement.on_conflict_do_nothing()).rowcount:
                new.add(at)
        return [letter for at, (_, letter) in enumerate(letters) if at in new]

    def _lock(self, connection: Connection, chat: str, now: datetime) -> None:
        """The chat's row, made if need be, held until the transaction ends."""
        chat_hash = self._keys.chat_hash(chat)
        values = {"forget_on": (now + CHAT_REMEMBERED).date()}
        connection.execute(
            insert_into(connection, chats)
            .values(chat_hash=chat_hash, **values)
            .on_conflict_do_update(index_elements=["chat_hash"], set_=values)
        )

    def _keep(
        self, connection: Connection, chat: str, letters: Sequence[Letter], now: datetime
    ) -> None:
        query = select(waiting_messages.c.id).where(
            waiting_messages.c.chat_hash == self._keys.chat_hash(chat)
        )
        room = MAX_WAITING - len(connection.execute(query).all())
        for letter in letters[: max(room, 0)]:
            self._insert(
                connection, letter, now + (SETTLING if _may_settle(letter) else timedelta())
            )

    def _insert(self, connection: Connection, letter: Letter, due: datetime) -> None:
        chat_hash = self._keys.chat_hash(letter.chat)
        content = {**asdict(letter), "received": milliseconds(self._clock())}
        connection.execute(
            insert(waiting_messages).values(
                chat_hash=chat_hash,
                position=letter.position,
                due_at=to_column(due),
                sealed=self._seal(content, b"letter" + chat_hash),
            )
        )

    def _claim(self, connection: Connection, chat_hash: bytes, now: datetime) -> bool:
        statement = (
            update(chats)
            .where(chats.c.chat_hash == chat_hash, _is_free(now))
            .values(claimed_by=self._server, claimed_until=to_column(now + LEASE))
        )
        return bool(connection.execute(statement).rowcount)

    def _free(self, connection: Connection, chat_hash: bytes) -> None:
        connection.execute(
            update(chats)
            .where(chats.c.chat_hash == chat_hash, chats.c.claimed_by == self._server)
            .values(claimed_by=None, claimed_until=None)
        )

    def _next(self, connection: Connection, chat_hash: bytes) -> Turn | None:
        columns = waiting_messages.c
        row = connection.execute(select(chats).where(chats.c.chat_hash == chat_hash)).first()
        if row is None or row.claimed_by != self._server:
            return None  # Another server has taken over.
        chat = _chat_of(self._keys, chat_hash, row.sealed)
        rows = connection.execute(
            select(waiting_messages)
            .where(columns.chat_hash == chat_hash)
            .order_by(columns.position, columns.id)
        ).all()
        for at, waiting in enumerate(rows):
            letter = self._letter(waiting)
            if letter is None:
                connection.execute(delete(waiting_messages).where(columns.id == waiting.id))
                continue
            at_once = [one for one in rows[at + 1 :] if one.position < waiting.position + BLUR]
            is_followed = _may_settle(letter) and any(map(self._is_no_yes, at_once))
            due, now = from_column(waiting.due_at), self._clock()
            # What comes up again has no position. All else is never due later than this, unless the
            # clock has been set back since it came.
            if letter.text and waiting.position and due > now + SETTLING:
                due = now
            return Turn(waiting.id, letter, chat, due, is_followed)
        self._free(connection, chat_hash)
        return None

    def _letter(self, row: Row) -> Letter | None:
        """A row's message; None if the server's key was changed, and nobody can read it."""
        try:
            return Letter(**self._unseal(row.sealed, b"letter" + row.chat_hash))
        except SealBroken:
            return None

    def _is_no_yes(self, row: Row) -> bool:
        letter = self._letter(row)
        return letter is not None and bool(letter.text) and not may_be_yes(letter.text)

    def _seal(self, content: dict[str, Any], context: bytes) -> bytes:
        plain = json.dumps(content, separators=(",", ":")).encode()
        return self._keys.mailbox.seal(plain.ljust(-(-len(plain) // _BLOCK) * _BLOCK), context)

    def _unseal(self, sealed: bytes, context: bytes) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self._keys.mailbox.unseal(sealed, context))
        return content


def waiting_in(connection: Connection) -> int:
    """How many messages of chat platforms wait."""
    return int(connection.execute(select(func.count(waiting_messages.c.id))).scalar_one())


def vouched_phone(connection: Connection, keys: Keys, sender: str) -> bytes | None:
    """The keyed hash of the number that the chat's platform vouches for, as shared in the chat."""
    chat_hash = keys.chat_hash(sender)
    query = select(chats.c.sealed).where(chats.c.chat_hash == chat_hash)
    chat = _chat_of(keys, chat_hash, connection.execute(query).scalar())
    return bytes.fromhex(chat.phone) if chat.phone else None


def forget_processed(connection: Connection, now: datetime) -> None:
    """Forget the ids of processed messages, once no election is on."""
    on = (Phase.OPEN, Phase.PAUSED, Phase.GRACE)
    if not any(one.phase(now) in on for one in all_elections(connection)):
        connection.execute(delete(processed_messages))


def milliseconds(instant: datetime) -> int:
    """Since 1970."""
    return int(instant.timestamp() * 1000)


def _is_free(now: datetime) -> ColumnElement[bool]:
    """Of a chat, whether nobody answers it now.

    No lease reaches so far ahead as one does that was written before a clock was set back.
    """
    until = chats.c.claimed_until
    return or_(until.is_(None), until < to_column(now), until > to_column(now + 2 * LEASE))


def _may_settle(letter: Letter) -> bool:
    return bool(letter.text) and may_be_yes(letter.text)


def _chat_of(keys: Keys, chat_hash: bytes, sealed: bytes | None) -> Chat:
    try:
        plain = keys.mailbox.unseal(sealed, b"chat" + chat_hash) if sealed else b"{}"
    except SealBroken:
        plain = b"{}"
    return Chat(**json.loads(plain))
