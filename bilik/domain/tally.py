"""A count: how many ballots chose whom, per contest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bilik.domain.election import Election


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


def by_candidate(election: Election, rows: Sequence[Sequence[int]]) -> tuple[ContestCount, ...]:
    """The counts from the box's result: a row per contest, the blanks first.

    Raises:
        ValueError: the rows are not of this election.
    """
    counts = []
    for contest, (blank, *votes) in zip(election.contests, rows, strict=True):
        numbers = [one.number for one in contest.candidates]
        counts.append(ContestCount(contest.id, dict(zip(numbers, votes, strict=True)), blank))
    return tuple(counts)
