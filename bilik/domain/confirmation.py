"""The confirmation gate: whether an answer to the read-back is a clear yes, and nothing else.

Every word must be one of assent, politeness or address; one word of any other kind, a question mark
or a number, and it is no yes. No learned model takes part.
"""

from __future__ import annotations

from bilik.domain.words import clean, words

_YES = frozenset(
    (
        "ya benar betul setuju yakin kirim kirimlah inggih nggih enggih sumuhun muhun leres iyo "
        "iyolah yoi yups sepakat konfirmasi sah valid correct sure io iyes heeh he'eh iyalah yo"
    ).split()
)
"""Each of these alone is a yes."""
_ASSENT = frozenset("oke sip siap lanjut lanjutkan fix gas gaskeun mantap cocok pas sudah".split())
"""These go along with a yes; the first few are one by themselves."""
_ASSENT_ALONE = frozenset("oke sip siap lanjut lanjutkan fix gaskeun".split())
_POLITE = frozenset(
    (
        "saja dong deh lah sih kak min admin bapak ibu mas mbak bang bro sis gan bot bilik "
        "itu pilihan saya pilihannya pilihanku aku gue tolong mohon silakan sekali banget "
        "seratus persen 100 % nih kok mah atuh teh nggeh lur bos pun ini memang emang tersebut "
        "suara suaraku sekarang langsung ayo yuk to toh je alhamdulillah bismillah insyaallah mi "
        "ji pren kaka nggo dan juga begitu jelas pasti"
    ).split()
)
_THANKS = "terima kasih"
_MARKS = {",", ".", "!", "\n", "…"}
_SIGNS = {"👍", "✅", "👌"}
MAX_WORDS = 12


def is_clear_yes(text: str) -> bool:
    """Whether the voter says yes, plainly.

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
    if not message or len(message) > MAX_WORDS:
        return False
    if not all(_is_of_a_yes(word.text) for word in message):
        return False
    texts = [word.text for word in message]
    # A last "ya" is a mere particle: "makasih ya", "udah ya".
    if len(texts) > 1 and texts[-1] == "ya" and not message[-1].raw.startswith("i"):
        texts.pop()
    if _THANKS in texts:
        return texts[0] in _YES
    return any(text in _YES for text in texts) or (
        texts[0] in _ASSENT_ALONE and all(text in _ASSENT | _POLITE for text in texts)
    )


def _is_of_a_yes(text: str) -> bool:
    return text in _YES or text in _ASSENT or text in _POLITE or text == _THANKS
