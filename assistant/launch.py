"""`make run`: prepare a demo election, and hand over to the process manager."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from assistant.trackers import place
from bilik import demo, logs, settings
from bilik.errors import BilikError, SettingsError
from bilik.limits import allow_connections
from bilik.settings import Settings

ROOT = Path(__file__).parent.parent
RUN = Path(os.environ.get("BILIK_RUN", "var/run"))
"""Where the servers' logs and the process manager's files go."""


def main() -> None:
    """Check what is needed, then become the process manager."""
    try:
        configured = begin()
        require_free(configured.host, "BILIK_PORT", configured.port)
        require_free(configured.host, "BILIK_WEB_PORT", configured.web_port)
        require_free("127.0.0.1", "BILIK_ACTIONS_PORT", configured.actions_port)
        place.require(configured.tracker_url)
        is_demo = demo.prepare(configured) or configured.demo
    except BilikError as error:
        sys.exit(f"bilik: {error}")
    host = reachable(configured.host)
    chat, pages = f"http://{host}:{configured.port}", f"http://{host}:{configured.web_port}"
    actions = f"http://127.0.0.1:{configured.actions_port}"
    hand_over(
        {
            **environment(configured, is_demo),
            "BILIK_CHAT_AT": chat,
            "BILIK_PAGES_AT": pages,
            "BILIK_READY_AT": " ".join(f"{one}/sehat/siap" for one in (chat, actions, pages)),
        }
    )


def begin() -> Settings:
    """The settings, with a secret key, and this process as the servers are to be.

    Raises:
        SettingsError: something is set wrong.
    """
    os.chdir(ROOT)
    os.umask(0o077)  # databases and logs are nobody else's to read
    logs.forbid_core_dumps()
    allow_connections()
    if settings.ensure_secret():
        print("Kunci rahasia baru disimpan di .env")
    return settings.load()


def hand_over(environ: Mapping[str, str]) -> NoReturn:
    """Become the process manager of servers with these settings beside the environment's."""
    print("Menyalakan Bilik, biasanya belasan detik … (Ctrl-C untuk berhenti)", flush=True)
    RUN.mkdir(parents=True, exist_ok=True)
    supervisord = str(Path(sys.executable).parent / "supervisord")
    arguments = [supervisord, "-c", str(ROOT / "deploy" / "supervisord.conf")]
    os.execve(supervisord, arguments, {**os.environ, **environ})


def environment(configured: Settings, is_demo: bool) -> dict[str, str]:
    """What the servers and their process manager read, where each server is there once."""
    return {
        "BILIK_DATABASE_URL": configured.database_url,
        "BILIK_HOST": configured.host,
        "BILIK_PORT": str(configured.port),
        "BILIK_WEB_PORT": str(configured.web_port),
        "BILIK_ACTIONS_HOST": os.environ.get("BILIK_ACTIONS_HOST") or "127.0.0.1",
        "BILIK_ACTIONS_PORT": str(configured.actions_port),
        "BILIK_TRACKER_URL": configured.tracker_url or "",
        "BILIK_VERBOSITY": "--debug" if configured.debug else "--quiet",
        "BILIK_DEMO": "1" if is_demo else "0",
        "BILIK_MODEL": os.environ.get("BILIK_MODEL") or "models/bilik.tar.gz",
        "BILIK_PYTHON": sys.executable,
        "BILIK_RUN": str(RUN.resolve()),
        "BILIK_UID": str(os.getuid()),
        "BILIK_WORKERS": "1",
        "BILIK_FIRST_RASA_PORT": str(configured.port),
        "BILIK_FIRST_ACTIONS_PORT": str(configured.actions_port),
        "BILIK_BESIDE": "",
        "PYTHONPATH": str(ROOT),
        # The action server has no authentication: nobody but this machine may reach it.
        "SANIC_HOST": "127.0.0.1",
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONWARNINGS": "ignore",
    }


def reachable(host: str) -> str:
    """A host at which this machine reaches a server that listens on ``host``."""
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host


def require_free(host: str, name: str, port: int) -> None:
    """See that nobody listens there.

    Raises:
        SettingsError: somebody does; ``name`` is the setting by which to choose another port.
    """
    if not is_free(host, port):
        raise SettingsError(
            f"Port {port} sedang dipakai program lain. Hentikan program itu, "
            f"atau pilih port lain: {name}={port + 1} make run"
        )


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    main()
