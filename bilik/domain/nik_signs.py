"""What a NIK says by its form, and what in it is odd: reasons to look again, not to refuse.

Districts are divided and renamed, and birth dates mistyped at the registration stay in the
NIK. So an odd NIK may be a real one.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from stdnum import numdb
from stdnum.exceptions import ValidationError
from stdnum.id import nik as stdnum_nik

_PLACE = slice(0, 4)
_BIRTH = slice(6, 12)


def has_known_place(nik: str) -> bool:
    """Whether the first digits are a province and district that ``stdnum`` knows."""
    return _is_place(nik[_PLACE])


def birth_date(nik: str, at: date) -> date | None:
    """The birth date in a NIK, None if there is no such day.

    Its year has two digits: it is the last such year that ``at`` has reached.
    """
    return _born(nik[_BIRTH], at.year)


def birthday_of(age: int, at: date) -> date:
    """The last birth date of those who are so many years old at that day; 0 is everybody."""
    if age == 0:
        return date.max
    try:
        return at.replace(year=at.year - age)
    except ValueError:  # 29 February
        return date(at.year - age, 2, 28)


# Looking them up takes 50 µs a NIK; a roll of a million has some hundred places and dates.
@lru_cache(maxsize=4096)
def _is_place(digits: str) -> bool:
    return bool(numdb.get("id/loc").info(digits)[0][1])


@lru_cache(maxsize=65536)
def _born(digits: str, by: int) -> date | None:
    try:
        day = stdnum_nik.get_birth_date(f"000000{digits}0000")
        year = int(digits[4:])
        return day.replace(year=(2000 if 2000 + year <= by else 1900) + year)
    except ValidationError:
        return None
    except ValueError:  # 29 February, in the one of the centuries that has it
        return day
