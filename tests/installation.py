"""A real installation, as `make run` starts it: Rasa, action server, process manager, database."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bilik.clock import system_clock
from tests.booth import SECRET, Polling, set_up
from tests.elections import REGION, VILLAGE, open_now
from tests.untrusting import NO_CERTIFICATES

ROOT = Path(__file__).parent.parent
START_SECONDS = 240


@dataclass
class Installation:
    """The running servers, and the two elections that are open on them."""

    directory: Path
    port: int
    actions_port: int
    web_port: int
    village: Polling
    region: Polling
    process: subprocess.Popen[bytes]
    is_cluster: bool = False
    started_seconds: float = 0.0
    _next: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def say(self, sender: str, text: str) -> str:
        """Bilik's answers to one message over the `rest` channel, as one text."""
        answer = httpx.post(
            f"{self.url}/webhooks/rest/webhook",
            json={"sender": sender, "message": text},
            timeout=30,
            verify=NO_CERTIFICATES,
        )
        answer.raise_for_status()
        return "\n".join(message["text"] for message in answer.json())

    def talk(self, sender: str, *texts: str) -> str:
        """Several messages; the answers to the last."""
        return [self.say(sender, text) for text in texts][-1]

    def pair(self, polling: Polling) -> tuple[str, str]:
        """A voter of that election whom no other test uses."""
        index = self._next.setdefault(polling.election.slug, 0)
        self._next[polling.election.slug] += 1
        return polling.pairs[index]

    def ballots(self, polling: Polling) -> int:
        return polling.desk.standing(polling.election.slug).ballots

    def processes(self, *words: str) -> list[int]:
        """The servers' processes whose command line holds all of these words."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    command = (entry / "cmdline").read_bytes().decode().split("\0")
                except OSError:
                    continue
                if all(word in command for word in words):
                    found.append(int(entry.name))
        return found

    def action_server(self) -> list[int]:
        return self.processes("rasa_sdk", str(self.actions_port))

    @property
    def pages(self) -> str:
        """Where results and desk are."""
        return self.url if self.is_cluster else f"http://127.0.0.1:{self.web_port}"

    def by_command(self, command: str) -> list[int]:
        """Those that run this `bilik` command."""
        return self.own("bilik.cli", command)

    def own(self, *words: str) -> list[int]:
        """The processes of this installation alone, by the directory of their logs."""
        own = f"BILIK_RUN={self.directory / 'run'}".encode()
        found = []
        for one in self.processes(*words):
            try:
                environ = (Path("/proc") / str(one) / "environ").read_bytes()
            except OSError:
                continue
            if own in environ.split(b"\0"):
                found.append(one)
        return found

    def wait_for_actions(self) -> None:
        wait_for(f"http://127.0.0.1:{self.actions_port}/health", self.process)


_given: set[int] = set()


def free_port() -> int:
    """One that nobody listens on, and that was not given before."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


def wait_for(url: str, process: subprocess.Popen[bytes], patience: float = START_SECONDS) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        assert process.poll() is None, "the servers stopped"
        try:
            if httpx.get(url, timeout=2, verify=NO_CERTIFICATES).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise AssertionError(f"{url} does not answer")


def environment(directory: Path, port: int, actions_port: int, web_port: int) -> dict[str, str]:
    """What servers with these ports, and all of their files in ``directory``, read."""
    return {
        **os.environ,
        "BILIK_SECRET_KEY": base64.urlsafe_b64encode(SECRET).decode(),
        "BILIK_HOST": "127.0.0.1",
        "BILIK_PORT": str(port),
        "BILIK_ACTIONS_PORT": str(actions_port),
        "BILIK_WEB_PORT": str(web_port),
        "BILIK_RUN": str(directory / "run"),
        "BILIK_RECORDS_DIR": str(directory / "terbitan"),
        "BILIK_DESK_DIR": str(directory / "meja"),
        "BILIK_TRUSTEE_DIR": str(directory / "trustee"),
        "BILIK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "BILIK_PAGES_URL": f"http://127.0.0.1:{web_port}",
    }


@contextmanager
def start(
    directory: Path,
    voters: int = 120,
    url: str = "",
    settings: Mapping[str, str] | None = None,
    region_voters: int | None = None,
    is_cluster: bool = False,
    patience: float = START_SECONDS,
) -> Iterator[Installation]:
    """Two open elections with so many voters each, and the servers; stopped at the end.

    The region has ``region_voters``, if it need not be as many. ``settings`` go into the servers'
    environment. A cluster is what `make run-cluster` starts. Each server may take
    ``patience`` seconds to start.
    """
    url = url or f"sqlite:///{directory}/bilik.db"
    polls = {}
    in_region = voters if region_voters is None else region_voters
    for name, definition, first, many in (
        ("village", VILLAGE, 0, voters), ("region", REGION, 5000, in_region),
    ):  # fmt: skip
        (directory / name).mkdir()
        polls[name] = set_up(directory / name, open_now(definition), many, url, system_clock, first)
    port, actions_port, web_port = free_port(), free_port(), free_port()
    settings = {
        **environment(directory, port, actions_port, web_port),
        "BILIK_DATABASE_URL": url,
        "BILIK_DEMO": "1",
        **(settings or {}),
    }
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant.cluster.launch" if is_cluster else "assistant.launch"],
        cwd=ROOT, env=settings, stdout=(directory / "out.log").open("wb"),
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    running = Installation(
        directory, port, actions_port, web_port, polls["village"], polls["region"], process,
        is_cluster,
    )  # fmt: skip
    try:
        wait_for(f"{running.url}/chat", process, patience)
        running.wait_for_actions()
        wait_for(f"{running.pages}/hasil", process)
        running.started_seconds = time.monotonic() - began
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        finally:
            for leftover in running.own():
                os.kill(leftover, signal.SIGKILL)
