"""A choice said outright: in one breath with what settles it, whatever else is said around it.

"Pak Baso aja, …", "tolong no 1, …", "mobil mau jalan, 3".
"""

from __future__ import annotations

from collections.abc import Sequence

from bilik.domain import lexicon
from bilik.domain.clauses import Clause, Polarity
from bilik.domain.hint import Hint
from bilik.domain.speaker import ONLY
from bilik.domain.words import Word

SETTLED = frozenset("mantap mantep final fix yakin putuskan".split())
SUMMING_UP = frozenset("pokoknya pokoke pokona intinya intine yaudah".split())
SETTLES = frozenset(
    "saja aja ajah aj sj ae wae bae we ajalah haja gen mawon to toh tho wis wes mi "
    "sudah udah suda jak".split()
)
"""After a name, as typed, these choose whatever comes next."""
_INTERJECTIONS = frozenset(
    "bismillah oke sudah wis ya pokoknya pokoke jadi hmm ih ah oh nah cocok hasilnya sih toh to "
    "hehe titik yang itu".split()
)
_TO_SOMEBODY = frozenset(
    "kamu anda tolong mohon bantu bantuin ayo jangan sampeyan njenengan panjenengan kau ko".split()
)
"""Beside one of these, a name may be called upon: "bu Siti, tolong jalan kami"."""
_PLEASE = frozenset("tolong mohon minta please pls plis pliss".split())
_ADDRESSED = frozenset(
    "ya min admin kak dek dik nak bos gan bro sis cak rek ges gaes bray cuy lur bilik bot".split()
)
_AROUND = (
    _PLEASE | _ADDRESSED | lexicon.MARKER | lexicon.TITLE | lexicon.SOCIAL | lexicon.CHOOSE
    | lexicon.OWNER
)  # fmt: skip
"""May stand around a choice that is said before the rest begins."""


def has_settled(clause: Clause) -> bool:
    """ "…, tapi sekarang mantap Bang Jo"."""
    texts = set(clause.texts)
    return bool(clause.mentions) and (
        (clause.corrects and bool(SETTLED & texts)) or bool(SUMMING_UP & texts)
    )


class Outright:
    """Looks for such a choice in one message."""

    def __init__(
        self, message: Sequence[Word], clauses: Sequence[Clause], hint: Hint, is_campaign: bool
    ) -> None:
        """Take the message as it was cut; ``is_campaign`` says that it has a slogan's words."""
        self._message = message
        self._clauses = clauses
        self._hint = hint
        self._is_campaign = is_campaign
        self.alone = self._said_alone()
        self.head = self._emphatic_head() or self.alone

    def is_settled_by_a_word(self, clause: Clause) -> bool:
        """ "Pak Baso aja, …": with a word that chooses, and a mark after it."""
        at = max(
            *(mention.end for mention, _ in clause.mentions), *(at for at, _ in clause.words), 0
        )
        marked = any(one.words[:1] and one.words[0][0] > at - 1 for one in self._clauses)
        return marked and any(word.raw in SETTLES for _, word in clause.words)

    def _emphatic_head(self) -> Clause | None:
        """ "Pak Baso dong, …", "tolong no 1, …": a choice all said before the rest begins.

        The clause holds nobody but one candidate, the words that choose, and an emphasis.
        """
        named = [one for one in self._clauses if one.mentions]
        if not named or self._hint is Hint.REJECTION:
            return None
        head = named[0]
        if self._hint is Hint.OTHER and not self.is_settled_by_a_word(head):
            return None
        if head.corrects or self._is_campaign or any(word.text == "?" for word in self._message):
            return None
        if any(how is not Polarity.ACCEPTED for _, how in head.mentions):
            return None
        is_number = not any(mention.is_name for mention, _ in head.mentions)
        emphasis = any(
            word.raw in ONLY | SETTLES
            or word.text in _PLEASE | lexicon.CHOOSE | {"nomor"}
            or (is_number and word.text in _ADDRESSED)
            for _, word in head.words
        )
        around = all(
            not word.text[0].isalpha() or word.raw in ONLY | SETTLES or word.text in _AROUND
            for _, word in head.words
        )
        return head if emphasis and around else None

    def _said_alone(self) -> Clause | None:
        """ "Rumah sakit penting. Decky.", "cap cip cup, nomor 2": the one breath that names
        somebody, and names nothing else, beside breaths that name nobody.

        After a comma a name may call upon somebody, so it needs a word that settles; a number, and
        a name that begins the message or a sentence of its own, does not, unless the model is sure
        of something else.
        """
        named = [one for one in self._clauses if one.mentions]
        texts = {word.text for word in self._message}
        if len(named) != 1 or self._hint is Hint.REJECTION or self._is_campaign:
            return None
        if texts & (lexicon.QUESTION | lexicon.HEARSAY | {"?"}):
            return None
        clause = named[0]
        chosen = {frozenset(one.options.items()) for one, _ in clause.mentions}
        accepted = all(how is Polarity.ACCEPTED for _, how in clause.mentions)
        if len(chosen) != 1 or not accepted or not self._holds_nothing_else(clause):
            return None
        settled = clause.texts[:1] in (["jadi"], ["hasilnya"]) or any(
            word.raw in ONLY | SETTLES or word.text in SETTLED | lexicon.CHOOSE | {"hasilnya"}
            for _, word in clause.words
        )
        is_number = not any(mention.is_name for mention, _ in clause.mentions)
        apart = clause.texts[:1] and clause.texts[0] in {".", ":", "…", "\n"}
        if self._hint is Hint.OTHER:
            return clause if settled or (is_number and apart) else None
        if settled or is_number or apart:
            return clause
        begins = clause is self._clauses[0]
        return clause if begins and not texts & (_TO_SOMEBODY | lexicon.SOCIAL) else None

    @staticmethod
    def _holds_nothing_else(clause: Clause) -> bool:
        return all(
            not word.text[0].isalpha()
            or word.raw in ONLY | SETTLES
            or word.text in _AROUND | SETTLED | _INTERJECTIONS
            for _, word in clause.words
        )
