"""Which candidates a message names, and with which words: by number, name, nickname or gender."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bilik.domain import lexicon
from bilik.domain.election import BLANK, Candidate, Contest, Selection
from bilik.domain.numbers import number_at
from bilik.domain.words import Word, words

MIN_FUZZY = 4
"""Shorter name words must be spelled exactly."""
MOST_CANDIDATES = 99
"""Greater numbers are prices and phones, unless "nomor" stands before."""
MIN_CONSONANTS = 3
SIMILAR = 84.0
"""Percent of likeness from which a misspelt name word still counts."""
SIMILAR_IN_A_NAME = 70.0
"""The same, beside a word of the same name that is right."""


_TWICE = re.compile(r"(.)\1+")
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
            or _place_at(message, index, contests)
            or _nobody_at(message, index, contests)
            or _nickname_at(message, index, contests)
            or _name_like_number_at(message, index, contests)
            or _number_mention_at(message, index, contests)
            or _blank_at(message, index, contests)
            or _name_at(message, index, contests)
            or _gender_at(message, index, contests)
            or _honoured_at(message, index, contests)
        )
        if mention is None:
            index += 1
        else:
            free = found[-1].end if found else 0
            found.append(_with_everyday_part(mention, message, contests, free))
            index = found[-1].end
    return found


def _with_everyday_part(
    mention: Mention, message: Sequence[Word], contests: Sequence[Contest], free: int
) -> Mention:
    """ "Kasih Lestari" with her first name, which by itself is a word of everyday."""
    if not mention.is_name:
        return mention
    parts = {
        word.text
        for contest in contests
        for one in contest.candidates
        if one.number in mention.options.get(contest.id, ())
        for name in one.names
        for word in words(name.split(",")[0])
        if is_word(word.text)
    }
    start, end = mention.start, mention.end
    while start > free and message[start - 1].text in parts:
        start -= 1
    while end < len(message) and message[end].text in parts:
        end += 1
    return replace(mention, start=start, end=end)


_PLAIN_TITLES = frozenset({"bapak", "ibu", "kak", "kakak"})


def _nickname_at(
    message: Sequence[Word], index: int, contests: Sequence[Contest]
) -> Mention | None:
    """A nickname made of words of everyday, such as *Pakde* or *Mama Yo*, said in full."""
    for contest in contests:
        for candidate in contest.candidates:
            for nickname in candidate.nicknames:
                named = [word.text for word in words(nickname)]
                said = [word.text for word in message[index : index + len(named)]]
                same = [_sound(word) for word in named] == [_sound(word) for word in said]
                if same and named and set(named) <= lexicon.ALL - _PLAIN_TITLES:
                    end = index + len(named)
                    following = message[end].text if end < len(message) else ""
                    if is_word(following) and following not in lexicon.KNOWN:
                        continue
                    return Mention(index, end, {contest.id: frozenset({candidate.number})})
    return None


def _empty_box_at(
    message: Sequence[Word], index: int, contests: Sequence[Contest]
) -> Mention | None:
    texts = [word.text for word in message[index : index + 2]]
    if (len(texts) > 1 and texts[0] in lexicon.BOX and texts[1] in lexicon.EMPTY) or texts == [
        "empty",
        "box",
    ]:
        width = 2
    elif texts[0] in {"kokos", "kotkos", "kotakkosong"}:
        width = 1
    else:
        return None
    options = {
        contest.id: frozenset[Selection](one.number for one in contest.candidates if one.empty_box)
        for contest in contests
    }
    return Mention(index, index + width, {id_: found for id_, found in options.items() if found})


def _blank_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    before = message[index - 1].text if index else ""
    if message[index].text not in lexicon.BLANK_WORDS or before in lexicon.THAT_ONE:
        return None  # "yang golput" are others
    return Mention(index, index + 1, {contest.id: frozenset({BLANK}) for contest in contests})


def _number_mention_at(
    message: Sequence[Word], index: int, contests: Sequence[Contest]
) -> Mention | None:
    start = index - 1 if index > 1 and message[index - 1].text == "." else index  # "No. I"
    before = message[start - 1].text if start else ""
    if start < index and before not in lexicon.NUMBER_MARKER:
        start, before = index, "."
    found = number_at(message, index, marked=before in lexicon.NUMBER_MARKER)
    if found is None or before in lexicon.UNIT_BEFORE or before == "salah":
        return None
    earlier = message[start - 2].text if start > 1 else ""
    if before in lexicon.NUMBER_MARKER and earlier in lexicon.UNIT_BEFORE:
        return None  # "rumah nomor 3", "hari ke 2"
    if start > 1 and earlier in lexicon.UNIT_BEFORE and before in lexicon.OWNER:
        return None  # "nomor antrian saya 2"
    if any(
        message[at].text in lexicon.UNIT_BEFORE
        and all(
            len(one.text) == 1 or one.text in lexicon.NUMBER_MARKER
            for one in message[at + 1 : index]
        )
        for at in range(max(0, index - 4), index)
    ):
        return None  # "blok C nomor 2"
    value, width = found
    if value > MOST_CANDIDATES and before not in lexicon.NUMBER_MARKER:
        return None
    end = index + width
    if end < len(message) and message[end].text in lexicon.UNIT_AFTER:
        return None
    if end < len(message) and message[end].text == "/":
        return None
    if before == "-" and start == 1:
        return None  # "-1"
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
    after = {word.text for word in message[index + 1 : index + 4]}
    if not gender or not (before & lexicon.THAT_ONE or "satusatunya" in after):
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


def _nobody_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    """ "Tidak pilih siapa-siapa": a blank ballot, the negation being part of it."""
    if message[index].text not in lexicon.NEGATION:
        return None
    for end in range(index + 1, min(index + 5, len(message))):
        if message[end].text == "siapapun":
            blank = {contest.id: frozenset[Selection]({BLANK}) for contest in contests}
            return Mention(index, end + 1, blank)
        if not message[end].text.isalpha():
            return None
    return None


def _honoured_at(
    message: Sequence[Word], index: int, contests: Sequence[Contest]
) -> Mention | None:
    """ "Pak haji", "bu dokter": by an honour that one candidate alone has."""
    if message[index].text in _RARE_TITLES:
        return _by_title_at(message, index, contests)
    if message[index].text not in {"bapak", "ibu", "yang", "si", "nu", "sing"}:
        return None
    said, at = message[index].text, index + 1
    if at < len(message) and message[at].text in {"gelarnya", "bergelar", "titelnya", "gelar"}:
        at += 1
    if at >= len(message):
        return None
    signs = lexicon.HONOURS.get(message[at].text)
    if signs is None:
        return None
    if (
        at + 1 < len(message)
        and is_word(message[at + 1].text)
        and (message[at + 1].text not in lexicon.KNOWN)
    ):
        return None  # somebody of that honour, with a name
    wrong = {"ibu": "L", "bapak": "P"}.get(said, "-")
    options = {
        contest.id: frozenset[Selection](
            one.number
            for one in contest.candidates
            if one.gender != wrong
            and any(
                signs & {word.text for word in words(name)} for name in (*one.names, *one.nicknames)
            )
        )
        for contest in contests
    }
    single = {id_: found for id_, found in options.items() if len(found) == 1}
    return Mention(index, at + 1, single) if single else None


_RARE_TITLES = frozenset(
    "pakde pakdhe bude budhe gus ning ceu daeng puang opung datuk uda uni mama papa mami".split()
)


def _by_title_at(
    message: Sequence[Word], index: int, contests: Sequence[Contest]
) -> Mention | None:
    """ "Pakde", where one candidate alone is called so."""
    end = index + 1
    if (
        end < len(message)
        and is_word(message[end].text)
        and (message[end].text not in lexicon.KNOWN)
    ):
        return None
    title = _sound(message[index].text)
    options = {
        contest.id: frozenset[Selection](
            one.number
            for one in contest.candidates
            if any(title == _sound(word.text) for name in one.nicknames for word in words(name))
        )
        for contest in contests
    }
    single = {id_: found for id_, found in options.items() if len(found) == 1}
    return Mention(index, end, single) if single else None


def _name_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    """Titles, and then as many words of one candidate's names as follow each other."""
    start = index
    while index < len(message) and (
        message[index].text in lexicon.TITLE
        or (index > start and message[index].text == ".")
        or (message[index].text == "p" and index + 1 < len(message)
            and message[index + 1].text == ".")
    ):  # fmt: skip
        index += 1
    titles = {word.text for word in message[start:index]}
    options: dict[str, frozenset[Selection]] = {}
    end = index
    while end < len(message) and (is_word(message[end].text) or end > index):
        word = message[end].text
        if is_fixed(message, end):
            break
        if end > index and (word in lexicon.TITLE or word in _JOINTS):
            end += 1
            continue
        fitting = _bearers(word, contests)
        if not fitting and end > index and _may_be_part(word):
            # "nur hayati" for Nurhayati, where Nur alone was one already
            fitting = _bearers(message[end - 1].text + word, contests)
        if not fitting and end + 1 < len(message) and _may_be_part(message[end + 1].text):
            # "rahma wati" for Rahmawati
            fitting = _bearers(word + message[end + 1].text, contests)
            if fitting and (not options or _both(options, fitting)):
                end += 1
        kept = _both(options, fitting) if options else fitting
        if not kept and options:
            kept = _both(options, _loosely(word, contests))
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


