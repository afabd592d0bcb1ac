"""Settings: read once, from the environment first and from `.env` second."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from bilik import channel_settings
from bilik.channel_settings import ChannelSettings
from bilik.errors import SettingsError

SECRET_BYTES = 32
MOST_WORKERS = 64
DEFAULT_DATABASE_URL = "sqlite:///var/bilik.db"
DEFAULT_TRUSTEE_DIR = Path("var/trustee")
DEFAULT_RECORDS_DIR = Path("var/terbitan")
DEFAULT_DESK_DIR = Path("var/meja")


@dataclass(frozen=True)
class Settings:
    """What an installation can set.

    ``secret_key`` (32 bytes) is the root of all of the server's keys and lives outside the
    database and its backups. ``port`` is the chat's, ``web_port`` that of results and desk.
    ``workers`` are how many Rasa and action servers a cluster on one machine has of each; their own
    ports begin at ``worker_port``.
    ``demo`` opens the unauthenticated `rest` channel on loopback; with ``without_demo`` no example
    election is ever made.
    ``desk_dir`` is where the desk on the web keeps files while somebody works with them.
    ``trustee_dir`` holds the private keys of elections whose only trustee is the server.
    ``records_dir`` holds the records of counted elections, as everybody may download them.
    ``pages_url`` is the address of results and desk on the internet, or empty.
    ``tracker_url`` names where Rasa's trackers are kept; None keeps them in memory. ``debug`` makes
    the servers log more.
    ``channels`` are the chat platforms that are set up.
    ``panitia`` is who works at the desk, as the log of their acts names them.
    ``record_url`` is where the panitia publishes the record of a count, for its minutes.
    """

    database_url: str
    secret_key: bytes
    host: str = "127.0.0.1"
    port: int = 5005
    web_port: int = 5080
    actions_port: int = 5055
    workers: int = 2
    worker_port: int = 21000
    demo: bool = False
    without_demo: bool = False
    trustee_dir: Path = DEFAULT_TRUSTEE_DIR
    records_dir: Path = DEFAULT_RECORDS_DIR
    pages_url: str = ""
    tracker_url: str | None = None
    debug: bool = False
    channels: ChannelSettings = field(default_factory=ChannelSettings)
    panitia: str = ""
    desk_dir: Path = DEFAULT_DESK_DIR
    record_url: str = ""

    def record_address(self, slug: str) -> str:
        """Where everybody finds the record of an election, or empty."""
        page = f"{self.pages_url}/hasil/{slug}" if self.pages_url else ""
        return self.record_url or page

    def __repr__(self) -> str:
        """Without the key and without the password that a database URL may hold."""
        return f"Settings(host={self.host!r}, port={self.port}, actions_port={self.actions_port})"


def load(environ: Mapping[str, str] | None = None, env_file: Path = Path(".env")) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: a value is missing or not of its form.
    """
    values: dict[str, str | None] = {
        **dotenv_values(env_file),
        **(os.environ if environ is None else environ),
    }
    channels = channel_settings.read(values)
    return Settings(
        database_url=values.get("BILIK_DATABASE_URL") or DEFAULT_DATABASE_URL,
        secret_key=_secret(values.get("BILIK_SECRET_KEY")),
        host=values.get("BILIK_HOST") or "127.0.0.1",
        port=_port("BILIK_PORT", values.get("BILIK_PORT") or "5005"),
        web_port=_port("BILIK_WEB_PORT", values.get("BILIK_WEB_PORT") or "5080"),
        actions_port=_port("BILIK_ACTIONS_PORT", values.get("BILIK_ACTIONS_PORT") or "5055"),
        workers=_workers(values.get("BILIK_WORKERS") or "2"),
        worker_port=_port("BILIK_WORKER_PORT", values.get("BILIK_WORKER_PORT") or "21000"),
        demo=values.get("BILIK_DEMO") == "1",
        without_demo=values.get("BILIK_DEMO") == "0",
        trustee_dir=Path(values.get("BILIK_TRUSTEE_DIR") or DEFAULT_TRUSTEE_DIR),
        records_dir=Path(values.get("BILIK_RECORDS_DIR") or DEFAULT_RECORDS_DIR),
        pages_url=channel_settings.address(values, "BILIK_PAGES_URL") or channels.public_url,
        tracker_url=_tracker_url(values.get("BILIK_TRACKER_URL")),
        debug=values.get("BILIK_DEBUG") == "1",
        channels=channels,
        panitia=values.get("BILIK_PANITIA") or "",
        desk_dir=Path(values.get("BILIK_DESK_DIR") or DEFAULT_DESK_DIR),
        record_url=values.get("BILIK_RECORD_URL") or "",
    )


def ensure_secret(env_file: Path = Path(".env")) -> bool:
    """Write a fresh ``BILIK_SECRET_KEY`` into ``env_file`` if none is set; true if it did.

    The file is created with mode 0600 before anything is written to it.
    """
    if os.environ.get("BILIK_SECRET_KEY") or dotenv_values(env_file).get("BILIK_SECRET_KEY"):
        return False
    line = f"BILIK_SECRET_KEY={new_secret()}\n"
    descriptor = os.open(env_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        # A file that somebody edited may lack its last line break.
        file.write(f"\n{line}" if file.tell() else line)
    return True


def new_secret() -> str:
    """A fresh secret key: 32 random bytes, base64url."""
    return base64.urlsafe_b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _secret(value: str | None) -> bytes:
    if not value:
        raise SettingsError(
            "BILIK_SECRET_KEY belum ada. Jalankan `bilik init-key`, atau isi di berkas .env."
        )
    try:
        key = base64.b64decode(value, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != SECRET_BYTES:
        raise SettingsError(
            "BILIK_SECRET_KEY harus 32 byte dalam base64. Buat yang baru dengan `bilik init-key`."
        )
    return key


def _port(name: str, value: str) -> int:
    if value.isdigit() and 0 < int(value) < 65536:
        return int(value)
    raise SettingsError(f"{name} harus angka 1 sampai 65535.")


def _workers(value: str) -> int:
    if value.isdigit() and 0 < int(value) <= MOST_WORKERS:
        return int(value)
    raise SettingsError(f"BILIK_WORKERS harus angka 1 sampai {MOST_WORKERS}.")


def _tracker_url(value: str | None) -> str | None:
    if not value:
        return None
    if value.startswith(("redis://", "rediss://", "sqlite:///", "postgresql://")):
        return value
    raise SettingsError(
        "BILIK_TRACKER_URL harus kosong, redis://HOST/0, sqlite:///BERKAS atau postgresql://…"
    )
