"""The files of `bilik roll codes`, read for printing; a spreadsheet may have saved them since."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bilik.domain import crockford, voting_code
from bilik.domain.identity import NIK_DIGITS
from bilik.errors import FileProblems, Problem

VOTERS_HEADER = ("nama", "tps", "nik", "kode_undangan")
SPARES_HEADER = ("nomor_cadangan", "kode_undangan")

MOST_DIGITS = 6
"""Of a spare letter's number."""
_LONGEST_NUMBER = 18
_MASKED_NIK = re.compile(rf"(?=.{{{NIK_DIGITS}}}$)\d+\*+\d+")


@dataclass(frozen=True)
class Invitation:
    """What one letter says: to a voter, or to nobody yet if it is the ``spare`` of that number.

    ``nik`` is masked. ``line`` is where it stands in its file.
    """

    code: str
    name: str = ""
    tps: str = ""
    nik: str = ""
    spare: int | None = None
    line: int = 0

    def __repr__(self) -> str:
        """Without its contents, so that none reaches a log."""
        return f"Invitation(line={self.line})"


def read_code_file(rows: Iterator[tuple[int, list[str]]], file: str) -> list[Invitation]:
    """Read a whole table of codes, of voters or of spares: numbered rows, their cells as texts.

    Raises:
        FileProblems: with every row that needs mending; then nothing is read.
    """
    _, first = next(rows, (1, []))
    titles = [title.lower() for title in first]
    if not (set(titles) >= set(VOTERS_HEADER) or set(titles) >= set(SPARES_HEADER)):
        raise FileProblems(file, [Problem(1, _NO_CODE_FILE)])
    problems: list[Problem] = []
    found = list(_invitations(titles, rows, problems))
    if not found and not problems:
        problems.append(Problem(1, "tidak ada satu pun kode di bawah judul kolom"))
    if problems:
        raise FileProblems(file, problems)
    return found


_NO_CODE_FILE = (
    f"ini bukan berkas kode; judul kolomnya {','.join(VOTERS_HEADER)}, atau "
    f"{','.join(SPARES_HEADER)} untuk surat cadangan. Pakai berkas dari `bilik roll codes`"
)


def by_place(invitations: Iterable[Invitation]) -> list[Sequence[Invitation]]:
    """The letters of each TPS in the order of names, TPS after TPS; spares by their numbers."""
    ordered = sorted(
        invitations,
        key=lambda one: (_natural(one.tps), one.spare or 0, one.name.casefold(), one.nik),
    )
    return [list(group) for _, group in groupby(ordered, key=lambda one: one.tps)]


def _invitations(
    titles: Sequence[str], rows: Iterable[tuple[int, list[str]]], problems: list[Problem]
) -> Iterator[Invitation]:
    first_seen: dict[str, int] = {}
    of_spare = "nomor_cadangan" in titles
    for line, cells in rows:
        cell = {title: " ".join(value.split()) for title, value in zip(titles, cells, strict=False)}
        if not any(cell.values()):
            continue
        code = crockford.read(cell.get("kode_undangan", "")) or ""
        number = cell.get("nomor_cadangan", "")
        mistakes = []
        if not voting_code.is_valid(code):
            mistakes.append("kode undangan rusak; pakai berkas yang asli dari `bilik roll codes`")
        elif code in first_seen:
            mistakes.append(f"kode undangan sama dengan baris {first_seen[code]}; hapus salah satu")
        if of_spare and not (number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS):
            mistakes.append("nomor cadangan harus angka")
        if not of_spare and not cell.get("nama"):
            mistakes.append("nama belum diisi")
        if not of_spare and not _MASKED_NIK.fullmatch(cell.get("nik", "")):
            mistakes.append("NIK harus tersamar seperti di berkas yang asli, 332901********01")
        first_seen.setdefault(code, line)
        if mistakes:
            problems.extend(Problem(line, mistake) for mistake in mistakes)
        elif of_spare:
            yield Invitation(code, spare=int(number), line=line)
        else:
            yield Invitation(code, cell["nama"], cell.get("tps", ""), cell["nik"], line=line)


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """For sorting: ``TPS 2`` goes before ``TPS 10``."""
    pieces = re.findall(r"\d+|\D+", text.casefold())
    return tuple(
        (0, int(one), "") if one.isdecimal() and len(one) <= _LONGEST_NUMBER else (1, 0, one)
        for one in pieces
    )
