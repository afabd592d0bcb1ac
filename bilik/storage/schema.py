"""The schema brought up to date, by Alembic."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, inspect, select, table
from sqlalchemy.engine import Connection
from sqlalchemy.sql import column

from bilik.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = int.from_bytes(b"bilik", "big")
"""PostgreSQL's name for the lock, any number that nobody else takes."""
_OTHERS_SECONDS = 60
"""So long one process waits for another that makes the tables."""
_VERSION = table("alembic_version", column("version_num"))


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring an empty or older database to the present schema; the present one stays untouched.

    Of several processes that do it at once, one does, and the others wait for it.

    Raises:
        BoxUnavailable: the database does not answer.
    """
    if revision == "head":
        with database.read() as connection:
            if _stands_at(connection) == newest():
                return
    with database.write() as connection:
        if connection.dialect.name == "postgresql":  # A write locks the whole of SQLite by itself.
            # Whoever is at it may take longer than a voter's patience; a table that is in use is
            # waited for no longer than ever.
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_OTHERS_SECONDS}s'")
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            connection.exec_driver_sql("SET LOCAL lock_timeout = DEFAULT")
        _migrate(connection, revision)


def newest() -> str:
    """The newest revision, by the numbers that the migrations' files begin with."""
    return max(file.name for file in (MIGRATIONS / "versions").glob("*.py")).split("_")[0]


def _stands_at(connection: Connection) -> str | None:
    """The revision of a database; None for one without tables."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(select(_VERSION)).scalar()
    return found


def _migrate(connection: Connection, revision: str) -> None:
    # Alembic is a third of what the command imports, and most calls have nothing to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
