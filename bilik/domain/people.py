"""Candidates named as people: by name, nickname, title, honour or gender."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from bilik.domain import lexicon
from bilik.domain.election import Contest, Selection
from bilik.domain.mention import Mention
from bilik.domain.naming import MIN_FUZZY, alike, is_word, name_words, sound
from bilik.domain.words import Word, words_of

_TITLES = lexicon.TITLE | lexicon.DEGREE | {"."}
_SHORTEST_ALONE = 3
"""Shorter words name nobody by themselves, even after a title."""
SIMILAR_IN_A_NAME = 70.0
"""Percent of likeness from which a name word counts beside one of the same name that is right."""
_JOINTS = frozenset({"dan", "&", "-", "."})
"""Stand between the two names of a pair, or in initials."""
_PLAIN_TITLES = frozenset({"bapak", "ibu", "kak", "kakak"})


def nickname_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    """A nickname made of words of everyday, such as *Pakde* or *Mama Yo*, said in full."""
    for contest in contests:
        for candidate in contest.candidates:
            for nickname in candidate.nicknames:
                named = [word.text for word in words_of(nickname)]
                said = [word.text for word in message[index : index + len(named)]]
                same = [sound(word) for word in named] == [sound(word) for word in said]
                if same and named and set(named) <= lexicon.ALL - _PLAIN_TITLES:
                    end = index + len(named)
                    following = message[end].text if end < len(message) else ""
                    if is_word(following) and following not in lexicon.KNOWN:
                        continue
                    options = {contest.id: frozenset[Selection]({candidate.number})}
                    return Mention(index, end, options, is_name=True)
    return None


def short_name_at(
    message: Sequence[Word], index: int, contests: Sequence[Contest]
) -> Mention | None:
    """ "Si Ben", "ibu Ni Luh": after a title, a word of everyday may be a name."""
    begin = index
    while begin < len(message) and message[begin].text in lexicon.TITLE | {"si"}:
        begin += 1
    if begin == index or begin >= len(message):
        return None
    for contest in contests:
        for candidate in contest.candidates:
            for name in (*candidate.names, *candidate.nicknames):
                parts = [one.raw for one in words_of(name.split(",")[0]) if one.raw not in _TITLES]
                end = begin
                while (
                    end < len(message)
                    and end - begin < len(parts)
                    and message[end].raw == parts[end - begin]
                ):
                    end += 1
                if end > begin and not (end == begin + 1 and len(parts[0]) < _SHORTEST_ALONE):
                    bearers = _who_begins_with(parts[: end - begin], contests)
                    return Mention(index, end, bearers, is_name=True)
    return None


def _who_begins_with(
    parts: Sequence[str], contests: Sequence[Contest]
) -> dict[str, frozenset[Selection]]:
    found = {
        contest.id: frozenset[Selection](
            one.number
            for one in contest.candidates
            if any(
                [word.raw for word in words_of(name.split(",")[0]) if word.raw not in _TITLES][
                    : len(parts)
                ]
                == list(parts)
                for name in (*one.names, *one.nicknames)
            )
        )
        for contest in contests
    }
    return {contest: numbers for contest, numbers in found.items() if numbers}


def honoured_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    """ "Pak haji", "bu dokter": by an honour that one candidate alone has."""
    if message[index].text in _RARE_TITLES and (found := _by_title_at(message, index, contests)):
        return found
    if message[index].text not in _BEFORE_AN_HONOUR:
        return None
    said, at = message[index].text, index + 1
    while at < len(message) and message[at].text in {"bapak", "ibu", "kak", "si"}:
        at += 1  # "yang ibu bidan"
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
    if said not in lexicon.THAT_ONE and _is_spoken_to(message, at + 1):
        return None  # "pak guru, saya pilih 2"
    wrong = {"ibu": "L", "bapak": "P"}.get(said, "-")
    options = {
        contest.id: frozenset[Selection](
            one.number
            for one in contest.candidates
            if one.gender != wrong
            and any(
                signs & {word.text for word in words_of(name)}
                for name in (*one.names, *one.nicknames)
            )
        )
        for contest in contests
    }
    single = {id_: found for id_, found in options.items() if len(found) == 1}
    return Mention(index, at + 1, single) if single else None


_BEFORE_AN_HONOUR = frozenset("bapak ibu yang si nu sing kak mas mbak mama bung calon nang".split())


def _is_spoken_to(message: Sequence[Word], at: int) -> bool:
    """Whether the voter turns to somebody, before ``at``, and goes on to choose."""
    if at < len(message) and message[at].text == ",":
        at += 1
    if at >= len(message) or message[at].text not in lexicon.OWNER:
        return False
    return any(word.text in lexicon.CHOOSE for word in message[at:])


_RARE_TITLES = frozenset(
    "pakde pakdhe bude budhe gus ning ceu daeng puang opung datuk uda uni mama papa mami abah umi "
    "opa oma eyang mbah simbah mbok amang inang kiai kyai".split()
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
    title = sound(message[index].text)
    options = {
        contest.id: frozenset[Selection](
            one.number
            for one in contest.candidates
            if any(title == sound(word.text) for name in one.nicknames for word in words_of(name))
        )
        for contest in contests
    }
    single = {id_: found for id_, found in options.items() if len(found) == 1}
    return Mention(index, end, single) if single else None


def name_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
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
        if end > index and (word in lexicon.TITLE or _joins(message, end)):
            end += 1
            continue
        fitting = _bearers(word, contests) or _bearers(_bare(word), contests)
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
    while options and end < len(message) and message[end].raw in lexicon.DEGREE:
        end += 1  # "Darmawan SP"
    fitting = _of_gender(options, titles, contests)
    return Mention(start, end, fitting, is_name=True) if options else None


def _joins(message: Sequence[Word], at: int) -> bool:
    """Whether a mark stands within a name; a full stop does so only after an initial or title."""
    if message[at].text != ".":
        return message[at].text in _JOINTS
    before = message[at - 1].text
    return len(before) == 1 or before in lexicon.TITLE | lexicon.DEGREE


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


def _bare(word: str) -> str:
    """Without the particles that are written to a name: "Sahatnya", "Asepmi"."""
    for particle in _PARTICLES:
        if word.endswith(particle) and len(word) - len(particle) >= MIN_FUZZY:
            return word.removesuffix(particle)
    return word


_PARTICLES = ("nya", "lah", "mi", "ji", "ku")


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


def _is_just(message: Sequence[Word], index: int) -> bool:
    """ "Ibunya aja": the one woman, where a word after it chooses."""
    return index + 1 < len(message) and message[index + 1].text in {"saja", "deh", "dong", "lah"}


def gender_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> Mention | None:
    """ "yang ibu-ibu": only after "yang", and only where it means one candidate."""
    before = {word.text for word in message[max(0, index - 2) : index]}
    text = message[index].text
    gender = "P" if text in lexicon.WOMAN else "L" if text in lexicon.MAN else ""
    alone = text.removesuffix("nya")
    if not gender and alone in lexicon.WOMAN | lexicon.MAN and _is_just(message, index):
        gender, before = "P" if alone in lexicon.WOMAN else "L", before | {"yang"}
    if text == "istri" and before & {"nu", "sane"}:  # Sundanese, Balinese
        gender = "P"
    after = {word.text for word in message[index + 1 : index + 4]}
    if not gender or not (before & lexicon.THAT_ONE or "satusatunya" in before | after):
        return None
    options = {
        contest.id: frozenset[Selection](
            one.number for one in contest.candidates if one.gender == gender
        )
        for contest in contests
    }
    if not any(options.values()):
        return None  # of a pair it is not known
    end = index + 1
    while end < len(message) and message[end].text in {text, "-"}:
        end += 1
    return Mention(index, end, {id_: found for id_, found in options.items() if found})


def with_everyday_part(
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
        for word in words_of(name.split(",")[0])
        if is_word(word.text)
    }
    start, end = mention.start, mention.end
    while start > free and message[start - 1].text in parts:
        start -= 1
    while end < len(message) and message[end].text in parts:
        end += 1
    return replace(mention, start=start, end=end)
