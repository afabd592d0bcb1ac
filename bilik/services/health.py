"""Whether a server can answer voters now: asked by the proxy every second, and told in one word.

There is nothing in the answer but that: no version, no reason, no name.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from threading import Lock

from sqlalchemy import select

from bilik.storage.database import Database
from bilik.storage.tables import elections

log = logging.getLogger(__name__)

YES, NO = "ya\n", "belum\n"
ALIVE_PATH, READY_PATH = "/sehat", "/sehat/siap"
"""This process answers; and it has all that it needs to answer voters."""
PATIENCE_SECONDS = 2.0
FRESH_SECONDS = 0.5

Check = Callable[[], object]
"""Asks something that is needed, and raises if it does not answer."""


class Health:
    """What one server needs, asked at most twice a second, however many want to know."""

    def __init__(
        self,
        checks: Sequence[Check],
        patience_seconds: float = PATIENCE_SECONDS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ready is a server whose ``checks`` all return within ``patience_seconds``."""
        self._checks = checks
        self._patience_seconds = patience_seconds
        self._seconds = seconds
        # One that hangs is not asked again before it comes back.
        self._asking = ThreadPoolExecutor(max(1, len(checks)), thread_name_prefix="health")
        self._lock = Lock()
        self._is_ready = False
        self._told = ""
        self._until = float("-inf")

    def is_ready(self) -> bool:
        """Whether all that is needed answers; waits no longer than the patience."""
        with self._lock:
            if self._seconds() >= self._until:
                self._is_ready = self._ask()
                self._until = self._seconds() + FRESH_SECONDS
            return self._is_ready

    def _ask(self) -> bool:
        asked = [self._asking.submit(check) for check in self._checks]
        end = self._seconds() + self._patience_seconds
        try:
            for one in asked:
                one.result(max(0.0, end - self._seconds()))
        except Late:
            self._tell("something does not answer in time")
        except Exception as error:
            self._tell(type(error).__name__)
        else:
            self._told = ""
            return True
        for one in asked:
            one.cancel()
        return False

    def _tell(self, reason: str) -> None:
        """Once for as long as it lasts: somebody asks every second."""
        if reason != self._told:
            self._told = reason
            log.warning("not ready: %s", reason)


def database_check(database: Database) -> Check:
    """Asks the database for something that every message needs."""

    def ask() -> None:
        with database.read() as connection:
            connection.execute(select(elections.c.id).limit(1)).first()

    return ask
