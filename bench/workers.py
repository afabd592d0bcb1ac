"""Two workers beside one: what a second Rasa server and a second action server bring.

This machine has no core to spare for a second worker, so each worker is given a slice of one (the
kernel's own accounting, cgroups): as if every worker ran on a small machine of its own, beside a
database, a proxy and voters that have enough. People vote on a cluster as they do in `make soak`;
the proxy lets them to one pair of workers, then to both, in turn. `make bench-workers`, as root.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.cluster.layout import Layout
from assistant.cluster.rolling import order
from tests.soak.crowd import Crowd
from tests.soak.town import Town, town

SHARE = 0.2
"""Of a core, for each worker: four of them leave the half of two cores to all else."""
AT_ONCE = 32
THINK = 0.05
VOTERS = 4_000
SECONDS = 30
SETTLE_SECONDS = 6
ROUNDS = 3
_PERIOD = 20_000
"""Microseconds, in each of which a worker gets its share."""
_CONTROL = Path("/sys/fs/cgroup")


@contextmanager
def slices(pids: dict[str, int]) -> Iterator[None]:
    """Each process alone in a group that gets :data:`SHARE` of a core.

    Raises:
        OSError: this kernel has no such groups, or they are not ours to make.
    """
    quota = int(SHARE * _PERIOD)
    made: list[Path] = []
    try:
        for name, pid in pids.items():
            old = (_CONTROL / "cpu").is_dir()
            group = (_CONTROL / "cpu" if old else _CONTROL) / f"bilik-{os.getpid()}-{name}"
            group.mkdir()
            made.append(group)
            if old:
                (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
                (group / "cpu.cfs_quota_us").write_text(str(quota))
            else:
                (group / "cpu.max").write_text(f"{quota} {_PERIOD}")
            (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for group in made:
            for pid in (group / "cgroup.procs").read_text().split():
                (group.parent / "cgroup.procs").write_text(pid)
            group.rmdir()


async def rate(crowd: Crowd) -> float:
    """Messages a second that are answered, once all have settled in."""
    await asyncio.sleep(SETTLE_SECONDS)
    began, before = time.monotonic(), len(crowd.figures.answers)
    await asyncio.sleep(SECONDS)
    return (len(crowd.figures.answers) - before) / (time.monotonic() - began)


async def measure(place: Town, layout: Layout) -> dict[int, list[float]]:
    """Rates with one pair of workers and with two, of each round."""
    second = [layout.of("chat")[1], layout.of("actions")[1]]
    found: dict[int, list[float]] = {1: [], 2: []}
    crowd = place.crowd(AT_ONCE, THINK)
    async with crowd.voting():
        for _ in range(ROUNDS):
            for pairs, state in ((1, "maint"), (2, "ready")):
                for worker in second:
                    order(layout.proxy_socket, f"set server {worker.server} state {state}")
                found[pairs].append(await rate(crowd))
    return found


async def run(directory: Path) -> None:
    """A town, its figures, and whether all votes are there."""
    async with town(directory, VOTERS) as place:
        layout = Layout.read(place.stand.servers.directory / "run")
        workers = {
            name: pid
            for name, pid in layout.pids().items()
            if name in {one.name for one in (*layout.of("chat"), *layout.of("actions"))}
        }
        with slices(workers):
            found = await measure(place, layout)
        books = place.books()
    one, two = (statistics.median(found[pairs]) for pairs in (1, 2))
    print("| Rasa and action servers | messages/s, median | rounds | over one |")
    print("|---:|---:|---|---:|")
    for pairs, median in ((1, one), (2, two)):
        rounds = " ".join(f"{each:.1f}" for each in found[pairs])
        print(f"| {pairs} + {pairs} | {median:.1f} | {rounds} | **{median / one:.2f}** |")
    print(f"\nEach worker had {SHARE:.0%} of a core; {len(place.people)} people came.")
    if not books.is_right:
        sys.exit("not all was as it should be")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="bilik-workers-") as name:
        Path(name).chmod(0o711)  # PostgreSQL's own user passes through
        asyncio.run(run(Path(name)))
