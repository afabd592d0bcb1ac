"""Mistyped words of the lexicon, mended where they cannot be somebody's name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bilik.domain import lexicon, numbers
from bilik.domain.words import Word

MIN_LETTERS = 4
_VOWELS = "aeiou"
_COMMON = frozenset(
    "pilih memilih pilihan coblos nomor nomer calon paslon pasangan bukan jangan tidak kotak "
    "kosong kosongkan ganti maksudnya maksud tetap suara dukung mungkin kalau bagus bingung "
    "terakhir pertama kedua ketiga siapa bagaimana program visi teman katanya empat lima tiga "
    "delapan sembilan tujuh enam satu golput abstain saya dengan karena".split()
)
"""What a word without vowels may stand for."""
_WORDS = sorted(
    word
    for word in (
        lexicon.KNOWN | lexicon.TALK | lexicon.QUESTION | lexicon.TOPIC | lexicon.BLANK_WORDS
        | set(numbers.WORDS) | _COMMON
    )
    if len(word) > MIN_LETTERS
)  # fmt: skip
_KNOWN = (
    lexicon.KNOWN | lexicon.TALK | lexicon.QUESTION | lexicon.TOPIC | lexicon.BLANK_WORDS
    | lexicon.JUDGEMENT | lexicon.UNIT_AFTER | lexicon.UNIT_BEFORE | set(numbers.WORDS)
)  # fmt: skip


def mended(message: list[Word], names: Collection[str]) -> list[Word]:
    """The message with slips mended; words that begin like one of ``names`` stay as they are."""
    beginnings = {name[:2] for name in names}
    return [
        word
        if word.text[:2] in beginnings or word.text in names
        else replace(word, text=_mended(word.text))
        for word in message
    ]


@lru_cache(maxsize=8192)
def _mended(text: str) -> str:
    if text in _KNOWN or not text.isalpha() or len(text) < MIN_LETTERS - 1:
        return text
    if not set(text) & set(_VOWELS):
        whole = [word for word in _COMMON if _without_vowels(word) == text]
        return whole[0] if len(whole) == 1 else text
    if len(text) < MIN_LETTERS:
        return text
    found = process.extractOne(text, _WORDS, scorer=OSA.distance, score_cutoff=1)
    if found is None or found[0][0] != text[0] or (len(text) == len(found[0]) == MIN_LETTERS + 1
        and sorted(text) != sorted(found[0])
    ):  # fmt: skip
        return text  # one letter exchanged in a short word makes another word
    return str(found[0])


def _without_vowels(word: str) -> str:
    """As a thumb in haste leaves it: first and last letter, and the consonants between."""
    return word[0] + "".join(one for one in word[1:-1] if one not in _VOWELS) + word[-1]
