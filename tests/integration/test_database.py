import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from bilik.errors import BoxUnavailable, SettingsError
from bilik.storage.database import PATIENCE_SECONDS, Database
from bilik.storage.schema import upgrade
from bilik.storage.tables import elections, metadata, voters
from tests.booth import Polling
from tests.databases import Backend, locked


def test_migrations_lead_to_the_tables_as_they_are_declared(url: str) -> None:
    database = Database(url)
    upgrade(database)
    upgrade(database)
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


def test_what_was_opened_before_credentials_is_closed_and_drafts_need_new_codes(
    backend: Backend,
) -> None:
    database = Database(backend.empty())
    upgrade(database, "0002")
    with database.write() as connection:
        for number, state in enumerate(("draft", "open", "paused", "tallied"), start=1):
            connection.exec_driver_sql(
                f"INSERT INTO elections VALUES ({number}, 'e-{number}', '{state}', '', NULL)"
            )
        connection.execute(
            voters.insert().values(
                id=1, election_id=1, nik_hash=b"1", nik_masked="3", name="Siti", tps="",
                code_verifier=b"2",
            )
        )  # fmt: skip
    upgrade(database)
    with database.read() as connection:
        rows = connection.execute(select(elections).order_by(elections.c.id)).all()
        code_verifier = connection.execute(select(voters.c.code_verifier)).scalar_one()
    assert [row.state for row in rows] == ["draft", "closed", "closed", "tallied"]
    assert len({row.uuid for row in rows}) == 4
    assert code_verifier is None
    database.close()


def test_a_locked_database_is_unavailable_within_seconds(village: Polling) -> None:
    with locked(village.url):
        began = time.monotonic()
        with pytest.raises(BoxUnavailable):
            village.identify("web:1")
        assert time.monotonic() - began < 2 * PATIENCE_SECONDS


def test_a_database_without_tables_is_unavailable_and_says_nothing_of_its_queries(
    backend: Backend,
) -> None:
    database = Database(backend.empty())
    with pytest.raises(BoxUnavailable) as caught, database.read() as connection:
        connection.exec_driver_sql("SELECT 'rahasia' FROM tidak_ada")
    assert "rahasia" not in str(caught.value)
    database.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "bukan url", "sqlite://"])
def test_an_url_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        Database(url)
