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
from functools import partial

from bilik.domain import lexicon
from bilik.domain.clauses import Clause, Polarity, contest_at, cut
from bilik.domain.election import BLANK, Contest, Selection
from bilik.domain.hint import Hint
from bilik.domain.mention import Mention
from bilik.domain.mentions import find_mentions
from bilik.domain.naming import is_named_so
from bilik.domain.numbers import number_at
from bilik.domain.reference import with_references
from bilik.domain.rewording import for_every_contest, reworded, without_introductions
from bilik.domain.spelling import mended
from bilik.domain.voice import Judge
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
    text: str, contests: Sequence[Contest], asked: str | None = None, hint: Hint = Hint.OPEN
) -> Resolution:
    """What ``text`` chooses among ``contests``; a bare number means the contest ``asked``.

    ``asked`` may be None where no contest is being asked; with one contest it is that one.
    """
    message = mended(words(text), partial(is_named_so, contests))
    mentions = with_references(message, find_mentions(message, contests))
    mentions = without_introductions(message, mentions)
    message = reworded(message, mentions)
    every = for_every_contest(message, mentions, contests)
    if every:
        asked = next(iter(every.options), asked)
        message = [
            word if at in range(every.start, every.end) else replace(word, text="saja")
            for at, word in enumerate(message)
        ]
    if asked is None and len(contests) == 1:
        asked = contests[0].id
    if not mentions:
        return Resolution(doubt=Doubt.NOTHING)
    everyone, reason = mentions, _reason(message, mentions)
    mentions = [mention for mention in mentions if mention.start not in reason]
    clauses, dangles = cut(message, mentions, contests, reason)
    judge = Judge(message, clauses, contests, hint)
    if (
        reason
        and hint in (Hint.OTHER, Hint.REJECTION)
        and not (judge.is_explicit or _is_all_before(message, mentions, reason))
    ):
        # What else than a choice would be explained here is in the reason, too.
        mentions = everyone
        clauses, dangles = cut(message, mentions, contests)
        judge = Judge(message, clauses, contests, hint)
    if len(contests) > 1 and any(clause.contest for clause in clauses):
        asked = None  # a contest that is named never yields to the one being asked
    resolution = _weigh(judge.counted(), asked)
    if resolution.doubt is Doubt.REJECTED and _LEFT_OVER & {word.text for word in message}:
        resolution = _only_one_left(resolution, contests)
    if resolution.doubt is None and (
        dangles
        or _AGAINST & set(text)
        or (
            hint is not Hint.CHOICE
            and not judge.is_explicit
            and not any(clause.corrects for clause in judge.counted())
            and (_LAUGHTER & set(text) or _laughs(message))
        )
        or message[0].raw == "aja"  # "don't", in Banyumas
        or judge.is_talk()
    ):
        return replace(
            resolution,
            accepted={},
            doubt=Doubt.TALK,
            candidates=_in_order(set(resolution.accepted.values())),
        )
    if every and resolution.accepted:
        return replace(
            resolution,
            accepted={contest: next(iter(one)) for contest, one in every.options.items()},
        )
    return resolution


_LEFT_OVER = lexicon.EXCEPT | frozenset("sisanya sisane sisana sisa tersisa satunya".split())
"""With all but one rejected, these choose the one: "selain 1 sama 3", "sisanya"."""


def _only_one_left(resolution: Resolution, contests: Sequence[Contest]) -> Resolution:
    """The one candidate that is not rejected, if it is one; else the doubt as it stands."""
    accepted: dict[str, Selection] = {}
    for contest in contests:
        rejected = resolution.rejected.get(contest.id, frozenset())
        left = [one.number for one in contest.candidates if one.number not in rejected]
        if rejected and len(left) == 1:
            accepted[contest.id] = left[0]
    return Resolution(accepted, resolution.rejected) if accepted else resolution


_AGAINST = frozenset("❌👎🚫✗✘🤮🙅")


def _laughs(message: Sequence[Word]) -> bool:
    return any(word.text == "hehe" for word in message)


_LAUGHTER = frozenset("😂🤣😹🙃😜🤪")


def is_choice_alone(
    text: str, contests: Sequence[Contest], asked: str | None, hint: Hint = Hint.OTHER
) -> bool:
    """Whether a message is a clear choice and nothing besides, whatever it was taken for."""
    return bool(resolve(text, contests, asked, hint).accepted)


def asks_for_blank(text: str) -> bool:
    """Whether a message without any candidate speaks of leaving blank: "tidak milih", "skip"."""
    message = words(text)
    for index, word in enumerate(message):
        before = message[index - 1].text if index else ""
        if word.text in lexicon.BLANK_CUES and before not in lexicon.THAT_ONE:
            return True
        after = {one.text for one in message[index + 1 : index + 4]}
        if word.text in lexicon.NEGATION and after & lexicon.CHOOSE:
            return True
    return False


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


_IN_TRUTH = frozenset("sebenarnya sebenernya sebetulnya sebenere aslinya".split())


def _reason(message: Sequence[Word], mentions: Sequence[Mention]) -> range:
    """Where a reason stands: from "karena" after somebody was named, to the end of the sentence."""
    for index, word in enumerate(message):
        begins = word.text in lexicon.REASON or (
            (
                word.text in {"daripada", "timbang", "setelah", "sesudah"}
                and not any(index < one.start for one in mentions)
            )
            or (word.text == "wong" and index and message[index - 1].text in {",", "."})
        )
        if begins and any(one.end <= index for one in mentions):
            start = index
            if message[index - 1].text in lexicon.NEGATION:
                start -= 1  # "bukan karena uang"
            end = index
            while end < len(message) and message[end].text not in {".", "!", "\n"}:
                if message[end - 1].text == "," and message[end].text in _IN_TRUTH:
                    break  # "tadi 2 karena dipaksa, sebenarnya saya 1"
                end += 1
            return range(start, end)
    return range(0)


def _is_all_before(message: Sequence[Word], mentions: Sequence[Mention], reason: range) -> bool:
    """Whether nothing but one candidate stands before the reason: "nomor 3 soalnya …"."""
    before = {at for mention in mentions for at in range(mention.start, mention.end)}
    return all(
        at in before
        or not message[at].text[0].isalpha()
        or message[at].text in lexicon.MARKER | lexicon.TITLE | {"saja", "deh", "dong", "lah"}
        for at in range(reason.start)
    )


def _weigh(clauses: Sequence[Clause], asked: str | None) -> Resolution:
    """All clauses together: what is accepted, what is rejected, and what is doubtful."""
    accepted: dict[str, set[Selection]] = {}
    rejected: dict[str, set[Selection]] = {}
    unknown: list[int] = []
    named = False
    rejecting = False
    for clause in clauses:
        if rejecting and clause.is_bare and not clause.corrects and not _is_blank(clause):
            return Resolution(doubt=Doubt.TALK)  # "jangan 1, 3": one more, or the choice?
        rejecting = not clause.idiom and any(how is Polarity.REJECTED for _, how in clause.mentions)
        if clause.corrects:
            unknown.clear()  # "33, eh 3"
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


def _is_blank(clause: Clause) -> bool:
    """Whether a clause leaves blank: "jangan 1, jangan 2, kosong"."""
    return all(set().union(*one.options.values()) == {BLANK} for one, _ in clause.mentions)


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


def _in_order(selections: set[Selection]) -> tuple[Selection, ...]:
    return tuple(sorted(selections, key=lambda one: -1 if one is BLANK else int(str(one))))
