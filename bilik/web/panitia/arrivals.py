"""Rolls that were uploaded and wait for a yes.

NIKs stand in them. So such a file lives in a passing folder, and goes with the answer, with the
session of whoever sent it, and after half an hour in any case.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock, Timer

from bilik.services.roll_import import RollChange, RollProblems
from bilik.web.panitia.folders import Folders

LAST_SECONDS = 30 * 60

Cancel = Callable[[], None]
Later = Callable[[float, Callable[[], None]], Cancel]
"""Has something done after so many seconds, unless that is cancelled."""


def by_timer(seconds: float, what: Callable[[], None]) -> Cancel:
    """By a thread that waits, and does not keep the server from stopping."""
    timer = Timer(seconds, what)
    timer.daemon = True
    timer.start()
    return timer.cancel


@dataclass
class Arrival:
    """One uploaded roll: what it would change, or why it cannot be taken."""

    id: str
    slug: str
    name: str
    folder: Path
    of_session: bytes
    of_account: int
    change: RollChange | None = None
    problems: RollProblems | None = None
    sheet: str | None = None

    @property
    def file(self) -> Path:
        """The roll as it came."""
        return self.folder / "daftar"

    @property
    def correction(self) -> Path:
        """The rows to mend, if there are any."""
        return self.folder / "perbaikan.xlsx"


class Arrivals:
    """All that wait, in one running server."""

    def __init__(self, folders: Folders, later: Later = by_timer) -> None:
        """``later`` removes each when its time is over."""
        self._folders = folders
        self._later = later
        self._waiting: dict[str, Arrival] = {}
        self._cancel: dict[str, Cancel] = {}
        self._lock = Lock()

    def add(self, slug: str, name: str, of_session: bytes, of_account: int = 0) -> Arrival:
        """A new one, whose folder is empty still; an earlier one of that session goes."""
        self.forget_where(lambda one: one.of_session == of_session)
        arrival = Arrival(
            secrets.token_hex(8), slug, name, self._folders.passing(), of_session, of_account
        )
        with self._lock:
            self._waiting[arrival.id] = arrival
            self._cancel[arrival.id] = self._later(LAST_SECONDS, partial(self.forget, arrival.id))
        return arrival

    def find(self, arrival_id: str, slug: str, of_session: bytes) -> Arrival | None:
        """One's own; None if it is gone."""
        found = self._waiting.get(arrival_id)
        if found is None or (found.slug, found.of_session) != (slug, of_session):
            return None
        return found

    def forget(self, arrival_id: str) -> None:
        """Remove one with its files."""
        self.forget_where(lambda one: one.id == arrival_id)

    def forget_where(self, wanted: Callable[[Arrival], bool]) -> None:
        """Remove those with their files."""
        with self._lock:
            going = [one for one in self._waiting.values() if wanted(one)]
            for one in going:
                del self._waiting[one.id]
                self._cancel.pop(one.id)()
        for one in going:
            self._folders.remove(one.folder)
