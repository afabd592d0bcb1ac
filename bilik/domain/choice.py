"""From a message to what it chooses: a small grammar over words, and no learned model.

A message is read in *clauses*. A negation turns round every candidate after it in its clause
("jangan 2"); a correction makes what follows replace what came before ("1, eh 3"). A choice is
read back only when it is the voter's own, clear and alone: signs of talk, of doubt, of somebody
else's vote or of a question turn it into something to ask about. When in doubt, ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import pairwise

from bilik.domain import lexicon
from bilik.domain.clauses import Clause, Polarity, contest_at, cut, stem
from bilik.domain.election import BLANK, Contest, Selection
from bilik.domain.mentions import Mention, find_mentions
from bilik.domain.numbers import number_at
from bilik.domain.words import Word, words


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
    may be read back then. ``rejected`` maps contest id → selections said not to be chosen.
    ``unknown`` holds numbers that stand on no ballot; ``candidates`` those a doubt is about.
    """

    accepted: dict[str, Selection] = field(default_factory=dict)
    rejected: dict[str, frozenset[Selection]] = field(default_factory=dict)
    doubt: Doubt | None = None
    unknown: tuple[int, ...] = ()
    candidates: tuple[Selection, ...] = ()


def resolve(
    text: str, contests: Sequence[Contest], asked: str | None = None, likely: bool = False
) -> Resolution:
    """What ``text`` chooses among ``contests``; a bare number means the contest ``asked``.

    ``asked`` may be None where no contest is being asked; with one contest it is that one.
    ``likely`` says that the intent model, too, takes the message for a choice: then words that the
    lexicon does not know may stand around it. Without, every word must be known.
    """
    message = words(text)
    end, mentions = _before_reason(message, find_mentions(message, contests))
    if asked is None and len(contests) == 1:
        asked = contests[0].id
    if not mentions:
        return Resolution(doubt=Doubt.NOTHING)
    clauses, dangles = cut(message[:end], mentions, contests)
    if len(contests) > 1 and any(clause.contest for clause in clauses):
        asked = None  # a contest that is named never yields to the one being asked
    resolution = _weigh(clauses, asked)
    if resolution.doubt is None and (
        dangles or _is_talk(text, message, end, mentions, contests, likely)
    ):
        return replace(
            resolution,
            accepted={},
            doubt=Doubt.TALK,
            candidates=_in_order(set(resolution.accepted.values())),
        )
    return resolution


def is_choice_alone(text: str, contests: Sequence[Contest], asked: str | None) -> bool:
    """Whether a message is a clear choice and nothing besides, whatever it was taken for."""
    if any(word.text in lexicon.SOCIAL for word in words(text)):
        return False
    return bool(resolve(text, contests, asked).accepted)


def named_contest(text: str, contests: Sequence[Contest]) -> str | None:
    """The one contest that a message names; None if it names none or several."""
    message = words(text)
    named = {contest_at(message, index, contests) for index in range(len(message))} - {None}
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
    ".", ",", "!", "saja", "dong", "deh", "ya", "lah", "bapak", "ibu", "min", "kak",
}  # fmt: skip


def _before_reason(message: Sequence[Word], mentions: list[Mention]) -> tuple[int, list[Mention]]:
    """Where "karena" stands, and who is mentioned before it; the end if nobody is."""
    for index, word in enumerate(message):
        if word.text in lexicon.REASON:
            before = [mention for mention in mentions if mention.end <= index]
            if before:
                return index, before
    return len(message), mentions


def _weigh(clauses: Sequence[Clause], asked: str | None) -> Resolution:
    """All clauses together: what is accepted, what is rejected, and what is doubtful."""
    accepted: dict[str, set[Selection]] = {}
    rejected: dict[str, set[Selection]] = {}
    unknown: list[int] = []
    named = False
    rejecting = False
    for clause in clauses:
        if rejecting and clause.bare and not clause.corrects:
            return Resolution(doubt=Doubt.TALK)  # "jangan 1, 3": one more, or the choice?
        rejecting = any(how is Polarity.REJECTED for _, how in clause.mentions)
        corrected: set[str] = set()
        for mention, polarity in clause.mentions:
            if polarity is Polarity.UNCLEAR:
                return Resolution(doubt=Doubt.TALK)
            contest = _contest_of(mention, clause, asked)
            options = mention.options.get(contest or "", frozenset())
            if contest is None and mention.options:
                return Resolution(doubt=Doubt.WHICH_CONTEST)
            if contest is None or not options:
                if polarity is Polarity.ACCEPTED:
                    unknown.append(mention.number or 0)
                continue
            if polarity is Polarity.REJECTED:
                rejected.setdefault(contest, set()).update(options)
                accepted.setdefault(contest, set()).difference_update(options)
                continue
            if clause.corrects and contest not in corrected:
                accepted[contest] = set()
                corrected.add(contest)
            chosen = accepted.setdefault(contest, set())
            # Number and name of one candidate are one choice: "nomor 2, Bu Siti".
            same = chosen & options if named or mention.number is None else set()
            accepted[contest] = same or chosen | options
            named = named or mention.number is None
    if any(chosen & rejected.get(contest, set()) for contest, chosen in accepted.items()):
        return Resolution(doubt=Doubt.TALK)  # "jangan 2, pilih bu siti"
    return _judge(accepted, rejected, unknown)


