"""What the choice grammar sees in a message before anyone knows who stands for election.

The intent model learns from these signs beside the words: whether somebody seems to be named, and
accepted or rejected; whose voice it is; whether something is corrected. Numbers and unknown words
stand in for candidates.
"""

from __future__ import annotations

from collections.abc import Sequence

from bilik.domain import lexicon
from bilik.domain.clauses import Clause, Polarity, cut
from bilik.domain.hint import Hint
from bilik.domain.mention import Mention
from bilik.domain.mentions import MOST_CANDIDATES
from bilik.domain.numbers import number_at
from bilik.domain.voice import Judge, Voice
from bilik.domain.words import Word

_CONTEST = "?"
_SOMEBODY = 1000


def signs(message: Sequence[Word], names: Sequence[tuple[int, int]]) -> list[str]:
    """The signs of a message, of which the words from begin to end of each of ``names`` may be
    somebody's name."""
    mentions = _mentions(message, dict(names))
    if not message:
        return ["nothing"]
    clauses, dangles = cut(message, mentions, ())
    judge = Judge(message, clauses, (), Hint.OPEN)
    named = [how for clause in clauses for _, how in clause.mentions]
    polarity = _polarity(named)
    found = [polarity, f"named {min(3, len(named))}", f"{polarity}, own {judge.has_own}"]
    if mentions:
        kind = "number" if mentions[-1].number is not None else "name"
        found.append(f"last {named[-1].value} {kind}")
    found += [_voice(voice, clause) for voice, clause in judge.voices]
    if dangles:
        found.append("dangles")
    if any(clause.corrects for clause in clauses):
        found.append("corrects")
    return found


def _mentions(message: Sequence[Word], names: dict[int, int]) -> list[Mention]:
    found: list[Mention] = []
    index = 0
    while index < len(message):
        if index in names:
            somebody = frozenset({_SOMEBODY + len(found)})
            found.append(Mention(index, names[index], {_CONTEST: somebody}, is_name=True))
            index = names[index]
            continue
        before = message[index - 1].text if index else ""
        number = number_at(message, index, marked=before in lexicon.NUMBER_MARKER)
        if number is None or number[0] > MOST_CANDIDATES or before in lexicon.UNIT_BEFORE:
            index += 1
            continue
        value, end = number[0], index + number[1]
        if end == len(message) or message[end].text not in lexicon.UNIT_AFTER:
            found.append(Mention(index, end, {_CONTEST: frozenset({value})}, number=value))
        index = end
    return found


def _polarity(named: Sequence[Polarity]) -> str:
    if not named:
        return "nobody"
    if len(set(named)) > 1:
        return "both"
    return named[0].value


def _voice(voice: Voice, clause: Clause) -> str:
    return f"voice {voice.value}, {'somebody' if clause.mentions else 'nobody'}"
