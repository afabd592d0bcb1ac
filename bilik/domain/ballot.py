"""A ballot's contents in bytes, its tracker, and the receipt a voter keeps."""

from __future__ import annotations

import hashlib
import re

from bilik.domain import crockford
from bilik.domain.election import BLANK, Election, Selection, Selections

RECEIPT_SYMBOLS = 8
_RECEIPT = re.compile(
    r"(?<![0-9A-Za-z])([0-9A-Za-z]{4})[- ]?([0-9A-Za-z]{4})[- ]?([0-9A-Za-z])(?![0-9A-Za-z])"
)


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


def receipt_of(ballot_tracker: bytes) -> str:
    """The short form of a tracker that a voter keeps: 40 bits and a check, ``8F3K-Q9XM-2``.

    One check in nine is a sign that chats take for formatting; such a ballot is sealed afresh, see
    :func:`is_plain`.
    """
    value = int.from_bytes(ballot_tracker[:5], "big")
    shifts = range(5 * (RECEIPT_SYMBOLS - 1), -1, -5)
    symbols = "".join(crockford.ALPHABET[value >> shift & 31] for shift in shifts)
    return f"{crockford.grouped(symbols)}-{crockford.check_character(symbols)}"


def is_plain(receipt: str) -> bool:
    """Whether a receipt consists of letters and digits only."""
    return receipt.replace("-", "").isalnum()


def find_receipt(text: str) -> str | None:
    """The first well-formed receipt in a message, in its usual form; None if there is none."""
    for match in _RECEIPT.finditer(text):
        symbols = crockford.read(match[1] + match[2])
        if symbols and crockford.check_character(symbols) == match[3].upper():
            return f"{crockford.grouped(symbols)}-{match[3].upper()}"
    return None
