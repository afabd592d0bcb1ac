"""The state of an election as a picture, for link previews and for other sites.

Drawn as SVG in the size that previews want, 1200 by 630, with attributes only; text is broken by
the widths of Fira Sans, which the PNG is painted with, and which other typefaces come close to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import fontpkg_fira_sans
import resvg_py

from bilik.domain.telling import phase_line
from bilik.printing.typeset import BOLD, SANS, cut, fit, width
from bilik.services.public_view import PublicView
from bilik.web.hasil.figures import FULL, Ballot, Figures, Row

WIDTH, HEIGHT = 1200, 630
_EDGE, _TOP, _BOTTOM = 56, 214, 556
_GREEN, _GOLD, _PAPER, _INK, _FAINT, _TRACK = (
    "#0b4f40", "#f0b540", "#f7f2e9", "#1f2622", "#56605a", "#e0d8c9",
)  # fmt: skip
_BAR = "#0b5d4a"
_FAMILY = "Fira Sans, Noto Sans, Roboto, Segoe UI, Liberation Sans, Arial, sans-serif"
_WEIGHTS = {SANS: 400, BOLD: 600}
_GAP = 40
_TIGHT, _ROOMY, _TIGHTEST = 46, 112, 33
"""Heights of a row: below the first there are two columns; none is higher or lower than these."""
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARK = (
    '<g transform="translate(56 34) scale(1.5)" fill="#fff"><path d="M8 6h32v5H8z"/>'
    '<path d="M10 14h9c0 10-3 17-9 21zM38 14h-9c0 10 3 17 9 21z"/>'
    f'<path d="M19 27h10v12H19z" fill="{_GOLD}"/><path d="M21.5 30h5v2h-5z" fill="{_GREEN}"/>'
    '<path d="M6 40h36v3H6z"/></g>'
)


def draw(view: PublicView, figures: Figures) -> str:
    """The picture as SVG, which stands by itself."""
    title = fit(view.election.title, BOLD, (46, 40, 34, 30), WIDTH - 3 * _EDGE - 72, 2)
    title = cut(title, BOLD, WIDTH - 3 * _EDGE - 72, 2)
    first = 72 - (len(title.lines) - 1) * title.size * 0.6 + title.size * 0.35
    parts = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_PAPER}"/>',
        f'<rect width="{WIDTH}" height="144" fill="{_GREEN}"/>',
        f'<rect y="144" width="{WIDTH}" height="6" fill="{_GOLD}"/>',
        _MARK,
        *(
            _text(line, _EDGE + 96, first + place * title.size * 1.2, title.size, BOLD, "#fff")
            for place, line in enumerate(title.lines)
        ),
        *(_counts(view, figures) if figures.contests else _turnout(view, figures)),
    ]
    said = " ".join((view.election.title, phase_line(view.election, view.phase)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" font-family={quoteattr(_FAMILY)}>'
        f"<title>{_clean(said)}</title>{''.join(parts)}</svg>\n"
    )


def painted(svg: str) -> bytes:
    """The same as PNG."""
    files = Path(fontpkg_fira_sans.ROOT) / "files"
    fonts = [str(files / f"FiraSans-{weight}.ttf") for weight in ("Regular", "SemiBold")]
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, font_files=fonts, skip_system_fonts=True,
            sans_serif_family="Fira Sans",
        )
    )  # fmt: skip


def _turnout(view: PublicView, figures: Figures) -> Iterator[str]:
    """How many have voted, large; before that, how many may."""
    texts, turnout = figures.texts, view.turnout
    if not turnout.voted:
        large, small = texts["pemilih"], "pemilih terdaftar"
    elif turnout.at_least:
        large, small = f"{texts['memilih']}+", texts["dari"]
    else:
        large, small = texts["persen"], texts["dari"]
    yield _text(phase_line(view.election, view.phase), _EDGE, 206, 30, BOLD, _BAR)
    yield _text(large, _EDGE - 6, 414, 200, BOLD, _INK)
    yield _text(small, _EDGE, 486, 40, SANS, _INK)
    if turnout.voted:
        yield from _bar(_EDGE, 520, WIDTH - 2 * _EDGE, 28, figures.bars["memilih"])


def _counts(view: PublicView, figures: Figures) -> Iterator[str]:
    yield _text(_head(view, figures), _EDGE, 196, 30, BOLD, _BAR)
    yield _text(figures.texts["partisipasi"], _EDGE, 600, 28, SANS, _FAINT)
    entries = _entries(figures.contests)
    step = (_BOTTOM - _TOP) / len(entries)
    columns = 1 if step >= _TIGHT else 2
    in_each = -(-len(entries) // columns)
    most = int((_BOTTOM - _TOP) / _TIGHTEST)
    step = min(_ROOMY, max(_TIGHTEST, (_BOTTOM - _TOP) / in_each))
    room = (WIDTH - 2 * _EDGE - (columns - 1) * _GAP) / columns
    for place, entry in enumerate(entries):
        column, line = divmod(place, in_each)
        if line >= most:
            continue  # The page has them all.
        box = _Box(_EDGE + column * (room + _GAP), _TOP + line * step, room, step)
        if isinstance(entry, Row):
            yield from _row(entry, figures, box)
        else:
            size = min(26.0, step * 0.6)
            fitted = cut(fit(entry, BOLD, (size,), room, 1), BOLD, room, 1)
            yield _text(fitted.lines[0], box.x, box.y + step * 0.75, size, BOLD, _INK)


def _head(view: PublicView, figures: Figures) -> str:
    """What the counts are; of one contest how it ended, too, if there is room."""
    if not view.result:
        return figures.texts["sementara"]
    said = f"Hasil akhir. {figures.contests[0].ending}"
    fits = len(figures.contests) == 1 and width(said, BOLD, 30) <= WIDTH - 2 * _EDGE
    return said if fits else "Hasil akhir"


@dataclass(frozen=True)
class _Box:
    """Where something is drawn."""

    x: float
    y: float
    width: float
    height: float


def _entries(contests: Sequence[Ballot]) -> list[Row | str]:
    """The lines of a picture: candidates, below the titles of their contests if there are many."""
    lines: list[Row | str] = []
    for contest in contests:
        lines += [contest.title] if len(contests) > 1 else []
        lines += contest.rows
    return lines


def _row(row: Row, figures: Figures, box: _Box) -> Iterator[str]:
    """A candidate: number, name, votes and share, and the bar below them."""
    size = min(34.0, box.height * 0.42)
    thick = min(20.0, box.height * 0.2)
    votes = f"{figures.texts[row.key]} ({figures.texts[f'{row.key}-persen']})"
    right = width(votes, BOLD, size)
    room = box.width - right - size * 2.6
    name = cut(fit(row.name, SANS, (size, size * 0.85, size * 0.7), room, 1), SANS, room, 1)
    base = box.y + box.height * 0.5
    radius, left = size * 0.72, box.x + size * 2
    middle, fill = base - size * 0.34, _GOLD if row.first else _TRACK
    place = f'cx="{box.x + radius:.1f}" cy="{middle:.1f}" r="{radius:.1f}"'
    yield f'<circle {place} fill="{fill}"/>'
    yield _text(str(row.number), box.x + radius, base, size * 0.95, BOLD, _INK, anchor="middle")
    font = BOLD if row.first and width(name.lines[0], BOLD, name.size) <= room else SANS
    yield _text(name.lines[0], left, base, name.size, font, _INK)
    yield _text(votes, box.x + box.width, base, size, BOLD, _INK, anchor="end")
    yield from _bar(left, base + size * 0.42, box.width - size * 2, thick, figures.bars[row.key])


def _bar(x: float, y: float, wide: float, thick: float, length: int) -> Iterator[str]:
    """A bar from zero on the track that stands for all."""
    place = f'x="{x:.1f}" y="{y:.1f}" height="{thick:.1f}"'
    yield f'<rect {place} width="{wide:.1f}" fill="{_TRACK}"/>'
    yield f'<rect {place} width="{wide * length / FULL:.1f}" fill="{_BAR}"/>'


def _text(
    line: str, x: float, y: float, size: float, font: str, fill: str, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" font-weight="{_WEIGHTS[font]}" '
        f'fill="{fill}" text-anchor="{anchor}">{_clean(line)}</text>'
    )


def _clean(text: str) -> str:
    """Text as XML may have it."""
    return escape(_NO_XML.sub("", text))
