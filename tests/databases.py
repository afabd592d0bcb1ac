"""Databases to test on: SQLite files, and databases of a real PostgreSQL server.

What differs between the two stands here, each as one function that takes the database's URL.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg2
import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.engine.url import make_url

from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from bilik.storage.tables import metadata

BACKENDS = ("sqlite", "postgresql")
ONLY_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""For a test of what is said, or of files, where the database makes no difference."""
ONLY_POSTGRES = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
_SCHEMA = "bilik_schema"


class Backend(Protocol):
    """A kind of database, and those that it has made."""

    def empty(self) -> str:
        """The URL of a database without tables."""

    def new(self) -> str:
        """The URL of a database for :func:`upgrade`, which may have its tables already."""

    def copy(self, url: str) -> str:
        """The URL of a copy; nobody may be connected to the one that is copied."""

    def drop(self) -> None:
        """Delete all that were made."""


class SQLiteFiles:
    """SQLite databases, each in a directory of its own. New ones have the tables already."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._numbers = count(1)

    def empty(self) -> str:
        directory = self._directory / f"basis-{next(self._numbers)}"
        directory.mkdir()
        return f"sqlite:///{directory}/bilik.db"

    def new(self) -> str:
        made = self.empty()
        sqlite_file(made).write_bytes(_sqlite_with_tables())
        return made

    def copy(self, url: str) -> str:
        made = self.empty()
        for file in sqlite_file(url).parent.glob("bilik.db*"):
            shutil.copy(file, sqlite_file(made).parent)
        return made

    def drop(self) -> None:
        for directory in self._directory.glob("basis-*"):
            shutil.rmtree(directory)


@cache
def _sqlite_with_tables() -> bytes:
    """A SQLite file with the tables and no rows; made once, since copying is faster."""
    with tempfile.TemporaryDirectory(prefix="bilik-sqlite-") as directory:
        database = Database(f"sqlite:///{directory}/bilik.db")
        upgrade(database)
        database.close()
        return (Path(directory) / "bilik.db").read_bytes()


class PostgresDatabases:
    """Databases of one PostgreSQL server. New ones have the tables already: copying is faster."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._made: list[str] = []

    def empty(self) -> str:
        return self.copy(self._server.url("template0"))

    def new(self) -> str:
        return self.copy(self._server.url(_SCHEMA))

    def copy(self, url: str) -> str:
        name = self._server.new_name()
        template = make_url(url).database
        # Copied file by file: the usual way writes all of it into the log, and takes half as long
        # again.
        self._server.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        self._made.append(name)
        return self._server.url(name)

    def drop(self) -> None:
        for name in self._made:
            self._server.run(f"DROP DATABASE {name} WITH (FORCE)")
        self._made.clear()


class PostgresServer:
    """A PostgreSQL server of the tests' own, reached by a Unix socket only.

    Run by root, it runs as a user of its own, since PostgreSQL refuses to run as root. It does not
    wait for the disk: tests kill processes, and cut no power.
    """

    def __init__(self, directory: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of XDG_RUNTIME_DIR, which not every machine sets
            import pgserver

            self._commands = pgserver
            self._server = pgserver.get_server(directory, cleanup_mode="stop")
        self._numbers = count(1)
        self.run("ALTER SYSTEM SET fsync = off")
        self.run("SELECT pg_reload_conf()")
        self.run(f"CREATE DATABASE {_SCHEMA}")
        database = Database(self.url(_SCHEMA))
        upgrade(database)
        database.close()

    def url(self, name: str) -> str:
        return str(self._server.get_uri(name))

    def new_name(self) -> str:
        return f"bilik_{next(self._numbers)}"

    def run(self, statement: str) -> None:
        """A statement about databases, outside any transaction."""
        with _postgres(self.url("postgres")) as cursor:
            cursor.execute(statement)

    def crash(self) -> None:
        """End all of its processes at once; nothing more is written."""
        self._control("-m", "immediate", "stop")

    def restart(self) -> None:
        """Ask it to end, which breaks off what is under way, and start it again."""
        self._control("-m", "fast", "stop")
        self.start()

    def start(self) -> None:
        """Start it again after :meth:`crash`; it mends itself from its log."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server.cleanup()

    @property
    def pids(self) -> list[int]:
        """Its first process, and those that this has made, one for each connection."""
        file = self._server.pgdata / "postmaster.pid"
        if not file.exists():
            return []
        first = int(file.read_text().split()[0])
        return [first, *_children(first)]

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """As long as this lasts, it takes connections and statements, and answers none."""
        stopped = self.pids
        for one in stopped:
            os.kill(one, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in stopped:
                os.kill(one, signal.SIGCONT)

    def new_database(self) -> str:
        """The URL of a database with the tables and no rows."""
        name = self.new_name()
        self.run(f"CREATE DATABASE {name} TEMPLATE {_SCHEMA} STRATEGY FILE_COPY")
        return self.url(name)

    def _control(self, *arguments: str) -> None:
        server = self._server
        self._commands.pg_ctl(list(arguments), pgdata=server.pgdata, user=server.system_user)


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                after_name = (entry / "stat").read_text().rpartition(")")[2]
            except OSError:
                continue  # it has ended meanwhile
            if int(after_name.split()[1]) == parent:
                found.append(int(entry.name))
    return found


@contextmanager
def postgres_server(within: Path | None = None) -> Iterator[PostgresServer]:
    """A server with an empty cluster, stopped and deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="bilik-postgresql-", dir=within) as directory:
        server = PostgresServer(Path(directory) / "data")
        try:
            yield server
        finally:
            server.stop()


