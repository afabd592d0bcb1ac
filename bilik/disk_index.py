"""An index that need not fit into memory: keys with a number each, on disk, in a file without name.

Of a million voters or ballots no list is kept in memory. SQLite unlinks the file as soon as it has
opened it, so nothing of it is left, whatever happens; what is small is never written at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

_CACHE_KIB = 1024

Key = bytes | int
"""Keys of one index are all of one kind."""


class DiskIndex:
    """Numbers by key."""

    def __init__(self) -> None:
        """An empty one."""
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in (f"cache_size=-{_CACHE_KIB}", "journal_mode=OFF", "synchronous=OFF"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE entries (key PRIMARY KEY, number) WITHOUT ROWID")
        self._database.execute("BEGIN")  # one for all: nothing here outlives the process
        self._length = 0

    def __len__(self) -> int:
        """How many keys there are."""
        return self._length

    def __contains__(self, key: Key) -> bool:
        """Whether a key is there."""
        return self.get(key) is not None

    def __iter__(self) -> Iterator[Key]:
        """All keys in order; nothing may be changed meanwhile."""
        for (key,) in self._database.execute("SELECT key FROM entries ORDER BY key"):
            yield key

    def add(self, key: Key, number: int = 0) -> bool:
        """Take in a key that is not there yet; whether it was not."""
        statement = "INSERT OR IGNORE INTO entries VALUES (?, ?)"
        added = self._database.execute(statement, (key, number)).rowcount > 0
        self._length += added
        return added

    def get(self, key: Key) -> int | None:
        """The number of a key; None if it is not there."""
        query = "SELECT number FROM entries WHERE key = ?"
        row = self._database.execute(query, (key,)).fetchone()
        return int(row[0]) if row else None

    def change(self, key: Key, number: int) -> None:
        """Give another number to a key that is there."""
        self._database.execute("UPDATE entries SET number = ? WHERE key = ?", (number, key))

    def remove(self, key: Key) -> bool:
        """Take a key out; whether it was there."""
        statement = "DELETE FROM entries WHERE key = ?"
        removed = self._database.execute(statement, (key,)).rowcount > 0
        self._length -= removed
        return removed
