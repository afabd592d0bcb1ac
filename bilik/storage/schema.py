"""The schema brought up to date, by Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import func, select

from bilik.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = int.from_bytes(b"bilik", "big")
"""PostgreSQL's name for the lock, any number that nobody else takes."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring an empty or older database to the present schema; the present one stays untouched.

    Of several processes that do it at once, one does, and the others wait for it.

    Raises:
        BoxUnavailable: the database does not answer.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.write() as connection:
        if connection.dialect.name == "postgresql":  # A write locks the whole of SQLite by itself.
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
