"""Counting: how many ballots chose whom, per contest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bilik.domain.election import BLANK, Election, Selections


@dataclass(frozen=True)
class ContestCount:
    """One contest's count: votes by candidate number (zeros included) and blank ballots."""

    contest: str
    votes: dict[int, int]
    blank: int

    @property
    def valid(self) -> int:
        """Votes for a candidate, blank ones left out."""
        return sum(self.votes.values())


def count(election: Election, ballots: Iterable[Selections]) -> tuple[ContestCount, ...]:
    """Count the ballots, one pass; for every contest ``valid + blank`` equals their number."""
    counters: dict[str, Counter[object]] = {contest.id: Counter() for contest in election.contests}
    for selections in ballots:
        for contest_id, selection in selections.items():
            counters[contest_id][selection] += 1
    return tuple(
        ContestCount(
            contest.id,
            {one.number: counters[contest.id][one.number] for one in contest.candidates},
            counters[contest.id][BLANK],
        )
        for contest in election.contests
    )
