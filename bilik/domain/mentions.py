"""Which candidates a message names, and with which words: by number, name, nickname or gender."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from bilik.domain import lexicon
from bilik.domain.election import BLANK, Candidate, Contest, Selection
from bilik.domain.numbers import number_at
from bilik.domain.words import Word, words

MIN_FUZZY = 4
"""Shorter name words must be spelled exactly."""
SIMILAR = 84.0
"""Percent of likeness from which a misspelt name word still counts."""


_JOINTS = frozenset({"dan", "&", "-", "."})
"""Stand between the two names of a pair, or in initials."""


@dataclass(frozen=True)
class Mention:
    """Words ``start`` to ``end`` (exclusive) name these selections, one or several, by contest.

    ``options`` maps contest id → selections that fit. A bare number fits any contest that has it.
    ``number`` is the number as said, which may stand on no ballot; then ``options`` is empty.
    ``is_name`` tells a name from a number and from "yang ibu-ibu".
    """

    start: int
    end: int
    options: dict[str, frozenset[Selection]]
    number: int | None = None
    is_name: bool = False


def find_mentions(message: Sequence[Word], contests: Sequence[Contest]) -> list[Mention]:
    """All mentions, in order, none overlapping another."""
    found: list[Mention] = []
    index = 0
    while index < len(message):
        mention = (
            _empty_box_at(message, index, contests)
            or _name_like_number_at(message, index, contests)
            or _number_mention_at(message, index, contests)
            or _blank_at(message, index, contests)
            or _name_at(message, index, contests)
            or _gender_at(message, index, contests)
            or _place_at(message, index, contests)
        )
        if mention is None:
            index += 1
        else:
            found.append(mention)
            index = mention.end
    return found


def _empty_box_at(
    message: Sequence[Word], index: int, contests: Sequence[Contest]
) -> Mention | None:
    texts = [word.text for word in message[index : index + 2]]
    if texts == ["kotak", "kosong"]:
        width = 2
    elif texts[:1] in (["kokos"], ["kotakkosong"]):
        width = 1
    else:
        return None
    options = {
        contest.id: frozenset[Selection](one.number for one in contest.candidates if one.empty_box)
        for contest in contests
    }
    return Mention(index, index + width, {id_: found for id_, found in options.items() if found})


def _blank_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    if message[index].text not in lexicon.BLANK_WORDS:
        return None
    return Mention(index, index + 1, {contest.id: frozenset({BLANK}) for contest in contests})


def _number_mention_at(
    message: Sequence[Word], index: int, contests: Sequence[Contest]
) -> Mention | None:
    before = message[index - 1].text if index else ""
    found = number_at(message, index, marked=before in lexicon.NUMBER_MARKER)
    if found is None or before in lexicon.UNIT_BEFORE or before == "salah":
        return None
    earlier = message[index - 2].text if index > 1 else ""
    if before in lexicon.NUMBER_MARKER and earlier in lexicon.UNIT_BEFORE:
        return None  # "rumah nomor 3", "hari ke 2"
    value, width = found
    end = index + width
    if end < len(message) and message[end].text in lexicon.UNIT_AFTER:
        return None
    if end < len(message) and message[end].text == "/":
        return None
    options = {
        contest.id: frozenset[Selection]({value})
        for contest in contests
        if contest.candidate(value)
    }
    return Mention(index, end, options, number=value)


def _name_like_number_at(
    message: Sequence[Word], index: int, contests: Sequence[Contest]
) -> Mention | None:
    """*Dwi* and *Esa* are numbers, unless a candidate is called so."""
    text = message[index].text
    before = message[index - 1].text if index else ""
    names = {name for contest in contests for one in contest.candidates for name in name_words(one)}
    if text not in names or before in lexicon.NUMBER_MARKER:
        return None
    return _name_at(message, index, contests)


def _gender_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    """ "yang ibu-ibu": only after "yang", and only where it means one candidate."""
    before = {word.text for word in message[max(0, index - 2) : index]}
    text = message[index].text
    gender = "P" if text in lexicon.WOMAN else "L" if text in lexicon.MAN else ""
    if text == "istri" and before & {"nu", "sane"}:  # Sundanese, Balinese
        gender = "P"
    if not gender or not before & lexicon.THAT_ONE:
        return None
    options = {
        contest.id: frozenset[Selection](
            one.number for one in contest.candidates if one.gender == gender
        )
        for contest in contests
    }
    end = index + 1
    while end < len(message) and message[end].text in {text, "-"}:
        end += 1
    return Mention(index, end, {id_: found for id_, found in options.items() if found})


def _place_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    """ "Yang paling atas", "calon terakhir": the first or last on the list."""
    text, before = message[index].text, message[index - 1].text if index else ""
    if text in {"atas", "bawah"} and before == "paling":
        place = 0 if text == "atas" else -1
    elif text == "terakhir" and before in lexicon.MARKER:
        place = -1
    else:
        return None
    options = {
        contest.id: frozenset[Selection]({sorted(one.number for one in contest.candidates)[place]})
        for contest in contests
    }
    return Mention(index - 1, index + 1, options)


def _name_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    """Titles, and then as many words of one candidate's names as follow each other."""
    start = index
    while index < len(message) and message[index].text in lexicon.TITLE:
        index += 1
    titles = {word.text for word in message[start:index]}
    options: dict[str, frozenset[Selection]] = {}
    end = index
    while end < len(message) and (is_word(message[end].text) or end > index):
        word = message[end].text
        if _is_fixed(message, end):
            break
        if end > index and (word in lexicon.TITLE or word in _JOINTS):
            end += 1
            continue
        fitting = _bearers(word, contests)
        kept = _both(options, fitting) if options else fitting
        if not kept:
            break
        options, end = kept, end + 1
    while end > index and message[end - 1].text in lexicon.TITLE | _JOINTS:
        end -= 1
    fitting = _of_gender(options, titles, contests)
    return Mention(start, end, fitting, is_name=True) if options else None


