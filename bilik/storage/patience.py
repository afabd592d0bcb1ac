"""How long anybody waits for the database, and until when an act may still be recorded.

PostgreSQL gives up a statement by itself, but a server that hangs, or a line that has gone silent,
does not even do that: then the client must. And an act that nobody waits for any more must not be
recorded behind the back of a voter who has meanwhile been told that it was not.
"""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import psycopg2
from psycopg2 import extensions

ANSWER_SECONDS = 6
"""A little longer than the server's own time limits, whose errors tell more."""

_until: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def until(moment: float) -> Iterator[None]:
    """What is done within is awaited until that moment of :func:`time.monotonic`, and no longer."""
    before = _until.set(moment)
    try:
        yield
    finally:
        _until.reset(before)


def is_over() -> bool:
    """Whether nobody waits any more for what is being done."""
    moment = _until.get()
    return moment is not None and time.monotonic() > moment


class PatientConnection(extensions.connection):
    """A connection to PostgreSQL that waits for each answer for ``patience`` seconds.

    None is without end. After a wait in vain it is closed.
    """

    patience: float | None = ANSWER_SECONDS


def _wait(connection: extensions.connection) -> None:
    """Called by psycopg2 whenever it has to wait, in all threads."""
    patience = getattr(connection, "patience", None)
    end = None if patience is None else time.monotonic() + patience
    while (state := connection.poll()) != extensions.POLL_OK:
        poller = select.poll()
        is_reading = state == extensions.POLL_READ
        poller.register(connection.fileno(), select.POLLIN if is_reading else select.POLLOUT)
        left = None if end is None else max(0.0, end - time.monotonic()) * 1000
        if not poller.poll(left):
            raise psycopg2.OperationalError("no answer")


extensions.set_wait_callback(_wait)
