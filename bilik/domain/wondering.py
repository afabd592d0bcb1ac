"""What is asked of a case that may never come, and so is no wish."""

from __future__ import annotations

from itertools import pairwise

from bilik.domain.lexicon import CONDITION
from bilik.domain.words import words

_AS_THINGS_STAND = frozenset("begitu gitu demikian ngono kitu bisa boleh".split())
"""After "kalau" these suppose nothing: "kalau gitu ganti saja", "kalau bisa ganti nomor 2"."""
_ASKING = frozenset("bisa boleh bagaimana masih apakah ? iso saged tiasa".split())


def asks_what_if(text: str) -> bool:
    """Whether a message asks what would be possible, instead of wanting it now.

    >>> asks_what_if("kalau salah bisa diganti?")
    True
    >>> asks_what_if("kalau gitu ganti saja")
    False
    >>> asks_what_if("bisa ganti gak")
    False
    """
    said = [word.text for word in words(text)]
    supposes = any(
        one in CONDITION and other not in _AS_THINGS_STAND for one, other in pairwise(said)
    )
    return supposes and not _ASKING.isdisjoint(said)
