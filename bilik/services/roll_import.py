"""A voter roll from a spreadsheet: looked through first, then taken in wholly or not at all.

The file is read once into a spool (:mod:`bilik.storage.roll_spool`), where duplicates are found and
the election's own roll is compared with it. Only then is anything written, in one transaction. If
rows cannot stand, the file is read once more, to copy those rows into a file to correct.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection

from bilik.clock import ZONES
from bilik.domain.election import Election
from bilik.domain.identity import masked_nik
from bilik.domain.roll import (
    Columns,
    Oddity,
    RollEntry,
    RollReader,
    find_columns,
    is_numbering,
    missing_columns,
)
from bilik.domain.turnout import station_name
from bilik.errors import BilikError, FileProblems, Problem
from bilik.keys import Keys
from bilik.services.sheets import Row, Sheet, open_sheets, see_that_it_is_new, write_texts
from bilik.storage.roll_spool import RollSpool, Voter
from bilik.storage.tables import voters

Progress = Callable[[str, int, int], None]
"""Is told now and then what is being done, and how far it is, of how much."""

_TITLES_WITHIN = 30
"""The titles of the columns are looked for in so many rows: forms have a heading above them."""
_CHUNK = 5000
_SHOWN = 20
_KEPT_PROBLEMS = 1000
MISTAKES = "masalah"
LINE = "baris"


@dataclass(frozen=True)
class Warned:
    """What should be looked at again: in how many rows, and the first of their lines.

    ``lines`` is empty for what concerns the whole roll.
    """

    text: str
    count: int
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Correction:
    """One voter whose entry changes: masked NIK, and what it is before and after, in words."""

    nik: str
    before: str
    after: str


@dataclass(frozen=True)
class RollChange:
    """What an import does to the roll: how many voters come, change and stay as they are.

    ``missing`` voters are on the roll and not in the file; they stay. The first of the
    ``corrections`` are told, and what should be looked at again. ``places`` are the TPS as the
    file has them, each with how many voters it has there, to be compared with the list on paper; an
    empty one stands for voters of none.
    """

    added: int
    changed: int
    unchanged: int
    missing: int = 0
    corrections: tuple[Correction, ...] = field(default=(), compare=False)
    warnings: tuple[Warned, ...] = field(default=(), compare=False)
    places: tuple[tuple[str, int], ...] = field(default=(), compare=False)


class RollProblems(FileProblems):
    """Rows of a roll cannot stand; ``problems`` holds the first thousand mistakes.

    ``good`` rows could stand, ``bad`` ones cannot; ``to_correct`` is the file with the bad ones, if
    one was asked for.
    """

    def __init__(
        self,
        file: str,
        problems: Sequence[Problem],
        good: int,
        bad: int,
        warnings: tuple[Warned, ...] = (),
        to_correct: Path | None = None,
    ) -> None:
        """Keep what was found; the line shown names the first rows only."""
        super().__init__(file, problems)
        self.good = good
        self.bad = bad
        self.warnings = warnings
        self.to_correct = to_correct
        lines = [f"{file}: {bad} baris perlu diperbaiki, {good} baris sudah baik"]
        lines += [f"  {one}" for one in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append("  … dan yang lain")
        self.args = ("\n".join(lines),)


class Arrival:
    """A roll that was read and has no mistakes, ready to be compared and taken in."""

    def __init__(self, spool: RollSpool, warnings: tuple[Warned, ...]) -> None:
        """See :func:`arriving`."""
        self._spool = spool
        self._warnings = warnings

    def compared(self, connection: Connection, election_id: int) -> RollChange:
        """What it would change in an election's roll. Once only."""
        table = voters.c
        rows = connection.execute(
            select(table.nik_hash, table.nik_masked, table.name, table.tps, table.phone_hash)
            .where(table.election_id == election_id)
            .order_by(table.nik_hash)
            .execution_options(stream_results=True, max_row_buffer=_CHUNK)
        )
        self._spool.add_present(
            (bytes(row[0]), row[1], row[2], row[3], row[4] and bytes(row[4])) for row in rows
        )
        first = next(self._spool.changed(), [])[:_SHOWN]
        return RollChange(
            *self._spool.counts(),
            tuple(map(_correction, first)),
            self._warnings,
            tuple(self._spool.places()),
        )

    def write(
        self, connection: Connection, election_id: int, change: RollChange, progress: Progress
    ) -> None:
        """Take it in, as :meth:`compared` in the same transaction told."""
        done, of = 0, change.added + change.changed
        # In the order of their hashes: indexes grow at their end, and nothing tells who came when.
        for chunk in self._spool.added():
            _insert(connection, [(election_id, *voter) for voter in chunk])
            done += len(chunk)
            progress("Menyimpan", done, of)
        for chunk in self._spool.changed():
            connection.execute(
                _UPDATE,
                [
                    {
                        "of_election": election_id, "of_nik": row[0], "new_name": row[3],
                        "new_tps": row[5], "new_phone": row[7],
                    }
                    for row in chunk
                ],
            )  # fmt: skip
            done += len(chunk)
            progress("Menyimpan", done, of)


