"""QR codes as one filled shape: sharp on any printer, and small in the file."""

from __future__ import annotations

import segno
from reportlab.pdfgen.canvas import Canvas

QUIET = 4
"""Empty modules that readers need on each side (ISO/IEC 18004, 9.1)."""


def draw(canvas: Canvas, content: str, left: float, bottom: float, side: float) -> None:
    """Draw a QR code whose modules fill a square; its quiet zone is to be left free around it."""
    rows = segno.make_qr(content, error="m").matrix
    module = side / len(rows)
    path = canvas.beginPath()
    for row, modules in enumerate(rows):
        for start, end in _runs(modules):
            path.rect(
                left + start * module,
                bottom + side - (row + 1) * module,
                (end - start) * module,
                module,
            )
    # One path, so that no seams show between its rectangles.
    canvas.drawPath(path, stroke=0, fill=1)


def _runs(modules: bytearray) -> list[tuple[int, int]]:
    """Where dark modules that touch begin and end."""
    edges = bytes([0, *modules, 0])
    turns = [at for at in range(len(modules) + 1) if edges[at] != edges[at + 1]]
    return list(zip(turns[::2], turns[1::2], strict=True))


def quiet_zone(content: str, side: float) -> float:
    """How much is to be left free on each side."""
    return QUIET * side / len(segno.make_qr(content, error="m").matrix)
