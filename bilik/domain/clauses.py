"""A message cut into clauses: which candidates each accepts or rejects, and for which contest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from bilik.domain import lexicon
from bilik.domain.election import Contest
from bilik.domain.mentions import Mention, alike
from bilik.domain.words import Word, words

_BREAKS = frozenset({",", ".", ";", ":", "\n", "…", "!", "?"})
_FOR = "untuk"
_JOINING = lexicon.ALTERNATIVE | lexicon.MARKER | lexicon.TITLE | {"dan", "&", "sama"}


class Polarity(Enum):
    """Whether a candidate is accepted."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNCLEAR = "unclear"


@dataclass
class Clause:
    """Mentions of one breath; ``corrects`` says that they replace what came before."""

    mentions: list[tuple[Mention, Polarity]] = field(default_factory=list)
    contest: str | None = None
    corrects: bool = False


def cut(
    message: Sequence[Word], mentions: Sequence[Mention], contests: Sequence[Contest]
) -> tuple[list[Clause], bool]:
    """The clauses of a message that mention anyone, in order; and whether it ends dangling.

    A message dangles that ends in a correction or negation that names nobody: "2 eh", "2 gak jadi".
    """
    cutter = _Cutter(message, mentions, contests)
    return cutter.run(), cutter.dangles


class _Cutter:
    """One pass over the words; a negation reaches to the end of its clause."""

    def __init__(
        self, message: Sequence[Word], mentions: Sequence[Mention], contests: Sequence[Contest]
    ) -> None:
        self._message = message
        self._starts = {mention.start: mention for mention in mentions}
        self._contests = contests
        self._clauses = [Clause()]
        self._negations = 0
        self._exceptions = 0
        self._moves = any(word.text in lexicon.MOVING for word in message)
        self._open = False

    def run(self) -> list[Clause]:
        index = 0
        while index < len(self._message):
            if mention := self._starts.get(index):
                self._mention(mention, index)
                index = mention.end
                continue
            text = self._message[index].text
            if contest := contest_at(self._message, index, self._contests):
                self._contest(contest, index)
            elif text in lexicon.NEGATION:
                self._negate(index)
            elif text in lexicon.OLD or (text == "dari" and self._moves):
                self._clause_of_old(index)
            elif text in lexicon.EXCEPT:
                self._exceptions += 1
            elif text in lexicon.CORRECTION or (text == "ke" and self._is_old):
                self._correct(index)
            elif text in _BREAKS:
                self._break()
            index += 1
        return [clause for clause in self._clauses if clause.mentions]

    @property
    def dangles(self) -> bool:
        return not self._clause.mentions and (self._open or self._negations > 0)

    @property
    def _clause(self) -> Clause:
        return self._clauses[-1]

    @property
    def _is_old(self) -> bool:
        """Whether the clause names what was chosen before: "dari 2 ke 3"."""
        return self._moves and any(how is Polarity.REJECTED for _, how in self._clause.mentions)

    def _text(self, index: int) -> str:
        return self._message[index].text if 0 <= index < len(self._message) else ""

    def _mention(self, mention: Mention, index: int) -> None:
        clause = self._clause
        if clause.mentions and clause.contest and self._text(index - 1) not in _JOINING:
            self._clauses.append(Clause())
        self._clause.mentions.append((mention, self._polarity()))
        self._open = False

    def _polarity(self) -> Polarity:
        match self._negations, self._exceptions:
            case 0, 0:
                return Polarity.ACCEPTED
            case (1, 0) | (0, 1):
                return Polarity.REJECTED
            case 1, 1:  # "tidak ada selain 2"
                return Polarity.ACCEPTED
            case _:
                return Polarity.UNCLEAR

    def _contest(self, contest: str, index: int) -> None:
        if not self._clause.mentions or (
            self._text(index - 1) == _FOR and self._clause.contest is None
        ):
            self._clause.contest = contest
        else:
            self._break(contest)

    def _clause_of_old(self, index: int) -> None:
        if self._clause.mentions:
            self._break(self._clause.contest)
        self._negations = 1

    def _negate(self, index: int) -> None:
        mentions = self._clause.mentions
        named = any(clause.mentions for clause in self._clauses)
        if named and self._text(index + 1) in lexicon.NOTHING_ELSE:
            return  # "3, tidak ganti lagi"
        if self._message[index].raw == "tak" and self._text(index + 1) in lexicon.CHOOSE:
            self._negations += 2  # "not" in Malay, "I" in Javanese: unclear
            return
        if mentions and self._text(index + 1) in _BREAKS | {""}:
            # "nomor 2 jangan"
            mention, polarity = mentions[-1]
            flipped = polarity is Polarity.ACCEPTED
            mentions[-1] = mention, Polarity.REJECTED if flipped else Polarity.UNCLEAR
        elif mentions:
            # "3 bukan 2", "2 gak jadi": the negation begins a clause of its own.
            contest = self._clause.contest
            self._break(contest)
            self._negations = 1
        else:
            self._negations += 1

    def _correct(self, index: int) -> None:
        if self._text(index - 1) in lexicon.NEGATION:
            return  # "tidak jadi", "tidak salah"
        self._break(self._clause.contest)
        self._clause.corrects = True
        self._open = self._message[index].text in lexicon.DANGLING

    def _break(self, contest: str | None = None) -> None:
        corrects = self._clause.corrects and not self._clause.mentions
        self._clauses.append(Clause(contest=contest, corrects=corrects))
        self._negations = self._exceptions = 0


def contest_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> str | None:
    """The contest whose title or alias begins at this word, "-nya" and slips forgiven."""
    for contest in contests:
        for name in (contest.title, contest.id, *contest.aliases):
            named = [word.text for word in words(name)]
            run = [stem(word.text) for word in message[index : index + len(named)]]
            if len(run) == len(named) and all(map(alike, run, named)):
                return contest.id
    return None


def stem(text: str) -> str:
    """Without "-nya"."""
    return text.removesuffix("nya") if len(text) > 6 else text
