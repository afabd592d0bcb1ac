"""Crockford's base 32: letters that cannot be mistaken for one another, with a check character.

Source: Douglas Crockford, "Base 32", https://www.crockford.com/base32.html
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECKS = ALPHABET + "*~$=U"
_READ = str.maketrans("ILO", "110")


def read(text: str) -> str | None:
    """What was meant by ``text``: upper case, without hyphens, I and L as 1, O as 0.

    None if a character is not of the alphabet.
    """
    plain = text.replace("-", "").upper().translate(_READ)
    return plain if plain and all(symbol in ALPHABET for symbol in plain) else None


def check_character(symbols: str) -> str:
    """The check character of ``symbols``: their value modulo 37."""
    value = 0
    for symbol in symbols:
        value = value * 32 + ALPHABET.index(symbol)
    return _CHECKS[value % 37]


def grouped(symbols: str, size: int = 4) -> str:
    """``8F3KQ9XM`` → ``8F3K-Q9XM``."""
    return "-".join(symbols[start : start + size] for start in range(0, len(symbols), size))
