"""One installation with all platforms, for all tests of channels."""

import sqlite3
from collections.abc import Callable, Iterator

import pytest

from tests.channels.platforms import Platforms, running
from tests.installation import Installation, start


@pytest.fixture(scope="session")
def platforms() -> Iterator[Platforms]:
    with running() as platforms:
        yield platforms


@pytest.fixture(scope="session")
def bilik(platforms: Platforms, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with start(tmp_path_factory.mktemp("installation"), settings=platforms.settings()) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_faults_left(platforms: Platforms) -> Iterator[None]:
    yield
    platforms.faults.clear()
    platforms.undeliverable.clear()


@pytest.fixture
def locked(bilik: Installation) -> Iterator[Callable[[], None]]:
    """The database is locked by somebody else until this is called."""
    file = bilik.village.url.removeprefix("sqlite:///")
    other = sqlite3.connect(file, isolation_level=None, timeout=30)
    other.execute("BEGIN EXCLUSIVE")

    def release() -> None:
        if other.in_transaction:
            other.execute("ROLLBACK")

    yield release
    release()
    other.close()