def _of_gender(
    options: dict[str, frozenset[Selection]], titles: set[str], contests: Sequence[Contest]
) -> dict[str, frozenset[Selection]]:
    """Without those whose gender a title contradicts: "Bu Parman" is not Pak Parman."""
    wrong = "L" if titles & lexicon.WOMAN_TITLE else "P" if titles & lexicon.MAN_TITLE else "-"
    if titles & lexicon.WOMAN_TITLE and titles & lexicon.MAN_TITLE:
        wrong = "-"
    kept = {
        contest.id: options[contest.id]
        & {one.number for one in contest.candidates if one.gender != wrong}
        for contest in contests
        if contest.id in options
    }
    return {contest: numbers for contest, numbers in kept.items() if numbers}


def is_word(text: str) -> bool:
    """Whether it is made of letters, and perhaps an apostrophe: *Ma'ruf*."""
    return text.replace("'", "").replace("’", "").isalpha()


def _is_fixed(message: Sequence[Word], index: int) -> bool:
    """Whether a word belongs to a phrase of everyday: *Kasih* and *Hari* are names, too."""
    before = message[index - 1].text if index else ""
    after = message[index + 1].text if index + 1 < len(message) else ""
    return (before, message[index].text) == ("terima", "kasih") or (
        (message[index].text, after) == ("hari", "ini")
    )


def _bearers(word: str, contests: Sequence[Contest]) -> dict[str, frozenset[Selection]]:
    """Who bears a name with this word, by contest."""
    for same in (str.__eq__, alike):  # who is called exactly so goes before who is called like it
        if found := _who(word, contests, same):
            return found
    return {}


def _who(
    word: str, contests: Sequence[Contest], same: Callable[[str, str], bool]
) -> dict[str, frozenset[Selection]]:
    found = {}
    for contest in contests:
        bearers = frozenset[Selection](
            one.number
            for one in contest.candidates
            if any(same(word, name) for name in name_words(one))
        )
        if bearers:
            found[contest.id] = bearers
    return found


def _both(
    one: dict[str, frozenset[Selection]], other: dict[str, frozenset[Selection]]
) -> dict[str, frozenset[Selection]]:
    shared = {contest: one[contest] & other[contest] for contest in one.keys() & other.keys()}
    return {contest: numbers for contest, numbers in shared.items() if numbers}


@lru_cache(maxsize=1024)
def name_words(candidate: Candidate) -> frozenset[str]:
    """The words that name a candidate: of full names and nicknames, without titles and degrees."""
    if candidate.empty_box:
        return frozenset()
    full = [name.split(",")[0] for name in candidate.names]
    return frozenset(
        word.text
        for name in (*full, *candidate.nicknames)
        for word in words(name)
        if is_word(word.text) and word.text not in lexicon.TITLE | lexicon.DEGREE
    )


def alike(said: str, name: str) -> bool:
    """Whether a word is a name's word, or a misspelling of it."""
    if said == name:
        return True
    if min(len(said), len(name)) < MIN_FUZZY or said[0] != name[0]:
        return False
    return fuzz.ratio(said, name) >= SIMILAR
