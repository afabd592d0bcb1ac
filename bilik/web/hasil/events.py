"""Open pages hear what is new, as server-sent events (WHATWG HTML, 9.2).

One task an election looks at the board once a second while somebody listens, and wakes all who do:
what a thousand listeners cost the database is what one costs.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.concurrency import run_in_threadpool

from bilik.errors import BilikError
from bilik.web.hasil.board import FRESH_SECONDS, Board

MOST = 2000
MOST_FROM_ONE = 200
"""From one address, behind which may be a whole mobile network's cell."""
HEARTBEAT_SECONDS = 15
"""A proxy closes a connection on which nothing comes for a minute or so."""
RETRY = b"retry: 3000\n\n"
_HEARTBEAT = b": masih di sini\n\n"


class Full(Exception):
    """As many pages listen already as may."""


class _Topic:
    """One election's listeners: the newest event, and what wakes them when there is another."""

    def __init__(self) -> None:
        self.listeners = 0
        self.event = b""
        self.changed = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def tell(self, event: bytes) -> None:
        if event != self.event:
            self.event = event
            self.changed.set()
            self.changed = asyncio.Event()


class Events:
    """Tells all listeners of all elections."""

    def __init__(self, board: Board, most: int = MOST, most_from_one: int = MOST_FROM_ONE) -> None:
        """Tell what is new on ``board``."""
        self._board = board
        self._most = most
        self._most_from_one = most_from_one
        self._topics: dict[str, _Topic] = {}
        self._askers: Counter[str] = Counter()

    def join(self, slug: str, asker: str) -> AsyncIterator[bytes]:
        """Events of an election that is shown, from the newest on, until the listener goes.

        Raises:
            Full: there are too many listeners.
        """
        if self._askers.total() >= self._most or self._askers[asker] >= self._most_from_one:
            raise Full
        return self._listen(slug, asker)

    async def _listen(self, slug: str, asker: str) -> AsyncIterator[bytes]:
        topic = self._topics.setdefault(slug, _Topic())
        topic.listeners += 1
        self._askers[asker] += 1
        if topic.task is None:
            topic.task = asyncio.create_task(self._watch(slug, topic))
        told = b""
        try:
            yield RETRY
            while True:
                changed = topic.changed
                if topic.event != told:
                    told = topic.event
                    yield told
                    continue
                try:
                    await asyncio.wait_for(changed.wait(), HEARTBEAT_SECONDS)
                except asyncio.TimeoutError:
                    yield _HEARTBEAT
        finally:
            topic.listeners -= 1
            self._askers[asker] -= 1
            self._askers += Counter()  # forgets who is at zero
            if topic.listeners == 0 and topic.task is not None:
                topic.task.cancel()
                del self._topics[slug]

    async def _watch(self, slug: str, topic: _Topic) -> None:
        while True:
            with suppress(BilikError):  # It is told to whoever opens the page anew.
                shown = await run_in_threadpool(self._board.shown, slug)
                topic.tell(shown.event)
            await asyncio.sleep(FRESH_SECONDS)
