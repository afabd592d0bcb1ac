"""Many voters, so many at a time, one after another."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from tests.soak.figures import Figures
from tests.soak.voter import Voter, Way

LOOK_SECONDS = 0.5
STOP = 0.04
"""So many of the voters do not want to, in the end."""


@dataclass
class Crowd:
    """Voters who come as long as :meth:`come` is not left.

    ``pairs`` are NIK and code of each; ``ways`` opens a way to Bilik for one of them. ``think`` is
    how long a person looks at an answer on average, in seconds; ``resigned`` is the share of those
    who leave when they hear after some trouble that their vote is not recorded. With ``tide`` they
    come as in an election's busiest hour, drawn together to so many seconds: a third of them at
    first, all in the middle, a third in the end.
    """

    pairs: Iterator[tuple[str, str]]
    ways: Callable[[], Way]
    at_once: int
    think: float
    chance: Random
    resigned: float = 0.0
    tide: float | None = None
    figures: Figures = field(default_factory=Figures)
    people: list[Voter] = field(default_factory=list)
    _is_over: bool = False
    _began: float = 0.0

    @asynccontextmanager
    async def voting(self) -> AsyncIterator[None]:
        """People come as long as this lasts; at its end the last of them are waited for."""
        self._began = time.monotonic()
        places = [asyncio.create_task(self._one_after_another(at)) for at in range(self.at_once)]
        try:
            yield
        finally:
            self._is_over = True
            await asyncio.gather(*places)

    async def _one_after_another(self, place: int) -> None:
        await asyncio.sleep(self.think * place / self.at_once)
        while not self._is_over:
            if place >= self._wanted():
                await asyncio.sleep(LOOK_SECONDS)
                continue
            if (pair := next(self.pairs, None)) is None:
                break
            voter = Voter(
                *pair,
                choice=self.chance.choice((1, 2, 3)),
                stops=self.chance.random() < STOP,
                takes_no_for_an_answer=self.chance.random() < self.resigned,
            )
            self.people.append(voter)
            await voter.vote(self.ways(), self.chance, self.figures, self.think)

    def _wanted(self) -> float:
        """How many at a time, now."""
        if self.tide is None:
            return self.at_once
        past = min(1.0, (time.monotonic() - self._began) / self.tide)
        return self.at_once * (1 + 2 * math.sin(math.pi * past)) / 3
