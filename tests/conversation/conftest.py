"""One installation for all conversations."""

from collections.abc import Iterator

import pytest

from tests.installation import Installation, start


@pytest.fixture(scope="session")
def bilik(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with start(tmp_path_factory.mktemp("installation")) as running:
        yield running
