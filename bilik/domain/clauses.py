"""A message cut into clauses: which candidates each accepts or rejects, and who speaks in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from bilik.domain import lexicon
from bilik.domain.election import BLANK, Contest
from bilik.domain.mention import Mention
from bilik.domain.naming import alike
from bilik.domain.words import Word, words_of

_BREAKS = frozenset({",", ".", ";", ":", "\n", "…", "!", "?"})
_JOINING = lexicon.ALTERNATIVE | lexicon.MARKER | lexicon.TITLE | {"dan", "&", "sama"}


_BEING_RIGHT = frozenset({"benar", "betul", "leres"})
_SETTLING = frozenset("oke sudah yaudah yowis nah".split())
"""At the beginning of a breath, these replace what was said before."""
_HENCE = frozenset("makanya mangkanya makane makae mangkane mulane makonyo".split())
_SAYING = frozenset("bilang pilih milih sebut nyebut ketik ngetik kirim tulis nulis jawab".split())
_ANNOUNCING = frozenset("jawab jawaban menyatakan dengan ini nyatakan untuk suara".split())
_ALL_OF_THEM = frozenset("semua semuanya keduanya ketiganya".split())
_WEARY = frozenset("malas males kapok".split())
_SAID_BEFORE = frozenset("ya oh oke sudah nah".split())
_HOLDS_ON = (
    lexicon.NEGATION | lexicon.CONDITION | lexicon.PEOPLE | lexicon.HEARSAY | lexicon.BY_WHOM
    | lexicon.THAT_ONE
)  # fmt: skip
"""After one of these, "saya pilih" still belongs to the clause."""


class Polarity(Enum):
    """Whether a candidate is accepted."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNCLEAR = "unclear"


@dataclass
class Clause:
    """One breath of a message: words, and the candidates among them.

    ``words`` are those beside the mentions, marks included, each with its place. ``corrects`` says
    that the mentions replace what came before, ``idiom`` that a negation in it is one of "not this
    one" ("bukan 1"), after which a bare mention is the other one.
    """

    words: list[tuple[int, Word]] = field(default_factory=list)
    mentions: list[tuple[Mention, Polarity]] = field(default_factory=list)
    contest: str | None = None
    corrects: bool = False
    idiom: bool = False

    @property
    def texts(self) -> list[str]:
        """The words' usual spellings."""
        return [word.text for _, word in self.words]

    @property
    def is_bare(self) -> bool:
        """Whether nothing stands beside the mentions but marks and numbers' markers."""
        return all(not text[0].isalpha() or text in lexicon.MARKER for text in self.texts)


def cut(
    message: Sequence[Word],
    mentions: Sequence[Mention],
    contests: Sequence[Contest],
    reason: range = range(0),
) -> tuple[list[Clause], bool]:
    """All clauses of a message, in order; and whether it ends dangling. A reason is read past.

    A message dangles that ends in a correction or negation that names nobody: "2 eh", "2 gak jadi".
    """
    cutter = _Cutter(message, mentions, contests, reason)
    return cutter.run(), cutter.dangles


