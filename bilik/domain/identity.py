"""NIK and voting code found in whatever words a voter wraps around them.

A NIK (*nomor induk kependudukan*, UU 23/2006) has 16 digits: 6 of the district of registration, 6
of the birth date with 40 added to the day for women, 4 of a serial number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bilik.domain import crockford, voting_code
from bilik.domain.everyday import is_everyday
from bilik.domain.receipt import find_receipt, is_like_receipt
from bilik.domain.words import clean, spelled

NIK_DIGITS = 16
YOUNG = 25
"""Voters younger than this many years are addressed as *Kak*."""

_NIK = re.compile(r"(?<![\dA-Za-z])(?:\d[ .\-]?){15}\d(?![\dA-Za-z])")
_LONG_NUMBER = re.compile(r"(?<![\dA-Za-z])(?<![\dA-Za-z]-)\d[\d .\-]{10,30}\d(?!-?[\dA-Za-z])")
_CHUNK = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")
_WORD_WITH_NUMBER = re.compile(r"[a-z]{3,}\d{1,2}[a-z]*", re.IGNORECASE)
"""``nomor3aja``, ``boong2an``: no code looks like that, see :mod:`bilik.domain.voting_code`."""
_MIXED = re.compile(r"(?=.*\d)(?=.*[A-Za-z]).*")
_TURNS = re.compile(r"(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)")
_PRINTED = re.compile(r"\w{3}-\w{3}-\w{3}")
_SHAPES = ((3, 3, 3), (3, 6), (6, 3), (4, 5), (5, 4), (4, 4, 1), (1,) * voting_code.SYMBOLS)
"""How a code is typed in pieces."""
CODE_MARKERS = {"kode", "kodenya", "undangan", "undangannya", "kd", "code", "kodenye", "kodene"}


@dataclass(frozen=True)
class Credentials:
    """What a message holds of an identity; either part may be missing.

    ``odd_digits`` is the number of digits of something that looks like a NIK of the wrong length.
    ``code_slip`` says that something was meant as a voting code, which it cannot be.
    """

    nik: str | None = None
    code: str | None = None
    odd_digits: int | None = None
    code_slip: bool = False

    def __repr__(self) -> str:
        """Without its contents, so that none reaches a log."""
        return f"Credentials(nik={self.nik is not None}, code={self.code is not None})"


def find_credentials(text: str) -> Credentials:
    """Find NIK and voting code in a message, in any order, with any words around them."""
    plain = clean(text)
    match = _NIK.search(plain)
    nik = re.sub(r"\D", "", match.group()) if match else None
    rest = plain.replace(match.group(), " . ") if match else plain
    odd_digits = None
    if nik is None and (number := _LONG_NUMBER.search(plain)):
        digits = len(re.sub(r"\D", "", number.group()))
        # A phone number has 10 to 13 digits and is no attempt at a NIK.
        odd_digits = digits if 14 <= digits <= 20 else None
        rest = plain.replace(number.group(), " . ") if odd_digits else plain
    chunks = _CHUNK.findall(rest)
    with_number = bool(nik or odd_digits)
    code = _find_code(chunks, with_number)
    return Credentials(nik, code, odd_digits, code is None and _has_slip(chunks, with_number))


def _find_code(chunks: Sequence[str], with_number: bool) -> str | None:
    """The first code in one piece, or in pieces where the message speaks of one.

    One in thirty-two passes the check that is made of some pieces and the word beside them: "kode
    saya 7KQ 2M9 XDM". So of several readings the right one is without such a word, or else in the
    form in which codes are printed.
    """
    for chunk in chunks:
        if code := _as_code(chunk):
            return code
    readings: list[tuple[bool, int, str]] = []
    for start, announced in _places(chunks, with_number):
        pieces = _pieces(chunks[start:])
        is_all = start == 0 and len(pieces) == len(chunks)
        is_certain = announced or is_all or all(map(_MIXED.fullmatch, pieces))
        if is_certain and (code := _as_code("".join(pieces))):
            has_word = any(piece.isalpha() and is_everyday(piece) for piece in pieces)
            shape = _SHAPES.index(tuple(len(_symbols(piece)) for piece in pieces))
            readings.append((has_word, shape, code))
    return min(readings)[2] if readings else None


def _has_slip(chunks: Sequence[str], with_number: bool) -> bool:
    """Whether one of the chunks was meant as a code: by its form, or by what is said beside it."""
    for start, announced in _places(chunks, with_number):
        chunk = chunks[start]
        if _PRINTED.fullmatch(chunk) and _MIXED.fullmatch(chunk):
            return True
        is_alone = len(chunks) == 1 and len(_TURNS.findall(chunk)) >= 3
        lengths = range(-1, 2) if announced else range(1) if is_alone else ()
        if _is_mixed(chunk) and len(_symbols(chunk)) - voting_code.SYMBOLS in lengths:
            return True
        groups = chunks[start : start + voting_code.GROUP]
        is_grouped = [len(group) for group in groups] == [voting_code.GROUP] * 3
        if announced and is_grouped and any(map(_MIXED.fullmatch, groups)):
            return True
    return False


def _places(chunks: Sequence[str], with_number: bool) -> Iterator[tuple[int, bool]]:
    """Where a code can begin, and whether one is to be expected: a NIK or the word is there."""
    announced = with_number
    for place, chunk in enumerate(chunks):
        if spelled(chunk.lower()) in CODE_MARKERS:
            announced = True
        else:
            yield place, announced


def _pieces(chunks: Sequence[str]) -> Sequence[str]:
    """The first chunks, if they can be a code in pieces; none if they cannot."""
    lengths = [len(_symbols(chunk)) for chunk in chunks]
    for shape in _SHAPES:
        if tuple(lengths[: len(shape)]) == shape:
            return chunks[: len(shape)]
    return ()


def _as_code(typed: str) -> str | None:
    """What was typed, if it is a code without a slip."""
    code = crockford.read(typed)
    if code is None or not voting_code.is_valid(code):
        return None
    return code if _is_mixed(typed) and voting_code.is_distinct(code) else None


def _is_mixed(chunk: str) -> bool:
    """Whether it mixes letters and digits as a code may."""
    return bool(
        _MIXED.fullmatch(chunk)
        and not _WORD_WITH_NUMBER.fullmatch(_symbols(chunk))
        and not is_like_receipt(chunk)
    )


def _symbols(chunk: str) -> str:
    return chunk.replace("-", "")


def masked_name(name: str) -> str:
    """``Hj. Siti Rahmawati, S.Pd.`` → ``S••• R•••``: enough to recognise oneself, no more.

    Titles tell nothing of a name; what has a full stop in it is one, or an initial.
    """
    parts = [part for part in name.split() if part[0].isalpha()]
    names = [part for part in parts if "." not in part] or parts
    return " ".join(f"{part[0].upper()}•••" for part in names)


def masked_nik(nik: str) -> str:
    """The first six and the last two digits; birth date and serial number are hidden."""
    return f"{nik[:6]}********{nik[-2:]}"


def form_of_address(nik: str, today: date) -> str:
    """*Bu*, *Pak*, or *Kak* for the young, from the birth date in the NIK; empty if it has none."""
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    female = day > 40
    century = 2000 if 2000 + year <= today.year else 1900
    try:
        born = date(century + year, month, day - 40 if female else day)
    except ValueError:
        return ""
    if (today - born).days < YOUNG * 365.25:
        return "Kak"
    return "Bu" if female else "Pak"


def holds_credentials(text: str) -> bool:
    """Whether a message holds a NIK, a voting code, or what was meant as one of them."""
    found = find_credentials(text)
    return bool(found.nik or found.code or found.odd_digits or found.code_slip)


def holds_code(text: str) -> bool:
    """Whether a NIK, a voting code or a receipt is in it, mistyped or not.

    Its letters and digits are no words and no numbers: "42Y" says no yes, and no 42.
    """
    return holds_credentials(text) or find_receipt(text) is not None or is_like_receipt(text)
