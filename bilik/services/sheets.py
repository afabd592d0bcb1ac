"""Spreadsheets row by row, whatever they were saved as, in memory that does not grow with them.

Text files: comma, semicolon or tab; UTF-8, UTF-16 with its mark (Excel's "Unicode Text"), or
Windows-1252. Excel's workbooks: the texts, and the values of formulas as they were last saved;
their table of texts is the one part that is kept whole.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from bilik.errors import BilikError, FileProblems, NotFound, Problem
from bilik.services.files import reason
from bilik.services.whole_files import replacing

_BLOCK = 1 << 20
_WHOLE_DIGITS = 15
"""A spreadsheet's number keeps so many digits; of a longer one the last are not what was typed."""
_MOST_ROWS = 1 << 20
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_SUSPECT_PART, _MOST_EXPANDED = 16 << 20, 100
"""Bytes of a workbook's part that may be many times as large as packed; a roll's tables are some
fifteen times, a bomb's a thousand times."""
_MOST_COLUMNS = 256
"""Columns beyond these are left out; a sheet's widest row would make every row that wide."""
_BAD_QUOTES = 'ada tanda kutip (") yang tidak berpasangan'

Row = tuple[int, list[str]]
"""A row's number as a spreadsheet shows it, from 1, and its cells as texts, stripped."""


@dataclass(frozen=True)
class Sheet:
    """A table: its name (empty in a text file), its rows, and about how many there are."""

    name: str
    rows: Iterator[Row]
    size: int


@contextmanager
def open_sheets(path: Path) -> Iterator[list[Sheet]]:
    """The tables in a file; one in a text file. Rows are read while they are asked for.

    Raises:
        NotFound: it cannot be read. BilikError: it is of another kind. FileProblems, from the rows:
        a line cannot be read.
    """
    try:
        with path.open("rb") as file:
            kind = file.read(4)
            file.seek(0)
            if kind.startswith(b"PK"):
                with _workbook(file, path) as sheets:
                    yield sheets
            elif kind == _OLD_EXCEL:
                raise BilikError(
                    f"Berkas {path} berformat Excel lama (.xls) atau berkata sandi. Buka di Excel "
                    "atau LibreOffice, lalu simpan sebagai .xlsx tanpa kata sandi."
                )
            else:
                yield [_text_table(file, path)]
    except OSError as error:
        raise NotFound(f"Berkas {path} tidak bisa dibaca: {reason(error)}.") from None


def _text_table(file: BinaryIO, path: Path) -> Sheet:
    encoding, lines = _encoding_of(file, path)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    first = text.readline()
    skipped = 0
    if (
        first.lower().startswith("sep=")
        and len(first.rstrip("\r\n")) == 5
        and first[4].isprintable()
    ):  # Excel's own note
        delimiter, skipped = first[4], 1
    else:
        text.seek(0)
        delimiter = _delimiter(text)
        text.seek(0)
    return Sheet("", _text_rows(text, delimiter, skipped, str(path)), lines)


def _text_rows(text: io.TextIOWrapper, delimiter: str, skipped: int, file: str) -> Iterator[Row]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    number = skipped
    try:
        for row in reader:
            number += 1
            yield number, [cell.strip() for cell in row[:_MOST_COLUMNS]]
    except csv.Error:
        raise FileProblems(file, [Problem(number + 1, _BAD_QUOTES)]) from None


def _encoding_of(file: BinaryIO, path: Path) -> tuple[str, int]:
    """What a text is written in, and how many lines it has; reads it through once.

    Raises:
        BilikError: it is no text.
    """
    start = file.read(4)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif start[1:2] == b"\0" or start[:1] == b"\0":
        encoding = "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
    else:
        encoding = "utf-8-sig"
    file.seek(0)
    lines, tail, is_utf8 = 0, b"", encoding == "utf-8-sig"
    while block := file.read(_BLOCK):
        lines += block.count(b"\n")
        if encoding == "utf-8-sig" and b"\0" in block:
            raise BilikError(
                f"Berkas {path} bukan CSV yang bisa dibaca. Simpan lagi dari Excel atau "
                "LibreOffice sebagai .xlsx, atau sebagai CSV UTF-8."
            )
        if is_utf8:
            is_utf8, tail = _goes_on_as_utf8(tail + block)
    if encoding == "utf-8-sig" and (not is_utf8 or tail):
        encoding = "cp1252"
    return encoding, max(lines, 1)


