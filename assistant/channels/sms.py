"""Texts for SMS: the letters that fit 160 to a message, and as few messages as can be.

GSM 7-bit default alphabet: 3GPP TS 23.038, section 6.2.1. One letter outside of it, and a message
holds 70 only. Those of its extension table, which count double, are avoided, too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from assistant.channels.messages import Message, parts, plain

MAX_LETTERS = 160
_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_INSTEAD = {
    "•": "*", "–": "-", "—": "-", "…": "...", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'",
    "`": "'", "[": "(", "]": ")", "{": "(", "}": ")", "\\": "/", "|": "/", "~": "-", "^": "",
    "€": "EUR", "\t": " ", "\r": "", "\u00a0": " ", "×": "x", "→": "->",
}  # fmt: skip


def to_gsm7(text: str) -> str:
    """The text in the letters of the default alphabet; signs that have no like are left out.

    >>> to_gsm7("Bu S••• – “ya” 🙏")
    'Bu S*** - "ya" '
    """
    return "".join(_letter(sign) for sign in unicodedata.normalize("NFC", text))


def as_sms(messages: Sequence[Message]) -> list[str]:
    """All that is said at once, in as few messages as it takes."""
    lines = [line.rstrip() for message in messages for line in plain(message.text).split("\n")]
    return parts(to_gsm7("\n".join(line for line in lines if line)), MAX_LETTERS)


def _letter(sign: str) -> str:
    if sign in _ALPHABET:
        return sign
    if sign in _INSTEAD:
        return _INSTEAD[sign]
    return "".join(one for one in unicodedata.normalize("NFKD", sign) if one in _ALPHABET)
