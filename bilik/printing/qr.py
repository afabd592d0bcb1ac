"""QR codes as one filled shape: sharp on any printer, and small in the file."""

from __future__ import annotations

import segno
from reportlab.pdfgen.canvas import Canvas

QUIET = 4
"""Empty modules that readers need on each side (ISO/IEC 18004, 9.1)."""
_ERROR = "m"


class Pattern:
    """QR codes of contents of one length that differ little, such as links to one place.

    The pattern that is laid over a code, so that no large areas are dark or light, is chosen once,
    for the first of them: choosing takes most of the time, and readers read any of the eight.
    """

    def __init__(self, first: str) -> None:
        """Choose for ``first``."""
        code = segno.make_qr(first, error=_ERROR)
        self._mask = code.mask
        self.modules = len(code.matrix)
        """On each side, without the quiet zone."""

    def draw(self, canvas: Canvas, content: str, left: float, bottom: float, side: float) -> None:
        """Draw the modules into a square; the quiet zone is to be left free around it."""
        rows = segno.make_qr(content, error=_ERROR, mask=self._mask).matrix
        canvas.saveState()
        canvas.translate(left, bottom)
        canvas.scale(side / len(rows), side / len(rows))
        path = canvas.beginPath()
        for row, modules in enumerate(rows, start=1):
            for start, end in _runs(modules):
                path.rect(start, len(rows) - row, end - start, 1)
        # One path, so that no seams show between its rectangles.
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.restoreState()

    def quiet_zone(self, side: float) -> float:
        """How much is to be left free on each side."""
        return QUIET * side / self.modules


def _runs(modules: bytearray) -> list[tuple[int, int]]:
    """Where dark modules that touch begin and end."""
    edges = bytes([0, *modules, 0])
    turns = [at for at in range(len(modules) + 1) if edges[at] != edges[at + 1]]
    return list(zip(turns[::2], turns[1::2], strict=True))
