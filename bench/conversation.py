"""The whole voting conversation over HTTP, beside `rasa init`'s default configuration.

Both servers run on this machine and are asked in turn, in rounds of the same length and the same
number of clients; what counts is the ratio. Run with `make bench`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx

from tests.installation import Installation, free_port, start, wait_for

LENGTH = 20
"""Messages in a conversation, on both sides: a tracker's length has its price."""
ROUNDS = 3
CONVERSATIONS = 24
CLIENTS = (1, 8)

QUESTIONS = (
    "siapa aja calonnya?", "visi nomor 2 apa", "kapan ditutupnya?", "rahasia gak sih", "hmm",
    "caranya gimana", "kamu robot ya?", "hasilnya kapan keluar", "nomor 3 jelek",
)  # fmt: skip
SMALL_TALK = (
    "hello", "great", "are you a bot?", "hi there", "so sad", "yes", "am I talking to a human?",
    "good morning", "perfect", "bye",
)  # fmt: skip

_senders = count()


@dataclass
class Figures:
    """What one side needed: seconds per message, and messages per second of each round."""

    latencies: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def row(self) -> tuple[float, float, float, float]:
        """Median rate (messages/s), and p50, p95, p99 (ms)."""
        cuts = statistics.quantiles(self.latencies, n=100)
        return statistics.median(self.rates), cuts[49] * 1e3, cuts[94] * 1e3, cuts[98] * 1e3


def voting(nik: str, code: str) -> list[str]:
    """A voter who asks a lot before voting."""
    asked = [QUESTIONS[index % len(QUESTIONS)] for index in range(LENGTH - 4)]
    half = len(asked) // 2
    return [
        "halo", f"nik {nik} kode {code}", *asked[:half], "saya pilih nomor 2", *asked[half:], "ya",
    ]  # fmt: skip


def chatting() -> list[str]:
    """Small talk that `rasa init`'s bot knows."""
    return [SMALL_TALK[index % len(SMALL_TALK)] for index in range(LENGTH)]


async def round_of(url: str, conversations: Sequence[Sequence[str]], clients: int) -> Figures:
    """One round: all conversations, so many at a time."""
    figures = Figures()
    waiting = list(conversations)
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:

        async def client() -> None:
            while waiting:
                texts, sender = waiting.pop(), f"bench-{next(_senders)}"
                for text in texts:
                    began = time.perf_counter()
                    answer = await http.post(
                        "/webhooks/rest/webhook", json={"sender": sender, "message": text}
                    )
                    figures.latencies.append(time.perf_counter() - began)
                    if answer.status_code != 200 or not answer.json():
                        raise RuntimeError(f"no answer from {url}: {answer.status_code}")

        began = time.perf_counter()
        await asyncio.gather(*(client() for _ in range(clients)))
    figures.rates.append(len(figures.latencies) / (time.perf_counter() - began))
    return figures


@contextmanager
def rasa_init(directory: Path) -> Iterator[str]:
    """`rasa init`'s project, trained and served; its address."""
    rasa = [sys.executable, "-m", "rasa"]
    environ = {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}
    log = (directory / "init.log").open("wb")
    subprocess.run(
        [*rasa, "init", "--no-prompt", "--init-dir", str(directory)],
        env=environ, stdout=log, stderr=log, check=True,
    )  # fmt: skip
    (directory / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    port = free_port()
    process = subprocess.Popen(
        [*rasa, "run", "--interface", "127.0.0.1", "--port", str(port), "--quiet"],
        cwd=directory, env=environ, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url, process)
        httpx.post(
            f"{url}/webhooks/rest/webhook", json={"sender": "warm", "message": "hi"}, timeout=120
        )
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def measure(bilik: Installation, peer: str) -> list[str]:
    """The table, a line per side and number of clients."""
    lines = [
        "| clients | | messages/s | p50 ms | p95 ms | p99 ms |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    for clients in CLIENTS:
        sides = {"Bilik": Figures(), "rasa init": Figures()}
        for _ in range(ROUNDS):
            votes = [voting(*bilik.pair(bilik.village)) for _ in range(CONVERSATIONS)]
            for name, url, conversations in (
                ("Bilik", bilik.url, votes),
                ("rasa init", peer, [chatting()] * CONVERSATIONS),
            ):
                done = asyncio.run(round_of(url, conversations, clients))
                sides[name].latencies += done.latencies
                sides[name].rates += done.rates
        rows = {name: figures.row() for name, figures in sides.items()}
        for name, row in rows.items():
            rate, p50, p95, p99 = row
            lines.append(f"| {clients} | {name} | {rate:.1f} | {p50:.1f} | {p95:.1f} | {p99:.1f} |")
        ratio = rows["Bilik"][0] / rows["rasa init"][0]
        lines.append(f"| {clients} | **ratio of messages/s** | **{ratio:.2f}** | | | |")
    return lines


def main() -> None:
    """Start both, measure, print the table."""
    votes = len(CLIENTS) * ROUNDS * CONVERSATIONS
    with tempfile.TemporaryDirectory() as directory:
        for part in ("bilik", "init"):
            (Path(directory) / part).mkdir()
        print("Training and starting rasa init's project …", flush=True)
        with rasa_init(Path(directory) / "init") as peer:
            print("Starting Bilik …", flush=True)
            with start(Path(directory) / "bilik", voters=votes) as bilik:
                lines = measure(bilik, peer)
                ballots = bilik.ballots(bilik.village)
    print("\n".join(lines))
    print(f"\n{ballots} of {votes} voters have a ballot in the box.")
    if ballots != votes:
        sys.exit("some votes were not recorded")


if __name__ == "__main__":
    main()
