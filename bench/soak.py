"""`make soak` and `make faults`: people vote, things break or do not, and the books must be right.

    BILIK_SOAK_SECONDS   how long people vote (600); around each fault, before and after it (15)
    BILIK_SOAK_AT_ONCE   how many at a time (12); of the long load, at its height (40)
    BILIK_SOAK_THINK     how long each looks at an answer, in seconds on average (1)
    BILIK_SOAK_VOTERS    how many letters are made, if not as many as the time may need
    BILIK_SOAK_ONLY      parts of the names of the faults that are tried, with commas; all if empty

Results are printed as a table and written to `results/`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.soak.crowd import Crowd
from tests.soak.faults import FAULTS
from tests.soak.memory import Memory
from tests.soak.town import Town, town
from tests.soak.trial import Trial, try_fault

RESULTS = Path("results")
DEFAULT_SOAK_SECONDS, DEFAULT_FAULT_SECONDS = 600, 15
SOAK_AT_ONCE, FAULTS_AT_ONCE = 40, 12
"""At their height so many cast nine votes a second: the part of a kabupaten's peak that falls to
two cores (docs/kapasitas.md). Whoever breaks things wants people, not a load."""
VOTES_A_SECOND, VOTES_AT_FAULTS = 9, 2
"""More than come, with the usual settings; so many letters are made."""
SPARE = 200
MOST_GROWTH = 1.05
"""Memory is flat, if a process has no more than that times as much in the last third of a run as in
the second."""


def setting(name: str, usual: float) -> float:
    return float(os.environ.get(f"BILIK_SOAK_{name}") or usual)


def crowd_of(one: Town, at_once: int, resigned: float = 0.0) -> Crowd:
    return one.crowd(int(setting("AT_ONCE", at_once)), setting("THINK", 1.0), resigned)


def write(name: str, content: Mapping[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=1), encoding="utf-8")


def table(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    for row in (heading, ["---", *["---:"] * (len(heading) - 1)], *rows):
        print(f"| {' | '.join(map(str, row))} |")


async def soak(directory: Path) -> bool:
    """A long load without a fault; whether all was as it should be."""
    seconds = setting("SECONDS", DEFAULT_SOAK_SECONDS)
    needed = SPARE + int(VOTES_A_SECOND * seconds)
    async with town(directory, int(setting("VOTERS", needed))) as place:
        return await soak_of(place, seconds)


async def soak_of(place: Town, seconds: float) -> bool:
    memory = Memory(place.stand.pids)
    crowd = crowd_of(place, SOAK_AT_ONCE)
    crowd.tide = seconds
    began = time.monotonic()
    async with crowd.voting(), memory.watched():
        await asyncio.sleep(seconds)
    books, figures = place.books(), crowd.figures
    p50, p95, p99 = figures.milliseconds()
    votes = books.ballots
    found = {
        "seconds": seconds,
        "conversations": len(crowd.people),
        "votes": votes,
        "messages_per_second": len(figures.answers) / seconds,
        "votes_per_second_at_the_height": height(figures.voted, began + seconds / 2, seconds / 10),
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
        "failed_requests": len(figures.failures),
        "told_to_ask_again": len(figures.checking),
        "lost": books.lost,
        "doubled": books.doubled,
        "wrong": books.wrong,
        "memory_mb": memory.samples,
        "memory_growth": memory.growth(),
    }
    write("soak", found)
    shown = {key: round(one, 1) for key, one in found.items() if isinstance(one, int | float)}
    mistakes = [(name, len(getattr(books, name))) for name in ("lost", "doubled", "wrong")]
    table(("", "value"), [*shown.items(), *mistakes])
    table(("MB", "begin", "end", "last third ÷ second"), memory.rows())
    # Redis keeps a little of every chat for a day, so it grows with the voters that come.
    flat = all(
        growth <= MOST_GROWTH
        for name, growth in memory.growth().items()
        if not name.startswith("Redis")
    )
    came_all = next(crowd.pairs, None) is not None
    if not came_all:
        print("!! There were fewer letters than people who came: see BILIK_SOAK_VOTERS.")
    return books.is_right and not figures.failures and not figures.checking and flat and came_all


def height(moments: Sequence[float], middle: float, width: float) -> float:
    """Votes a second in so many seconds around a moment."""
    return sum(abs(at - middle) <= width / 2 for at in moments) / width


async def faults(directory: Path) -> bool:
    """Each fault in the midst of a load; whether the books were right after all of them."""
    seconds = setting("SECONDS", DEFAULT_FAULT_SECONDS)
    only = os.environ.get("BILIK_SOAK_ONLY", "").lower().split(",")
    chosen = [one for one in FAULTS if any(part in one.name.lower() for part in only)]
    needed = int(len(chosen) * VOTES_AT_FAULTS * (2 * seconds + 20))
    voters = int(setting("VOTERS", needed))
    trials = []
    async with town(directory, voters, can_hurt=True) as place:
        for fault in chosen:
            if not fault.is_possible(place):
                print(f"!! not possible on this machine: {fault.name}", flush=True)
                continue
            crowd = crowd_of(place, FAULTS_AT_ONCE, resigned=0.5)
            trials.append(await try_fault(place, crowd, fault, seconds))
            print(told(trials[-1]), flush=True)
            write("faults", {"faults": [as_json(one) for one in trials]})
    table(
        ("Gangguan", "pesan", "gagal, diulang", "diminta menunggu", "hilang atau ganda",
         "kabar salah", "tanpa suara masuk, dtk", "pulih sesudahnya, dtk"),
        [row(one) for one in trials],
    )  # fmt: skip
    return bool(trials) and all(one.ledger.is_right and one.is_back for one in trials)


def row(one: Trial) -> Sequence[object]:
    books = one.ledger
    return (
        one.fault.name, one.messages, one.failures, one.checking,
        len(books.lost) + len(books.doubled), len(books.wrong), f"{one.silence:.1f}",
        f"{one.trouble:.1f}" if one.is_back else "TIDAK PULIH",
    )  # fmt: skip


def told(one: Trial) -> str:
    return " · ".join(
        map(str, [*row(one), *one.ledger.lost, *one.ledger.doubled, *one.ledger.wrong])
    )


def as_json(one: Trial) -> dict[str, Any]:
    books = one.ledger
    return {
        "fault": one.fault.name, "messages": one.messages, "failed_requests": one.failures,
        "told_to_ask_again": one.checking, "longest_without_a_vote_s": one.silence,
        "trouble_after_its_end_s": one.trouble, "lost": books.lost, "doubled": books.doubled,
        "wrong": books.wrong, "ballots": books.ballots,
    }  # fmt: skip


def main() -> None:
    act = {"soak": soak, "faults": faults}[sys.argv[1]]
    with tempfile.TemporaryDirectory(prefix="bilik-soak-") as name:
        Path(name).chmod(0o711)  # PostgreSQL's own user passes through
        if not asyncio.run(act(Path(name))):
            sys.exit("not all was as it should be")


if __name__ == "__main__":
    main()
