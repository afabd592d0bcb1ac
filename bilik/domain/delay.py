"""How long a sender waits after wrong attempts: growing, capped, never for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class DelayRule:
    """The first ``free`` wrong attempts cost nothing; then the delay doubles up to ``cap``."""

    free: int
    first: timedelta
    cap: timedelta

    def after(self, failures: int) -> timedelta:
        """The delay that the ``failures``-th wrong attempt in a row brings."""
        if failures <= self.free:
            return timedelta(0)
        doublings = min(failures - self.free - 1, 20)
        return min(self.first * (1 << doublings), self.cap)


SENDER_RULE = DelayRule(free=4, first=timedelta(seconds=30), cap=timedelta(minutes=15))
"""For the chat a wrong pair came from. A NIK has no delay of its own: it leaks easily, and whoever
knew it could keep its owner out. Against guessing from many chats stand the 40 bits of the code and
the price of each try."""
