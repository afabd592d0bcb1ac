"""What a bot with a few regular expressions would do: the peer that Bilik is measured beside.

It takes the first candidate's number or name that it sees, and anything with a "ya" in it as a yes.
"""

from __future__ import annotations

import re

from bilik.domain.election import Election

_YES = re.compile(r"\b(?:ya+|iya+|y|yes|ok|oke|betul|benar|bener|setuju|kirim|sip|siap)\b", re.I)
_BLANK = re.compile(r"\b(?:kosong\w*|golput|abstain)\b", re.I)
_MIN_LETTERS = 4
"""Shorter words of a name are titles and initials."""


def says_yes(text: str) -> bool:
    """Whether it would cast."""
    return bool(_YES.search(text))


def chooses(text: str, election: Election) -> str:
    """What it would read back for the first contest: a number, ``blank`` or ``-``."""
    contest = election.contests[0]
    found: list[tuple[int, str]] = []
    for candidate in contest.candidates:
        names = {
            word
            for name in (*candidate.names, *candidate.nicknames)
            for word in re.findall(r"\w+", name.lower())
            if len(word) >= _MIN_LETTERS
        }
        if candidate.empty_box:
            names = {"kotak kosong"}
        pattern = rf"\b0?{candidate.number}\b|" + "|".join(
            rf"\b{re.escape(one)}\b" for one in names
        )
        if match := re.search(pattern.rstrip("|"), text.lower()):
            found.append((match.start(), str(candidate.number)))
    if found:
        return min(found)[1]
    return "blank" if _BLANK.search(text) else "-"
