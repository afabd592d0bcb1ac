"""What cannot be run here: a province's peak, on one cluster and on one for each kabupaten.

Votes come at random times, and each passes through the parts of a cluster in turn; a part has so
many cores, works on one vote with each, and takes the time that `bench/capacity.py` measured. What
comes out is how long a vote waits beyond its work. With fewer cores than the work needs, the queue
grows as long as the peak lasts: then the wait at its end is what the table shows.

    python -m bench.shards 64.0 40.0 12.0        ms a vote: Rasa and proxy, actions, PostgreSQL
"""

from __future__ import annotations

import heapq
import math
import random
import sys
from collections.abc import Iterator, Sequence

PEAK_SECONDS = 600
HOURS, PEAK = 6, 3
MOST_DATABASE_CORES = 64
"""Of one PostgreSQL server that one can buy without a search."""
PLACES = {"kabupaten, 1,500,000": 1_500_000, "province, 28,000,000": 28_000_000}
BUSY = 0.6
"""Cores are bought so that they work for that share of the peak."""


def rate(voters: int) -> float:
    """Votes a second at the peak, if everybody votes."""
    return voters / (HOURS * 3600) * PEAK


def needed(votes_a_second: float, milliseconds: float) -> int:
    """Cores that work for :data:`BUSY` of the time."""
    return math.ceil(votes_a_second * milliseconds / 1000 / BUSY)


def arrivals(votes_a_second: float, source: random.Random) -> Iterator[float]:
    """Seconds at which votes come, as long as the peak lasts."""
    now = source.expovariate(votes_a_second)
    while now < PEAK_SECONDS:
        yield now
        now += source.expovariate(votes_a_second)


def waits(
    votes_a_second: float, stages: Sequence[tuple[int, float]], source: random.Random
) -> list[float]:
    """Seconds that each vote waits in all, in the order of their coming.

    ``stages`` are cores and milliseconds of work a vote.
    """
    votes = [(at, 0.0) for at in arrivals(votes_a_second, source)]
    for cores, milliseconds in stages:
        free = [0.0] * cores
        done = []
        for at, waited in votes:
            begins = max(at, heapq.heappop(free))
            ends = begins + source.expovariate(1000 / milliseconds)
            heapq.heappush(free, ends)
            done.append((ends, waited + begins - at))
        votes = sorted(done)
    return [waited for _, waited in votes]


def main(costs: Sequence[float]) -> None:
    """The table."""
    source = random.Random(1)
    names = ("Rasa and proxy", "actions", "PostgreSQL")
    print("| peak | votes/s | cores: " + ", ".join(names) + " | wait p95, ms | at the end, ms |")
    print("|---|---:|---|---:|---:|")
    for place, voters in PLACES.items():
        for shards in dict.fromkeys((1, max(1, round(voters / 800_000)))):
            votes = rate(voters) / shards
            cores = [needed(votes, cost) for cost in costs]
            cores[-1] = min(cores[-1], MOST_DATABASE_CORES)
            waited = waits(votes, list(zip(cores, costs, strict=True)), source)
            p95 = sorted(waited)[int(len(waited) * 0.95)]
            name = place if shards == 1 else f"{place}, {shards} clusters, each"
            print(
                f"| {name} | {votes:,.0f} | {', '.join(map(str, cores))} | {p95 * 1000:,.0f} "
                f"| {waited[-1] * 1000:,.0f} |"
            )


if __name__ == "__main__":
    main([float(one) for one in sys.argv[1:]])
