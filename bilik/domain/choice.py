"""From a message to what it chooses: a small grammar over words, and no learned model.

A message is read in *clauses*. A negation turns round every candidate after it in its clause
("jangan 2"); a correction makes what follows replace what came before ("1, eh 3"). A choice is
read back only when it is the voter's own, clear and alone: signs of talk, of doubt, of somebody
else's vote or of a question turn it into something to ask about. When in doubt, ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from bilik.domain import lexicon
from bilik.domain.election import BLANK, Contest, Selection
from bilik.domain.mentions import Mention, find_mentions
from bilik.domain.numbers import number_at
from bilik.domain.words import Word, words

_BREAKS = frozenset({",", ".", ";", ":", "\n", "…", "!"})
_FOR = "untuk"
MAX_UNKNOWN = 4
"""So many words outside the lexicon a message with a verb of choosing may hold."""


class Doubt(str, Enum):
    """Why a message is not taken as a choice."""

    NOTHING = "nothing"
    NOT_ON_BALLOT = "not_on_ballot"
    SEVERAL = "several"
    REJECTED = "rejected"
    WHICH_CONTEST = "which_contest"
    TALK = "talk"


@dataclass(frozen=True)
class Resolution:
    """What a message accepts and rejects.

    ``accepted`` maps contest id → the one selection chosen. With a ``doubt`` it is empty: nothing
    may be read back then. ``rejected`` maps contest id → numbers said not to be chosen.
    ``unknown`` holds numbers that stand on no ballot; ``candidates`` those a doubt is about.
    """

    accepted: dict[str, Selection] = field(default_factory=dict)
    rejected: dict[str, frozenset[Selection]] = field(default_factory=dict)
    doubt: Doubt | None = None
    unknown: tuple[int, ...] = ()
    candidates: tuple[Selection, ...] = ()


@dataclass
class _Clause:
    words: list[Word]
    mentions: list[tuple[Mention, bool]] = field(default_factory=list)
    contest: str | None = None
    corrects: bool = False


def resolve(text: str, contests: Sequence[Contest], asked: str | None = None) -> Resolution:
    """What ``text`` chooses among ``contests``; a bare number means the contest ``asked``.

    ``asked`` may be None where no contest is being asked; with one contest it is that one.
    """
    message = words(text)
    mentions = find_mentions(message, contests)
    if asked is None and len(contests) == 1:
        asked = contests[0].id
    if not mentions:
        return Resolution(doubt=Doubt.NOTHING)
    if _is_talk(message, mentions, contests):
        return Resolution(doubt=Doubt.TALK, candidates=_all_selections(mentions))
    clauses = _clauses(message, mentions, contests)
    return _weigh(clauses, contests, asked)


def _clauses(
    message: Sequence[Word], mentions: Sequence[Mention], contests: Sequence[Contest]
) -> list[_Clause]:
    """The message cut into clauses, each with its mentions (and whether they are accepted)."""
    starts = {mention.start: mention for mention in mentions}
    inside = {index for mention in mentions for index in range(mention.start + 1, mention.end)}
    clauses = [_Clause([])]
    negations = 0
    index = 0
    while index < len(message):
        word, clause = message[index], clauses[-1]
        if index in inside:
            index += 1
            continue
        contest = None if index in starts else _contest_at(message, index, contests)
        if index in starts:
            if clause.mentions and clause.contest and not _same_breath(message, index):
                clause = _Clause([])
                clauses.append(clause)
            clause.mentions.append((starts[index], negations % 2 == 0))
        elif contest:
            if clause.mentions and not (index and message[index - 1].text == _FOR):
                clauses.append(_Clause([], contest=contest))
                negations = 0
            else:
                clause.contest = contest
        elif word.text in _BREAKS or word.text in lexicon.CORRECTION:
            corrects = word.text in lexicon.CORRECTION
            if clause.mentions or (clause.words and negations):
                clauses.append(_Clause([], corrects=corrects))
                negations = 0
            else:
                clause.corrects = clause.corrects or corrects
        elif word.text in lexicon.NEGATION:
            following = message[index + 1] if index + 1 < len(message) else None
            if clause.mentions and following is None:
                last, accepted = clause.mentions[-1]
                clause.mentions[-1] = (last, not accepted)  # "nomor 2 jangan"
            elif not (following and following.text == "salah"):
                negations += 1
        elif word.text in lexicon.EXCEPT:
            negations += 1
        clause.words.append(word)
        index += 1
    return [clause for clause in clauses if clause.mentions]


def _same_breath(message: Sequence[Word], index: int) -> bool:
    return (
        message[index - 1].text
        in lexicon.ALTERNATIVE | lexicon.MARKER | {"dan", "&"} | lexicon.TITLE
    )


def _contest_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> str | None:
    """The contest whose title or alias begins at this word; its last word names it as well."""
    for contest in contests:
        for name in (contest.title, contest.id, *contest.aliases):
            named = [word.text for word in words(name)]
            run = [_stem(word.text) for word in message[index : index + len(named)]]
            if run == named or (len(named) > 1 and run[:1] == named[:1] and len(contests) > 1):
                return contest.id
    return None


def _stem(text: str) -> str:
    return text.removesuffix("nya") if len(text) > 6 else text


def _weigh(
    clauses: Sequence[_Clause], contests: Sequence[Contest], asked: str | None
) -> Resolution:
    accepted: dict[str, set[Selection]] = {}
    rejected: dict[str, set[Selection]] = {}
    unknown: list[int] = []
    for clause in clauses:
        for mention, positive in clause.mentions:
            contest, options = _place(mention, clause.contest, contests, asked)
            if contest is None:
                if mention.number is not None and not mention.options:
                    if positive:
                        unknown.append(mention.number)
                    continue
                if not mention.options:
                    return Resolution(doubt=Doubt.NOT_ON_BALLOT)
                return Resolution(doubt=Doubt.WHICH_CONTEST)
            if not options:
                if mention.number is not None:
                    if positive:
                        unknown.append(mention.number)
                    continue
                return Resolution(doubt=Doubt.NOT_ON_BALLOT)
            if not positive:
                rejected.setdefault(contest, set()).update(options)
                accepted.setdefault(contest, set()).difference_update(options)
                continue
            chosen = accepted.setdefault(contest, set())
            if clause.corrects:
                chosen.clear()
            shared = chosen & options
            accepted[contest] = shared if shared else chosen | options
    return _judge(accepted, rejected, unknown)


def _place(
    mention: Mention, named: str | None, contests: Sequence[Contest], asked: str | None
) -> tuple[str | None, frozenset[Selection]]:
    """The contest a mention belongs to, and what it can mean there."""
    if named is not None:
        return named, mention.options.get(named, frozenset())
    if mention.number is None and len(mention.options) == 1:
        return next(iter(mention.options.items()))
    if asked is not None:
        return asked, mention.options.get(asked, frozenset())
    return None, frozenset()


def _judge(
    accepted: dict[str, set[Selection]], rejected: dict[str, set[Selection]], unknown: list[int]
) -> Resolution:
    kept = {contest: chosen for contest, chosen in accepted.items() if chosen}
    refused = {contest: frozenset(chosen) for contest, chosen in rejected.items()}
    if unknown:
        return Resolution(rejected=refused, doubt=Doubt.NOT_ON_BALLOT, unknown=tuple(unknown))
    for chosen in kept.values():
        if len(chosen) > 1:
            return Resolution(rejected=refused, doubt=Doubt.SEVERAL, candidates=_in_order(chosen))
    if not kept:
        doubt = Doubt.REJECTED if refused else Doubt.NOTHING
        numbers = {number for chosen in refused.values() for number in chosen}
        return Resolution(rejected=refused, doubt=doubt, candidates=_in_order(numbers))
    return Resolution(
        accepted={contest: next(iter(chosen)) for contest, chosen in kept.items()},
        rejected=refused,
    )


def _is_talk(
    message: Sequence[Word], mentions: Sequence[Mention], contests: Sequence[Contest]
) -> bool:
    """Whether the words around the mentions make the message something other than a choice."""
    covered = {index for mention in mentions for index in range(mention.start, mention.end)}
    rest = [word for index, word in enumerate(message) if index not in covered]
    texts = [word.text for word in rest]
    own_verb = any(text in lexicon.CHOOSE for text in texts)
    if own_verb and (reason := next((t for t in texts if t in lexicon.REASON), None)):
        cut = texts.index(reason)
        rest, texts = rest[:cut], texts[:cut]
    if any(text in lexicon.TALK or text in lexicon.QUESTION for text in texts):
        return True
    if "?" in texts and not own_verb:
        return True
    contest_words = {
        word.text
        for contest in contests
        for name in (contest.title, contest.id, *contest.aliases)
        for word in words(name)
    }
    unknown = [word for word in rest if not _is_known(word.text, contest_words)]
    if _surname_follows(message, mentions, contest_words):
        return True
    return len(unknown) > (MAX_UNKNOWN if own_verb else 0)


def _surname_follows(
    message: Sequence[Word], mentions: Sequence[Mention], contest_words: set[str]
) -> bool:
    """ "Siti Nurhaliza" where the candidate is Siti Rahmawati: somebody else."""
    for mention in mentions:
        if mention.number is None and mention.options and mention.end < len(message):
            following = message[mention.end].text
            if following.isalpha() and not _is_known(following, contest_words):
                return True
    return False


def _is_known(text: str, contest_words: set[str]) -> bool:
    return (
        not text[0].isalpha()
        or _stem(text) in contest_words
        or any(
            text in group
            for group in (
                lexicon.FILLER, lexicon.CHOOSE, lexicon.MARKER, lexicon.NEGATION, lexicon.EXCEPT,
                lexicon.CORRECTION, lexicon.ALTERNATIVE, lexicon.TITLE, lexicon.REASON,
                lexicon.MAN, lexicon.WOMAN,
            )
        )
    )  # fmt: skip


def _all_selections(mentions: Sequence[Mention]) -> tuple[Selection, ...]:
    return _in_order(
        {one for mention in mentions for chosen in mention.options.values() for one in chosen}
    )


def _in_order(selections: set[Selection]) -> tuple[Selection, ...]:
    return tuple(sorted(selections, key=lambda one: -1 if one is BLANK else int(str(one))))


def named_contest(text: str, contests: Sequence[Contest]) -> str | None:
    """The one contest that a message names; None if it names none or several."""
    message = words(text)
    named = {_contest_at(message, index, contests) for index in range(len(message))} - {None}
    return named.pop() if len(named) == 1 else None


def is_bare_number(text: str) -> bool:
    """Whether a message is a number with nothing but its marker and politeness around it.

    >>> is_bare_number("nomor 2 aja"), is_bare_number("2 orang"), is_bare_number("1 atau 2")
    (True, False, False)
    """
    message = words(text)
    for index in range(len(message)):
        found = number_at(message, index, marked=True)
        if found and found[0] < 100:
            rest = [*message[:index], *message[index + found[1] :]]
            return len(rest) <= 4 and all(word.text in _AROUND_NUMBER for word in rest)
    return False


_AROUND_NUMBER = lexicon.MARKER | {
    ".", ",", "!", "saja", "dong", "deh", "ya", "lah", "pak", "bapak", "ibu", "min", "kak", "yang",
}  # fmt: skip
