"""What pages have posted, been told, and not yet said that they have shown.

A connection can break, and a server die, while an answer is on its way. The answer waits here until
the page says that it is on the screen, or for a quarter of an hour; and a message that is posted
again is known. One server has this in memory; several have it in Redis, sealed
(:mod:`assistant.channels.shared_outbox`).
"""

from __future__ import annotations

import asyncio
import secrets
from abc import ABC, abstractmethod
from collections import OrderedDict, deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum

from assistant.channels.delivery import Answers

KEEP_SECONDS = 15 * 60
MAX_SESSIONS = 10_000
MAX_PAGES = 4
"""Pages of one session that are spoken to at once; a further one takes the oldest one's place."""
_NAMES = 8
"""So many messages of a session are known again."""


@dataclass(frozen=True)
class Batch:
    """Answers under one name, by which a page knows that it has shown them already."""

    answers: Answers
    name: str = field(default_factory=lambda: secrets.token_urlsafe(9))


Line = asyncio.Queue["Batch | None"]
"""To one page: what comes unasked, and None when it is to hang up."""


class Lines:
    """The lines to the pages that are open on this server."""

    def __init__(self) -> None:
        """No page is open."""
        self._lines: dict[str, list[Line]] = {}

    def tell(self, session: str, batch: Batch) -> None:
        """Tell it now to the pages that are open."""
        for line in self._lines.get(session, ()):
            line.put_nowait(batch)

    @contextmanager
    def line(self, session: str) -> Iterator[Line]:
        """A line to one page."""
        line: Line = asyncio.Queue()
        lines = self._lines.setdefault(session, [])
        lines.append(line)
        if len(lines) > MAX_PAGES:
            lines.pop(0).put_nowait(None)
        try:
            yield line
        finally:
            if line in lines:
                lines.remove(line)
            if not lines and self._lines.get(session) is lines:
                del self._lines[session]

    def hang_up(self) -> None:
        """End all lines: the server stops."""
        for lines in self._lines.values():
            for line in lines:
                line.put_nowait(None)


class Post(Enum):
    """What is known of a message that was posted; ``ELSEWHERE``, another server has it."""

    FRESH = "fresh"
    ANSWERED = "answered"
    ELSEWHERE = "elsewhere"


class Outbox(ABC):
    """Messages by their names, and batches, of each session.

    A session is *behind* from the moment that a message is acted on until its answer is here: if
    that never comes, the voter does not know where things stand, and a yes means nothing yet.

    All calls may raise TrackerUnavailable: then nothing is known to be done.
    """

    @abstractmethod
    async def take(self, session: str, name: str) -> Post:
        """Whether to handle a message; a fresh one is this server's from now on."""

    @abstractmethod
    async def renew(self, session: str, name: str) -> None:
        """Say that this server still handles the message."""

    @abstractmethod
    async def act(self, session: str, name: str) -> None:
        """The message is about to be acted on: the session is behind."""

    @abstractmethod
    async def is_behind(self, session: str, name: str) -> bool:
        """Whether it is, for another message's sake than the one of that name."""

    @abstractmethod
    async def answer(self, session: str, name: str, batch: Batch, settles: bool) -> None:
        """Keep the answer to a message until it is seen.

        If it ``settles`` where things stand, the session is no longer behind.
        """

    @abstractmethod
    async def push(self, session: str, batch: Batch) -> None:
        """Keep what comes unasked until it is seen: an answer that others were put off with."""

    @abstractmethod
    async def seen(self, session: str, names: Collection[str]) -> None:
        """These have been shown."""

    @abstractmethod
    async def waiting(self, session: str) -> list[Batch]:
        """What has not been shown, in order."""

    @abstractmethod
    async def forget(self, session: str) -> None:
        """The session is over."""


@dataclass
class _Session:
    answered: deque[str] = field(default_factory=lambda: deque(maxlen=_NAMES))
    waiting: list[Batch] = field(default_factory=list)
    acting: str = ""


class MemoryOutbox(Outbox):
    """In this process's memory, and gone with it."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    async def take(self, session: str, name: str) -> Post:
        """See :meth:`Outbox.take`."""
        return Post.ANSWERED if name in self._look(session).answered else Post.FRESH

    async def renew(self, session: str, name: str) -> None:
        """Nobody else could take it."""

    async def act(self, session: str, name: str) -> None:
        """See :meth:`Outbox.act`."""
        self._touch(session).acting = name

    async def is_behind(self, session: str, name: str) -> bool:
        """See :meth:`Outbox.is_behind`."""
        return self._look(session).acting not in ("", name)

    async def answer(self, session: str, name: str, batch: Batch, settles: bool) -> None:
        """See :meth:`Outbox.answer`."""
        self._touch(session).answered.append(name)
        self._put(session, batch, settles)

    async def push(self, session: str, batch: Batch) -> None:
        """See :meth:`Outbox.push`."""
        self._put(session, batch, settles=True)

    def _put(self, session: str, batch: Batch, settles: bool) -> None:
        known = self._touch(session)
        known.waiting.append(batch)
        if settles:
            known.acting = ""
        loop = asyncio.get_running_loop()
        loop.call_later(KEEP_SECONDS, self._drop, session, (batch.name,))

    async def seen(self, session: str, names: Collection[str]) -> None:
        """See :meth:`Outbox.seen`."""
        self._drop(session, names)

    async def waiting(self, session: str) -> list[Batch]:
        """See :meth:`Outbox.waiting`."""
        return list(self._look(session).waiting)

    async def forget(self, session: str) -> None:
        """See :meth:`Outbox.forget`."""
        self._sessions.pop(session, None)

    def _look(self, session: str) -> _Session:
        return self._sessions.get(session) or _Session()

    def _touch(self, session: str) -> _Session:
        known = self._sessions.setdefault(session, _Session())
        self._sessions.move_to_end(session)
        while len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)
        return known

    def _drop(self, session: str, names: Collection[str]) -> None:
        known = self._look(session)
        known.waiting = [batch for batch in known.waiting if batch.name not in names]