class _Cutter:
    """One pass over the words; a negation reaches to the end of its clause."""

    def __init__(
        self,
        message: Sequence[Word],
        mentions: Sequence[Mention],
        contests: Sequence[Contest],
        reason: range,
    ) -> None:
        self._message = message
        self._reason = reason
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
            if index in self._reason:
                index = self._reason.stop
                self._punctuate(index)
                continue
            if mention := self._starts.get(index):
                self._mention(mention, index)
                index = mention.end
                continue
            word = self._message[index]
            if contest := contest_at(self._message, index, self._contests):
                self._contest(contest)
            elif (
                word.text in lexicon.NEGATION
                or (word.text == "ten" and self._text(index + 1) in lexicon.CHOOSE)  # Balinese
                or self._is_foreign_no(index)
                or self._is_lain(index)
            ):
                self._negate(index)
            elif (
                word.text in lexicon.OLD
                or (word.text in {"dari", "dr"} and self._moves and index + 1 in self._starts)
                or (word.text == "dari" and self._moves)
                or (word.text == "tadi" and self._tells_what_was_said(index))
            ):
                self._clause_of_old(index)
            elif word.text in lexicon.EXCEPT:
                self._exceptions += 1
            elif self._is_correction(index):
                self._correct(index)
            elif word.text in _BREAKS:
                self._punctuate(index)
            elif self._concedes(index) or self._starts_anew(index):
                self._break()
            self._clause.words.append((index, word))
            index += 1
        self._end()
        return [clause for clause in self._clauses if clause.words or clause.mentions]

    @property
    def dangles(self) -> bool:
        return self._ends_in_another() or (
            not self._clause.mentions and (self._open or self._negations > 0)
        )

    def _ends_in_another(self) -> bool:
        """ "Ica… atau tidak usah ya": the last breath is the other possibility."""
        for clause in reversed(self._clauses):
            if clause.mentions and self._names_no_other(clause):
                return True
            said = [text for text in clause.texts if text[0].isalpha()]
            if said and said[0] == "atau":
                return not clause.mentions
            if clause.mentions:
                return False
        return False

    @staticmethod
    def _names_no_other(clause: Clause) -> bool:
        """ "Tono atau siapa": nobody is named after "or"."""
        last = max(mention.end for mention, _ in clause.mentions)
        after = [word.text for at, word in clause.words if at >= last]
        return "atau" in after and after[-1] != "atau"

    @property
    def _clause(self) -> Clause:
        return self._clauses[-1]

    @property
    def _is_old(self) -> bool:
        """Whether the clause names what was chosen before: "dari 2 ke 3"."""
        return self._moves and any(how is Polarity.REJECTED for _, how in self._clause.mentions)

    def _text(self, index: int) -> str:
        return self._message[index].text if 0 <= index < len(self._message) else ""

    def _is_foreign_no(self, index: int) -> bool:
        """ "No way", not the "no" of numbers; and "tea", no in Bugis where it comes first."""
        return (index == 0 and self._text(0) == "tea") or (
            self._message[index].raw == "no"
            and index + 1 not in self._starts
            and self._text(index + 1) in {"way", "no", "untuk", "to", "for", "thanks", "money"}
        )

    def _is_lain(self, index: int) -> bool:
        """ "Lain nu kahiji": not that one, in Sundanese and Banjarese."""
        begins = all(not text[0].isalpha() for text in self._clause.texts)
        return (
            self._text(index) == "lain"
            and begins
            and not self._clause.mentions
            and (self._text(index + 1) in lexicon.MARKER | {"jua"} or index + 1 in self._starts)
        )

    def _is_correction(self, index: int) -> bool:
        text, before = self._text(index), self._text(index - 1)
        return (
            (text in lexicon.CORRECTION and (text, before) != ("sekarang", "yang"))
            or self._settles(index)
            or (text == "ke" and self._is_old)
            # "yang benar nomor 1"
            or (text in _BEING_RIGHT and before in lexicon.THAT_ONE)
        )

    def _settles(self, index: int) -> bool:
        """ "Antara 1 dan 3… ya sudah 1": at the word that ends the wavering."""
        return (
            self._text(index) in _SETTLING
            and any(clause.mentions for clause in self._clauses)
            and not self._clause.mentions
            and all(not text[0].isalpha() or text == "ya" for text in self._clause.texts)
            and bool(self._clause.texts)
        )

    def _concedes(self, index: int) -> bool:
        """ "Biar kata orang jelek | gue tetap ke 4": at the voter, after what is granted."""
        before = self._text(index - 1)
        if self._text(index) in {"akhirnya", "akhire", "ahirnya", "jadinya"} | _HENCE:
            return True  # "sudah mikir lama, akhirnya pilih 2"
        if self._text(index) in {"pokoknya", "pokoke", "pokona"} and self._clause.mentions:
            return True  # "dua-duanya baik, ya pokoknya 1"
        return (
            self._text(index) in lexicon.OWNER | {"tetap"}
            and bool(lexicon.CONCESSION & set(self._clause.texts))
            and before not in lexicon.PEOPLE
            and before not in lexicon.MY_KIN
        )

    def _starts_anew(self, index: int) -> bool:
        """ "… makanya saya pilih 2": in a run-on, one's own choice begins a clause."""
        if self._text(index) not in lexicon.OWNER:
            return False
        if self._text(index - 1) in _SAID_BEFORE and lexicon.QUESTION & set(self._clause.texts):
            return self._text(index + 1) in lexicon.CHOOSE  # "gimana ya, oh sudah saya pilih 2"
        if self._negations == 0:
            return False
        if not lexicon.OWNER & set(self._clause.texts):
            return False  # "tidak akan pernah saya pilih"
        before, own = self._message[index - 1], lexicon.CHOOSE
        return own & {self._text(index + 1), self._text(index + 2)} != set() and not (
            before.text in _HOLDS_ON or before.raw in lexicon.MY_KIN
        )

    def _tells_what_was_said(self, index: int) -> bool:
        """ "Tadi saya bilang 3": before it is taken back."""
        return any(self._text(at) in _SAYING for at in range(index + 1, index + 4))

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
        if (
            word.text == "tidak jadi"
            and index + 1 not in self._starts
            and (self._clause.mentions or self._only_marks_since_the_last())
        ):
            self._take_back()  # "1 gajadi, 3", "1… gajadi, 3"
            return
        named = any(clause.mentions for clause in self._clauses)
        if word.text == "seng" and lexicon.JAVANESE & {one.raw for one in self._message}:
            return  # "aku seng loro": "yang", and not Ambonese "tidak"
        if word.text in _WEARY and self._clause.mentions and _is_blank(self._clause.mentions):
            return  # "golput ah males"
        if self._exceptions == 1 and self._clause.mentions and not self._negations:
            self._exceptions = 0  # "selain bu Siti tidak ada"
            self._clause.mentions = [(one, Polarity.ACCEPTED) for one, _ in self._clause.mentions]
            return
        if named and lexicon.NOTHING_ELSE & set(self._rest_of_clause(index)):
            return  # "3, tidak ganti lagi", "2, yang lain tidak kenal"
        if lexicon.NOTHING_ELSE & set(self._clause.texts):
            return
        if named and following == "jadi" and index + 2 not in self._starts:
            self._take_back()  # "2, tidak jadi, 3 saja"
        elif word.raw == "tak" and following in lexicon.CHOOSE:
            if lexicon.JAVANESE & {one.raw for one in self._message}:
                return  # "tak pilih": I choose
            self._negations += 2  # "not" in Malay, "I" in Javanese: unclear
        elif not self._clause.mentions:
            self._negations += 1
            self._clause.idiom = word.text in lexicon.NOT_THAT | {"lain"}
        else:
            # "3 bukan 2" takes 3; "1 jangan 2 aja" may mean either.
            self._break(self._clause.contest)
            clear = word.text in lexicon.NOT_THAT or self._clauses[-2].corrects
            self._negations = 1 if clear else 2
            self._clause.idiom = word.text in lexicon.NOT_THAT

    def _only_marks_since_the_last(self) -> bool:
        """Whether somebody was named, and after it nothing but marks stands."""
        for clause in reversed(self._clauses):
            if any(text[0].isalpha() for text in clause.texts) or clause.mentions:
                return bool(clause.mentions)
        return False

    def _rest_of_clause(self, index: int) -> Iterator[str]:
        for at in range(index + 1, len(self._message)):
            if self._text(at) in _BREAKS or at in self._starts:
                return
            yield self._text(at)

    def _take_back(self) -> None:
        """What was named is not meant any more; somebody else must be named."""
        clause = next(one for one in reversed(self._clauses) if one.mentions)
        clause.mentions = [(mention, Polarity.REJECTED) for mention, _ in clause.mentions]
        self._break(clause.contest)
        self._clause.corrects = True

    def _correct(self, index: int) -> None:
        if self._text(index - 1) in lexicon.NEGATION:
            return  # "tidak jadi", "tidak salah"
        text = self._text(index)
        if text in lexicon.AFTERWARDS and self._clause.mentions and self._ends_at(index):
            self._clause.corrects = True  # "5 maksudnya"
            return
        if text == "salah" and any(one.corrects and one.mentions for one in self._clauses):
            return  # "dua eh tiga, sori salah"
        if text == "salah" and self._clause.mentions and self._ends_at(index):
            self._take_back()  # "loro iku salah"
            return
        if text == "salah" and self._clause.corrects and not self._clause.mentions:
            return  # "eh salah, 2"
        if text == "salah" and "tadi" in (self._text(index - 1), self._text(index + 1)):
            return  # "1 maksudnya, tadi salah"
        contest = self._clause.contest or next(
            (one.contest for one in reversed(self._clauses) if one.contest), None
        )
        if text in _BEING_RIGHT and not self._clause.mentions and not self._negations:
            self._clause.contest = contest  # "pilihan saya yang benar 1" is one breath
        else:
            self._break(contest)
        self._clause.corrects = True
        self._open = text in lexicon.DANGLING

    def _ends_at(self, index: int) -> bool:
        """Whether nobody is named between here and the end of the breath."""
        for at in range(index + 1, len(self._message)):
            if at in self._starts:
                return False
            if self._text(at) in _BREAKS:
                return True
        return True

    def _punctuate(self, index: int) -> None:
        if self._text(index) == "," and self._exceptions and self._names_one_more(index):
            return  # "selain 1, 2, sama 4"
        self._end()
        if self._text(index) == ":" and self._announces():
            return  # "pilihan: bu Siti"
        if self._clause.mentions or self._clause.contest is None:
            self._break()  # else "bupati: 1" and "untuk bupati, nomor 1" go on

    def _announces(self) -> bool:
        """Whether the clause only says that what is chosen comes now."""
        said = [text for text in self._clause.texts if text[0].isalpha()]
        return (
            not self._clause.mentions
            and not self._negations
            and bool(said)
            and all(
                text in lexicon.CHOOSE | lexicon.MARKER | lexicon.OWNER | _ANNOUNCING
                for text in said
            )
        )

    def _names_one_more(self, index: int) -> bool:
        """Whether the next word but a joining one is a mention."""
        at = index + 1
        while self._text(at) in _JOINING:
            at += 1
        return at in self._starts

    def _break(self, contest: str | None = None) -> None:
        corrects = self._clause.corrects and not self._clause.mentions
        self._clauses.append(Clause(contest=contest, corrects=corrects))
        self._negations = self._exceptions = 0

    def _end(self) -> None:
        """A negation that nobody is named after rejects whom it follows: "nomor 2 gak mau".

        After a mark it does so only if it says nothing else: "2, gak jadi", but not "2, yang tua
        tidak amanah".
        """
        if not self._negations or self._clause.mentions:
            return
        at = len(self._clauses) - 2
        while at >= 0 and not self._clauses[at].mentions and self._clauses[at].is_bare:
            at -= 1
        if at < 0 or not self._clauses[at].mentions:
            return
        texts = set(self._clause.texts)
        if texts & _ALL_OF_THEM:
            self._negations = 0
            return  # "abstain, dua-duanya tidak"
        is_apart = self._clause.texts[0] in _BREAKS or at < len(self._clauses) - 2
        if is_apart and (texts & {"malas", "males"} or texts - lexicon.KNOWN - _BREAKS):
            self._negations = 0
            return
        mention, how = self._clauses[at].mentions[-1]
        if how is Polarity.ACCEPTED:
            self._clauses[at].mentions[-1] = mention, Polarity.REJECTED
            self._clauses[at].idiom = is_apart  # "siti? tidak, yohanes"
            self._negations = 0


def _is_blank(mentions: Sequence[tuple[Mention, Polarity]]) -> bool:
    """Whether these leave the ballot blank and name nobody."""
    return all(set().union(*one.options.values()) == {BLANK} for one, _ in mentions)


def contest_at(message: Sequence[Word], index: int, contests: Sequence[Contest]) -> str | None:
    """The contest whose title or alias begins at this word, "-nya" and slips forgiven."""
    for contest in contests:
        for name in (contest.title, contest.id, *contest.aliases):
            named = [word.text for word in words_of(name)]
            run = [stem(word.text) for word in message[index : index + len(named)]]
            if len(run) == len(named) and all(map(alike, run, named)):
                return contest.id
    return None


def stem(text: str) -> str:
    """Without "-nya"."""
    return text.removesuffix("nya") if len(text) > 6 else text
