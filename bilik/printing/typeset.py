"""Text on paper: the typefaces, and lines that fit where they must.

Lengths are in points. Fira Sans has the accents and dots below that Indonesian names bring along;
IBM Plex Mono tells 0 from O and 8 from B. All are embedded, only with the signs that are used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import fontpkg_fira_sans
import fontpkg_ibm_plex_mono
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

SANS = "Bilik"
BOLD = "Bilik-Bold"
ITALIC = "Bilik-Italic"
MONO = "Bilik-Mono"
MONO_LIGHT = "Bilik-Mono-Light"
LEADING = 1.2
"""From one baseline to the next, in sizes of the type."""
_ELLIPSIS = "…"


@dataclass(frozen=True)
class Fitted:
    """Lines of one size."""

    lines: Sequence[str]
    size: float

    @property
    def height(self) -> float:
        """From the top of the first line to the bottom of the last."""
        return len(self.lines) * self.size * LEADING


@lru_cache(maxsize=1)
def load() -> None:
    """Make the typefaces known to reportlab, which has one register of them for all documents."""
    fira, plex = (Path(one.ROOT) / "files" for one in (fontpkg_fira_sans, fontpkg_ibm_plex_mono))
    pdfmetrics.registerFont(TTFont(SANS, str(fira / "FiraSans-Regular.ttf")))
    pdfmetrics.registerFont(TTFont(BOLD, str(fira / "FiraSans-SemiBold.ttf")))
    pdfmetrics.registerFont(TTFont(ITALIC, str(fira / "FiraSans-Italic.ttf")))
    pdfmetrics.registerFont(TTFont(MONO, str(plex / "IBMPlexMono-Bold.ttf")))
    pdfmetrics.registerFont(TTFont(MONO_LIGHT, str(plex / "IBMPlexMono-Medium.ttf")))
    for bold in (0, 1):
        for italic in (0, 1):
            addMapping(SANS, bold, italic, BOLD if bold else ITALIC if italic else SANS)


def missing(text: str) -> set[str]:
    """The signs in a text that cannot be printed."""
    load()
    bold = pdfmetrics.getFont(BOLD)
    assert isinstance(bold, TTFont)
    return {sign for sign in text if ord(sign) not in bold.face.charToGlyph}


def width(text: str, font: str, size: float) -> float:
    """How wide a line is."""
    load()
    return float(pdfmetrics.stringWidth(text, font, size))


def fit(text: str, font: str, sizes: Sequence[float], room: float, most: int) -> Fitted:
    """The text in the first size in which it has at most so many lines; in the last one, or more.

    Nothing is left out: an address or a title that is cut short is a wrong one.
    """
    for size in sizes:
        lines = wrapped(text, font, size, room)
        if len(lines) <= most:
            break
    return Fitted(lines, size)


def cut(text: Fitted, font: str, room: float, most: int) -> Fitted:
    """The first lines; if there are more, the last of them ends with an ellipsis."""
    if len(text.lines) <= most:
        return text
    last = text.lines[most - 1] + _ELLIPSIS
    while len(last) > 1 and width(last, font, text.size) > room:
        last = last[:-2].rstrip() + _ELLIPSIS
    return Fitted([*text.lines[: most - 1], last], text.size)


def wrapped(text: str, font: str, size: float, room: float) -> list[str]:
    """The text in lines that fit; what is too long for one line is broken where it must be."""
    lines = [""]
    for word in text.split(" "):
        rest = word
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width(longer, font, size) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        while width(rest, font, size) > room:
            at = _break(rest, font, size, room)
            lines[-1] = rest[:at]
            lines.append("")
            rest = rest[at:]
        lines[-1] = rest
    return lines


def _break(word: str, font: str, size: float, room: float) -> int:
    """Where to break a word that is too long: behind a dot or slash of an address, or anywhere."""
    most = 1
    while most < len(word) and width(word[: most + 1], font, size) <= room:
        most += 1
    signs = [at + 1 for at in range(1, most) if word[at] in "./_-"]
    if not signs:
        return most
    halves = [at for at in signs if width(word[at:], font, size) <= room]
    return min(halves, key=lambda at: abs(2 * at - len(word))) if halves else signs[-1]
