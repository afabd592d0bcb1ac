"""What runs where: written down when a cluster starts, read by whoever looks after it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from assistant import launch
from bilik.errors import NotFound

FILE = "cluster.json"
"""In the run directory, for its owner's eyes only: the URLs hold passwords."""
SERVERS = "servers.cfg"
"""The proxy's second file, there as well."""


HERE = "127.0.0.1"
BACKENDS = {"rasa": "chat", "actions": "actions", "web": "pages"}
"""Each program's place in deploy/haproxy.cfg."""


@dataclass(frozen=True)
class Worker:
    """One process behind the proxy.

    ``group`` and ``name`` are the process manager's, ``server`` the proxy's, as backend/server.
    """

    group: str
    name: str
    server: str
    url: str

    @classmethod
    def at(cls, port: int, program: str, number: int, group: str | None = None) -> Worker:
        """The n-th ``rasa``, ``actions`` or ``web`` of this machine.

        Those that are there from the start have one group; one that comes later has its own.
        """
        server = f"{BACKENDS[program]}/{program}-{number}"
        return cls(group or program, f"{program}-{port}", server, f"http://{HERE}:{port}")

    @property
    def ready(self) -> str:
        """Where it says whether it can answer."""
        return f"{self.url}/sehat/siap"

    @property
    def came_later(self) -> bool:
        """Whether it was added to those that were there from the start."""
        return self.group == self.name

    @property
    def address(self) -> str:
        """Where the proxy reaches it: host and port."""
        return self.url.removeprefix("http://")

    @property
    def port(self) -> int:
        """The port alone."""
        return int(self.address.rpartition(":")[2])


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
        """Into the run directory: for :meth:`read`, and for the proxy when it starts."""
        (Path(self.run) / FILE).write_text(json.dumps(asdict(self), indent=1))
        (Path(self.run) / SERVERS).write_text(self._servers())

    @classmethod
    def read(cls, run: Path) -> Layout:
        """Of the cluster that runs there, or ran last.

        Raises:
            NotFound: none did, or one that knew less than this.
        """
        try:
            content = json.loads((run / FILE).read_text())
            workers = tuple(Worker(**one) for one in content["workers"])
        except OSError:
            raise NotFound("Klaster belum jalan. Jalankan dulu: make run-cluster") from None
        except TypeError:
            raise NotFound(
                "Klaster ini dijalankan oleh versi lama. Hentikan, lalu jalankan lagi: "
                "make run-cluster"
            ) from None
        return cls(**{**content, "workers": workers})

    def of(self, backend: str) -> tuple[Worker, ...]:
        """The workers of one kind: ``chat``, ``actions`` or ``pages``."""
        return tuple(one for one in self.workers if one.server.startswith(f"{backend}/"))

    def _servers(self) -> str:
        lines = []
        for backend in BACKENDS.values():
            lines.append(f"backend {backend} from {backend}")
            for one in self.of(backend):
                lines.append(f"    server {one.server.split('/')[1]} {one.address}")
        return "\n".join([*lines, ""])

    def free_ports(self) -> Iterator[int]:
        """Ports above those of the workers, in order."""
        return free_ports(max(one.port for one in self.workers) + 1)

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


def free_ports(first: int) -> Iterator[int]:
    """Ports of this machine that nobody listens on, in order."""
    return (port for port in count(first) if launch.is_free(HERE, port))
