"""Where a voter roll waits while it is read: a SQLite database of its own, on disk, without a name.

The roll's file is read and compared here before anything is done to the election's database, which
nobody has to wait for meanwhile. Memory stays the same for a hundred voters or a million. SQLite
unlinks the file as soon as it has opened it: nothing of it is left, whatever happens.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

_CACHE_KIB = 16 * 1024
_CHUNK = 5000
_TABLES = """
CREATE TABLE arriving (
    line INTEGER PRIMARY KEY, nik_hash BLOB NOT NULL, nik_masked TEXT, name TEXT, tps TEXT,
    phone_hash BLOB
);
CREATE TABLE present (
    nik_hash BLOB PRIMARY KEY, nik_masked TEXT, name TEXT, tps TEXT, phone_hash BLOB
) WITHOUT ROWID;
CREATE TABLE bad (line INTEGER NOT NULL, mistake TEXT NOT NULL);
"""
_TWINS = """
SELECT line, first FROM (
    SELECT line, min(line) OVER (PARTITION BY nik_hash) AS first FROM arriving
) WHERE line > first ORDER BY line
"""
_CHANGED = """
FROM arriving AS new JOIN present AS old USING (nik_hash)
WHERE new.name <> old.name OR new.tps IS NOT NULL AND new.tps <> old.tps
    OR :phones AND new.phone_hash IS NOT old.phone_hash
"""

Voter = tuple[int, bytes, "str | None", "str | None", "str | None", "bytes | None"]
"""Line, keyed NIK hash, masked NIK, name, TPS and keyed telephone hash; of a row that cannot stand
the first two."""


class RollSpool:
    """Voters of a file, rows of it that cannot stand, and the voters that an election has.

    A TPS of None, and telephone numbers without ``phones``, stand in no column of the file: then
    the voters keep what they have.
    """

    def __init__(self, phones: bool) -> None:
        """An empty one."""
        self._phones = phones
        self._database = sqlite3.connect("", isolation_level=None)
        for pragma in (f"cache_size=-{_CACHE_KIB}", "journal_mode=OFF", "synchronous=OFF"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")  # one for all: nothing here outlives the process

    def close(self) -> None:
        """Forget all of it."""
        self._database.close()

    def add(self, voters: Iterable[Voter]) -> None:
        """Take voters in."""
        self._database.executemany("INSERT INTO arriving VALUES (?, ?, ?, ?, ?, ?)", voters)

    def add_bad(self, mistakes: Iterable[tuple[int, str]]) -> None:
        """Note what is wrong in which line."""
        self._database.executemany("INSERT INTO bad VALUES (?, ?)", mistakes)

    def index(self) -> None:
        """Once all voters are in: sort them by their NIK's hash."""
        self._database.execute("CREATE INDEX by_nik ON arriving (nik_hash)")

    def twins(self) -> Iterator[tuple[int, int]]:
        """Each line whose NIK stands in an earlier one, and the first such line."""
        yield from self._database.execute(_TWINS)

    def bad(self) -> Iterator[tuple[int, str]]:
        """What :meth:`add_bad` noted, by line."""
        yield from self._database.execute("SELECT line, mistake FROM bad ORDER BY line, rowid")

    def bad_counts(self) -> tuple[int, int]:
        """How many lines have mistakes, and how many mistakes there are."""
        query = "SELECT count(DISTINCT line), count(*) FROM bad"
        lines, mistakes = self._database.execute(query).fetchone()
        return int(lines), int(mistakes)

    def add_present(self, voters: Iterable[Sequence[Any]]) -> None:
        """Take in the election's voters, sorted: NIK hash, masked NIK, name, TPS, phone hash."""
        rows = iter(voters)
        while chunk := list(islice(rows, _CHUNK)):
            self._database.executemany("INSERT INTO present VALUES (?, ?, ?, ?, ?)", chunk)

    def counts(self) -> tuple[int, int, int, int]:
        """How many voters come, change, stay as they are, and are not in the file."""
        everyone = self._one("SELECT count(*) FROM arriving")
        there = self._one("SELECT count(*) FROM arriving JOIN present USING (nik_hash)")
        changed = self._one(f"SELECT count(*) {_CHANGED}")
        present = self._one("SELECT count(*) FROM present")
        return everyone - there, changed, there - changed, present - there

    def added(self) -> Iterator[list[tuple[Any, ...]]]:
        """Voters that the election does not have, by NIK hash, in chunks.

        Columns: NIK hash, masked NIK, name, TPS, telephone hash.
        """
        return self._chunks(
            "SELECT nik_hash, nik_masked, name, coalesce(tps, ''), phone_hash FROM arriving "
            "WHERE nik_hash NOT IN (SELECT nik_hash FROM present) ORDER BY nik_hash"
        )

    def changed(self) -> Iterator[list[tuple[Any, ...]]]:
        """Voters who are no longer as the election has them, by NIK hash, in chunks.

        Columns: NIK hash, masked NIK, name before and now, TPS before and now, telephone hash
        before and now.
        """
        return self._chunks(
            "SELECT nik_hash, old.nik_masked, old.name, new.name, old.tps, "
            "coalesce(new.tps, old.tps), old.phone_hash, "
            "CASE WHEN :phones THEN new.phone_hash ELSE old.phone_hash END "
            f"{_CHANGED} ORDER BY nik_hash"
        )

    def missing(self) -> Iterator[list[tuple[Any, ...]]]:
        """Voters of the election who are not in the file, in chunks: masked NIK, name, TPS."""
        return self._chunks(
            "SELECT nik_masked, name, tps FROM present "
            "WHERE nik_hash NOT IN (SELECT nik_hash FROM arriving) ORDER BY tps, name"
        )

    def places(self) -> list[tuple[str, int]]:
        """The TPS in the file, each with how many voters it has there; none without the column."""
        query = "SELECT tps, count(*) FROM arriving WHERE tps IS NOT NULL GROUP BY tps ORDER BY tps"
        return list(self._database.execute(query))

    def _one(self, query: str) -> int:
        return int(self._database.execute(query, {"phones": self._phones}).fetchone()[0])

    def _chunks(self, query: str) -> Iterator[list[tuple[Any, ...]]]:
        cursor = self._database.execute(query, {"phones": self._phones})
        while chunk := cursor.fetchmany(_CHUNK):
            yield chunk
