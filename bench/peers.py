"""The Rasa projects that Bilik's conversations are measured against."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml

from tests.installation import free_port, wait_for

RASA = [sys.executable, "-m", "rasa"]
SMALL_TALK = (
    "hello", "great", "are you a bot?", "hi there", "so sad", "yes", "am I talking to a human?",
    "good morning", "perfect", "bye",
)  # fmt: skip
"""What both peers understand."""


@dataclass(frozen=True)
class Peer:
    """A running project: its address, its server's process id, and seconds until it answered."""

    name: str
    url: str
    pid: int
    start_seconds: float

    @property
    def memory_mb(self) -> float:
        """What the server's process holds in memory now."""
        return resident_mb(self.pid)


def resident_mb(pid: int) -> float:
    """Resident memory of a process, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(pid)


@contextmanager
def rasa_init(directory: Path) -> Iterator[Peer]:
    """`rasa init`'s project as it comes: DIET, TED and its stories."""
    _run(directory, "init", "--no-prompt", "--init-dir", str(directory))
    with _served(directory, "rasa init") as peer:
        yield peer


@contextmanager
def keyword_floor(directory: Path) -> Iterator[Peer]:
    """The least that answers: a list of keywords, a rule for each, no action of its own."""
    intents = [f"intent_{number}" for number in range(len(SMALL_TALK))]
    files = {
        "config.yml": {
            "recipe": "default.v1",
            "assistant_id": "floor",
            "language": "en",
            "pipeline": [{"name": "KeywordIntentClassifier"}],
            "policies": [{"name": "RulePolicy"}],
        },
        "domain.yml": {
            "version": "3.1",
            "intents": intents,
            "responses": {f"utter_{one}": [{"text": f"Answer to {one}"}] for one in intents},
        },
        "data/nlu.yml": {
            "version": "3.1",
            "nlu": [
                {"intent": one, "examples": f"- {text}\n"}
                for one, text in zip(intents, SMALL_TALK, strict=True)
            ],
        },
        "data/rules.yml": {
            "version": "3.1",
            "rules": [
                {"rule": one, "steps": [{"intent": one}, {"action": f"utter_{one}"}]}
                for one in intents
            ],
        },
        "endpoints.yml": {},
    }
    (directory / "data").mkdir()
    for name, content in files.items():
        (directory / name).write_text(yaml.safe_dump(content), encoding="utf-8")
    _run(directory, "train")
    with _served(directory, "keywords") as peer:
        yield peer


def _environment() -> dict[str, str]:
    return {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}


def _run(directory: Path, *arguments: str) -> None:
    with (directory / "train.log").open("wb") as log:
        subprocess.run(
            [*RASA, *arguments],
            cwd=directory, env=_environment(), stdout=log, stderr=log, check=True,
        )  # fmt: skip


@contextmanager
def _served(directory: Path, name: str) -> Iterator[Peer]:
    (directory / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    port = free_port()
    arguments: Sequence[str] = ["run", "--interface", "127.0.0.1", "--port", str(port), "--quiet"]
    began = time.perf_counter()
    with (directory / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [*RASA, *arguments], cwd=directory, env=_environment(), stdout=log, stderr=log
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url, process)
        started = time.perf_counter() - began
        answer = httpx.post(
            f"{url}/webhooks/rest/webhook", json={"sender": "warm", "message": "hello"}, timeout=120
        )
        if not answer.json():
            raise RuntimeError(f"{name} does not answer")
        yield Peer(name, url, process.pid, started)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
