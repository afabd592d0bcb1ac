"""A ballot's contents in bytes, and the tracker of a sealed one."""

from __future__ import annotations

import hashlib

from bilik.domain.election import BLANK, Election, Selection, Selections


def encode_selections(selections: Selections, election: Election) -> bytes:
    """One byte per contest, in the election's order: the candidate's number, 0 for blank.

    All ballots of an election have the same length, so that a sealed one tells nothing by its size.

    Raises:
        ValueError: the selections do not fit the election.
    """
    if not election.accepts(selections):
        raise ValueError("selections do not fit the election")
    return bytes(
        0 if (selection := selections[contest.id]) is BLANK else int(str(selection))
        for contest in election.contests
    )


def decode_selections(content: bytes, election: Election) -> dict[str, Selection]:
    """The inverse of :func:`encode_selections`.

    Raises:
        ValueError: the bytes are no ballot of this election.
    """
    if len(content) != len(election.contests):
        raise ValueError("not a ballot of this election")
    selections: dict[str, Selection] = {
        contest.id: number or BLANK
        for contest, number in zip(election.contests, content, strict=True)
    }
    if not election.accepts(selections):
        raise ValueError("not a ballot of this election")
    return selections


def tracker(sealed: bytes) -> bytes:
    """A sealed ballot's identity: its SHA-256."""
    return hashlib.sha256(sealed).digest()