def _contest_of(mention: Mention, clause: Clause, asked: str | None) -> str | None:
    if clause.contest is not None:
        return clause.contest
    if mention.number is None and len(mention.options) == 1:
        return next(iter(mention.options))
    return asked


def _judge(
    accepted: dict[str, set[Selection]], rejected: dict[str, set[Selection]], unknown: list[int]
) -> Resolution:
    kept = {contest: chosen for contest, chosen in accepted.items() if chosen}
    refused = {contest: frozenset(chosen) for contest, chosen in rejected.items()}
    if unknown:
        numbers = tuple(number for number in unknown if number)
        return Resolution(rejected=refused, doubt=Doubt.NOT_ON_BALLOT, unknown=numbers)
    for chosen in kept.values():
        if len(chosen) > 1:
            return Resolution(rejected=refused, doubt=Doubt.SEVERAL, candidates=_in_order(chosen))
    if not kept:
        named = {one for chosen in refused.values() for one in chosen}
        doubt = Doubt.REJECTED if named else Doubt.NOTHING
        return Resolution(rejected=refused, doubt=doubt, candidates=_in_order(named))
    return Resolution(
        accepted={contest: next(iter(chosen)) for contest, chosen in kept.items()},
        rejected=refused,
    )


UNKNOWN = {(False, False): 0, (True, False): 3, (False, True): 2, (True, True): 10}
"""How many words outside the lexicon a message may hold, by whether it has a verb of choosing and
whether the intent model takes it for a choice."""


def _is_talk(
    raw: str,
    message: Sequence[Word],
    end: int,
    mentions: Sequence[Mention],
    contests: Sequence[Contest],
    likely: bool,
) -> bool:
    """Whether the words around the mentions make the message something other than a choice.

    From ``end`` on a reason is given, in which a candidate may be praised, but not by hearsay.
    """
    covered = {index for mention in mentions for index in range(mention.start, mention.end)}
    if any(word.text in lexicon.TALK for word in message):
        return True
    if any(word.text in lexicon.QUESTION for word in message[:end]):
        return True
    if _is_somebody_elses(message, mentions) or _AGAINST & set(raw):
        return True
    texts = [word.text for index, word in enumerate(message[:end]) if index not in covered]
    own_verb = any(text in lexicon.CHOOSE for text in texts)
    if not (own_verb and likely) and any(text in lexicon.JUDGEMENT for text in texts):
        return True
    if "?" in texts and not (own_verb or likely):
        return True
    contest_words = {
        word.text
        for contest in contests
        for name in (contest.title, contest.id, *contest.aliases)
        for word in words(name)
    }
    if _surname_follows(message, mentions, contest_words):
        return True
    if any(text in lexicon.OFFICE - contest_words for text in texts):
        return True
    return sum(not _is_known(text, contest_words) for text in texts) > UNKNOWN[own_verb, likely]


_AGAINST = frozenset("❌👎🚫✗✘🤮")


def _is_somebody_elses(message: Sequence[Word], mentions: Sequence[Mention]) -> bool:
    """Somebody else's vote, or the voter's own name."""
    names = {mention.start for mention in mentions if mention.is_name}
    for index, (word, following) in enumerate(pairwise(message)):
        if word.raw in lexicon.MY_KIN and following.text in lexicon.OWNER:
            return True  # "bapak saya pilih 2", which is not "pak, saya pilih 2"
        if word.raw in lexicon.POSSESSIVE and following.text in lexicon.TITLE:
            return True  # "sa pu kaka pilih 2"
        if following.text in lexicon.CHOOSE and (
            word.text in lexicon.OTHERS or word.raw in lexicon.MY_KIN
        ):
            return True  # "dia pilih 2"
        if index + 1 in names and word.text in {"saya", "aku", "nama", "namaku", "bernama"}:
            return True  # "saya siti"
    return bool(message) and message[0].raw == "aja"  # "don't", in Banyumas


def _surname_follows(
    message: Sequence[Word], mentions: Sequence[Mention], contest_words: set[str]
) -> bool:
    """ "Siti Nurhaliza" where the candidate is Siti Rahmawati: somebody else."""
    for mention in mentions:
        if mention.is_name and mention.end < len(message):
            following = message[mention.end].text
            if following.isalpha() and not _is_known(following, contest_words):
                return True
    return False


def _is_known(text: str, contest_words: set[str]) -> bool:
    if not text[0].isalpha() or stem(text) in contest_words:
        return True
    return text in lexicon.KNOWN or text.removesuffix("lah") in lexicon.KNOWN


def _in_order(selections: set[Selection]) -> tuple[Selection, ...]:
    return tuple(sorted(selections, key=lambda one: -1 if one is BLANK else int(str(one))))
