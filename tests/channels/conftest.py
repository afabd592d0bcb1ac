"""One installation with all platforms, for all tests of channels."""

from collections.abc import Iterator

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
