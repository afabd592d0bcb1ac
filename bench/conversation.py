"""The whole voting conversation over HTTP, beside two Rasa projects that do less.

Bilik as `make run` starts it (real database, real actions, sealed ballot at the cast) against
`rasa init`'s default project (DIET, TED and its stories) and against a floor: a keyword classifier
with rules, in-memory trackers, no actions. One worker each, conversations of the same length,
rounds that alternate between the sides. What counts are the ratios.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import aiohttp

from bench import chart
from bench.peers import SMALL_TALK, Peer, keyword_floor, rasa_init, resident_mb
from tests.installation import Installation, start

CHART = Path(__file__).parent / "conversation.svg"
LENGTH = 20
"""Messages in a conversation."""
ROUNDS = 3
CONVERSATIONS = {1: 12, 8: 40, 64: 96}
"""So many in a round, by the number of clients at a time."""

QUESTIONS = (
    "siapa aja calonnya?", "visi nomor 2 apa", "kapan ditutupnya?", "rahasia gak sih", "hmm",
    "caranya gimana", "kamu robot ya?", "hasilnya kapan keluar", "nomor 3 jelek",
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


@dataclass(frozen=True)
class Side:
    """Who is measured: an address, and how to get a conversation that nobody has had yet."""

    name: str
    url: str
    conversation: Callable[[], Sequence[str]]


def voting(nik: str, code: str) -> list[str]:
    """A voter who asks a lot before voting."""
    asked = [QUESTIONS[index % len(QUESTIONS)] for index in range(LENGTH - 4)]
    half = len(asked) // 2
    return [
        "halo", f"nik {nik} kode {code}", *asked[:half], "saya pilih nomor 2", *asked[half:], "ya",
    ]  # fmt: skip


def chatting() -> list[str]:
    """Small talk that both peers know."""
    return [SMALL_TALK[index % len(SMALL_TALK)] for index in range(LENGTH)]


async def round_of(url: str, conversations: Sequence[Sequence[str]], clients: int) -> Figures:
    """One round: all conversations, so many at a time."""
    figures = Figures()
    waiting = list(conversations)
    patience = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=patience) as http:

        async def client() -> None:
            while waiting:
                texts, sender = waiting.pop(), f"bench-{next(_senders)}"
                for text in texts:
                    began = time.perf_counter()
                    async with http.post(
                        f"{url}/webhooks/rest/webhook", json={"sender": sender, "message": text}
                    ) as answer:
                        said = await answer.json()
                    figures.latencies.append(time.perf_counter() - began)
                    if answer.status != 200 or not said:
                        raise RuntimeError(f"no answer from {url}: {answer.status}")

        began = time.perf_counter()
        await asyncio.gather(*(client() for _ in range(clients)))
    figures.rates.append(len(figures.latencies) / (time.perf_counter() - began))
    return figures


def measure(sides: Sequence[Side]) -> list[str]:
    """The table: for each number of clients a line per side, and Bilik's rate over each peer's.

    The rates are drawn, too.
    """
    drawn: dict[str, list[tuple[str, float]]] = {}
    lines = [
        "| clients | | messages/s | p50 ms | p95 ms | p99 ms | Bilik's messages/s over these |",
        "|---:|---|---:|---:|---:|---:|---:|",
    ]
    for clients, conversations in CONVERSATIONS.items():
        figures = {side.name: Figures() for side in sides}
        for _ in range(ROUNDS):
            for side in sides:
                texts = [side.conversation() for _ in range(conversations)]
                done = asyncio.run(round_of(side.url, texts, clients))
                figures[side.name].latencies += done.latencies
                figures[side.name].rates += done.rates
        ours = figures[sides[0].name].row()[0]
        for side in sides:
            rate, p50, p95, p99 = figures[side.name].row()
            ratio = "" if side is sides[0] else f"**{ours / rate:.2f}**"
            lines.append(
                f"| {clients} | {side.name} | {rate:.1f} | {p50:.1f} | {p95:.1f} | {p99:.1f} "
                f"| {ratio} |"
            )
        drawn[f"{clients} client{'s'[: clients > 1]}"] = [
            (side.name, figures[side.name].row()[0]) for side in sides
        ]
    CHART.write_text(chart.svg("Messages a second, one worker each", drawn), encoding="utf-8")
    return lines


def sizes(bilik: Installation, started: float, peers: Sequence[Peer]) -> list[str]:
    """Memory after the run and seconds until the first answer, a line per side."""
    rasa = max(bilik.processes("assistant.serve", "run", str(bilik.port)), key=resident_mb)
    actions = max(bilik.action_server(), key=resident_mb)
    return [
        "| | MB after the run | start-up, s |",
        "|---|---:|---:|",
        f"| Bilik, Rasa | {resident_mb(rasa):.0f} | {started:.1f} |",
        f"| Bilik, action server | {resident_mb(actions):.0f} | |",
        *(f"| {one.name} | {one.memory_mb:.0f} | {one.start_seconds:.1f} |" for one in peers),
    ]


def main() -> None:
    """Start all three, measure, print the tables."""
    votes = ROUNDS * sum(CONVERSATIONS.values())
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        directories = {part: Path(name) / part for part in ("bilik", "init", "floor")}
        for directory in directories.values():
            directory.mkdir()
        print("Training and starting rasa init's project and the floor …", flush=True)
        peers = [
            running.enter_context(rasa_init(directories["init"])),
            running.enter_context(keyword_floor(directories["floor"])),
        ]
        print("Starting Bilik …", flush=True)
        bilik = running.enter_context(start(directories["bilik"], voters=votes))
        sides = [
            Side("Bilik", bilik.url, lambda: voting(*bilik.pair(bilik.village))),
            *(Side(peer.name, peer.url, chatting) for peer in peers),
        ]
        table = measure(sides)
        table += ["", *sizes(bilik, bilik.started_seconds, peers)]
        ballots = bilik.ballots(bilik.village)
    print("\n".join(table))
    print(f"\n{ballots} of {votes} voters have a ballot in the box.")
    if ballots != votes:
        sys.exit("some votes were not recorded")


if __name__ == "__main__":
    main()
