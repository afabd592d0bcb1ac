"""What a candidate is called, and what is near enough to be meant by it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bilik.domain import lexicon
from bilik.domain.election import Candidate, Contest
from bilik.domain.words import words_of

MIN_FUZZY = 4
"""Shorter name words must be spelled exactly."""
_JOINED = 3
"""A first name so short is often written together with the next."""
MIN_CONSONANTS = 3
SIMILAR = 84.0
"""Percent of likeness from which a misspelt name word still counts."""
_TWICE = re.compile(r"(.)\1+")


def names_of(contests: Sequence[Contest]) -> frozenset[str]:
    """All words that name a candidate."""
    return frozenset[str]().union(
        *(name_words(one) for contest in contests for one in contest.candidates)
    )


def is_named_so(contests: Sequence[Contest], word: str) -> bool:
    """Whether a candidate is called so, or nearly so."""
    return any(alike(word, name) for name in names_of(contests))


@lru_cache(maxsize=1024)
def name_words(candidate: Candidate) -> frozenset[str]:
    """The words that name a candidate: of full names and nicknames, without titles and degrees.

    A word of everyday, such as the "Yo" of Mama Yo, names nobody by itself.
    """
    if candidate.empty_box:
        return frozenset()
    full = [name.split(",")[0] for name in candidate.names]
    joined = {
        one.raw + other.raw  # "niluh" for Ni Luh
        for name in full
        for one, other in pairwise([word for word in words_of(name) if is_word(word.raw)])
        if len(one.raw) <= _JOINED and one.raw not in lexicon.TITLE
    }
    return frozenset(joined) | frozenset(
        word.text
        for name in (*full, *candidate.nicknames)
        for word in words_of(name)
        if len(word.text) > 1 and is_word(word.text) and word.text not in lexicon.ALL
    )


def is_word(text: str) -> bool:
    """Whether it is made of letters, and perhaps an apostrophe: *Ma'ruf*."""
    return text.replace("'", "").replace("’", "").isalpha()


def alike(said: str, name: str) -> bool:
    """Whether a word is a name's word, or a misspelling of it."""
    if said == name:
        return True
    if not is_word(said):
        return False  # no number is remembered by what caches sounds
    if min(len(said), len(name)) >= MIN_FUZZY and sound(said) == sound(name):
        return True  # "fauzy", "pauji", "taopik"
    if said[0] != name[0]:
        return len(said) > MIN_FUZZY and name.endswith(said)  # "trisno" for Sutrisno
    if _TWICE.sub(r"\1", said) == _TWICE.sub(r"\1", name):
        return True  # "nuurr"
    if len(said) >= MIN_CONSONANTS and _is_shortened(said, name):
        return True  # "wyn" for Wayan, "rhmwti" for Rahmawati
    if min(len(said), len(name)) < MIN_FUZZY:
        return False
    if min(len(said), len(name)) > MIN_FUZZY:
        if name.startswith(said):
            return True  # "rahma" for Rahmawati
        # The last vowel tells names apart: Mario is not Maria.
        same_end = said[-1] == name[-1] or not {said[-1], name[-1]} & set("aeiou")
        if OSA.distance(said, name) <= 1 and same_end:
            return True
    return fuzz.ratio(said, name) >= SIMILAR


_SOUNDS = (
    ("oe", "u"), ("sh", "s"), ("ck", "k"), ("dj", "j"), ("tj", "c"), ("kh", "h"),
    ("sy", "s"), ("ch", "h"), ("au", "o"),
    ("y", "i"), ("q", "k"), ("v", "p"), ("f", "p"), ("z", "j"), ("dh", "d"), ("th", "t"),
)  # fmt: skip
"""Spellings of one sound, old and new."""


_HARD_AT_THE_END = {"d": "t", "b": "p"}


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """A word in one spelling per sound: "fauzi", "fauzy" and "pauji" are one."""
    for spelling, one in _SOUNDS:
        word = word.replace(spelling, one)
    if word[-1:] in _HARD_AT_THE_END:
        word = word[:-1] + _HARD_AT_THE_END[word[-1]]  # "ahmat"
    return _TWICE.sub(r"\1", word)


def _is_shortened(said: str, name: str) -> bool:
    """Whether only vowels are missing."""
    if len(said) >= len(name) or _consonants(said) != _consonants(name):
        return False
    letters = iter(name)
    return all(letter in letters for letter in said)


def _consonants(name: str) -> str:
    return "".join(letter for letter in name if letter not in "aeiou")
