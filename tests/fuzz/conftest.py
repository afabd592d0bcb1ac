"""What the fuzzing rests on: real databases, and a look at every log record."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bilik import logs
from tests.databases import PostgresDatabases, postgres_server
from tests.fuzz.hostile import CANARY


class Overheard(logging.Handler):
    """Every record of this process, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def see_that_nothing_was_told(self) -> None:
        told = [line for line in self.lines if CANARY in line]
        assert not told, told[:3]
        failed = [line for line in self.lines if "a page failed" in line or "Traceback" in line]
        assert not failed, failed[:3]


@pytest.fixture
def overheard() -> Iterator[Overheard]:
    """The logs of the servers, in which nothing of what was sent may stand."""
    factory, root = logging.getLogRecordFactory(), logging.getLogger()
    level, hook = root.level, Overheard()
    logging.setLogRecordFactory(logs.discreet_record)
    root.addHandler(hook)
    root.setLevel(logging.DEBUG)
    yield hook
    root.removeHandler(hook)
    root.setLevel(level)
    logging.setLogRecordFactory(factory)
    hook.see_that_nothing_was_told()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresDatabases]:
    """PostgreSQL, which is the stricter one about texts."""
    with postgres_server() as server:
        yield PostgresDatabases(server)
