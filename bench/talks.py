"""What servers hold in memory after very many conversations.

The servers that `make run` starts, and voters who come one after another, each in a chat of their
own: most greet, ask something and leave; one in fifty votes. `make bench-talks` has 100,000 of
them, and takes half an hour; another number with `python -m bench.talks 5000`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

import aiohttp

from bench.conversation import QUESTIONS
from bench.peers import resident_mb
from tests.installation import Installation, start
from tests.soak.figures import last_third_over_second

TALKS = 100_000
LOOKS = 30
"""So often memory is looked at, at even distances."""
SHOWN = 10
CLIENTS = 8
VOTES = 50
"""One in so many votes."""
FLAT = 1.05
"""Memory is flat if there is no more than that times as much in the last third as in the second."""


def conversations(bilik: Installation, many: int) -> Iterator[Sequence[str]]:
    """What so many people say."""
    questions = cycle(QUESTIONS)
    for at in range(many):
        if at % VOTES:
            yield "halo", next(questions), "berhenti"
        else:
            nik, code = bilik.pair(bilik.village)
            yield "halo", f"nik {nik} kode {code}", "saya pilih nomor 2", "ya"


class Memory:
    """Megabytes of both servers, at even distances of the way."""

    def __init__(self, bilik: Installation) -> None:
        """Find the servers."""
        rasa = bilik.processes("assistant.serve", "run", str(bilik.port))
        self._pids = [max(one, key=resident_mb) for one in (rasa, bilik.action_server())]
        self.talks: list[int] = []
        self.samples: tuple[list[float], list[float]] = ([], [])

    def look(self, talks: int) -> None:
        """After so many conversations."""
        self.talks.append(talks)
        for pid, samples in zip(self._pids, self.samples, strict=True):
            samples.append(resident_mb(pid))

    def growth(self) -> list[float]:
        """The last third over the second, of Rasa and of the action server."""
        return [last_third_over_second(samples) for samples in self.samples]

    def table(self) -> list[str]:
        """Some of the looks, and the growth."""
        step = max(1, len(self.talks) // SHOWN)
        looks = list(zip(self.talks, *self.samples, strict=True))
        shown = [looks[0], *looks[step::step]]
        rasa, actions = self.growth()
        return [
            "| conversations | MB, Rasa | MB, action server |",
            "|---:|---:|---:|",
            *(f"| {talks:,} | {one:.1f} | {other:.1f} |" for talks, one, other in shown),
            f"| last third ÷ second | **{rasa:.3f}** | **{actions:.3f}** |",
        ]


async def talk(bilik: Installation, many: int, memory: Memory) -> int:
    """All conversations, so many at a time; how many messages they had."""
    waiting = enumerate(conversations(bilik, many))
    done = messages = 0

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:

        async def client() -> None:
            nonlocal done, messages
            for number, texts in waiting:
                for text in texts:
                    async with http.post(
                        f"{bilik.url}/webhooks/rest/webhook",
                        json={"sender": f"talk-{number}", "message": text},
                    ) as answer:
                        if answer.status != 200 or not await answer.json():
                            raise RuntimeError(f"no answer: {answer.status}")
                    messages += 1
                done += 1
                if done % max(1, many // LOOKS) == 0:
                    memory.look(done)

        await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return messages


def main(many: int) -> None:
    """Talk and look, and print the table."""
    votes = -(-many // VOTES)
    with tempfile.TemporaryDirectory() as name:
        print(f"Making letters for {votes:,} voters …", flush=True)
        with start(Path(name), voters=votes, region_voters=1) as bilik:
            memory = Memory(bilik)
            memory.look(0)
            began = time.perf_counter()
            messages = asyncio.run(talk(bilik, many, memory))
            seconds = time.perf_counter() - began
            ballots = bilik.ballots(bilik.village)
    print("\n".join(memory.table()))
    print(f"\n{messages:,} messages in {seconds:.0f} s; {ballots} of {votes} votes are in the box.")
    if ballots != votes:
        sys.exit("some votes were not recorded")
    if max(memory.growth()) > FLAT:
        sys.exit("memory is not flat")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TALKS)
