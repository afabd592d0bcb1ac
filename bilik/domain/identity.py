"""NIK and voting code found in whatever words a voter wraps around them.

A NIK (*nomor induk kependudukan*, UU 23/2006) has 16 digits: 6 of the district of registration, 6
of the birth date with 40 added to the day for women, 4 of a serial number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bilik.domain import crockford
from bilik.domain.words import clean, spelled

NIK_DIGITS = 16
CODE_SYMBOLS = 8
YOUNG = 25
"""Voters younger than this many years are addressed as *Kak*."""

_NIK = re.compile(r"(?<![\dA-Za-z])(?:\d[ .\-]?){15}\d(?![\dA-Za-z])")
_LONG_NUMBER = re.compile(r"(?<![\dA-Za-z])\d[\d .\-]{10,30}\d(?![\dA-Za-z])")
_CHUNK = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")
_REDUPLICATION = re.compile(r"[a-z]{2,}2[a-z]*")
"""``boong2an``: a word said twice."""
CODE_MARKERS = {"kode", "kodenya", "undangan", "undangannya", "kd", "code", "kodenye", "kodene"}


@dataclass(frozen=True)
class Credentials:
    """What a message holds of an identity; either part may be missing.

    ``odd_digits`` is the number of digits of something that looks like a NIK of the wrong length.
    """

    nik: str | None = None
    code: str | None = None
    odd_digits: int | None = None

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
    return Credentials(nik, _find_code(rest), odd_digits)


def _find_code(text: str) -> str | None:
    chunks = _CHUNK.findall(text)
    announced = False
    for index, chunk in enumerate(chunks):
        if spelled(chunk.lower()) in CODE_MARKERS:
            announced = True
            continue
        halves = chunks[index : index + 2]
        if code := _as_code([chunk], announced):
            return code
        if [len(half) for half in halves] == [4, 4] and (code := _as_code(halves, announced)):
            return code
    return None


def _as_code(parts: Sequence[str], announced: bool) -> str | None:
    """The parts as one code, if none of them can be a word.

    Every code has a digit, but a voter may have typed O for 0; so capitals count after "kode".
    """
    code = crockford.read("".join(parts))
    if code is None or len(code) != CODE_SYMBOLS or code.isdigit():
        return None
    if _REDUPLICATION.fullmatch(parts[0]) and not announced:
        return None
    is_code_like = all(
        re.search(r"\d", part) or (announced and (part.isupper() or "-" in part)) for part in parts
    )
    return code if is_code_like else None


def masked_name(name: str) -> str:
    """``Siti Rahmawati`` → ``S••• R•••``: enough to recognise oneself, too little to be known."""
    return " ".join(f"{part[0].upper()}•••" for part in name.split() if part[0].isalpha())


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
    """Whether a message holds a NIK, a voting code, or what was meant as a NIK."""
    found = find_credentials(text)
    return bool(found.nik or found.code or found.odd_digits)
