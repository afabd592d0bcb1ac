"""`make run`: prepare a demo election, and hand over to the process manager."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from assistant.trackers import place
from bilik import demo, logs, settings
from bilik.errors import BilikError, SettingsError
from bilik.settings import Settings

ROOT = Path(__file__).parent.parent
RUN = Path(os.environ.get("BILIK_RUN", "var/run"))
"""Where the servers' logs and the process manager's files go."""


def main() -> None:
    """Check what is needed, then become the process manager."""
    os.chdir(ROOT)
    os.umask(0o077)  # databases and logs are nobody else's to read
    logs.forbid_core_dumps()
    try:
        if settings.ensure_secret():
            print("Kunci rahasia baru disimpan di .env")
        configured = settings.load()
        for name, port in (
            ("BILIK_PORT", configured.port),
            ("BILIK_WEB_PORT", configured.web_port),
            ("BILIK_ACTIONS_PORT", configured.actions_port),
        ):
            _require_free(
                "127.0.0.1" if name == "BILIK_ACTIONS_PORT" else configured.host, name, port
            )
        place.require(configured.tracker_url)
        is_demo = demo.prepare(configured) or configured.demo
    except BilikError as error:
        sys.exit(f"bilik: {error}")
    print("Menyalakan Bilik, sekitar setengah menit … (Ctrl-C untuk berhenti)", flush=True)
    RUN.mkdir(parents=True, exist_ok=True)
    supervisord = str(Path(sys.executable).parent / "supervisord")
    arguments = [supervisord, "-c", str(ROOT / "deploy" / "supervisord.conf")]
    os.execve(supervisord, arguments, {**os.environ, **environment(configured, is_demo)})


def environment(configured: Settings, is_demo: bool) -> dict[str, str]:
    """What the servers and their process manager read."""
    return {
        "BILIK_DATABASE_URL": configured.database_url,
        "BILIK_HOST": configured.host,
        "BILIK_PORT": str(configured.port),
        "BILIK_WEB_PORT": str(configured.web_port),
        "BILIK_ACTIONS_PORT": str(configured.actions_port),
        "BILIK_TRACKER_URL": configured.tracker_url or "",
        "BILIK_VERBOSITY": "--debug" if configured.debug else "--quiet",
        "BILIK_DEMO": "1" if is_demo else "0",
        "BILIK_MODEL": "models/bilik.tar.gz",
        "BILIK_PYTHON": sys.executable,
        "BILIK_RUN": str(RUN.resolve()),
        "BILIK_UID": str(os.getuid()),
        "PYTHONPATH": str(ROOT),
        # The action server has no authentication: nobody but this machine may reach it.
        "SANIC_HOST": "127.0.0.1",
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONWARNINGS": "ignore",
    }


def _require_free(host: str, name: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise SettingsError(
                f"Port {port} sedang dipakai program lain. Hentikan program itu, "
                f"atau pilih port lain: {name}={port + 1} make run"
            ) from None


if __name__ == "__main__":
    main()
