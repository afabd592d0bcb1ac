from collections.abc import Iterator

import pytest

from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from tests.booth import Polling, set_up
from tests.crowds import Crowd, gather
from tests.databases import (
    BACKENDS,
    Backend,
    PostgresDatabases,
    PostgresServer,
    SQLiteFiles,
    postgres_server,
)
from tests.elections import REGION, VILLAGE


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests; it starts when the first needs it."""
    with postgres_server() as running:
        yield running


@pytest.fixture(params=BACKENDS)
def backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    """Databases of each kind in turn; who needs one kind only parametrizes it indirectly."""
    if request.param == "sqlite":
        made: Backend = SQLiteFiles(tmp_path_factory.mktemp("sqlite"))
    else:
        made = PostgresDatabases(request.getfixturevalue("postgres"))
    yield made
    made.drop()


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Crowd:
    """2,000 voters about to say *ya*; made once, for all who need many."""
    return gather(tmp_path_factory.mktemp("crowd"))


@pytest.fixture
def url(backend: Backend) -> str:
    """An empty database."""
    return backend.new()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """The same with its tables."""
    database = Database(url)
    upgrade(database)
    yield database
    database.close()


@pytest.fixture
def village(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Polling]:
    polling = set_up(tmp_path_factory.mktemp("village"), VILLAGE, url=backend.new())
    yield polling
    polling.database.close()


@pytest.fixture
def region(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Polling]:
    polling = set_up(tmp_path_factory.mktemp("region"), REGION, url=backend.new())
    yield polling
    polling.database.close()
