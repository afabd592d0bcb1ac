"""Mistyped words of the lexicon, mended where they cannot be somebody's name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bilik.domain import lexicon, numbers
from bilik.domain.words import Word, neighbours, spelled

MIN_LETTERS = 4
_VOWELS = "aeiou"
_COMMON = frozenset(
    "pilih memilih pilihan coblos nomor nomer calon paslon pasangan bukan jangan tidak kotak "
    "kosong kosongkan ganti maksudnya maksud tetap suara dukung mungkin kalau bagus bingung "
    "terakhir pertama kedua ketiga siapa bagaimana program visi teman katanya empat lima tiga "
    "delapan sembilan tujuh enam satu golput abstain saya dengan karena".split()
)
"""What a word without vowels may stand for."""
_NUMBERS = frozenset("satu dua tiga empat lima enam tujuh delapan sembilan papat telu siji".split())
_WORDS = sorted(
    word
    for word in (
        (
            lexicon.CHOOSE | lexicon.NEGATION | lexicon.CORRECTION | lexicon.MARKER
            | lexicon.OWNER | lexicon.REASON | lexicon.QUESTION
        )
        - set(numbers.WORDS)
        | _COMMON
        | _NUMBERS
    )
    if len(word) >= MIN_LETTERS
)  # fmt: skip
"""What is worth mending: the words that decide."""
_KNOWN = lexicon.ALL | set(numbers.WORDS)


def mended(message: Sequence[Word], is_name: Callable[[str], bool]) -> list[Word]:
    """The message with slips mended; what may be a candidate's name stays as it is."""
    return [
        word
        if not word.text.isalpha() or is_name(word.text)
        else replace(word, text=spelled(_mended(word.text)))
        for word in message
    ]


@lru_cache(maxsize=8192)
def _mended(text: str) -> str:
    if text in _KNOWN or len(text) < MIN_LETTERS - 1:
        return text
    if not set(text) & set(_VOWELS):
        whole = [word for word in _COMMON if _without_vowels(word) == text]
        return whole[0] if len(whole) == 1 else text
    near = process.extract(text, _WORDS, scorer=OSA.distance, score_cutoff=1, limit=5)
    fitting = [word for word, _, _ in near if _is_slip(text, word)]
    return fitting[0] if fitting else text


def _is_slip(text: str, word: str) -> bool:
    """Whether one slip makes ``text`` of ``word``, and hardly anything else would."""
    if text[0] != word[0]:
        return False
    if sorted(text) == sorted(word):
        return True  # two letters swapped
    if min(len(text), len(word)) <= MIN_LETTERS:
        return False  # "amat" is no "ampat", "lina" no "lima"
    if len(text) != len(word):
        return True
    return any(one in neighbours(other) for one, other in zip(text, word, strict=True))


def _without_vowels(word: str) -> str:
    """As a thumb in haste leaves it: first and last letter, and the consonants between."""
    return word[0] + "".join(one for one in word[1:-1] if one not in _VOWELS) + word[-1]
