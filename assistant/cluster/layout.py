"""What runs where: written down when a cluster starts, read by whoever looks after it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from bilik.errors import NotFound

FILE = "cluster.json"
"""In the run directory, for its owner's eyes only: the URLs hold passwords."""


@dataclass(frozen=True)
class Worker:
    """One process behind the proxy.

    ``name`` is the process manager's, ``server`` the proxy's, as backend/server.
    """

    name: str
    server: str
    url: str

    @property
    def ready(self) -> str:
        """Where it says whether it can answer."""
        return f"{self.url}/sehat/siap"


@dataclass(frozen=True)
class Layout:
    """A cluster on this machine; ``run`` is the directory of its sockets and logs."""

    run: str
    url: str
    actions_url: str
    database_url: str
    tracker_url: str
    manager_password: str
    workers: tuple[Worker, ...]

    def write(self) -> None:
        """Into the run directory."""
        (Path(self.run) / FILE).write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, run: Path) -> Layout:
        """Of the cluster that runs there, or ran last.

        Raises:
            NotFound: none did.
        """
        try:
            content = json.loads((run / FILE).read_text())
        except OSError:
            raise NotFound("Klaster belum jalan. Jalankan dulu: make run-cluster") from None
        return cls(**{**content, "workers": tuple(Worker(**one) for one in content["workers"])})

    def of(self, backend: str) -> tuple[Worker, ...]:
        """The workers of one kind: ``chat``, ``actions`` or ``pages``."""
        return tuple(one for one in self.workers if one.server.startswith(f"{backend}/"))

    def servers(self) -> str:
        """The proxy's second file."""
        lines = []
        for backend in ("chat", "actions", "pages"):
            lines.append(f"backend {backend} from {backend}")
            for one in self.of(backend):
                name, address = one.server.split("/")[1], one.url.removeprefix("http://")
                lines.append(f"    server {name} {address}")
        return "\n".join([*lines, ""])

    @property
    def proxy_socket(self) -> Path:
        """Where the proxy takes orders."""
        return Path(self.run) / "proxy.sock"

    def manager(self) -> Any:
        """The process manager's own calls (supervisord's XML-RPC)."""
        socket = f"unix://{self.run}/manager.sock"
        transport = SupervisorTransport("bilik", self.manager_password, socket)
        return ServerProxy("http://localhost", transport=transport).supervisor

    def pids(self) -> dict[str, int]:
        """Every running process by its name: ``rasa-21001``, ``actions-21011``, ``postgres``, …"""
        try:
            known: Sequence[dict[str, Any]] = self.manager().getAllProcessInfo()
        except (OSError, Fault):
            return {}
        return {one["name"]: one["pid"] for one in known if one["pid"]}
