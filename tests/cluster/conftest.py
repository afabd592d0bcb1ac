"""One cluster for the whole room."""

from collections.abc import Iterator

import pytest

from tests.channels.platforms import Platforms, running
from tests.cluster.cluster import Cluster, start


@pytest.fixture(scope="session")
def platforms() -> Iterator[Platforms]:
    with running() as platforms:
        yield platforms


@pytest.fixture(scope="session")
def cluster(platforms: Platforms) -> Iterator[Cluster]:
    with start(platforms.settings()) as running:
        yield running
