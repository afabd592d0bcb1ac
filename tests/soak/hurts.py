"""A disk that can be filled, and a clock that can jump: parts of a machine that tests may hurt."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
"""Debian's libfaketime."""
DISK_MB = 1024


class SmallDisk:
    """A disk in memory, mounted at ``place``; root alone can do that."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ballast = place / "penuh"

    @contextmanager
    def mounted(self) -> Iterator[None]:
        """As long as this lasts, the disk is there; nothing of it is left."""
        options = f"size={DISK_MB}m,mode=0755"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.place], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", self.place], check=True)

    @contextmanager
    def full(self) -> Iterator[None]:
        """As long as this lasts, not one more block can be written."""
        space = os.statvfs(self.place)
        with self._ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, space.f_bavail * space.f_frsize)
        try:
            yield
        finally:
            self._ballast.unlink()


class JumpingClock:
    """The clock of all programs that are started with :attr:`environment`."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "jam"
        self.jump(timedelta())

    @property
    def environment(self) -> Mapping[str, str]:
        """What makes a program go by this clock; spans of time stay what they are."""
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump(self, away: timedelta) -> None:
        """Be so far away from the true time from now on."""
        fresh = self._file.with_suffix(".baru")
        fresh.write_text(f"{away.total_seconds():+.0f}\n", encoding="ascii")
        fresh.replace(self._file)  # nobody reads half of it
