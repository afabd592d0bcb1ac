"""What pages have been told and have not yet said that they have shown.

A connection can break while an answer is on its way. It waits here, in memory alone, until the page
says that it is on the screen, or for a quarter of an hour.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from assistant.channels.delivery import Answers

KEEP_SECONDS = 15 * 60
MAX_SESSIONS = 10_000
MAX_PAGES = 4
"""Pages of one session that are spoken to at once; a further one takes the oldest one's place."""


@dataclass(frozen=True)
class Batch:
    """Answers under one name, by which a page knows that it has shown them already."""

    answers: Answers
    name: str = field(default_factory=lambda: secrets.token_urlsafe(9))


Line = asyncio.Queue["Batch | None"]
"""To one page: what comes unasked, and None when it is to hang up."""


class Outbox:
    """Batches by session, and the lines to the pages that are open."""

    def __init__(self) -> None:
        """Nothing waits, and no page is open."""
        self._waiting: OrderedDict[str, list[Batch]] = OrderedDict()
        self._lines: dict[str, list[Line]] = {}

    def put(self, session: str, batch: Batch) -> None:
        """Keep a batch until it is seen."""
        self._waiting.setdefault(session, []).append(batch)
        self._waiting.move_to_end(session)
        while len(self._waiting) > MAX_SESSIONS:
            self._waiting.popitem(last=False)
        loop = asyncio.get_running_loop()
        loop.call_later(KEEP_SECONDS, self.seen, session, (batch.name,))

    def push(self, session: str, batch: Batch) -> None:
        """Keep it, and tell it now to the pages that are open."""
        self.put(session, batch)
        for line in self._lines.get(session, ()):
            line.put_nowait(batch)

    def seen(self, session: str, names: Collection[str]) -> None:
        """These have been shown."""
        left = [batch for batch in self.waiting(session) if batch.name not in names]
        if left:
            self._waiting[session] = left
        else:
            self._waiting.pop(session, None)

    def waiting(self, session: str) -> list[Batch]:
        """What has not been shown, in order."""
        return self._waiting.get(session, [])

    def forget(self, session: str) -> None:
        """The session is over."""
        self._waiting.pop(session, None)

    @contextmanager
    def line(self, session: str) -> Iterator[Line]:
        """A line to one page; what has not been shown is on it already."""
        line: Line = asyncio.Queue()
        for batch in self.waiting(session):
            line.put_nowait(batch)
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
