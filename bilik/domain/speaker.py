"""Who speaks in a clause: the voter, somebody else, or nobody in particular."""

from __future__ import annotations

from collections.abc import Sequence

from bilik.domain import lexicon
from bilik.domain.clauses import Clause, Polarity
from bilik.domain.words import Word

_SORRY = frozenset("nyesel nyesal menyesal nyesek kapok".split())
STEADY = frozenset(
    "namung mung hanya cuma ke tetap mantap mantep fix final maunya milihnya "
    "pokoknya pokoke mah sih sendiri ganti pindah mau pengen pingin arep handak hoyong jelas pasti "
    "langsung niat cocok sreg srek mantab yakin percaya condong "
    "ubah beda".split()
)
"""After "saya", these choose as a verb does: "saya ke 2", "aku tetap bu Siti"."""
AS_FOR_ME = frozenset("sendiri sih mah ya tetap tetep mah lah kan kok yo teh pun".split())
_WHAT_IS_CHOSEN = frozenset("pilihan suara coblosan jagoan pilihane".split())
_BETWEEN = 2
"""So many other words may stand between "saya" and its verb: "saya dusun kulon mau memilih 2"."""
_INTRODUCE = frozenset("saya aku nama namaku bernama kulo kula abdi".split())
_TURNING = frozenset("tetapi hati sebenarnya makanya jadi".split())
_GREETING = frozenset("pagi siang sore malam halo permisi punten assalamualaikum".split())
"""After one of these, "ibu" is spoken to: "selamat malam ibu, saya pilih 2"."""
_BEFORE_ME = (
    frozenset("atas yang calon tetapi hati sebenarnya makanya jadi".split())
    | lexicon.CHOOSE
    | AS_FOR_ME
    | lexicon.AFTERWARDS
    | lexicon.CONDITION
)
"""Before "saya", these make no introduction of it: "pilihan saya", "maksud saya", "kalau saya"."""
_ACQUAINTED = frozenset("kenal ketemu bertemu tetanggaan temenan mirip kayak seperti".split())
ONLY = frozenset(
    "saja aja ajah aj ae wae bae we dah deh lah dong donk ji mo mi mawon kemawon haja ja "
    "sajo se su".split()
)
"""After a name, these choose, as typed: "saya Pak Rusdi ji"."""
_LINKS = frozenset(
    "juga akan bakal mau sudah pada yang itu ini sih mah lah dong memang emang tetap jadi pun lagi "
    "cuma hanya pasti ingin pengen sendiri dengan ini kan teh ya arep ajeng badhe bade".split()
)
"""May stand between a subject and its verb."""


