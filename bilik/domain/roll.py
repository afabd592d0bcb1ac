"""The voter roll as spreadsheets save it: CSV with sensible headers, read all or not at all."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bilik.domain.identity import NIK_DIGITS
from bilik.errors import FileProblems, Problem

_HEADERS = {
    "nik": "nik no_nik nomor_nik nonik no_ktp nomor_ktp nomor_induk_kependudukan",
    "name": "nama nama_lengkap nama_pemilih name",
    "phone": "no_hp hp nomor_hp no_wa wa whatsapp telepon no_telepon telp no_telp nohp phone",
    "tps": "tps no_tps nomor_tps rt rt_rw",
}
_COLUMN = {variant: field for field, variants in _HEADERS.items() for variant in variants.split()}


@dataclass(frozen=True)
class RollEntry:
    """One voter: NIK of 16 digits, name, TPS (may be empty), telephone in E.164 (may be empty)."""

    nik: str
    name: str
    tps: str = ""
    phone: str = ""

    def __repr__(self) -> str:
        """Without its contents, so that none reaches a log."""
        return "RollEntry(…)"


def read_roll(content: bytes, file: str) -> list[RollEntry]:
    """Read a whole roll from CSV: comma, semicolon or tab; UTF-8 or Windows-1252.

    Raises:
        FileProblems: with every row that needs mending; then nothing is read.
    """
    text = _decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header = next(reader, [])
    columns: dict[str | None, int] = {}
    for at, title in enumerate(header):
        field = _COLUMN.get(_plain(title))
        if field not in columns or _plain(title) == "tps":  # "tps" goes before "rt"
            columns[field] = at
    problems = [
        Problem(1, f"kolom `{title}` tidak ada; baris pertama harus berisi judul kolom, "
                "misalnya nik,nama,no_hp,tps")
        for field, title in (("nik", "nik"), ("name", "nama"))
        if field not in columns
    ]  # fmt: skip
    if problems:
        raise FileProblems(file, problems)
    entries: list[RollEntry] = []
    try:
        entries.extend(_entries(reader, columns, problems))
    except csv.Error:
        problems.append(Problem(reader.line_num, 'ada tanda kutip (") yang tidak berpasangan'))
    if not entries and not problems:
        problems.append(Problem(1, "tidak ada satu pun pemilih di bawah judul kolom"))
    if problems:
        raise FileProblems(file, problems)
    return entries


def _entries(
    reader: Any, columns: dict[str | None, int], problems: list[Problem]
) -> Iterator[RollEntry]:
    first_seen: dict[str, int] = {}
    for row in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in row):
            continue
        cell = {
            field: row[at].strip() if at < len(row) else ""
            for field, at in columns.items()
            if field is not None
        }
        nik = re.sub(r"[\s.'’-]", "", cell["nik"])
        mistakes = []
        if re.fullmatch(r"\d[.,]?\d*E\+?\d+", nik, re.IGNORECASE):
            mistakes.append("NIK rusak oleh spreadsheet (seperti 3,32E+15); ubah kolomnya ke Teks")
        elif not (nik.isascii() and nik.isdigit() and len(nik) == NIK_DIGITS):
            mistakes.append(f"NIK harus {NIK_DIGITS} angka, yang tertulis {len(nik)} tanda")
        elif nik in first_seen:
            mistakes.append(f"NIK sama dengan baris {first_seen[nik]}; hapus salah satu")
        if not cell["name"]:
            mistakes.append("nama belum diisi")
        elif re.search(r"\d{6}|[\r\n]", cell["name"]):
            mistakes.append("nama berisi angka atau baris lain; periksa tanda kutip di baris ini")
        phone = normal_phone(cell.get("phone", ""))
        if phone is None:
            mistakes.append("nomor HP tidak terbaca; tulis seperti 081234567890 atau kosongkan")
        first_seen.setdefault(nik, line)
        if mistakes:
            problems.extend(Problem(line, mistake) for mistake in mistakes)
        else:
            yield RollEntry(nik, " ".join(cell["name"].split()), cell.get("tps", ""), phone or "")


def normal_phone(text: str) -> str | None:
    """An Indonesian mobile number in E.164 (``+62812…``); empty stays empty, None if unreadable."""
    digits = re.sub(r"[\s().+'-]", "", text)
    if not digits:
        return ""
    if not (digits.isascii() and digits.isdigit()):
        return None
    national = digits.removeprefix("62").removeprefix("0")
    return f"+62{national}" if national.startswith("8") and 9 <= len(national) <= 12 else None


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _plain(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.strip().lower()).strip("_")
