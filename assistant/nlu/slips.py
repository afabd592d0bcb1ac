"""Slips of the thumb: how a message looks when it is typed in haste on a small phone.

Used twice, with seeds of their own: to harden the intent model while it learns, and to measure what
slips cost (`make nlu-report`).
"""

from __future__ import annotations

import random
from collections.abc import Callable

from bilik.domain.words import neighbours, variants

_VOWELS = "aeiou"
SLIP = "slip"
"""Holds the original of a training example that is a mistyped copy."""
MIN_LETTERS = 4
"""Shorter words are left alone: a slip would make another word of them."""


def with_slips(text: str, rate: float, source: random.Random) -> str:
    """``text`` with about ``rate`` of its longer words (0 to 1) mistyped, one slip each.

    A slip is a neighbouring key, two letters swapped, one doubled or left out, all inner vowels
    dropped, or an everyday spelling in place of the usual one. Numbers are never touched.
    """
    return " ".join(
        source.choice(_SLIPS)(word, source) if source.random() < rate else word
        for word in text.split(" ")
    )


def _at_inner_letter(
    change: Callable[[str, int, random.Random], str],
) -> Callable[[str, random.Random], str]:
    """A slip anywhere but in the first letter of a word that has letters only."""

    def slip(word: str, source: random.Random) -> str:
        if len(word) < MIN_LETTERS or not word.isalpha():
            return word
        return change(word, source.randrange(1, len(word) - 1), source)

    return slip


def _neighbour(word: str, at: int, source: random.Random) -> str:
    keys = neighbours(word[at].lower())
    return word[:at] + source.choice(keys) + word[at + 1 :] if keys else word


def _swapped(word: str, at: int, _source: random.Random) -> str:
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _doubled(word: str, at: int, _source: random.Random) -> str:
    return word[:at] + word[at] + word[at:]


def _left_out(word: str, at: int, _source: random.Random) -> str:
    return word[:at] + word[at + 1 :]


def _without_vowels(word: str, _at: int, _source: random.Random) -> str:
    inner = "".join(letter for letter in word[1:-1] if letter.lower() not in _VOWELS)
    return word[0] + inner + word[-1]


def _everyday(word: str, source: random.Random) -> str:
    known = variants(word.lower())
    return source.choice(known) if known else word


_SLIPS = (
    _at_inner_letter(_neighbour),
    _at_inner_letter(_swapped),
    _at_inner_letter(_doubled),
    _at_inner_letter(_left_out),
    _at_inner_letter(_without_vowels),
    _everyday,
)
