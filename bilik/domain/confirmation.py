"""The confirmation gate: whether an answer to the read-back is a clear yes, and nothing else.

Every word must be one of assent, politeness or address; one word of any other kind, a question mark
or a number, and it is no yes. No learned model takes part.
"""

from __future__ import annotations

from collections.abc import Sequence

from bilik.domain.election import Contest, Selections
from bilik.domain.lexicon import MARKER
from bilik.domain.mentions import Mention, find_mentions
from bilik.domain.words import clean, words

_YES = frozenset(
    (
        "ya benar betul setuju yakin kirim inggih nggih njih enggih engghi sumuhun muhun leres "
        "lerres iyo yoi yups sepakat konfirmasi sah valid correct sure io iyes heeh he'eh hi'ih "
        "yo batua butul batul bujur patut enya heueuh iih beneh acc tentu sampun"
    ).split()
)
"""Each of these alone is a yes."""
_ASSENT = frozenset(
    "oke sip siap lanjut lanjutkan fix gas gaskeun mantap cocok pas sudah sikat kuy sesuai".split()
)
"""These go along with a yes; the first few are one by themselves."""
_ASSENT_ALONE = frozenset("oke sip siap lanjut lanjutkan fix gaskeun".split())
_POLITE = frozenset(
    (
        "saja dong deh lah sih kak min admin bapak ibu mas mbak bang bro sis gan bot bilik "
        "itu pilihan saya pilihannya pilihanku aku gue tolong mohon silakan sekali banget "
        "seratus persen 100 % nih kok mah atuh teh nggeh lur bos pun ini memang emang tersebut "
        "suara suaraku sekarang langsung ayo yuk to toh je alhamdulillah bismillah insyaallah mi "
        "ji pren kaka nggo dan juga jelas pasti segera cepat cepetan euy weh se no jo jua haja gen "
        "sa su beta pung panitia dengan nan da mangga dipun kintunkeun mawon pisan silahkan "
        "beliau dia memilih pilih sing iku ngono itunya ntu eta"
    ).split()
)
_THANKS = "terima kasih"
_MARKS = {",", ".", "!", "\n", "…"}
_SIGNS = {"👍", "✅", "👌"}
MAX_WORDS = 12


def is_clear_yes(
    text: str, contests: Sequence[Contest] = (), pending: Selections | None = None
) -> bool:
    """Whether the voter says yes, plainly.

    ``pending`` is what was read back: naming just that takes nothing back from a yes.

    >>> is_clear_yes("iya udh bener, kirim aja")
    True
    >>> is_clear_yes("ya tapi kayaknya salah")
    False
    >>> is_clear_yes("makasih ya")
    False
    """
    plain = clean(text)
    if plain and all(sign in _SIGNS for sign in plain.replace("\ufe0f", "").split()):
        return True
    message = [word for word in words(plain) if word.text not in _MARKS]
    named = find_mentions(message, contests)
    if not all(_is_pending(mention, pending or {}) for mention in named):
        return False
    covered = {index for mention in named for index in range(mention.start, mention.end)}
    message = [
        word
        for index, word in enumerate(message)
        if index not in covered and not (named and word.text in MARKER)
    ]
    if not message or len(message) > MAX_WORDS:
        return False
    if not all(_is_of_a_yes(word.text) for word in message):
        return False
    texts = [_without_particle(word.text) for word in message]
    # A last "ya" is a mere particle: "makasih ya", "udah ya".
    if len(texts) > 1 and texts[-1] == "ya" and not message[-1].raw.startswith("i"):
        texts.pop()
    if _THANKS in texts:
        return texts[0] in _YES
    return any(text in _YES for text in texts) or (
        texts[0] in _ASSENT_ALONE and all(text in _ASSENT | _POLITE for text in texts)
    )


def _is_pending(mention: Mention, pending: Selections) -> bool:
    """Whether a mention means what was read back, in whatever contest it can mean anything."""
    return bool(mention.options) and all(
        chosen == {pending.get(contest)} for contest, chosen in mention.options.items()
    )


def _without_particle(text: str) -> str:
    """Without the particles that cling to a word: "benarmi", "iyalah"."""
    for particle in ("lah", "mi", "mo"):
        if text.removesuffix(particle) in _YES:
            return text.removesuffix(particle)
    return text


def _is_of_a_yes(text: str) -> bool:
    plain = _without_particle(text)
    return plain in _YES or plain in _ASSENT or plain in _POLITE or plain == _THANKS
