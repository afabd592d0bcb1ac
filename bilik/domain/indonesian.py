"""Figures, dates and hours as Indonesians write them.

Formats are CLDR's, by way of Babel. Figures in words (*terbilang*) have *se-* for one before
*belas*, *ratus* and *ribu*, and *satu* before *juta* and above: *satu juta seribu* is 1,001,000.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, get_month_names
from babel.numbers import format_decimal

from bilik.clock import ZONES

_LOCALE = "id"
_UNITS = "nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas".split()
_THOUSANDS = ("", "ribu", "juta", "miliar", "triliun")


def hour_text(instant: datetime, zone: str) -> str:
    """``13.00 WIB``."""
    return f"{instant.astimezone(ZONES[zone]):%H.%M} {zone}"


def day_text(instant: datetime, zone: str) -> str:
    """``Minggu, 29 November 2026``."""
    return _day_text(instant.astimezone(ZONES[zone]).date())


@lru_cache(maxsize=256)
def _day_text(day: date) -> str:
    return format_date(day, "EEEE, d MMMM y", _LOCALE)


def date_text(instant: datetime, zone: str) -> str:
    """``29-11-2026``."""
    return format_date(instant.astimezone(ZONES[zone]), "dd-MM-y", _LOCALE)


def moment_text(instant: datetime, zone: str) -> str:
    """``Minggu, 29 November 2026 pukul 13.00 WIB``."""
    return f"{day_text(instant, zone)} pukul {hour_text(instant, zone)}"


def day_in_words(instant: datetime, zone: str) -> str:
    """``Minggu tanggal dua puluh sembilan November tahun dua ribu dua puluh enam``."""
    local = instant.astimezone(ZONES[zone])
    weekday, month = format_date(local, "EEEE|MMMM", _LOCALE).split("|")
    return f"{weekday} tanggal {in_words(local.day)} {month} tahun {in_words(local.year)}"


def month_names() -> tuple[str, ...]:
    """``Januari`` to ``Desember``."""
    names = get_month_names("wide", locale=_LOCALE)
    return tuple(names[number] for number in range(1, 13))


def figure(number: int) -> str:
    """``1.234.567``."""
    return format_decimal(number, locale=_LOCALE)


def percent(part: int, whole: int, decimals: int = 1) -> str:
    """``62,5%``: rounded, halves up, from the exact share; of nothing it is nothing."""
    return f"{decimal(100 * part, max(1, whole), decimals)}%"


def decimal(part: int, whole: int, decimals: int = 1) -> str:
    """``1,4``: a quotient, rounded, halves up."""
    rounded = (2 * 10**decimals * part + whole) // (2 * whole)
    pattern = f"#,##0.{'0' * decimals}"
    return format_decimal(Decimal(rounded).scaleb(-decimals), pattern, _LOCALE)


def in_words(number: int) -> str:
    """``seribu dua ratus tiga puluh empat``: a figure from 0 to below 10^15.

    Raises:
        ValueError: the figure is negative or has no name here.
    """
    if not 0 <= number < 1000 ** len(_THOUSANDS):
        raise ValueError(number)
    if number == 0:
        return _UNITS[0]
    parts = []
    for power, name in reversed(list(enumerate(_THOUSANDS))):
        group = number // 1000**power % 1000
        if group == 1 and name == "ribu":
            parts.append("seribu")
        elif group:
            parts += [_below_thousand(group), name]
    return " ".join(filter(None, parts))


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    parts = ["seratus" if hundreds == 1 else f"{_UNITS[hundreds]} ratus"] if hundreds else []
    tens, units = divmod(rest, 10)
    if rest >= 20:
        parts.append(f"{_UNITS[tens]} puluh")
        rest = units
    if rest > 11:
        parts.append(f"{_UNITS[units]} belas")
    elif rest:
        parts.append(_UNITS[rest])
    return " ".join(parts)
