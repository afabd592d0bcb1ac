"""Time: a clock is handed in, and the three zones of Indonesia have their own names."""

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

_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS = (
    "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"
).split()


def system_clock() -> datetime:
    """The present instant in UTC."""
    return datetime.now(timezone.utc)


def hour_text(instant: datetime, zone: str) -> str:
    """``13.00 WIB``."""
    return f"{instant.astimezone(ZONES[zone]):%H.%M} {zone}"


def day_text(instant: datetime, zone: str) -> str:
    """``Minggu, 29 November 2026``."""
    local = instant.astimezone(ZONES[zone])
    return f"{_DAYS[local.weekday()]}, {local.day} {_MONTHS[local.month - 1]} {local.year}"


def moment_text(instant: datetime, zone: str) -> str:
    """``Minggu, 29 November 2026 pukul 13.00 WIB``."""
    return f"{day_text(instant, zone)} pukul {hour_text(instant, zone)}"
