"""A voter's selections as the box's questions are answered."""

from __future__ import annotations

from bilik.domain.election import BLANK, Election, Selections


def places(selections: Selections, election: Election) -> tuple[int | None, ...]:
    """One entry per contest, in the election's order: the candidate's place, None for blank.

    Raises:
        ValueError: the selections do not fit the election.
    """
    if not election.accepts(selections):
        raise ValueError("selections do not fit the election")
    return tuple(
        None
        if (selection := selections[contest.id]) is BLANK
        else [one.number for one in contest.candidates].index(int(str(selection)))
        for contest in election.contests
    )
