"""The rows of a database as lines of JSON, and lines of JSON as rows of another database.

Either may be SQLite or PostgreSQL. Rows come in the order of their keys, never in that in which
they were written: PostgreSQL would give ballots in the order of the casts.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, LargeBinary, Table, func, insert, select
from sqlalchemy.engine import Connection

from bilik.errors import InvalidRecord

ROWS_AT_ONCE = 200

Change = Callable[[dict[str, Any]], "dict[str, Any] | None"]
"""What becomes of a row before it is written; None leaves it out."""


def lines_of(connection: Connection, tables: Sequence[tuple[Table, Change]]) -> Iterator[bytes]:
    """Each table's name and columns as one line, each of its rows as another."""
    for table, change in tables:
        columns = list(table.columns)
        yield _line({"table": table.name, "columns": [one.name for one in columns]})
        rows = connection.execute(
            select(table)
            .order_by(*table.primary_key.columns)
            .execution_options(stream_results=True, max_row_buffer=ROWS_AT_ONCE)
        )
        for row in rows.mappings():
            changed = change(dict(row))
            if changed is not None:
                yield _line([_told(changed[one.name]) for one in columns])


class Filler:
    """Puts lines into the tables of an empty database, in the transaction of a connection."""

    def __init__(self, connection: Connection, tables: Sequence[Table]) -> None:
        """``tables`` are those that may be filled, in an order that foreign keys allow."""
        self._connection = connection
        self._tables = {table.name: table for table in tables}
        self._columns: list[Any] = []
        self._waiting: list[dict[str, Any]] = []
        self._table: Table | None = None
        self.rows: dict[str, int] = {}

    def take(self, content: Any) -> None:
        """One line, as JSON reads it.

        Raises:
            InvalidRecord: it is neither a table that may be filled nor a row of the last one named.
        """
        if isinstance(content, dict):
            self.flush()
            table = self._tables.get(str(content.get("table")))
            if table is None or table.name in self.rows:
                raise InvalidRecord("tabelnya tidak dikenal")
            if content.get("columns") != [one.name for one in table.columns]:
                raise InvalidRecord("kolomnya tidak dikenal")
            self._table, self._columns = table, list(table.columns)
            self.rows[table.name] = 0
            return
        if self._table is None or not isinstance(content, list):
            raise InvalidRecord("barisnya tidak terbaca")
        try:
            row = {
                one.name: _read(one.type, value)
                for one, value in zip(self._columns, content, strict=True)
            }
        except (ValueError, TypeError):
            raise InvalidRecord("barisnya tidak terbaca") from None
        self._waiting.append(row)
        self.rows[self._table.name] += 1
        if len(self._waiting) >= ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what has been taken."""
        if self._waiting and self._table is not None:
            self._connection.execute(insert(self._table), self._waiting)
        self._waiting = []

    def count_on(self) -> None:
        """Let PostgreSQL number new rows after those that are there now; SQLite does by itself."""
        if self._connection.dialect.name != "postgresql":
            return
        for table in self._tables.values():
            number, *others = table.primary_key.columns
            if others:
                continue
            query = select(func.pg_get_serial_sequence(table.name, number.name))
            if (sequence := self._connection.execute(query).scalar()) is not None:
                last = select(func.coalesce(func.max(number), 0) + 1).scalar_subquery()
                self._connection.execute(select(func.setval(sequence, last, False)))


def _line(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _told(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def _read(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value
