"""The receipt a voter keeps: the short form of a ballot's tracker, with a check character."""

from __future__ import annotations

import re

from bilik.domain import crockford, voting_code

RECEIPT_SYMBOLS = 8
_RECEIPT = re.compile(
    r"(?<![0-9A-Za-z])([0-9A-Za-z]{4})[- ]?([0-9A-Za-z]{4})[- ]?([0-9A-Za-z])(?![0-9A-Za-z])"
)

_PRINTED = re.compile(r"(?<![\w-])\w{4}-\w{4}-\w(?![\w-])")


def receipt_of(ballot_tracker: bytes) -> str:
    """The short form of a tracker that a voter keeps: 40 bits and a check, ``8F3K-Q9XM-2``.

    Not every one is fit to be kept by a voter, see :func:`is_plain`; a ballot whose receipt is not
    is sealed afresh.
    """
    value = int.from_bytes(ballot_tracker[:5], "big")
    shifts = range(5 * (RECEIPT_SYMBOLS - 1), -1, -5)
    symbols = "".join(crockford.ALPHABET[value >> shift & 31] for shift in shifts)
    return f"{crockford.grouped(symbols)}-{crockford.check_character(symbols)}"


def is_plain(receipt: str) -> bool:
    """Whether a receipt cannot be taken for anything else.

    Its check is no sign that chats take for formatting, a digit keeps it from being a word, and it
    is no voting code.
    """
    symbols = receipt.replace("-", "")
    if not symbols.isalnum() or not any(one.isdigit() for one in symbols[:RECEIPT_SYMBOLS]):
        return False
    return crockford.read(symbols) is None or not voting_code.is_valid(symbols)


def is_like_receipt(text: str) -> bool:
    """Whether something in a message is in a receipt's form as it is printed, even if mistyped."""
    return any(
        re.search(r"\d", one) and re.search(r"[A-Za-z]", one) for one in _PRINTED.findall(text)
    )


def find_receipt(text: str) -> str | None:
    """The first well-formed receipt in a message, in its usual form; None if there is none."""
    for match in _RECEIPT.finditer(text):
        symbols = crockford.read(match[1] + match[2])
        if symbols is None or not re.search(r"\d", match[1] + match[2]):
            continue
        if crockford.check_character(symbols) == match[3].upper():
            return f"{crockford.grouped(symbols)}-{match[3].upper()}"
    return None