def is_fixed(message: Sequence[Word], index: int) -> bool:
    """Whether a word belongs to a phrase of everyday: *Kasih* and *Hari* are names, too."""
    before = message[index - 1].text if index else ""
    after = message[index + 1].text if index + 1 < len(message) else ""
    return (before, message[index].text) == ("terima", "kasih") or (
        (message[index].text, after) == ("hari", "ini")
    )


def _bearers(word: str, contests: Sequence[Contest]) -> dict[str, frozenset[Selection]]:
    """Who bears a name with this word, by contest."""
    for same in (str.__eq__, alike):  # who is called exactly so goes before who is called like it
        if same is alike and word in lexicon.ALL:
            break  # "suara" is no misspelt name
        if found := _who(word, contests, same):
            return found
    return {}


def _may_be_part(word: str) -> bool:
    """Whether a word may be the second half of a name that was written in two."""
    return is_word(word) and word not in lexicon.KNOWN


def _loosely(word: str, contests: Sequence[Contest]) -> dict[str, frozenset[Selection]]:
    """Who may be meant by a badly mistyped word, where another part of the name was right."""
    if len(word) < MIN_FUZZY or word in lexicon.KNOWN:
        return {}
    return _who(
        word,
        contests,
        lambda said, name: said[0] == name[0] and fuzz.ratio(said, name) >= SIMILAR_IN_A_NAME,
    )


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
    return frozenset(
        word.text
        for name in (*full, *candidate.nicknames)
        for word in words(name)
        if len(word.text) > 1 and is_word(word.text) and word.text not in lexicon.ALL
    )


def alike(said: str, name: str) -> bool:
    """Whether a word is a name's word, or a misspelling of it."""
    if said == name:
        return True
    if min(len(said), len(name)) >= MIN_FUZZY and _sound(said) == _sound(name):
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
    ("oe", "u"), ("dj", "j"), ("tj", "c"), ("kh", "h"), ("sy", "s"), ("ch", "h"), ("au", "o"),
    ("y", "i"), ("q", "k"), ("v", "p"), ("f", "p"), ("z", "j"), ("dh", "d"), ("th", "t"),
)  # fmt: skip
"""Spellings of one sound, old and new."""


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    for spelling, sound in _SOUNDS:
        word = word.replace(spelling, sound)
    return _TWICE.sub(r"\1", word)


def _is_shortened(said: str, name: str) -> bool:
    """Whether only vowels are missing."""
    if len(said) >= len(name) or _consonants(said) != _consonants(name):
        return False
    letters = iter(name)
    return all(letter in letters for letter in said)


def _consonants(name: str) -> str:
    return "".join(letter for letter in name if letter not in "aeiou")
