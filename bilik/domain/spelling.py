"""Mistyped words of the lexicon, mended where they cannot be somebody's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bilik.domain import lexicon, numbers
from bilik.domain.words import Word, neighbours, spelled

MIN_LETTERS = 4
_VOWELS = frozenset("aeiou")
_TWICE = re.compile(r"(.)\1+")
_COMMON = frozenset(
    "pilih memilih pilihan coblos nomor nomer calon paslon pasangan bukan jangan tidak kotak "
    "kosong kosongkan ganti maksudnya maksud tetap suara dukung mungkin kalau bagus bingung "
    "terakhir pertama kedua ketiga siapa bagaimana program visi teman katanya empat lima tiga "
    "delapan sembilan tujuh enam satu golput abstain saya dengan karena paling bawah final "
    "keliru putuskan".split()
)
"""What a word without its vowels may stand for."""
_SHORT = frozenset("yang saya saja bang kang aja sama juga jadi lagi udah mbak".split())
"""Short words so frequent that a slip of one key is more likely than another word."""
_NUMBERS = frozenset("satu dua tiga empat lima enam tujuh delapan sembilan papat telu siji".split())
_SWAPS = {
    "".join(sorted(word)): word
    for word in sorted(_SHORT | _COMMON | _NUMBERS)
    if len(word) >= MIN_LETTERS
}
"""By their letters: two that have changed places are told from a letter too many."""
_WORDS = sorted(
    word
    for word in (
        (lexicon.KNOWN | lexicon.QUESTION | lexicon.BLANK_WORDS | lexicon.PEOPLE)
        - set(numbers.WORDS)
        | _COMMON
        | _NUMBERS
    )
    if len(word) >= MIN_LETTERS and word.isalpha()
)
_WHOLE = frozenset(
    "akhiri ambang angka angkal angkat anting apalah asalan bahu ban bantal banya berapi "
    "biang bidang biduan bujang bukaan bukain bukalah bukankah bulik butuh butut cilok datar "
    "dateng debar degan dekapan dorang endah haknya isteri itukah kantong karang kareba katak "
    "kebal kentang kerang ketika ketuan kontak koyak lalai lancang langsing makam masukan "
    "masukin matan matang merek merekam minat muanya mulih padang patang pemda pilah pileg "
    "pisang pokok pukang pulang putusan saban saing sajak sajian salat samar sana say sayap "
    "selaku selama selambat semau semaunya semula setujui silang sonten sudahi susah tanda "
    "tekang temanya tenang tidakkah tilang timang tindak tuang tukang tulus tunggul tutik "
    "undang utang yakini yakni".split()
)
"""Words of their own, one letter from a word of the lexicon."""
_KNOWN = lexicon.ALL | set(numbers.WORDS) | _WHOLE


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
    swapped = _SWAPS.get("".join(sorted(text)))
    if swapped and swapped[0] == text[0] and OSA.distance(text, swapped) == 1:
        return swapped  # "saay", "siaap", "jaid"
    once = _TWICE.sub(r"\1", text)
    if once in _KNOWN and len(once) >= MIN_LETTERS - 1:
        return once  # "sattu", "kosonng"
    if short := _of_shortened(once):
        return short
    near = process.extract(text, _WORDS, scorer=OSA.distance, score_cutoff=1, limit=5)
    fitting = [word for word, _, _ in near if _is_slip(text, word)]
    return min(fitting, key=lambda word: word not in _COMMON) if fitting else text


def _of_shortened(text: str) -> str | None:
    """The word that a thumb in haste left vowels out of: "tlu", "fnl", "klru"; if it is sure."""
    whole = [word for word in _COMMON | _TELLING_NUMBERS if _is_without_vowels(text, word)]
    meant = {numbers.WORDS.get(word, word) for word in whole}
    return min(whole) if len(meant) == 1 else None


_TELLING_NUMBERS = _NUMBERS | frozenset("tilu opat genep hiji loro enem pitu wolu".split())


def _is_without_vowels(text: str, word: str) -> bool:
    """Whether vowels alone are missing, and at least the half of them."""
    if len(text) >= len(word) or text[0] != word[0] or text[-1] != word[-1]:
        return False
    if [one for one in text if one not in _VOWELS] != [one for one in word if one not in _VOWELS]:
        return False
    letters = iter(word)
    return all(one in letters for one in text)


def _is_slip(text: str, word: str) -> bool:
    """Whether one slip makes ``text`` of ``word``, and hardly anything else would."""
    if text[0] != word[0]:
        return False
    if sorted(text) == sorted(word):
        return len(text) > MIN_LETTERS or word in _SHORT | _COMMON | _NUMBERS  # two swapped
    if min(len(text), len(word)) <= MIN_LETTERS and word not in _SHORT:
        return False  # "amat" is no "ampat", "lina" no "lima"
    if len(text) != len(word):
        return True
    return any(one in neighbours(other) for one, other in zip(text, word, strict=True))
