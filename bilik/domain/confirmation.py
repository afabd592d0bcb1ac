"""The confirmation gate: whether an answer to the read-back is a clear yes, and nothing else.

Every word must be one of assent, politeness or address; one word of any other kind, a question mark
or a number, and it is no yes. No learned model takes part.
"""

from __future__ import annotations

from bilik.domain.words import clean, words

_YES = frozenset(
    (
        "ya benar betul oke setuju yakin kirim lanjut lanjutkan siap sip sudah cocok pas fix "
        "inggih nggih enggih sumuhun muhun leres bener iyo iyolah yoi yups sepakat mantap gas "
        "gaskeun konfirmasi kirimlah sah valid correct sure io pasti jelas iyes heeh he'eh "
        "iyalah yo"
    ).split()
)
_POLITE = frozenset(
    (
        "saja dong deh lah sih kak min admin bapak ibu mas mbak bang bro sis gan bot bilik "
        "itu pilihan saya pilihannya pilihanku aku gue tolong mohon silakan terima kasih "
        "sekali banget seratus persen 100 % nih kok mah atuh teh nggeh lur bos pun ini memang "
        "emang tersebut suara suaraku sekarang langsung ayo yuk to toh je lha alhamdulillah "
        "bismillah insyaallah tu mi ji pren kaka nggo dan dah juga begitu"
    ).split()
)
_NOT_ALONE = frozenset({"sudah", "pasti", "jelas", "gas", "mantap", "suara", "cocok", "pas"})
"""Words of assent that say yes only together with another, or by themselves too little."""
_SIGNS = {"👍", "✅", "👌"}
MAX_WORDS = 12


def is_clear_yes(text: str) -> bool:
    """Whether the voter says yes, plainly.

    >>> is_clear_yes("iya udh bener, kirim aja")
    True
    >>> is_clear_yes("ya tapi kayaknya salah")
    False
    """
    plain = clean(text)
    if plain and all(sign in _SIGNS for sign in plain.replace("\ufe0f", "").split()):
        return True
    message = words(plain)
    if not message or len(message) > MAX_WORDS or plain.startswith("/"):
        return False
    texts = [word.text for word in message if word.text not in {",", ".", "!", "\n", "…"}]
    assent = [text for text in texts if text in _YES]
    if all(text in _NOT_ALONE for text in assent) and len(assent) < 2:
        return False
    return all(text in _YES or part_of_polite(text) for text in texts)


def part_of_polite(text: str) -> bool:
    """Whether a word is mere politeness or address, and takes nothing back from a yes."""
    return text in _POLITE or all(part in _POLITE for part in text.split())
