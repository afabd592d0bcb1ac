import time
from hashlib import sha256
from pathlib import Path
from sqlite3 import Connection

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, select, text

from bilik.errors import BoxUnavailable, SettingsError
from bilik.services.outcomes import Kind
from bilik.services.record import credential_list
from bilik.services.sessions import Stage
from bilik.storage import patience
from bilik.storage.database import PATIENCE_SECONDS, Database
from bilik.storage.schema import MIGRATIONS, newest, upgrade
from bilik.storage.tables import elections, listed_credentials, metadata, records, voters
from tests.booth import Polling
from tests.databases import ONLY_SQLITE, Backend, locked


def configured() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def downgrade(database: Database, revision: str) -> None:
    config = configured()
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_migrations_lead_to_the_tables_as_they_are_declared(url: str) -> None:
    database = Database(url)
    upgrade(database)
    upgrade(database)
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


def test_the_newest_migration_is_the_one_that_alembic_takes_for_the_head(url: str) -> None:
    assert ScriptDirectory.from_config(configured()).get_heads() == [newest()]
    database = Database(url)
    upgrade(database)
    with database.read() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == newest()
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


def test_the_server_s_decryptions_move_to_the_table_of_all_trustees_and_back(
    tmp_path: Path,
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bilik.db'}")
    upgrade(database, "0004")
    before = [(1, b"bagian"), (2, None)]
    with database.write() as connection:
        for number, share in before:
            connection.exec_driver_sql(
                f"INSERT INTO elections VALUES ({number}, 'e-{number}', 'closed', '', NULL, '')"
            )
            connection.exec_driver_sql(
                "INSERT INTO records VALUES (?, x'01', x'02', x'03', x'04', ?, x'05')",
                (number, share),
            )
    upgrade(database, "0005")
    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM partial_decryptions").all()
    assert rows == [(1, 1, b"bagian")]
    downgrade(database, "0004")
    with database.read() as connection:
        query = "SELECT election_id, partial_decryption FROM records ORDER BY election_id"
        assert connection.exec_driver_sql(query).all() == before
    database.close()


def test_the_list_of_credentials_moves_to_rows_and_back(url: str) -> None:
    database = Database(url)
    upgrade(database)
    downgrade(database, "0009")
    content = b'["3","258","70000"]'
    with database.write() as connection:
        for number in (1, 2):
            connection.exec_driver_sql(
                f"INSERT INTO elections VALUES ({number}, 'e-{number}', 'closed', '', NULL, '')"
            )
            connection.execute(
                text(
                    "INSERT INTO records (election_id, election, trustees, credentials) "
                    "VALUES (:number, :any, :any, :list)"
                ),
                {"number": number, "any": b"1", "list": content if number == 1 else b"[]"},
            )
    upgrade(database)
    with database.read() as connection:
        rows = connection.execute(select(listed_credentials)).all()
        hashes = connection.execute(select(records.c.credentials_hash)).scalars().all()
        published = b"".join(credential_list(connection, 1))
        assert b"".join(credential_list(connection, 2)) == b"[]"
    assert [(row.election_id, int.from_bytes(row.public, "big")) for row in rows] == [
        (1, 3), (1, 258), (1, 70000),
    ]  # fmt: skip
    assert sorted(hashes) == sorted(sha256(one).hexdigest() for one in (content, b"[]"))
    assert published == content
    downgrade(database, "0009")
    with database.read() as connection:
        lists = connection.exec_driver_sql("SELECT credentials FROM records ORDER BY election_id")
        assert [bytes(one) for one in lists.scalars()] == [content, b"[]"]
    database.close()


def test_a_locked_database_is_unavailable_within_seconds(village: Polling) -> None:
    with locked(village.url):
        began = time.monotonic()
        with pytest.raises(BoxUnavailable):
            village.identify("web:1")
        assert time.monotonic() - began < 2 * PATIENCE_SECONDS


def test_what_nobody_waits_for_any_more_is_not_recorded(village: Polling) -> None:
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    with patience.until(time.monotonic()), pytest.raises(BoxUnavailable, match="TooLate"):
        village.booth.confirm("web:1", "ya", readback)
    assert village.desk.standing().ballots == 0
    with patience.until(time.monotonic() + 60):
        assert village.booth.confirm("web:1", "ya", readback).kind is Kind.RECORDED


@ONLY_SQLITE
def test_on_a_full_disk_nothing_is_recorded_and_with_room_again_all_goes_on(
    village: Polling,
) -> None:
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    most_pages = 1  # the file as it is, and not one more

    def limit(connection: Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {most_pages}")

    event.listen(village.database.engine, "checkout", limit)
    with pytest.raises(BoxUnavailable):
        village.booth.confirm("web:1", "ya", readback)
    assert village.booth.look("web:1").stage is Stage.CONFIRMING
    assert village.desk.standing().ballots == 0
    most_pages = 2**30
    assert village.booth.confirm("web:1", "ya", readback).kind is Kind.RECORDED


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
