"""Which candidates a message names, and with which words."""

from __future__ import annotations

from collections.abc import Sequence

from bilik.domain import lexicon
from bilik.domain.clauses import contest_at
from bilik.domain.election import BLANK, Contest, Selection
from bilik.domain.mention import Mention
from bilik.domain.naming import names_of
from bilik.domain.numbers import number_at
from bilik.domain.people import (
    gender_at,
    honoured_at,
    name_at,
    nickname_at,
    short_name_at,
    with_everyday_part,
)
from bilik.domain.places import place_at
from bilik.domain.wordlike import wordlike_name_at
from bilik.domain.words import Word

MOST_CANDIDATES = 99
"""Greater numbers are prices and phones, unless "nomor" stands before."""


def find_mentions(message: Sequence[Word], contests: Sequence[Contest]) -> list[Mention]:
    """All mentions, in order, none overlapping another."""
    found: list[Mention] = []
    index = 0
    while index < len(message):
        mention = (
            _empty_box_at(message, index, contests)
            or place_at(message, index, contests)
            or _nobody_at(message, index, contests)
            or nickname_at(message, index, contests)
            or _name_like_number_at(message, index, contests)
            or _number_mention_at(message, index, contests)
            or _blank_at(message, index, contests)
            or name_at(message, index, contests)
            or short_name_at(message, index, contests)
            or wordlike_name_at(message, index, contests)
            or gender_at(message, index, contests)
            or honoured_at(message, index, contests)
        )
        if mention is None:
            index += 1
        else:
            free = found[-1].end if found else 0
            found.append(with_everyday_part(mention, message, contests, free))
            index = found[-1].end
            if narrowed := _narrowed(found[-2:], message):
                found[-2:] = [narrowed]
    return found


def _narrowed(pair: Sequence[Mention], message: Sequence[Word]) -> Mention | None:
    """ "Ayu yang Puspita": two names of one candidate, where the first alone has several."""
    if len(pair) < 2 or not (pair[0].is_name and pair[1].is_name):
        return None
    between = [word.text for word in message[pair[0].end : pair[1].start]]
    both = {
        contest: pair[0].options[contest] & pair[1].options[contest]
        for contest in pair[0].options.keys() & pair[1].options.keys()
    }
    if (
        len(between) != 1
        or between[0] not in lexicon.THAT_ONE
        or not all(both.values())
        or not both
    ):
        return None
    return Mention(pair[0].start, pair[1].end, both, is_name=True)


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
    alone = all(at == index or not word.text[0].isalnum() for at, word in enumerate(message))
    found = number_at(message, index, marked=alone or before in lexicon.NUMBER_MARKER)
    if (
        found is None
        or before in lexicon.UNIT_BEFORE
        or before in {"salah", "aya", "boga", "puluh"}
    ):
        return None
    if message[index].raw == "one" and before in _BEFORE_ONE:
        return None  # "the last one"
    earlier = message[start - 2].text if start > 1 else ""
    if before in lexicon.NUMBER_MARKER and earlier in lexicon.UNIT_BEFORE:
        return None  # "rumah nomor 3", "hari ke 2"
    if before == "ke" and earlier in _EVENTS:
        return None  # "pemilu ke 2 saya"
    if start > 1 and earlier in lexicon.UNIT_BEFORE and before in lexicon.OWNER:
        return None  # "nomor antrian saya 2"
    if any(
        message[at].text in lexicon.UNIT_BEFORE
        and all(
            one.text in "/.-()"
            or (len(one.text) == 1 and one.text.isalnum())
            or one.is_number
            or one.text in lexicon.NUMBER_MARKER
            for one in message[at + 1 : index]
        )
        for at in range(max(0, index - 6), index)
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
    if before in _ONLY_SO_MANY and earlier in _COUNTED:
        return None  # "calonnya cuma satu"
    options = {
        contest.id: frozenset[Selection]({value})
        for contest in contests
        if contest.candidate(value)
    }
    return Mention(index, end, options, number=value)


_BEFORE_ONE = frozenset(
    "the this that last first second third fourth fifth which middle top bottom no".split()
)
_EVENTS = frozenset("pemilu pilkada pilkades pemilihan pencoblosan nyoblos kali".split())
_ONLY_SO_MANY = frozenset("cuma hanya mung ngan amung namung sekadar cuman tinggal".split())
_COUNTED = frozenset("calon calonnya calone calonna ada kandidatnya pilihannya yang".split())


def _name_like_number_at(
    message: Sequence[Word], index: int, contests: Sequence[Contest]
) -> Mention | None:
    """*Dwi* and *Esa* are numbers, unless a candidate is called so."""
    text = message[index].text
    before = message[index - 1].text if index else ""
    if text not in names_of(contests) or before in lexicon.NUMBER_MARKER:
        return None
    return name_at(message, index, contests)


_ALL_OR_ANY = frozenset(
    "siapapun semuanya keduanya ketiganya keempatnya kabeh kabehane sadayana sadaya kabehan".split()
)
"""After "not", all of them and any of them are the same."""


def _nobody_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    """ "Tidak pilih siapa-siapa": a blank ballot, the negation being part of it."""
    if message[index].text not in lexicon.NEGATION:
        return None
    if of_one := _nobody_for_one_at(message, index, contests):
        return of_one
    blank = {contest.id: frozenset[Selection]({BLANK}) for contest in contests}
    texts = [word.text for word in message[index + 1 : index + 6]]
    if texts[:2] == ["ada", "yang"]:
        verb = 2
        while verb < len(texts) and texts[verb] in lexicon.OWNER | {"mau", "ingin"}:
            verb += 1
        if verb < len(texts) and texts[verb] in {"pilih", "milih", "coblos", "kupilih"}:
            return Mention(index, index + verb + 2, blank)  # "tidak ada yang saya pilih"
    for end in range(index + 1, min(index + 5, len(message))):
        chosen = message[end - 1].text in lexicon.CHOOSE
        if message[end].text in _ALL_OR_ANY or (chosen and message[end].text == "semua"):
            return Mention(index, end + 1, blank)
        if not message[end].text.isalpha():
            return None
    return None


def _nobody_for_one_at(
    message: Sequence[Word], index: int, contests: Sequence[Contest]
) -> Mention | None:
    """ "Gubernur 1, bupati tidak pilih": one of several contests left blank."""
    if len(contests) < 2 or not (_is_mark(message, index + 2) and index + 1 < len(message)):
        return None
    if message[index + 1].text not in lexicon.CHOOSE:
        return None
    at = index - 1
    while at >= 0 and not _is_mark(message, at):
        if contest := contest_at(message, at, contests):
            return Mention(index, index + 2, {contest: frozenset[Selection]({BLANK})})
        at -= 1
    return None


def _is_mark(message: Sequence[Word], at: int) -> bool:
    """Whether a mark or the end of the message is there."""
    return at >= len(message) or not message[at].text[0].isalnum()
