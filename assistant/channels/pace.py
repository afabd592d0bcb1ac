"""How fast a sender may write."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from bilik.clock import Clock, system_clock
from bilik.services.mailbox import milliseconds

PER_MINUTE = 20
"""More messages of one sender are not answered."""
MINUTE = 60_000
MAX_SENDERS = 10_000


def heard(before: Sequence[int], now: int) -> tuple[list[int], bool]:
    """The times of the last minute's messages with the one of ``now``, in milliseconds, and whether
    that one comes too fast; then it is not among them."""
    recent = [one for one in before if now - MINUTE < one <= now][-PER_MINUTE:]
    too_fast = len(recent) >= PER_MINUTE
    return (recent if too_fast else [*recent, now]), too_fast


class Pace:
    """Remembers it in memory, for a channel that has no other memory of its senders."""

    def __init__(self, clock: Clock = system_clock) -> None:
        """Nobody has written yet."""
        self._clock = clock
        self._heard: OrderedDict[str, list[int]] = OrderedDict()

    def is_too_fast(self, sender: str) -> bool:
        """Note a message, and whether it comes too fast."""
        before = self._heard.pop(sender, [])
        self._heard[sender], too_fast = heard(before, milliseconds(self._clock()))
        while len(self._heard) > MAX_SENDERS:
            self._heard.popitem(last=False)
        return too_fast
