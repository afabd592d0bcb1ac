"""Faults while people vote: nothing is lost, nothing doubled, nobody told what is not so.

These are some of the faults of `make faults`, each for a few seconds; docs/ketahanan.md has all.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.soak.faults import SHORT
from tests.soak.town import town
from tests.soak.trial import Trial, try_fault

AT_ONCE, THINK_SECONDS = 6, 0.3
SECONDS = 2.0
"""People vote for so long before a fault and at least for so long after it."""
VOTERS = 150


async def all_of_them(directory: Path) -> list[Trial]:
    async with town(directory, VOTERS) as place:
        return [
            await try_fault(place, place.crowd(AT_ONCE, THINK_SECONDS, 0.5), fault, SECONDS)
            for fault in SHORT
        ]


def test_what_voters_were_told_is_true_whatever_broke(tmp_path: Path) -> None:
    trials = asyncio.run(all_of_them(tmp_path))
    assert [one.fault for one in trials] == list(SHORT)
    for one in trials:
        assert one.ledger.is_right, (one.fault.name, one.ledger)
        assert one.is_back, one.fault.name
    everybody = trials[-1].ledger
    assert everybody.ballots == everybody.participations > 0
