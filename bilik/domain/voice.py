"""Whose voice a clause is: the voter's own choice, plain naming, or talk about candidates.

"Istri saya pilih 4, tapi saya pilih 2": the first clause is somebody else's vote and does not
count; the second is the voter's own. Without a clause of the voter's own, any talk makes the whole
message something to ask about.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from itertools import pairwise

from bilik.domain import lexicon
from bilik.domain.clauses import Clause, Polarity, stem
from bilik.domain.election import Contest
from bilik.domain.hint import Hint
from bilik.domain.mention import Mention
from bilik.domain.outright import SETTLED, SETTLES, SUMMING_UP, Outright, has_settled
from bilik.domain.speaker import AS_FOR_ME, ONLY, Speaker
from bilik.domain.words import Word, words_of


class Voice(Enum):
    """Who speaks in a clause, and how."""

    OWN = "own"
    """The voter's own choice, said as such: "saya pilih 2", "pilihan saya bu Siti"."""
    PLAIN = "plain"
    """Nothing that speaks against a choice."""
    REMARK = "remark"
    """Talk of others or of the campaign, or a judgement."""
    DOUBT = "doubt"
    """A question, a condition, a wavering, hearsay, or the voter's own name."""


UNKNOWN = {
    Hint.CHOICE: {True: 10, False: 3},
    Hint.OPEN: {True: 5, False: 0},
    Hint.REJECTION: {True: 5, False: 0},
    Hint.OTHER: {True: 0, False: 0},
}
"""How many words outside the lexicon a message may hold, by what the intent model takes it for and
whether a clause of it says that the choice is the voter's own."""
EXPLICIT = 3
"""The same, where the voter says "I choose" in so many words, whatever the model takes it for."""
CORRECTED = 2
"""The same, where somebody is corrected, which nobody does in mere talk."""
_ASKS = lexicon.QUESTION
_REMARKS = lexicon.HEARSAY - {"bilang"} | lexicon.PEOPLE | lexicon.CAMPAIGN | lexicon.REGRET
_CALLS = frozenset("ayo mari yuk ayok ayoo marilah hayu".split())
_AMONG_FRIENDS = 4
"""So many unknown words may stand around a choice that does not say whose it is."""


