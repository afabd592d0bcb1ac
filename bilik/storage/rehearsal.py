"""A database on which everything can be tried, and nothing stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from bilik.storage.database import Database


class RehearsalDatabase(Database):
    """A database whose every transaction, within :meth:`rehearsing`, is undone at its end.

    For one thread: all of them share one connection.
    """

    def __init__(self, url: str) -> None:
        """Like any database, until :meth:`rehearsing`."""
        super().__init__(url)
        self._connection: Connection | None = None

    @contextmanager
    def rehearsing(self) -> Iterator[None]:
        """Whatever is written meanwhile can be read meanwhile, and is gone afterwards."""
        with super().write() as connection:
            self._connection = connection
            try:
                yield
            finally:
                self._connection = None
                # With nothing left to commit, the disk is not waited for.
                connection.get_transaction().rollback()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """See the parent class."""
        if self._connection is not None:
            yield self._connection
            return
        with super().read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """See the parent class."""
        if self._connection is not None:
            with self._connection.begin_nested():
                yield self._connection
            return
        with super().write() as connection:
            yield connection
