"""Time: a clock is handed in, and the three zones of Indonesia have their own names.

How dates and hours are written is in `bilik.domain.indonesian`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Returns the present instant, with its time zone."""

ZONES = {
    "WIB": ZoneInfo("Asia/Jakarta"),
    "WITA": ZoneInfo("Asia/Makassar"),
    "WIT": ZoneInfo("Asia/Jayapura"),
}

_FIRST_YEAR, _LAST_YEAR = 1971, 2999
"""Nobody votes in other years; at the ends of the calendar there is no hour before or after."""
_MOMENTS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H.%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S")


def system_clock() -> datetime:
    """The present instant in UTC."""
    return datetime.now(timezone.utc)


def read_moment(text: str, zone: str) -> datetime | None:
    """``2026-11-29 13:00`` as an instant in UTC; None if it is none."""
    for form in _MOMENTS:
        try:
            local = datetime.strptime(text, form)
        except ValueError:
            continue
        if _FIRST_YEAR <= local.year <= _LAST_YEAR:
            return local.replace(tzinfo=ZONES[zone]).astimezone(timezone.utc)
    return None


def read_moment_near(text: str, day_of: datetime, zone: str) -> datetime | None:
    """Like :func:`read_moment`; an hour alone, ``15.00``, is one of the day of ``day_of``."""
    day = f"{day_of.astimezone(ZONES[zone]):%Y-%m-%d}"
    return read_moment(text.strip(), zone) or read_moment(f"{day} {text.strip()}", zone)
