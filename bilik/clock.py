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


def system_clock() -> datetime:
    """The present instant in UTC."""
    return datetime.now(timezone.utc)
