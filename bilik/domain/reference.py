"""Words that point back at whom a message has named: "bu Siti jujur, saya pilih beliau"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bilik.domain import lexicon
from bilik.domain.mention import Mention
from bilik.domain.words import Word

_PERSON = frozenset("dia beliau beliaunya doi piyambake panjenenganipun anjeunna inyo".split())
_THAT = _PERSON | frozenset("itu ini iku kuwi eta ieu nika niku".split())
_BETWEEN = lexicon.OWNER | lexicon.THAT_ONE | frozenset("lah we ku kan jadi mau akan".split())
_CHOSEN = frozenset("pilihan suara jagoan coblosan pilihane".split())
_TIMES = frozenset("hari kali saat malam pagi minggu tahun".split())
"""After one of these, "ini" is a time: "hari ini saya putuskan bu Nur"."""
_REACH = 4
"""So many words after it the verb of choosing is looked for: "itu yang mau saya pilih"."""


def with_references(message: Sequence[Word], mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions, and those of the one candidate named before, by a word that points there.

    It counts only as what is chosen, next to a verb of choosing, and only where all before it is
    about one candidate: with two it is anyone's guess whom "beliau" means.
    """
    taken = {at for one in mentions for at in range(one.start, one.end)}
    found = list(mentions)
    for at in range(len(message)):
        if at in taken or not (
            _is_chosen(message, at) or _is_given_to(message, at) or _is_what_i_choose(message, at)
        ):
            continue
        before = [one for one in mentions if one.end <= at]
        if before and all(one.is_name and one.options == before[0].options for one in before):
            found.append(replace(before[0], start=at, end=at + 1))
    return sorted(found, key=lambda one: one.start)


def _is_chosen(message: Sequence[Word], at: int) -> bool:
    """ "Saya pilih beliau"."""
    return at > 0 and message[at].text in _PERSON and message[at - 1].text in lexicon.CHOOSE


def _is_given_to(message: Sequence[Word], at: int) -> bool:
    """ "Suara gue buat dia", "suaraku buatmu"."""
    if message[at].text not in _TO_YOU and not (
        message[at].text in _PERSON and at and message[at - 1].text in _TO
    ):
        return False
    before = {word.text for word in message[max(0, at - _REACH) : at]}
    return bool(before & _GIVING)


_TO = frozenset("untuk ke par kanggo kangge".split())
_TO_YOU = frozenset("buatmu untukmu".split())
_GIVING = frozenset("suara suaraku kasih kasi kase berikan pindah".split())


def _is_what_i_choose(message: Sequence[Word], at: int) -> bool:
    """ "Itu yang saya pilih", "beliau pilihanku"."""
    if message[at].text not in _THAT or (at and message[at - 1].text in _TIMES):
        return False
    after = [word.text for word in message[at + 1 : at + 3]]
    if after[:1] and after[0] in _CHOSEN and after[1:] and after[1] in lexicon.OWNER:
        return True  # "itu pilihan saya"
    own = False
    for word in message[at + 1 : at + 1 + _REACH]:
        if word.text in lexicon.OWN_CHOICE or (own and word.text in lexicon.CHOOSE | {"dipilih"}):
            return True
        if word.text not in _BETWEEN:
            return False
        own = own or word.text in lexicon.OWNER
    return False