def _goes_on_as_utf8(block: bytes) -> tuple[bool, bytes]:
    """Whether it is UTF-8 so far, and the bytes of a character that is not complete yet."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError as error:
        tail = block[error.start :]
        return error.reason == "unexpected end of data" and len(tail) < 4, tail
    return True, b""


def _delimiter(text: io.TextIOWrapper) -> str:
    """What is between the cells of the first lines: titles above the table may hold commas."""
    first = [line for _, line in zip(range(20), text, strict=False)]
    return max(";\t,", key=lambda one: max((line.count(one) for line in first), default=0))


def write_texts(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write a new workbook whose cells are texts, for its owner's eyes only.

    Rows beyond what a sheet can hold are left out.

    Raises:
        BilikError: it exists already, or cannot be written.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    see_that_it_is_new(path)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Perbaikan")
    for row in islice(rows, _MOST_ROWS):
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
            cell.data_type = "s"  # never a formula
            cell.number_format = "@"  # as "Teks": what is typed there stays as it is
            cells.append(cell)
        sheet.append(cells)
    with replacing(path) as file:
        book.save(file)


def see_that_it_is_new(path: Path) -> None:
    """Nothing of that name is there.

    Raises:
        BilikError: there is.
    """
    if os.path.lexists(path):
        raise BilikError(f"Berkas {path} sudah ada. Pilih nama lain; yang lama tidak ditimpa.")


@contextmanager
def _workbook(file: BinaryIO, path: Path) -> Iterator[list[Sheet]]:
    from openpyxl import load_workbook  # a quarter of a second, which other commands need not pay

    # openpyxl lets through whatever its parts meet in a damaged workbook: errors of zip, XML and
    # numbers, and places in lists that are not there. What the disk says has a number.
    try:
        _see_that_it_is_no_bomb(file)
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise _no_workbook(path) from None
    try:
        yield [
            Sheet(str(one.title), _workbook_rows(one, path), one.max_row or 1)
            for one in book.worksheets
            if one.sheet_state == "visible"
        ]
    finally:
        book.close()


def _workbook_rows(sheet: Any, path: Path) -> Iterator[Row]:
    sheet.reset_dimensions()  # what programs write there is not always true
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    while True:
        try:
            number, row = next(rows)
        except StopIteration:
            return
        except Exception as error:
            if isinstance(error, OSError) and error.errno:
                raise
            raise _no_workbook(path) from None
        yield number, [_text_of(value) for value in row[:_MOST_COLUMNS]]


def _see_that_it_is_no_bomb(file: BinaryIO) -> None:
    """Look at what a workbook says of its parts, before any of them is unpacked.

    Raises:
        ValueError: a part is far larger than what it was packed from can have been.
    """
    with zipfile.ZipFile(file) as packed:
        for part in packed.infolist():
            if part.file_size > max(_SUSPECT_PART, _MOST_EXPANDED * part.compress_size):
                raise ValueError("a part is too large")
    file.seek(0)


def _no_workbook(path: Path) -> BilikError:
    return BilikError(
        f"Berkas {path} bukan .xlsx yang bisa dibaca. Buka di Excel atau LibreOffice, lalu simpan "
        "lagi sebagai .xlsx atau CSV."
    )


def _text_of(value: Any) -> str:
    """A cell as its text.

    A number that has lost digits looks as the spreadsheet shows it, ``3.32902E+15``, so that it
    cannot be taken for what was typed.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if abs(value) >= 10**_WHOLE_DIGITS:
            return f"{value:.5E}"
        return str(int(value)) if value == int(value) else str(value)
    if isinstance(value, (datetime, date)):
        return f"{value:%Y-%m-%d}"
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)
