"""Bars of messages a second, as a picture that stands beside the table (bench/conversation.svg)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_WIDTH, _LABEL, _BAR, _GAP, _GROUP = 720, 150, 18, 6, 22
_COLOURS = ("#0f6b4f", "#b8bfc7", "#7d8894")
"""Bilik first, then its peers."""


def svg(title: str, groups: Mapping[str, Sequence[tuple[str, float]]]) -> str:
    """A group of bars for each number of clients, with names and figures."""
    most = max(rate for bars in groups.values() for _, rate in bars)
    scale = (_WIDTH - _LABEL - 80) / most
    lines, y = [], 34
    for name, bars in groups.items():
        lines.append(f'<text x="0" y="{y + 13}" font-weight="600">{escape(name)}</text>')
        y += _GROUP
        for (side, rate), colour in zip(bars, _COLOURS, strict=False):
            wide = max(rate * scale, 1)
            lines += [
                f'<text x="{_LABEL - 8}" y="{y + 13}" text-anchor="end">{escape(side)}</text>',
                f'<rect x="{_LABEL}" y="{y}" width="{wide:.0f}" height="{_BAR}" fill="{colour}"/>',
                f'<text x="{_LABEL + wide + 6:.0f}" y="{y + 13}">{rate:.0f}</text>',
            ]
            y += _BAR + _GAP
        y += _GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" role="img" '
            f'font-family="sans-serif" font-size="13" fill="#20262c">',
            f"<title>{escape(title)}</title>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            f'<text x="0" y="15" font-size="15" font-weight="600">{escape(title)}</text>',
            *lines,
            "</svg>\n",
        ]
    )