_COLUMNS = ("election_id", "nik_hash", "nik_masked", "name", "tps", "phone_hash")
_SQLITE_INSERT = f"INSERT INTO voters ({', '.join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?)"
_UPDATE = (
    update(voters)
    .where(
        voters.c.election_id == bindparam("of_election"), voters.c.nik_hash == bindparam("of_nik")
    )
    .values(name=bindparam("new_name"), tps=bindparam("new_tps"), phone_hash=bindparam("new_phone"))
)


def _insert(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    """Add voters, whose values stand in the order of ``_COLUMNS``."""
    if connection.dialect.name == "sqlite":
        # A fifth of an import would go into making the same tuples of dictionaries again.
        connection.exec_driver_sql(_SQLITE_INSERT, rows)
    else:
        connection.execute(insert(voters), [dict(zip(_COLUMNS, row, strict=True)) for row in rows])


@contextmanager
def arriving(
    path: Path,
    keys: Keys,
    election: Election,
    sheet: str | None = None,
    to_correct: Path | None = None,
    progress: Progress = lambda what, done, of: None,
) -> Iterator[Arrival]:
    """A roll read from a file, without a mistake; what it holds is forgotten afterwards.

    Raises:
        RollProblems: rows need mending; they stand in ``to_correct``, a new file, if that is given.
        FileProblems: the file is no roll. NotFound, BilikError: it cannot be read.
    """
    if to_correct:
        see_that_it_is_new(to_correct)
    with _table(path, sheet) as table, closing(RollSpool(table.columns.phone is not None)) as spool:
        reader = RollReader(table.columns, _voting_day(election), election.least_age)
        odd: Counter[Oddity] = Counter()
        examples: dict[Oddity, list[int]] = {one: [] for one in Oddity}
        read = 0
        try:
            for rows in _chunks(table.rows):
                _take_in(rows, table.columns, reader, keys, spool, odd, examples)
                read += len(rows)
                progress("Membaca", read, max(table.size, read))
        except FileProblems as error:
            spool.add_bad((one.line, one.text) for one in error.problems)
        spool.index()
        spool.add_bad(
            (line, f"NIK sama dengan baris {first}; hapus salah satu")
            for line, first in spool.twins()
        )
        bad, _ = spool.bad_counts()
        warnings = tuple(
            Warned(one.value, odd[one], tuple(examples[one])) for one in Oddity if odd[one]
        ) + _odd_places([place for place, _ in spool.places() if place])
        if bad:
            problems = [Problem(*one) for one in islice(spool.bad(), _KEPT_PROBLEMS)]
            if to_correct:
                _write_bad(path, table, spool, to_correct)
            good = max(0, read - bad)
            raise RollProblems(str(path), problems, good, bad, warnings, to_correct)
        if not read:
            nobody = "tidak ada satu pun pemilih di bawah judul kolom"
            raise FileProblems(str(path), [Problem(table.titles_at, nobody)])
        yield Arrival(spool, warnings)


def read_entries(path: Path, most: int) -> list[RollEntry]:
    """The voters in a small file; of a larger one, one more than ``most``.

    Raises:
        FileProblems: rows need mending, or the file is no roll. NotFound, BilikError: it cannot be
        read.
    """
    with _table(path) as table:
        reader = RollReader(table.columns)
        rows = [(line, reader.read(cells)) for line, cells in islice(table.rows, most + 1)]
        problems = [Problem(line, one) for line, row in rows for one in row.mistakes]
        if problems:
            raise FileProblems(str(path), problems)
        return [row.entry for _, row in rows if row.entry]


def entries_of(path: Path, size: int = _CHUNK) -> Iterator[list[RollEntry]]:
    """The voters in a file of whatever size, ``size`` at a time.

    Raises:
        FileProblems: rows need mending, or the file is no roll. NotFound, BilikError: it cannot be
        read.
    """
    with _table(path) as table:
        reader = RollReader(table.columns)
        problems: list[Problem] = []
        for rows in _chunks(table.rows, size):
            read = [(line, reader.read(cells)) for line, cells in rows]
            problems += [Problem(line, one) for line, row in read for one in row.mistakes]
            if len(problems) >= _KEPT_PROBLEMS:
                break
            if not problems:
                yield [row.entry for _, row in read if row.entry]
        if problems:
            raise FileProblems(str(path), problems[:_SHOWN])


@dataclass(frozen=True)
class _Table:
    """The part of a spreadsheet under the titles, without empty rows."""

    titles: Sequence[str]
    titles_at: int
    columns: Columns
    rows: Iterator[Row]
    size: int
    sheet: str


@contextmanager
def _table(path: Path, sheet: str | None = None) -> Iterator[_Table]:
    with open_sheets(path) as sheets:
        wanted = [one for one in sheets if sheet in (None, one.name)]
        if sheet is not None and not wanted:
            names = ", ".join(one.name for one in sheets)
            raise BilikError(f"Lembar `{sheet}` tidak ada di {path}. Yang ada: {names}.")
        found = [table for one in wanted if (table := _find_table(one))]
        if len(found) > 1:
            names = ", ".join(one.sheet for one in found)
            raise BilikError(
                f"Berkas {path} punya beberapa lembar berisi pemilih: {names}. Satukan menjadi "
                "satu lembar, atau sebut satu dengan `--lembar`."
            )
        if not found:
            raise FileProblems(str(path), _no_titles(wanted[0] if wanted else None, path))
        yield found[0]


def _find_table(sheet: Sheet) -> _Table | None:
    for line, cells in islice(sheet.rows, _TITLES_WITHIN):
        if columns := find_columns(cells):
            rows = _filled(sheet.rows)
            return _Table(cells, line, columns, rows, sheet.size, sheet.name)
    return None


def _filled(rows: Iterator[Row]) -> Iterator[Row]:
    filled = (row for row in rows if any(row[1]))
    first = next(filled, None)
    if first is not None and not is_numbering(first[1]):
        yield first
    yield from filled


def _no_titles(sheet: Sheet | None, path: Path) -> list[Problem]:
    """What to say of a file without a row of titles."""
    with open_sheets(path) as sheets:
        name = sheet.name if sheet else ""
        rows = next((one.rows for one in sheets if one.name == name), iter(()))
        titles = [(line, cells) for line, cells in islice(rows, _TITLES_WITHIN) if any(cells)]
    line, cells = min(titles, key=lambda one: len(missing_columns(one[1])), default=(1, []))
    return [
        Problem(
            line,
            f"kolom `{title}` tidak ada; di atas daftar harus ada judul kolom, misalnya "
            "nik,nama,no_hp,tps",
        )
        for title in missing_columns(cells)
    ]


def _chunks(rows: Iterator[Row], size: int = _CHUNK) -> Iterator[list[Row]]:
    """The rows in lists; what comes before an error is not lost with it."""
    chunk: list[Row] = []
    try:
        for row in rows:
            chunk.append(row)
            if len(chunk) == size:
                yield chunk
                chunk = []
    except FileProblems:
        yield chunk
        raise
    if chunk:
        yield chunk


def _take_in(
    rows: Sequence[Row],
    columns: Columns,
    reader: RollReader,
    keys: Keys,
    spool: RollSpool,
    odd: Counter[Oddity],
    examples: dict[Oddity, list[int]],
) -> None:
    """Read a chunk of rows into the spool, and count what is odd in them."""
    good: list[Voter] = []
    mistakes: list[tuple[int, str]] = []
    for line, cells in rows:
        row = reader.read(cells)
        entry = row.entry
        if entry is None:
            mistakes.extend((line, one) for one in row.mistakes)
            if row.nik:  # so that its twin is found
                good.append((line, keys.nik_hash(row.nik), None, None, None, None))
            continue
        for oddity in row.oddities:
            odd[oddity] += 1
            if len(examples[oddity]) < _SHOWN:
                examples[oddity].append(line)
        good.append(
            (
                line, keys.nik_hash(entry.nik), masked_nik(entry.nik), entry.name,
                entry.tps if columns.tps is not None else None,
                keys.phone_hash(entry.phone) if entry.phone else None,
            )
        )  # fmt: skip
    spool.add(good)
    spool.add_bad(mistakes)


def _odd_places(places: Sequence[str]) -> tuple[Warned, ...]:
    """TPS that are written in more than one way, ``3`` and ``03``."""
    by_form: dict[str, list[str]] = {}
    for place in places:
        by_form.setdefault(_form_of(place), []).append(place)
    return tuple(
        Warned(f"TPS yang mungkin sama ditulis berbeda: {', '.join(same)}", 1, ())
        for same in by_form.values()
        if len(same) > 1
    )


def _form_of(place: str) -> str:
    plain = "".join(one for one in place.casefold() if one.isalnum())
    return plain.removeprefix("tps").lstrip("0")


def _write_bad(path: Path, table: _Table, spool: RollSpool, to_correct: Path) -> None:
    """Copy the rows that cannot stand, with their lines and what is wrong with them.

    It is a workbook, whose cells are texts: in a CSV file a spreadsheet would spoil each NIK anew.
    """
    groups = groupby(spool.bad(), key=itemgetter(0))
    mistakes = ((line, "; ".join(one for _, one in found)) for line, found in groups)
    with _table(path, table.sheet or None) as again:
        write_texts(to_correct, _bad_rows(again, mistakes))


def _bad_rows(table: _Table, mistakes: Iterator[tuple[int, str]]) -> Iterator[Sequence[str]]:
    width = len(table.titles)
    yield [LINE, *table.titles, MISTAKES]
    line, text = next(mistakes, (0, ""))
    with suppress(FileProblems):  # where reading stopped the first time
        for at, cells in table.rows:
            if at == line:
                yield [str(line), *[*cells, *[""] * width][:width], text]
                line, text = next(mistakes, (0, ""))


def _voting_day(election: Election) -> date:
    return election.closes.astimezone(ZONES[election.zone]).date()


def _correction(row: Sequence[object]) -> Correction:
    """A row of :meth:`RollSpool.changed` in words."""
    _, masked, old_name, new_name, old_tps, new_tps, old_phone, new_phone = row
    before, after = [str(old_name)], [str(new_name)]
    if old_tps != new_tps:
        before.append(station_name(str(old_tps or "")))
        after.append(station_name(str(new_tps or "")))
    if old_phone != new_phone:
        before.append("nomor HP lama" if old_phone else "tanpa nomor HP")
        after.append("nomor HP baru" if new_phone else "tanpa nomor HP")
    return Correction(str(masked), ", ".join(before), ", ".join(after))
