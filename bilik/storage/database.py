"""One database: connections that answer or fail within seconds, and transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from bilik.errors import BoxUnavailable, SettingsError
from bilik.storage import patience

PATIENCE_SECONDS = 4
"""A lock or a connection is waited for so long; the voter must hear something within 10 seconds."""
_WRITES = "bilik_write"
# PostgreSQL's usual level shows each statement what was committed just before it.
_ONE_STATE = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """The database behind an URL. Nothing is opened before the first use."""

    def __init__(self, url: str, statement_seconds: int | None = PATIENCE_SECONDS) -> None:
        """Prepare for ``url``, SQLite or PostgreSQL.

        PostgreSQL gives a statement up after ``statement_seconds``. None, for the desk, lets those
        over a whole roll take as long as they take. A lock is waited for no longer either way. A
        server that does not even give up is given up itself, see :mod:`bilik.storage.patience`.

        Raises:
            SettingsError: the URL is of another kind.
        """
        self.engine = _engine(url, statement_seconds)
        is_sqlite = self.engine.dialect.name == "sqlite"
        self._reading = {} if is_sqlite else _ONE_STATE
        # SQLite has one writer at a time, and lets those that wait look again now and then: among
        # many, some never find it free. Threads of one process take turns instead.
        self._turns = Lock() if is_sqlite else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading, on one consistent state.

        Raises:
            BoxUnavailable: the database does not answer.
        """
        with self._guarded(), self.engine.connect() as connection:
            reading = connection.execution_options(**self._reading)
            with reading.begin():
                yield reading

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back by any exception.

        Raises:
            BoxUnavailable: the database does not answer, or not clearly; what was done is unknown.
                Or it took so long that nobody waits for it any more; then nothing was done.
        """
        with self._guarded(), self._turn(), self.engine.connect() as connection:
            writing = connection.execution_options(**{_WRITES: True})
            with writing.begin():
                yield writing
                if patience.is_over():
                    raise _unavailable("TooLate")

    def clean_up(self) -> bool:
        """Let nothing linger that was deleted; whether that could be done.

        SQLite's log still holds it until it is emptied. PostgreSQL keeps it until a full vacuum,
        for which voters of other elections would have to wait: that is left to whoever runs it.
        """
        if self._turns is None:
            return False
        with self._guarded(), self._turn():
            connection = self.engine.raw_connection()
            try:
                query = "PRAGMA wal_checkpoint(TRUNCATE)"
                (is_in_use, *_) = connection.execute(query).fetchone()
                return not is_in_use
            finally:
                connection.close()

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._turns is None:
            yield
            return
        if not self._turns.acquire(timeout=PATIENCE_SECONDS):
            raise _unavailable("TimeoutError")
        try:
            yield
        finally:
            self._turns.release()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except (DBAPIError, PoolTimeout) as error:
            raise _unavailable(type(getattr(error, "orig", None) or error).__name__) from None


def is_writing(connection: Connection) -> bool:
    """Whether it is of :meth:`Database.write`: what is looked at to be changed is locked there."""
    return bool(connection.get_execution_options().get(_WRITES))


def insert_into(connection: Connection, table: Table) -> Any:
    """An insert that can say what to do on a conflict, in the database's own dialect."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def to_column(instant: datetime) -> datetime:
    """An instant as the tables keep it: UTC without a zone."""
    return instant.astimezone(timezone.utc).replace(tzinfo=None)


def from_column(value: datetime) -> datetime:
    """The inverse of :func:`to_column`."""
    return value.replace(tzinfo=timezone.utc)


def _unavailable(reason: str) -> BoxUnavailable:
    return BoxUnavailable(
        f"Basis data tidak menjawab ({reason}). Periksa BILIK_DATABASE_URL dan apakah servernya "
        "menyala, lalu ulangi."
    )


def _engine(url: str, statement_seconds: int | None) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError("BILIK_DATABASE_URL tidak terbaca.") from None
    pool: dict[str, Any] = {
        "future": True, "hide_parameters": True, "poolclass": QueuePool, "pool_size": 8,
        "max_overflow": 8, "pool_timeout": PATIENCE_SECONDS,
    }  # fmt: skip
    kind = parsed.get_backend_name()
    if kind == "postgresql":
        statement, lock = (1000 * one for one in (statement_seconds or 0, PATIENCE_SECONDS))
        engine = create_engine(
            parsed,
            pool_pre_ping=True,
            connect_args={
                "connection_factory": patience.PatientConnection,
                "options": f"-c statement_timeout={statement} -c lock_timeout={lock}",
            },
            **pool,
        )
        if statement_seconds is None:
            event.listen(engine, "connect", _wait_as_long_as_it_takes)
        return engine
    if kind != "sqlite" or not parsed.database:
        raise SettingsError("BILIK_DATABASE_URL harus sqlite:///BERKAS atau postgresql://…")
    try:
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise SettingsError("Folder di BILIK_DATABASE_URL tidak bisa dibuat.") from None
    engine = create_engine(
        parsed,
        connect_args={"timeout": PATIENCE_SECONDS, "check_same_thread": False},
        **pool,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _wait_as_long_as_it_takes(connection: Any, _record: Any) -> None:
    connection.patience = None


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transactions begin too late for a consistent read; see _begin_sqlite.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: two that read first and write later would both fail.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing(connection) else "BEGIN")
