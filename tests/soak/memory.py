"""What the servers hold in memory, looked at again and again."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.soak.figures import last_third_over_second, resident_mb

EVERY_SECONDS = 5.0
_LEFT_OUT = ("PostgreSQL",)
"""Its processes share most of their memory, and each connection has one."""


@dataclass
class Memory:
    """Megabytes of each process, by kind and number, from the begin to the end of a run."""

    pids: Callable[[], Mapping[str, Sequence[int]]]
    samples: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Look again and again as long as this lasts."""
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        known = {
            f"{kind} {number}": pid
            for kind, pids in self.pids().items()
            if kind not in _LEFT_OUT
            for number, pid in enumerate(sorted(pids), 1)
        }
        while True:
            for name, pid in known.items():
                self.samples[name].append(resident_mb(pid))
            await asyncio.sleep(EVERY_SECONDS)

    def growth(self) -> dict[str, float]:
        """The last third over the second, of each process."""
        return {
            name: last_third_over_second(samples)
            for name, samples in self.samples.items()
            if len(samples) >= 3
        }

    def rows(self) -> list[tuple[str, str, str, str]]:
        """A line for each process."""
        growth = self.growth()
        return [
            (name, f"{samples[0]:.0f}", f"{samples[-1]:.0f}", f"{growth.get(name, 0):.3f}")
            for name, samples in self.samples.items()
        ]