def copy_rows(source: str, target: str) -> None:
    """Bring all rows into another database, of whatever kind, that has none yet.

    It numbers new ones as the other would.
    """
    old, new = Database(source), Database(target, statement_seconds=None)
    upgrade(new)
    if is_sqlite(target):
        _copy_file(sqlite_file(source), sqlite_file(target))
    else:
        _copy_each(old, new)
    old.close()
    new.close()


def _copy_file(source: Path, target: Path) -> None:
    """By SQLite itself, so that whoever has the target open sees it."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        assert new.execute("SELECT count(*) FROM elections").fetchone() == (0,)
        old.backup(new)


def _copy_each(old: Database, new: Database) -> None:
    with old.read() as reading, new.write() as writing:
        for table in metadata.sorted_tables:
            rows = [dict(row) for row in reading.execute(select(table)).mappings()]
            if not rows:
                continue
            writing.execute(insert(table), rows)
            for key in table.primary_key:
                if isinstance(rows[0][key.name], int):  # Of one that numbers nothing, it is null.
                    sequence = func.pg_get_serial_sequence(table.name, key.name)
                    writing.execute(select(func.setval(sequence, func.max(key))))


def sqlite_file(url: str) -> Path:
    """The file of a SQLite database."""
    return Path(url.removeprefix("sqlite:///"))


def is_sqlite(url: str) -> bool:
    """Whether the database is a SQLite file."""
    return url.startswith("sqlite:")


@contextmanager
def locked(url: str) -> Iterator[None]:
    """As long as this lasts, nobody else can read or write a voter's place."""
    if is_sqlite(url):
        other = sqlite3.connect(sqlite_file(url), isolation_level=None, timeout=30)
        other.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()
    else:
        with _postgres(url, autocommit=False) as cursor:
            cursor.execute("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
            yield


def on_disk(url: str) -> bytes:
    """All bytes that the database has on disk, its log included; first let go of it.

    PostgreSQL may store long values compressed, so its rows are added as they read. It keeps one
    log for all of its databases: what others left there is here too.
    """
    if is_sqlite(url):
        return b"".join(file.read_bytes() for file in sqlite_file(url).parent.glob("bilik.db*"))
    with _postgres(url) as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        (oid,) = cursor.fetchone()
        cursor.execute("SHOW data_directory")
        data = Path(cursor.fetchone()[0])
        pieces = []
        for table in metadata.tables:
            cursor.execute(f"SELECT * FROM {table}")
            pieces += [_as_bytes(value) for row in cursor.fetchall() for value in row]
    files = [*(data / "base" / str(oid)).iterdir(), *(data / "pg_wal").glob("0*")]
    return b"".join([*pieces, *(file.read_bytes() for file in files)])


def _as_bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, memoryview) else str(value).encode()


@contextmanager
def _postgres(url: str, autocommit: bool = True) -> Iterator[Any]:
    connection = psycopg2.connect(url)
    connection.autocommit = autocommit
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
