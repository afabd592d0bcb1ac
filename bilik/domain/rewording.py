"""Words that mean something else where they stand: "ikut nomor 2" is "pilih nomor 2"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bilik.domain import lexicon
from bilik.domain.clauses import contest_at
from bilik.domain.election import Contest
from bilik.domain.mention import Mention
from bilik.domain.words import Word

_CHOOSING_BEFORE_A_NAME = frozenset(
    "ikut ngikut ngikutin nderek ndherek nurut manut umpat milu ngilu melok melu tumut "
    "klik ngeklik jagokan jagoin jagoan ngejagoin andalkan percayakan condong usung bela "
    "ketik tulis pencet mencet tekan centangin contrengin".split()
)
"""Right before a candidate these choose."""
_PRESSING = frozenset("ketik tulis pencet mencet tekan".split())
"""Unless something went wrong with the key, of which one of these tells."""
_WENT_WRONG = frozenset(
    "tadi salah keliru harusnya seharusnya malah malahan eh maksudnya maksud kok kenapa".split()
)
_TEAM = frozenset("tim team kubu geng barisan".split())
_STANDS_BETWEEN = (
    lexicon.MARKER | lexicon.TITLE | frozenset("sama dengan ke yang di untuk karo kaliyan".split())
)
_YOUNG = frozenset(
    "nak nduk ngger le tole cu cucu dik dek adik adek mas mbak ujang jang neng kak".split()
)
"""Who speaks to one of these may call himself what they call him: "bapak pilih 2 ya dik"."""
_ELDER = frozenset(
    "nenek kakek mbah simbah oma opa eyang ibu bapak mama papa om tante bude pakde budhe pakdhe "
    "uwak wak abah umi aki nini nyai simbok mbok opung ompung bibi paman".split()
)
_WANTS = frozenset("mau ingin pengen pingin akan sudah tetap juga sih mah arep tadi".split())
_BEFORE_AN_ELDER = frozenset(". , ! ? \n : ; … ya ini halo assalamualaikum kalau".split())


def reworded(message: Sequence[Word], mentions: Sequence[Mention]) -> list[Word]:
    """The message, word by word, with those words replaced by what they mean there."""
    found = _with_elders(message)
    texts = {word.text for word in message}
    for mention in mentions:
        at = mention.start - 1
        while at >= 0 and message[at].text in _STANDS_BETWEEN:
            at -= 1
        if at < 0:
            continue
        text, before = message[at].text, message[at - 1].text if at else ""
        chooses = text in _CHOOSING_BEFORE_A_NAME and not (
            text in _PRESSING and texts & _WENT_WRONG
        )
        if chooses or (text in _TEAM and (before in lexicon.OWNER | {"di"} or at == 0)):
            found[at] = replace(found[at], text="pilih")
    return found


def for_every_contest(
    message: Sequence[Word], mentions: Sequence[Mention], contests: Sequence[Contest]
) -> Mention | None:
    """The one number that is said of all contests: "dua-duanya nomor 1"; None if there is none.

    "Semua" stands right before or after it, and no contest is named.
    """
    if len(contests) < 2 or len(mentions) != 1 or mentions[0].number is None:
        return None
    number = mentions[0]
    around = {word.text for word in message[number.end : number.end + 1]}
    at = number.start - 1
    while at >= 0 and message[at].text in _STANDS_BETWEEN | lexicon.CHOOSE:
        at -= 1
    if not (around & _ALL_CONTESTS or (at == 0 and message[0].text in _ALL_CONTESTS)):
        return None
    if any(contest_at(message, index, contests) for index in range(len(message))):
        return None
    return number


_ALL_CONTESTS = frozenset("semua semuanya keduanya duaduanya ketiganya".split())


def without_introductions(message: Sequence[Word], mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions without the voter's own name: "saya Murni pilih nomor 2"."""
    return [
        mention
        for mention in mentions
        if not (
            mention.is_name
            and mention.start
            and message[mention.start - 1].text in lexicon.OWNER
            and _chooses_another(message, mention, mentions)
        )
    ]


def _chooses_another(
    message: Sequence[Word], mention: Mention, mentions: Sequence[Mention]
) -> bool:
    """Whether a verb of choosing follows a name, and somebody else after it."""
    at = mention.end
    while at < len(message) and message[at].text in _WANTS:
        at += 1
    chooses = at < len(message) and message[at].text in lexicon.CHOOSE
    return chooses and any(at < other.start for other in mentions)


def _with_elders(message: Sequence[Word]) -> list[Word]:
    """ "Nenek pilih nomor 2 ya nak": the speaker's own name for herself."""
    found = list(message)
    if not _YOUNG & {word.text for word in message}:
        return found
    for at, word in enumerate(message):
        if word.text not in _ELDER or (at and message[at - 1].text not in _BEFORE_AN_ELDER):
            continue
        verb = at + 1
        while verb < len(message) and message[verb].text in _WANTS:
            verb += 1
        wants = verb > at + 1
        if verb < len(message) and (
            message[verb].text in lexicon.CHOOSE
            or (wants and (message[verb].text in {"nomor", "ke"} or message[verb].is_number))
        ):
            found[at] = replace(word, text="saya", raw="saya")
    return found