class Speaker:
    """Reads the clauses of one message for who speaks in them."""

    def __init__(self, message: Sequence[Word], clauses: Sequence[Clause]) -> None:
        """Take the message as it was cut."""
        self._message = message
        self._clauses = clauses

    def subject(self, verb: int) -> str:
        """Whose the verb of choosing at this place is: "own", "others" or "nobody"."""
        if verb + 1 < len(self._message) and self._message[verb + 1].text in lexicon.OWNER:
            return "own"  # "pilihan saya"
        unknown = 0
        for at in range(verb - 1, max(-1, verb - 6), -1):
            word = self._message[at]
            if word.is_number:
                continue  # "saya anggota nomor 217 memilih"
            if not word.text[0].isalpha():
                return "nobody"
            if word.text in lexicon.OWNER:
                before = self._message[at - 1] if at else None
                earlier = self._message[at - 2].text if at > 1 else ""
                if before and _is_person(before) and earlier not in lexicon.BY_WHOM | _GREETING:
                    return "others"  # "bapak saya pilih 2", which is not "pak, saya pilih 2"
                return "own"
            if word.text in lexicon.OTHERS or _is_person(word) or self._is_the_rest(at):
                by = at > 0 and self._message[at - 1].text in lexicon.BY_WHOM
                return "nobody" if by else "others"
            if word.text not in _LINKS | lexicon.NEGATION | lexicon.CHOOSE:
                if word.text in lexicon.TALK | lexicon.QUESTION | lexicon.TITLE:
                    return "nobody"
                unknown += 1
                if unknown > _BETWEEN:
                    return "nobody"
        return "nobody"

    def _is_the_rest(self, at: int) -> bool:
        """ "Yang lain pada pilih 1"."""
        return self._message[at].text == "lain" and at > 0 and self._message[at - 1].text == "yang"

    def is_past(self, clause: Clause) -> bool:
        """ "Dulu saya pilih 2", "2, tapi menyesal"."""
        texts = clause.texts
        verbs = [at for at, text in enumerate(texts) if text in lexicon.CHOOSE]
        return bool(_SORRY & set(texts)) or bool(
            clause.mentions and verbs and lexicon.PAST & set(texts[: verbs[-1]])
        )

    def is_for_office(self, clause: Clause) -> bool:
        """ "Bambang for kades"."""
        ends = {mention.end for mention, _ in clause.mentions}
        return any(word.raw == "for" and at in ends for at, word in clause.words)

    def is_spoken(self, at: int) -> bool:
        """ "Saya bilang empat": the voter's own word, unless it was said before."""
        before = self._message[at - 1].text if at else ""
        return before in lexicon.OWNER and not any(
            word.text in {"tadi", "kemarin", "kemaren"} for word in self._message[:at]
        )

    def is_of_others(self, clause: Clause) -> bool:
        """ "Sa pu kaka", "suami ke 1", "orang rumah pada ke pak Tris"."""
        for at, word in clause.words:
            following = self._message[at + 1] if at + 1 < len(self._message) else None
            if following is None:
                break
            if word.raw in lexicon.POSSESSIVE and following.text in lexicon.TITLE:
                return True
            greeted = at > 0 and self._message[at - 1].text in _GREETING
            if word.raw in lexicon.MY_KIN and following.text in lexicon.OWNER and not greeted:
                return True
        for mention, _ in clause.mentions:
            at = mention.start - 1
            while at >= 0 and self._message[at].text in STEADY | _LINKS | lexicon.MARKER:
                at -= 1
            if at >= 0 and self._message[at].text in lexicon.OTHERS - {"kami"}:
                return True  # "dia maunya nomor 2"
        texts = clause.texts
        return bool(
            clause.mentions
            and any(
                text in lexicon.PEOPLE or text.removesuffix("ku") in lexicon.PEOPLE
                for text in texts[:2]
            )
        )

    def is_introduced(self, clause: Clause) -> bool:
        """ "Saya Siti": the voter's own name, unless something like "pilihan" stands before."""
        for mention, _ in clause.mentions:
            if not mention.is_name or not mention.start:
                continue
            before = self._message[mention.start - 1]
            if before.text == "namanya" and self._owner_before(mention.start - 1):
                return True  # "saya sendiri namanya Nurhayati"
            if before.text in _ACQUAINTED:
                return True  # "saya kenal Ketut yang jualan bakso"
            earlier = self._message[mention.start - 2].text if mention.start > 1 else ""
            only = mention.end < len(self._message) and self._message[mention.end].raw in ONLY
            if before.text in _INTRODUCE and earlier not in _BEFORE_ME and not only:
                return True
        return False

    def _owner_before(self, at: int) -> bool:
        return any(word.text in lexicon.OWNER for word in self._message[max(0, at - 2) : at])

    def is_my_choice(self, clause: Clause) -> bool:
        """ "Kami sekeluarga sepakat, pilihan saya nomor 3"."""
        return any(
            how is Polarity.ACCEPTED
            and any(
                self._message[at].text in _WHAT_IS_CHOSEN
                and self._message[at + 1].text in lexicon.OWNER
                for at in range(max(0, mention.start - 4), mention.start - 1)
            )
            for mention, how in clause.mentions
        ) or self._is_said_outright(clause)

    def _is_said_outright(self, clause: Clause) -> bool:
        """ "Biar jalan bagus ya Rangga lah": what goes without saying."""
        said = {word.text for word in self._message}
        if (lexicon.HEARSAY | lexicon.PEOPLE | lexicon.CONDITION) & said:
            return False
        around = [
            [word.text for word in self._message[mention.end :]]
            for mention, how in clause.mentions
            if how is Polarity.ACCEPTED
            and mention.start
            and self._message[mention.start - 1].text == "ya"
        ]
        return any(
            after[:1] == ["lah"] and after[1:2] != ["yang"] and "?" not in after for after in around
        )

    def is_quoted(self, clause: Clause) -> bool:
        """ "Kata Pak Slamet: aku pilih 2"."""
        at = self._clauses.index(clause)
        if not at or clause.texts[:1] != [":"]:
            return False
        before = self._clauses[at - 1].texts
        said = (lexicon.HEARSAY | lexicon.PEOPLE | {"bilang"}) & set(before)
        return bool(said) and not (before and before[0] in lexicon.OWNER)

    def turns_to(self, clause: Clause) -> bool:
        """ "… tapi aku Cak Geng", "hati saya bu Siti"."""
        return any(
            how is Polarity.ACCEPTED
            and mention.start > 1
            and self._message[mention.start - 1].text in lexicon.OWNER
            and self._message[mention.start - 2].text in _TURNING
            for mention, how in clause.mentions
        )

    def is_steady(self, clause: Clause) -> bool:
        """ "Saya ke 2", "aku nomor loro", "gue mah bu Siti": a person, and then what is chosen."""
        for mention, how in clause.mentions:
            if how is not Polarity.ACCEPTED:
                continue
            steady, at = not mention.is_name, mention.start - 1
            while at >= 0 and self._message[at].text in STEADY | _LINKS | lexicon.MARKER | {":"}:
                steady = steady or self._message[at].text in STEADY
                at -= 1
            if steady and at >= 0 and self._message[at].text in lexicon.OWNER:
                before = self._message[at - 1] if at else None
                if before is None or not _is_person(before):
                    return True
        return False


def _is_person(word: Word) -> bool:
    """Whether a word names somebody other than the voter."""
    plain = word.text.removesuffix("ku").removesuffix("nya")
    return word.raw in lexicon.MY_KIN or word.text in lexicon.PEOPLE or plain in lexicon.PEOPLE
