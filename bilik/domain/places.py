"""Places on the list of candidates: "yang paling atas", "kedua dari bawah"."""

from __future__ import annotations

from collections.abc import Sequence

from bilik.domain import lexicon
from bilik.domain.election import Contest, Selection
from bilik.domain.mention import Mention
from bilik.domain.numbers import number_at
from bilik.domain.words import Word


def place_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    """ "Yang paling atas", "calon terakhir", "kedua dari bawah": a place on the list."""
    found = _counted_place(message, index) or _named_place(message, index)
    if found is None:
        return None
    place, end = found
    options = {}
    for contest in contests:
        numbers = sorted(one.number for one in contest.candidates)
        if place == _MIDDLE:
            fitting = {numbers[len(numbers) // 2]} if len(numbers) % 2 else set()
        else:
            at = place if place >= 0 else len(numbers) + place
            fitting = {numbers[at]} if 0 <= at < len(numbers) else set()
        options[contest.id] = frozenset[Selection](fitting)
    start = index - 1 if index and message[index - 1].text in lexicon.MOST else index
    return Mention(start, end, {id_: one for id_, one in options.items() if one})


_MIDDLE = 1000
_ENGLISH = {"top": 0, "middle": _MIDDLE, "bottom": -1, "last": -1}


def _counted_place(message: Sequence[Word], index: int) -> tuple[int, int] | None:
    """ "Kedua dari bawah": the place, from 0 or, from the end, from -1; and where it ends."""
    counted = number_at(message, index)
    end = index + (counted[1] if counted else 0)
    following = [word.text for word in message[end : end + 2]]
    if not counted or len(following) < 2 or following[0] not in {"dari", "ti", "saka", "soko"}:
        return None
    if following[1] in lexicon.BOTTOM:
        return -counted[0], end + 2
    return (counted[0] - 1, end + 2) if following[1] in lexicon.TOP else None


def _named_place(message: Sequence[Word], index: int) -> tuple[int, int] | None:
    """ "Paling atas", "yang tengah", "calon terakhir"."""
    text, before = message[index].text, message[index - 1].text if index else ""
    after = message[index + 1].text if index + 1 < len(message) else ""
    if text in _ENGLISH and (before == "the" or after == "one"):
        return _ENGLISH[text], index + 1 + (after == "one")
    if text in {"sebelum", "sadurunge"} and index + 1 < len(message):
        return (-2, index + 2) if message[index + 1].text in lexicon.LAST else None
    if index and not (
        before in lexicon.MOST | lexicon.THAT_ONE
        or (before in lexicon.MARKER and text in lexicon.LAST)
        or (before in {"di", "bagian", "sebelah"} and index > 1
            and message[index - 2].text in lexicon.THAT_ONE | lexicon.MOST)
    ):  # fmt: skip
        return None
    if not index and text not in {"pangluhurna", "panghandapna", "terakhir"}:
        return None
    for words_of_place, place in (
        (lexicon.TOP, 0), (lexicon.BOTTOM | lexicon.LAST, -1), (lexicon.MIDDLE, _MIDDLE),
    ):  # fmt: skip
        if text in words_of_place:
            end = index + 1
            while end < len(message) and message[end].text == text:
                end += 1  # "tengah-tengah"
            return place, end
    return None
