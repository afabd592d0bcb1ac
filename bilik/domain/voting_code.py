"""The *kode undangan*, a voter's one-time voting code: 8 symbols and one that checks them.

The symbols are Crockford's, read as the elements of the field of 32; a polynomial with them as its
coefficients is zero at the field's generator. Every symbol so has a weight of its own, and neither
one wrong symbol nor two that have changed places go unseen. A mistyped code is thus told from a
wrong one before anything is looked up, and is no attempt to guess.

Codes pass for nothing else that one types: neither for a word, nor for a word with a number
("nomor3aja"), nor for a receipt, which has as many symbols.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence

from bilik.domain import crockford

SYMBOLS = 9
"""The check symbol included, which is the last."""
GROUP = 3
"""As it is printed: ``7KQ-2M9-XDM``."""

_FIELD = 0b100101
"""x⁵ + x² + 1, which is primitive: x generates all of the field but zero."""
_CERTAIN_DIGIT = re.compile("[2-9]")
"""0 and 1 may be typed as O, I or L."""
_LETTER = re.compile("[A-Z]")
_WORD_WITH_NUMBER = re.compile("[A-Z01]{3,}[0-9]{1,2}[A-Z01]*")

Choice = Callable[[Sequence[str]], str]


def new_code(choose: Choice = secrets.choice) -> str:
    """A random code; ``choose`` takes one of several symbols."""
    while True:
        symbols = "".join(choose(crockford.ALPHABET) for _ in range(SYMBOLS - 1))
        code = symbols + check_symbol(symbols)
        if is_distinct(code):
            return code


def check_symbol(symbols: str) -> str:
    """The last symbol of the code that begins with these eight."""
    return crockford.ALPHABET[_times_x(_value(symbols))]


def is_valid(symbols: str) -> bool:
    """Whether Crockford symbols are a code without a slip."""
    return len(symbols) == SYMBOLS and _value(symbols) == 0


def is_distinct(code: str) -> bool:
    """Whether a code passes for nothing else, however its 0 and 1 are typed."""
    return bool(
        _CERTAIN_DIGIT.search(code)
        and _LETTER.search(code)
        and not _WORD_WITH_NUMBER.fullmatch(code)
        and crockford.check_character(code[:-1]) != code[-1]
    )


def printed(code: str) -> str:
    """``7KQ2M9XDM`` → ``7KQ-2M9-XDM``."""
    return crockford.grouped(code, GROUP)


def _value(symbols: str) -> int:
    """The polynomial's value at x, by Horner's rule."""
    value = 0
    for symbol in symbols:
        value = _times_x(value) ^ crockford.ALPHABET.index(symbol)
    return value


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _FIELD if doubled & 32 else doubled
