"""Numbers as Indonesians write them: digits, words of several languages, ordinals, Roman."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bilik.domain.lexicon import ALL, CHOOSE
from bilik.domain.words import Word

MIN_LETTERS = 3
_TWICE = re.compile(r"(.)\1+")

_UNITS = {
    1: "satu satoe siji settong setunggal hiji ciek esa sada atu siki besik one seddi sikok sekek "
    "ije",
    2: "dua doea loro kalih duo due dwi two duwa dhuwa duah rua khua ruwa",
    3: "tiga telu tilu tigo tolu three tige lhee talu tello tallu tellu tolo",
    4: "empat papat sekawan opat ampek ampat empa mpat four appa ampa eppa peuet epat pat pampat",
    5: "lima limo gangsal limang lime lema five limong",
    6: "enam enem genep anam nem six onom anom",
    7: "tujuh pitu tujuah seven pito",
    8: "delapan wolu dalapan lapan eight",
    9: "sembilan sanga songo salapan sambilan nine",
    10: "sepuluh sedasa sapuluh sapuluah ten",
    11: "sebelas sewelas sabelas",
}
WORDS = {word: number for number, forms in _UNITS.items() for word in forms.split()}
"""Number words of all languages, with their values."""
_ORDINALS = {
    "pertama": 1,
    "pertamax": 1,
    "kapisan": 1,
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
}
_ROMAN = {
    "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6,
    "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12,
}  # fmt: skip
_ALONE = {"ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii"}
"""Roman numerals that are no letter or word by themselves; the others need "nomor" before them."""


def number_at(words: Sequence[Word], start: int, marked: bool = False) -> tuple[int, int] | None:
    """The number that begins at ``words[start]``: its value and how many words it takes.

    ``marked`` says that "nomor" or the like stands before, where "I" and "X" count as numerals.
    None if no number begins there. A decimal, a date or an hour such as ``7.30`` is no number.
    """
    word = words[start]
    if word.is_number:
        return (int(word.raw), 1) if word.raw.isdigit() and len(word.raw) <= 4 else None
    text = word.text
    if text == "ten" and start + 1 < len(words) and words[start + 1].text in CHOOSE:
        return None  # "not", in Balinese
    if text in {"kosong", "nol"} and start + 1 < len(words):
        unit = WORDS.get(words[start + 1].text)
        return (unit, 2) if unit and unit < 10 else None  # "kosong satu" is 01
    # As typed: "III" is a numeral, and no stretched "i".
    if word.raw in _ROMAN and (marked or word.raw in _ALONE):
        return _ROMAN[word.raw], 1
    if marked and text == "wahid":
        return 1, 1  # elsewhere somebody's name
    if marked and text == "sa":
        return 1, 1  # Acehnese; elsewhere "sa" is "I"
    if text in _ORDINALS:
        return _ORDINALS[text], 1
    text = text.removesuffix("lah")
    text = text.removesuffix("nya")
    value = WORDS.get(text) or WORDS.get(_TWICE.sub(r"\1", text))
    if value is None and marked:
        value = _misspelt(text)
    if value is None:
        return _WORDS_AFTER_KE.get(text)
    following = words[start + 1].text if start + 1 < len(words) else ""
    if following == "belas" and 2 <= value <= 9:
        return value + 10, 2
    if following == "puluh" and 2 <= value <= 9:
        unit = WORDS.get(words[start + 2].text) if start + 2 < len(words) else None
        return (value * 10 + unit, 3) if unit and unit < 10 else (value * 10, 2)
    return value, 1


def _misspelt(text: str) -> int | None:
    """The number whose word this is with a slip, as in "nomor empt"; only where one is expected."""
    if text in ALL or len(text) < MIN_LETTERS:
        return None
    found = process.extractOne(text, WORDS.keys(), scorer=OSA.distance, score_cutoff=1)
    return WORDS[found[0]] if found and found[0][0] == text[0] else None


_WORDS_AFTER_KE = {
    f"{prefix}{word}": (number, 1) for word, number in WORDS.items() for prefix in ("ke", "ka")
}
