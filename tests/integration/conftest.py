from collections.abc import Iterator

import pytest

from tests.booth import Polling, set_up
from tests.elections import REGION, VILLAGE


@pytest.fixture
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Polling]:
    polling = set_up(tmp_path_factory.mktemp("village"), VILLAGE)
    yield polling
    polling.database.close()


@pytest.fixture
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Polling]:
    polling = set_up(tmp_path_factory.mktemp("region"), REGION)
    yield polling
    polling.database.close()
