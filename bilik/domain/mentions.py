"""Which candidates a message names, and with which words: by number, name, nickname or gender."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from bilik.domain import lexicon
from bilik.domain.election import BLANK, Candidate, Contest, Selection
from bilik.domain.numbers import number_at
from bilik.domain.words import Word, words

MIN_FUZZY = 4
"""Shorter name words must be spelled exactly."""
SIMILAR = 84.0
"""Percent of likeness from which a misspelt name word still counts."""

_ACADEMIC = frozenset(
    [
        "h",
        "hj",
        "hajah",
        "drs",
        "dra",
        "ir",
        "dr",
        "prof",
        "s",
        "se",
        "sh",
        "mm",
        "ma",
        "msi",
        "mpd",
        "spd",
        "sip",
        "skom",
        "st",
        "e",
        "pd",
        "sos",
    ]
)


@dataclass(frozen=True)
class Mention:
    """Words ``start`` to ``end`` (exclusive) name these selections, one or several, by contest.

    ``options`` maps contest id → selections that fit. A bare number fits any contest that has it.
    ``number`` is the number as said, which may stand on no ballot; then ``options`` is empty.
    """

    start: int
    end: int
    options: dict[str, frozenset[Selection]]
    number: int | None = None


def find_mentions(message: Sequence[Word], contests: Sequence[Contest]) -> list[Mention]:
    """All mentions, in order, none overlapping another."""
    found: list[Mention] = []
    index = 0
    while index < len(message):
        mention = (
            _empty_box_at(message, index, contests)
            or _blank_at(message, index, contests)
            or _number_mention_at(message, index, contests)
            or _name_at(message, index, contests)
            or _gender_at(message, index, contests)
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
    if found is None or before in lexicon.UNIT_BEFORE:
        return None
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


def _gender_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    """ "yang ibu-ibu": only after "yang", and only where it means one candidate."""
    before = {word.text for word in message[max(0, index - 2) : index]}
    text = message[index].text
    gender = "P" if text in lexicon.WOMAN else "L" if text in lexicon.MAN else ""
    if not gender or not before & {"yang", "si", "calon"}:
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


def _name_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    """A run of name words that some candidate bears, as long as possible."""
    best: Mention | None = None
    for length in range(min(6, len(message) - index), 0, -1):
        run = [word.text for word in message[index : index + length]]
        options: dict[str, frozenset[Selection]] = {}
        for contest in contests:
            fitting = frozenset[Selection](
                one.number for one in contest.candidates if _bears(one, run)
            )
            if fitting:
                options[contest.id] = fitting
        if options:
            best = Mention(index, index + length, options)
            break
    return best


def _bears(candidate: Candidate, run: Sequence[str]) -> bool:
    if candidate.empty_box:
        return False
    return any(_fits(run, name) for name in _name_words(candidate))


def _name_words(candidate: Candidate) -> Iterator[list[str]]:
    for name in (*candidate.names, *candidate.nicknames):
        core = name.split(",")[0] if name in candidate.names else name
        plain = [word.text for word in words(core) if word.text.isalpha()]
        yield [word for word in plain if word not in _ACADEMIC]


def _fits(run: Sequence[str], name: Sequence[str]) -> bool:
    """Whether the run's words stand in the name in this order, and not only a title of it."""
    position, solid = 0, False
    for said in run:
        for index in range(position, len(name)):
            if alike(said, name[index]):
                position = index + 1
                solid = solid or name[index] not in lexicon.TITLE
                break
        else:
            return False
    return solid


def alike(said: str, name: str) -> bool:
    """Whether a word is a name's word, or a misspelling of it."""
    if said == name:
        return True
    if min(len(said), len(name)) < MIN_FUZZY or said[0] != name[0]:
        return False
    return fuzz.ratio(said, name) >= SIMILAR
