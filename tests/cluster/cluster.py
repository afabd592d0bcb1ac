"""A real cluster, as `make run-cluster` starts it, with an election in its PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from assistant.cluster.layout import Layout
from bilik.clock import system_clock
from tests.booth import set_up
from tests.cluster.voters import Page
from tests.elections import REGION, VILLAGE, open_now
from tests.installation import ROOT, START_SECONDS, Installation, environment, free_port, wait_for

STOP_SECONDS = 90


@dataclass
class Cluster(Installation):
    """The same as one installation to whoever votes, with what runs behind the proxy."""

    layout: Layout | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    _pages: dict[str, Page] = field(default_factory=dict)

    def say(self, sender: str, text: str) -> str:
        """Over the page, past the proxy: each message of a chat comes to another worker."""
        chat = self.parts.of("chat")
        page = self._pages.get(sender) or self._pages.setdefault(sender, Page(chat[0].url))
        page.browser.base_url = chat[page.said % len(chat)].url
        return page.say(text)

    @property
    def parts(self) -> Layout:
        assert self.layout is not None
        return self.layout

    def kill(self, name: str) -> None:
        """End a process at once; nothing more is written."""
        os.kill(self.parts.pids()[name], signal.SIGKILL)

    def wait_until_ready(self) -> None:
        """Until every worker is, and the proxy knows it."""
        for worker in self.parts.workers:
            wait_for(worker.ready, self.process)
        wait_for(f"{self.url}/chat", self.process)
        wait_for(f"{self.url}/hasil", self.process)


@contextmanager
def start(settings: Mapping[str, str] | None = None, voters: int = 500) -> Iterator[Cluster]:
    """A cluster with two open elections; stopped at the end, with all that is in it."""
    # Not in pytest's own directory: PostgreSQL, run by root, has a user of its own.
    with tempfile.TemporaryDirectory(prefix="bilik-klaster-") as name:
        directory = Path(name)
        port, actions_port = free_port(), free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant.cluster.launch"],
            cwd=ROOT,
            env={
                **environment(directory, port, actions_port, port),
                "BILIK_DATABASE_URL": "",
                "BILIK_TRACKER_URL": "",
                "BILIK_CLUSTER_DIR": str(directory / "klaster"),
                "BILIK_WORKER_PORT": str(10_000 + port % 10_000),
                "BILIK_DEMO": "0",
                **(settings or {}),
            },
            stdout=(directory / "out.log").open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            layout = _layout(directory / "run", process)
            polls = {}
            rolls = (("village", VILLAGE, voters, 0), ("region", REGION, 80, 5000))
            for one, definition, many, first in rolls:
                (directory / one).mkdir()
                polls[one] = set_up(
                    directory / one, open_now(definition), many, layout.database_url,
                    system_clock, first,
                )  # fmt: skip
            running = Cluster(
                directory, port, actions_port, port, polls["village"], polls["region"], process,
                layout=layout, settings=settings or {},
            )  # fmt: skip
            running.wait_until_ready()
            yield running
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C does."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(STOP_SECONDS)


def _layout(run: Path, process: subprocess.Popen[bytes]) -> Layout:
    """Where everything is, once PostgreSQL answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, (run.parent / "out.log").read_text()
        if (run / "supervisord.pid").exists():
            layout = Layout.read(run)
            if "postgres" in layout.pids():
                wait_for(layout.of("actions")[0].ready, process)
                return layout
        time.sleep(0.3)
    raise AssertionError("the process manager does not start")


def health(url: str) -> int:
    """The status of an address; 0 if nobody answers."""
    try:
        return httpx.get(url, timeout=10).status_code
    except httpx.HTTPError:
        return 0
