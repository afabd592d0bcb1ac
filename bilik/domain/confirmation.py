"""The confirmation gate: whether an answer to the read-back is a clear yes, and nothing else.

Every word must be one of assent, politeness or address; one word of any other kind, a question mark
or a number, and it is no yes. No learned model takes part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bilik.domain.election import Contest, Selections
from bilik.domain.lexicon import MARKER
from bilik.domain.mentions import Mention, find_mentions
from bilik.domain.words import MAX_CHARACTERS, Word, clean, words

_YES = frozenset(
    (
        "ya benar betul setuju yakin kirim inggih nggih njih enggih engghi sumuhun muhun leres "
        "lerres iyo yoi yups sepakat sah valid correct sure io iyes heeh he'eh hi'ih "
        "yo batua butul batul bujur patut enya heueuh iih beneh acc tentu sampun"
    ).split()
)
"""Each of these alone is a yes."""
_ASSENT = frozenset(
    "oke sip siap lanjut lanjutkan fix gas gaskeun mantap cocok pas sudah sikat kuy sesuai".split()
)
"""These go along with a yes; the first few are one by themselves."""
_ASSENT_ALONE = frozenset("oke sip siap lanjut lanjutkan fix gaskeun sesuai".split())
_POLITE = frozenset(
    (
        "saja dong deh lah itu pilihan saya pilihannya pilihanku aku gue tolong mohon silakan "
        "sekali banget seratus persen 100 % nih mah atuh teh nggeh pun ini memang emang tersebut "
        "suara suaraku sekarang langsung ayo yuk to toh je alhamdulillah bismillah mi ji nggo dan "
        "jelas pasti segera cepat cepetan euy weh se no jo jua haja gen sa su beta pung dengan nan "
        "da mangga dipun kintunkeun mawon pisan silahkan beliau dia memilih pilih sing iku ngono "
        "itunya ntu eta tepat nah oh boleh"
    ).split()
)
_ADDRESS = frozenset(
    (
        "kak kakak kaka min admin bapak ibu mas mbak bang abang bro sis gan bot bilik lur bos pren "
        "om tante kang teteh cak panitia guys"
    ).split()
)
"""To whom one speaks: only as the last word, or "iya bapak aja" would name a candidate."""
_NAMING = frozenset("saya pilihan pilihanku itu ini sing dia beliau yang dan pilih memilih".split())
_THANKS = frozenset({"terima kasih", "terima", "kasih"})
_MARKS = {",", ".", "!", "\n", "…", "(", ")", ";", ":", "-"}
_SIGNS = frozenset("👍✅👌☑✔")
_FRIENDLY = _SIGNS | frozenset("🙏😊😁🙂😄❤")
_SKIN_AND_FORM = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")
_PLAIN = re.compile(r"[\w\s.,!()'’\"*;:%…-]*")
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
    plain = _SKIN_AND_FORM.sub("", clean(text))
    if len(text) > MAX_CHARACTERS:
        return False
    if plain and all(sign in _SIGNS for sign in plain if not sign.isspace()):
        return True
    if not _PLAIN.fullmatch("".join(sign for sign in plain if sign not in _FRIENDLY)):
        return False
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
    texts = _without_address(texts)
    if any(text in _ADDRESS for text in texts):
        return False
    if len(texts) > 1 and texts[-1] == "ya" and not _last_ya(message).startswith("i"):
        # A last "ya" is a mere particle ("kirim ya"), or asks ("bener ya").
        if texts[-2] not in _ASKED_FOR:
            return False
        texts.pop()
    if message[0].raw in {"ya", "yo"} and texts[1:] in (["sudah"], ["sudah", "deh"]):
        return False  # a sigh
    if _CLAIM & {" ".join(texts[at : at + size]) for at in range(len(texts)) for size in (2, 3)}:
        return False
    if _THANKS & set(texts):
        return texts[0] in _YES
    return any(text in _YES for text in texts) or (
        texts[0] in _ASSENT_ALONE and all(text in _ASSENT | _POLITE for text in texts)
    )


_CLAIM = frozenset({"sudah kirim", "sudah saya kirim", "sudah aku kirim", "sudah gue kirim"})


def _without_address(texts: Sequence[str]) -> list[str]:
    """Without those spoken to: after a yes ("iya pak, kirim"), or last ("kirim saja, min")."""
    return [
        text
        for index, text in enumerate(texts)
        if not (
            text in _ADDRESS
            and index > 0
            and (
                texts[index - 1] not in _NAMING
                if index == len(texts) - 1
                else texts[index - 1] in _YES | _ASSENT and texts[index + 1] in _YES | _ASSENT
            )
        )
    ]


def _last_ya(message: Sequence[Word]) -> str:
    """How the last "ya" was written."""
    return next(word.raw for word in reversed(message) if word.text == "ya")


_ASKED_FOR = frozenset({"kirim", "setuju", "oke", "ya", "iya"})


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
    return plain in _YES | _ASSENT | _POLITE | _ADDRESS | _THANKS