class Judge:
    """Judges the clauses of one message."""

    def __init__(
        self,
        message: Sequence[Word],
        clauses: Sequence[Clause],
        contests: Sequence[Contest],
        hint: Hint,
    ) -> None:
        """Take the message as it was cut."""
        self._message = message
        self._clauses = clauses
        self._hint = hint
        self._single = len(contests) == 1
        self._contest_words = {
            word.text
            for contest in contests
            for name in (contest.title, contest.id, *contest.aliases)
            for word in words_of(name)
        }
        self._speaker = Speaker(message, clauses)
        self._is_campaign = any(word.text in lexicon.CAMPAIGN for word in message)
        self._outright = Outright(message, clauses, hint, self._is_campaign)
        self._head = self._outright.head
        self._voices = [self._voice(clause) for clause in clauses]
        self._own = any(
            voice is Voice.OWN and any(how is Polarity.ACCEPTED for _, how in clause.mentions)
            for clause, voice in zip(clauses, self._voices, strict=True)
        )

    @property
    def voices(self) -> list[tuple[Voice, Clause]]:
        """Each clause with its voice."""
        return list(zip(self._voices, self._clauses, strict=True))

    @property
    def has_own(self) -> bool:
        """Whether a clause says that an accepted candidate is the voter's own choice."""
        return self._own

    @property
    def is_explicit(self) -> bool:
        """Whether the voter says "I choose" in so many words."""
        return any(
            self._says_i_choose(clause)
            for clause, voice in zip(self._clauses, self._voices, strict=True)
            if voice is Voice.OWN
        )

    def _says_i_choose(self, clause: Clause) -> bool:
        return any(
            self._speaker.subject(at) == "own"
            for at, word in clause.words
            if word.text in lexicon.CHOOSE | lexicon.AFTERWARDS
        )

    def counted(self) -> list[Clause]:
        """The clauses whose mentions count: all, or without the talk beside an own choice."""
        kept = []
        for at, (clause, voice) in enumerate(zip(self._clauses, self._voices, strict=True)):
            if not clause.mentions or (self._own and voice in (Voice.REMARK, Voice.DOUBT)):
                continue
            before_own = voice is Voice.PLAIN and Voice.OWN in self._voices[at:] and self._own
            rejects = any(how is Polarity.REJECTED for _, how in clause.mentions)
            if before_own and self._single and clause.contest is None and not rejects:
                continue  # "yang 2 itu RT saya, saya pilih 3"
            if self._tells_apart(at):
                continue
            if self._is_said_of_another(at):
                continue
            kept.append(clause)
        return kept

    def _is_said_of_another(self, at: int) -> bool:
        """ "Saya sih Ci Lian, Pak Tono galak": a word about somebody else, after the choice."""
        clause = self._clauses[at]
        return (
            self._own
            and Voice.OWN in self._voices[:at]
            and self._voices[at] is Voice.PLAIN
            and not clause.corrects
            and clause.contest is None
            and all(mention.is_name for mention, _ in clause.mentions)
            and not lexicon.CHOOSE & set(clause.texts)
            and not all(map(self._is_known, clause.texts))
        )

    def _tells_apart(self, at: int) -> bool:
        """ "Pak Parman yang calon, bukan Parman bengkel": a namesake who is no candidate."""
        accepted = [
            mention
            for clause in self._clauses[:at]
            for mention, how in clause.mentions
            if how is Polarity.ACCEPTED and mention.is_name
        ]
        mentions = self._clauses[at].mentions
        return bool(mentions) and all(
            how is Polarity.REJECTED
            and mention.is_name
            and any(
                one.options == mention.options
                and (
                    self._surname_follows(self._clauses[at])
                    or bool(lexicon.PEOPLE & set(self._clauses[at].texts))
                    or self._said(one) != self._said(mention)
                )
                for one in accepted
            )
            for mention, how in mentions
        )

    def _said(self, mention: Mention) -> list[str]:
        """A name as it was said, without titles."""
        return [
            word.text
            for word in self._message[mention.start : mention.end]
            if word.text not in lexicon.TITLE
        ]

    def is_talk(self) -> bool:
        """Whether the words around the mentions make the message something other than a choice."""
        likely = self._hint is Hint.CHOICE
        explicit = self._own and self.is_explicit
        replaced = self._replaced_before()
        for at, (clause, voice) in enumerate(zip(self._clauses, self._voices, strict=True)):
            if voice in (Voice.OWN, Voice.PLAIN):
                continue
            if explicit and not clause.mentions and not self._is_conditional(clause):
                continue  # whatever was talked about around it
            if at < replaced and (likely or self._is_decisive(self._clauses[replaced])):
                continue
            if (
                self._own
                and not self._is_conditional(clause)
                and (likely or clause.mentions or voice is Voice.REMARK)
            ):
                continue
            if voice is Voice.REMARK and likely and not clause.mentions and not self._is_campaign:
                continue
            return True
        if self._asks_leave():
            return True
        counted = self.counted() if likely or self._own else self._clauses
        if replaced and self._is_decisive(self._clauses[replaced]):
            last = self._clauses[replaced:]
            counted = [one for one in counted if one in last]
        counted = [one for one in counted if not self._tells_apart(self._clauses.index(one))]
        if any(self._surname_follows(clause) for clause in counted):
            return True
        texts = [text for clause in counted for text in clause.texts]
        named = any(mention.is_name for clause in counted for mention, _ in clause.mentions)
        chooses = lexicon.CHOOSE & set(texts)
        if named and not likely and not self._own and not chooses and lexicon.SOCIAL & set(texts):
            return True  # "makasih bu siti"
        if any(text in lexicon.OFFICE - self._contest_words for text in texts):
            return True
        settled = (
            self.is_explicit
            or chooses
            or any(word.raw in SETTLES for clause in counted for _, word in clause.words)
        )
        if ("?" in texts and not likely and not self._is_refused_at_once()) or (
            not settled and self._is_asked(counted)
        ):
            return True
        allowed = UNKNOWN[self._hint][self._own]
        if explicit:
            allowed = max(allowed, EXPLICIT)
        if self._hint is Hint.OPEN and any(one.corrects and one.mentions for one in self._clauses):
            allowed = max(allowed, CORRECTED)
        if self._hint is Hint.REJECTION and not self._rejects() and not self._own:
            allowed = 0  # a rejection in words that the lexicon does not know
        return sum(not self._is_known(text) for text in texts) > allowed

    def _is_refused_at_once(self) -> bool:
        """ "Hah, Siti? Tidak lah, Yohanes": what is asked is answered by the voter."""
        asked = [at for at, one in enumerate(self._clauses) if "?" in one.texts]
        return all(
            at
            and self._clauses[at - 1].mentions
            and all(how is Polarity.REJECTED for _, how in self._clauses[at - 1].mentions)
            for at in asked
        )

    def _is_asked(self, clauses: Sequence[Clause]) -> bool:
        """ "Bu Kartika yang nomor 3 ya?"."""
        last = [at for at, one in enumerate(self._clauses) if one in clauses][-1:]
        after = [text for at in last for one in self._clauses[at + 1 :] for text in one.texts]
        return after[:1] == ["?"]

    @staticmethod
    def _is_decisive(clause: Clause) -> bool:
        """ "Ya sudah, 1 deh", "fix 3"."""
        return "juga" not in clause.texts and any(
            word.raw in ONLY or word.text in SETTLED | SUMMING_UP | {"oke", "sudah"}
            for _, word in clause.words
        )

    def _replaced_before(self) -> int:
        """The place of the last clause that replaces what was said before it; 0 if none does."""
        return max(
            (
                at
                for at, one in enumerate(self._clauses)
                if (one.corrects or SUMMING_UP & set(one.texts))
                and any(how is Polarity.ACCEPTED for _, how in one.mentions)
            ),
            default=0,
        )

    def _rejects(self) -> bool:
        return any(how is Polarity.REJECTED for one in self._clauses for _, how in one.mentions)

    def _asks_leave(self) -> bool:
        """ "Pilih dua bisa ga"."""
        texts = [word.text for word in self._message if word.text[0].isalpha()]
        if texts[-1:] == ["belum"]:
            return True  # "yang nomor 4 sudah haji belum"
        return any(
            one in {"bisa", "boleh", "dapat"} and other in {"tidak", "kah"}
            for one, other in pairwise(texts)
        ) and self._message[-1].text in {"tidak", "kah", "ya", "?", "min", "kak"}

    def _voice(self, clause: Clause) -> Voice:
        texts = set(clause.texts)
        wavering = texts & lexicon.WAVERING
        if self._hint is Hint.CHOICE:
            wavering -= {"mending", "mendingan"}  # "mending golput"
        if texts & (lexicon.NEGATION | {"sudah"}):
            wavering -= lexicon.NOTHING_ELSE  # "tidak pakai mikir", "sudah mikir semalaman"
        if (
            self._speaker.is_introduced(clause)
            or texts & _ASKS
            or wavering
            or self._speaker.is_past(clause)
        ):
            return Voice.DOUBT
        if self._names_something_else(clause):
            return Voice.DOUBT
        if "belum" in texts and clause.mentions and lexicon.CHOOSE & texts:
            return Voice.DOUBT  # "untung saya belum nyoblos"
        if "apa" in texts and clause.mentions and self._hint is not Hint.CHOICE:
            return Voice.DOUBT
        if self._speaker.is_my_choice(clause):
            return Voice.OWN
        if self._is_conditional(clause) or self._wonders(clause) or self._speaker.is_quoted(clause):
            return Voice.DOUBT
        spoken = {
            at for at, word in clause.words if word.text == "bilang" and self._speaker.is_spoken(at)
        }
        subjects = {
            self._speaker.subject(at)
            for at, word in clause.words
            if word.text in lexicon.CHOOSE | lexicon.AFTERWARDS or at in spoken
        }
        if "others" in subjects or self._speaker.is_of_others(clause):
            return Voice.REMARK
        if clause.mentions and texts & lexicon.HEARSAY and not spoken and "tadi" not in texts:
            return Voice.DOUBT
        own = (
            "own" in subjects
            or bool(texts & lexicon.OWN_CHOICE)
            or self._speaker.is_steady(clause)
            or self._speaker.turns_to(clause)
            or has_settled(clause)
            or ("nobody" in subjects and self._hint is Hint.CHOICE and not self._is_campaign)
            or self._is_said_among_friends(clause, "nobody" in subjects)
        )
        if "own" not in subjects and self._calls_upon_others(clause):
            return Voice.REMARK
        if own and (
            not texts & (lexicon.CAMPAIGN | lexicon.REGRET)
            or ("own" in subjects and self._hint is Hint.CHOICE)
        ):
            return Voice.OWN
        if texts & _REMARKS or texts & lexicon.TOPIC or self._is_related(clause):
            return Voice.REMARK
        if clause.mentions and ("orangnya" in texts or self._speaker.is_for_office(clause)):
            return Voice.REMARK
        if texts & lexicon.JUDGEMENT and not (self._hint is Hint.CHOICE and texts & lexicon.CHOOSE):
            return Voice.REMARK
        return Voice.PLAIN

    def _names_something_else(self, clause: Clause) -> bool:
        """ "Pilih mie goreng nomor satu": two words, unknown, between the verb and a number."""
        if sum(len(one.mentions) for one in self._clauses) > 1:
            return False
        for mention, _ in clause.mentions:
            at = mention.start - 1
            while at >= 0 and self._message[at].text in lexicon.NUMBER_MARKER:
                at -= 1
            before = [word.text for word in self._message[max(0, at - 2) : at + 1]]
            if (
                mention.number is not None
                and len(before) == 3
                and before[0] in lexicon.CHOOSE
                and not any(self._is_known(text) for text in before[1:])
            ):
                return True
        return False

    @staticmethod
    def _wonders(clause: Clause) -> bool:
        """ "Kok bu Siti": but "2 kok" assures."""
        at, word = clause.words[0] if clause.words else (0, None)
        return (
            word is not None
            and word.text == "kok"
            and not any(mention.start < at for mention, _ in clause.mentions)
        )

    def _calls_upon_others(self, clause: Clause) -> bool:
        """ "Ayo dukung nomor 3", "coblos nomor 3 untuk desa maju": a slogan."""
        texts = clause.texts
        verbs = [at for at, text in enumerate(texts) if text in lexicon.CHOOSE]
        if not verbs or not clause.mentions or lexicon.OWNER & set(texts):
            return False
        if _CALLS & set(texts[: verbs[0]]):
            return True
        return any(
            text in {"untuk", "demi"}
            and at > verbs[0]
            and not all(map(self._is_known, texts[at + 1 : at + 4]))
            for at, text in enumerate(texts)
        )

    def _is_related(self, clause: Clause) -> bool:
        """ "Bu Ros itu guru saya": who somebody is to the voter."""
        if lexicon.CHOOSE & set(clause.texts) or self._hint is Hint.OPEN:
            return False
        return any(
            mention.is_name
            and mention.end < at
            and word.text in lexicon.OWNER
            and not self._is_known(self._message[at - 1].text)
            for mention, _ in clause.mentions
            for at, word in clause.words
        )

    def _is_said_among_friends(self, clause: Clause, has_verb: bool) -> bool:
        """Whether a clause chooses without saying who does, and nothing around it is against that.

        "Bade milih Kang Asep" has a verb of choosing and only known words; the other kind begins
        the message, see :class:`~bilik.domain.outright.Outright`.
        """
        if self._hint is Hint.CHOICE:
            return clause is self._head
        if self._hint is Hint.OTHER and clause is self._head:
            return True
        if self._is_campaign or self._hint is not Hint.OPEN:
            return False
        if clause is not self._head and not (has_verb and all(map(self._is_known, clause.texts))):
            return False
        texts = {word.text for word in self._message}
        if clause is self._head and (
            self._outright.is_settled_by_a_word(clause) or clause is self._outright.alone
        ):
            return True
        unknown = sum(not self._is_known(text) for one in self._clauses for text in one.texts)
        return unknown <= _AMONG_FRIENDS and not texts & (lexicon.HEARSAY | lexicon.PEOPLE)

    def _is_conditional(self, clause: Clause) -> bool:
        for at, word in clause.words:
            if word.text not in lexicon.CONDITION:
                continue
            after = [one.text for one in self._message[at + 1 : at + 3]]
            if after[:1] == ["boleh"]:
                continue
            if (
                after
                and after[0] in lexicon.OWNER
                and (
                    self._hint is Hint.CHOICE
                    or (len(after) > 1 and after[1] in AS_FOR_ME)
                    or self._comes_after_others(clause)
                )
            ):
                continue  # "kalau saya sih 2": as for me
            return True
        return False

    def _comes_after_others(self, clause: Clause) -> bool:
        """ "Mama pilih 2, bapak pilih 3, kalau saya pilih 1"."""
        return clause is self._clauses[-1] and any(one.mentions for one in self._clauses[:-1])

    def _surname_follows(self, clause: Clause) -> bool:
        """ "Siti Nurhaliza" where the candidate is Siti Rahmawati: somebody else."""
        for mention, _ in clause.mentions:
            if mention.is_name and mention.end < len(self._message):
                following = self._message[mention.end].text
                if following.isalpha() and not self._is_known(following):
                    return True
        return False

    def _is_known(self, text: str) -> bool:
        if not text[0].isalpha() or stem(text) in self._contest_words:
            return True
        return text in lexicon.KNOWN or text.removesuffix("lah") in lexicon.KNOWN
