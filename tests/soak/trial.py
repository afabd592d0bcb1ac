"""One fault in the middle of a load, and what came of it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from tests.soak.crowd import Crowd
from tests.soak.faults import Fault
from tests.soak.figures import Figures
from tests.soak.ledger import Ledger
from tests.soak.town import Town

SLOW_SECONDS = 3.0
"""An answer that takes longer belongs to the trouble."""
BACK_SECONDS = 300
"""If nobody can vote so long after a fault, it has not mended itself."""


@dataclass(frozen=True)
class Trial:
    """What a fault did to those who voted meanwhile.

    ``failures`` are requests without an answer, which a page repeats by itself; ``checking`` are
    voters who were told to ask again; ``silence`` is the longest time in which nobody was told that
    a vote is recorded, from the fault's begin on, and ``trouble`` how long after its end something
    still went wrong or took longer than :data:`SLOW_SECONDS`, both in seconds. ``is_back`` says
    that somebody voted after it.
    """

    fault: Fault
    ledger: Ledger
    messages: int
    failures: int
    checking: int
    silence: float
    trouble: float
    is_back: bool


async def try_fault(town: Town, crowd: Crowd, fault: Fault, seconds: float) -> Trial:
    """Let people vote for so many seconds before the fault and after it."""
    came_before = len(crowd.people)
    async with crowd.voting():
        await asyncio.sleep(seconds)
        began = time.monotonic()
        await fault.do(town)
        ended = time.monotonic()
        await asyncio.sleep(seconds)
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(_until_back(crowd.figures, ended), BACK_SECONDS)
        over = time.monotonic()
    books = await asyncio.to_thread(town.books, came_before)
    figures = crowd.figures
    return Trial(
        fault, books, len(figures.answers), len(figures.failures), len(figures.checking),
        _silence(figures, began, over), _trouble(figures, ended),
        figures.back_after(ended) is not None,
    )  # fmt: skip


async def _until_back(figures: Figures, ended: float) -> None:
    while figures.back_after(ended) is None:
        await asyncio.sleep(0.2)


def _silence(figures: Figures, began: float, over: float) -> float:
    moments = [began, *(at for at in sorted(figures.voted) if began < at < over), over]
    return max(later - earlier for earlier, later in pairwise(moments))


def _trouble(figures: Figures, ended: float) -> float:
    bad = [at for at, _ in figures.failures]
    bad += [at for at, seconds in figures.answers if seconds > SLOW_SECONDS]
    bad += figures.checking
    return max((at - ended for at in bad if at > ended), default=0.0)
