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
_JOINING = lexicon.ALTERNATIVE | lexicon.MARKER | lexicon.TITLE | {"dan", "&", "sama"}


class Polarity(Enum):
    """Whether a candidate is accepted."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNCLEAR = "unclear"


@dataclass
class Clause:
    """Mentions of one breath.

    ``corrects`` says that they replace what came before, ``bare`` that nothing stands beside them.
    """

    mentions: list[tuple[Mention, Polarity]] = field(default_factory=list)
    contest: str | None = None
    corrects: bool = False
    bare: bool = True


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
                self._contest(contest)
            elif text in lexicon.NEGATION:
                self._negate(index)
            elif text in lexicon.OLD or (text == "dari" and self._moves):
                self._clause_of_old(index)
            elif text in lexicon.EXCEPT:
                self._exceptions += 1
            elif text in lexicon.CORRECTION or (text == "ke" and self._is_old):
                self._correct(index)
            elif text in _BREAKS:
                self._punctuate()
            else:
                self._clause.bare = False
            index += 1
        self._end()
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

    def _contest(self, contest: str) -> None:
        if self._clause.contest is None:
            self._clause.contest = contest  # "bupati 1" and "1 bupati" alike
        else:
            self._break(contest)

    def _clause_of_old(self, index: int) -> None:
        if self._clause.mentions:
            self._break(self._clause.contest)
        self._negations = 1

    def _negate(self, index: int) -> None:
        word, following = self._message[index], self._text(index + 1)
        named = any(clause.mentions for clause in self._clauses)
        if named and following in lexicon.NOTHING_ELSE:
            return  # "3, tidak ganti lagi"
        if word.raw == "tak" and following in lexicon.CHOOSE:
            self._negations += 2  # "not" in Malay, "I" in Javanese: unclear
        elif not self._clause.mentions:
            self._negations += 1
        else:
            # "3 bukan 2" takes 3; "1 jangan 2 aja" may mean either.
            self._break(self._clause.contest)
            self._negations = 1 if word.text in lexicon.NOT_THAT else 2

    def _correct(self, index: int) -> None:
        if self._text(index - 1) in lexicon.NEGATION:
            return  # "tidak jadi", "tidak salah"
        contest = self._clause.contest or next(
            (one.contest for one in reversed(self._clauses) if one.contest), None
        )
        self._break(contest)
        self._clause.corrects = True
        self._open = self._message[index].text in lexicon.DANGLING

    def _punctuate(self) -> None:
        if self._clause.mentions or self._clause.contest is None:
            self._break()  # else "bupati: 1" and "untuk bupati, nomor 1" go on

    def _break(self, contest: str | None = None) -> None:
        corrects = self._clause.corrects and not self._clause.mentions
        self._clauses.append(Clause(contest=contest, corrects=corrects))
        self._negations = self._exceptions = 0

    def _end(self) -> None:
        """A negation that nobody is named after rejects whom it follows: "nomor 2 gak mau"."""
        if self._negations and not self._clause.mentions:
            for clause in reversed(self._clauses):
                if clause.mentions:
                    mention, how = clause.mentions[-1]
                    if (
                        how is Polarity.ACCEPTED
                        and len(self._clauses) - 1 == self._clauses.index(clause) + 1
                    ):
                        clause.mentions[-1] = mention, Polarity.REJECTED
                        self._negations = 0
                    break


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
