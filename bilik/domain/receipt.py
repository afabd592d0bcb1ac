"""The receipt a voter keeps: the short form of a ballot's tracker, with a check character."""

from __future__ import annotations

import re

from bilik.domain import crockford

RECEIPT_SYMBOLS = 8
_RECEIPT = re.compile(
    r"(?<![0-9A-Za-z])([0-9A-Za-z]{4})[- ]?([0-9A-Za-z]{4})[- ]?([0-9A-Za-z])(?![0-9A-Za-z])"
)


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
