"""What a vote costs: processor time by part of the cluster, and what the database writes.

People vote on a cluster of this machine as they do in `make soak`, but without looking at the
answers for long, so that the servers have all they can do. Processor time is read from the system
for every process, before and after; what votes cost is the difference over the ballots that came.
From these, docs/kapasitas.md works out machines. `make bench-capacity`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import text

from bilik.storage.database import Database
from tests.soak.town import Town, town

SECONDS = 90
AT_ONCE = 24
THINK = 0.2
VOTERS = 4_000
_TICK = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """Of a process and of its children that have ended, as the system counts it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICK


def used(pids: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """Seconds by part."""
    return {part: sum(map(processor_seconds, own)) for part, own in pids.items()}


def written(database: Database) -> tuple[int, int]:
    """Bytes in PostgreSQL's write-ahead log since its beginning, and in the database."""
    with database.read() as connection:
        row = connection.execute(
            text(
                "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'), "
                "pg_database_size(current_database())"
            )
        ).one()
    return int(row[0]), int(row[1])


async def measure(place: Town) -> list[str]:
    """The table, of one run."""
    village = place.stand.servers.village
    crowd = place.crowd(AT_ONCE, THINK)
    async with crowd.voting():
        await asyncio.sleep(15)  # Caches and connections are there from now on.
        before, log_before = used(place.stand.pids()), written(village.database)
        began, ballots, answers = time.monotonic(), _ballots(place), len(crowd.figures.answers)
        await asyncio.sleep(SECONDS)
        seconds, votes = time.monotonic() - began, _ballots(place) - ballots
        messages = len(crowd.figures.answers) - answers
        after, log_after = used(place.stand.pids()), written(village.database)
    if not place.books().is_right or not votes:
        sys.exit("not all was as it should be")
    p50, p95, _ = crowd.figures.milliseconds()
    cost = {part: (after[part] - before[part]) * 1e3 / votes for part in before}
    return [
        f"{votes} votes and {messages} messages in {seconds:.0f} s, {AT_ONCE} people at a time: "
        f"{votes / seconds:.1f} votes/s, p50 {p50:.0f} ms, p95 {p95:.0f} ms, "
        f"{messages / votes:.1f} messages a vote.\n",
        "| part | processor, ms a vote |\n|---|---:|",
        *(f"| {part} | {milliseconds:.1f} |" for part, milliseconds in cost.items()),
        f"| **all** | **{sum(cost.values()):.1f}** |\n",
        f"PostgreSQL writes {(log_after[0] - log_before[0]) / votes / 1e3:.1f} kB of log a vote, "
        f"and keeps {(log_after[1] - log_before[1]) / votes / 1e3:.1f} kB.",
    ]


def _ballots(place: Town) -> int:
    return place.stand.servers.ballots(place.stand.servers.village)


async def run(directory: Path) -> None:
    """A town, and its table."""
    async with town(directory, VOTERS) as place:
        print("\n".join(await measure(place)))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="bilik-capacity-") as name:
        Path(name).chmod(0o711)  # PostgreSQL's own user passes through
        asyncio.run(run(Path(name)))
