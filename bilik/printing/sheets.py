"""Letters on A4 sheets, to be printed, cut, and handed out TPS by TPS.

The letters of a TPS begin on a sheet of their own and are laid out for a guillotine: cut the whole
pile of a TPS at once, put the upper left, upper right, lower left and lower right piles on one
another, and they are in order. A file has a ream of sheets at most, so that what is in memory does
not grow with the roll, and no printer chokes on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from bilik.domain.code_file import Invitation
from bilik.domain.doors import Door
from bilik.domain.election import Election
from bilik.printing.letter import LetterForm

REAM = 500
"""Sheets."""
PER_PAGE = (1, 2, 4)
_CUT = HexColor("#8a938d")
_CUT_LINES = "potong"


@dataclass(frozen=True)
class Run:
    """Letters of one TPS that are cut together, the first of them the ``start``-th of ``of``."""

    letters: Sequence[Invitation]
    start: int
    of: int

    def sheets(self, per_page: int) -> int:
        """How many sheets it takes."""
        return -(-len(self.letters) // per_page)


def in_files(
    places: Sequence[Sequence[Invitation]], per_page: int, ream: int = REAM
) -> list[list[Run]]:
    """The runs of each file: a TPS is divided among files only if it needs more than a ream."""
    files: list[list[Run]] = []
    free = 0
    for letters in places:
        for start in range(0, len(letters), ream * per_page):
            run = Run(letters[start : start + ream * per_page], start + 1, len(letters))
            if run.sheets(per_page) > free:
                files.append([])
                free = ream
            files[-1].append(run)
            free -= run.sheets(per_page)
    return files


def write_file(
    file: BinaryIO,
    runs: Sequence[Run],
    per_page: int,
    election: Election,
    doors: Sequence[Door],
    drawn: Callable[[], object] = lambda: None,
) -> None:
    """Write one PDF; ``drawn`` is called after each letter.

    Raises:
        BilikError: the election's texts are too long for letters of this size.
    """
    canvas = Canvas(file, pagesize=A4, pageCompression=1, lang="id")
    canvas.setTitle(f"Surat undangan: {election.title}")
    canvas.setCreator("Bilik")
    of_spares = any(one.spare is not None for run in runs for one in run.letters)
    form = LetterForm(canvas, per_page, election, doors, of_spares)
    canvas.beginForm(_CUT_LINES, 0, 0, *A4)
    _draw_cuts(canvas, per_page)
    canvas.endForm()
    for run in runs:
        for sheet in lying(run, per_page):
            canvas.doForm(_CUT_LINES)
            for place, number in sheet:
                across = place % 2 if per_page == 4 else 0
                down = place // 2 if per_page == 4 else place
                left, top = across * form.look.width, A4[1] - down * form.look.height
                letter = run.letters[number]
                form.draw(letter, run.start + number, run.of, left, top)
                drawn()
            canvas.showPage()
    canvas.save()


def lying(run: Run, per_page: int) -> Iterator[list[tuple[int, int]]]:
    """For each sheet, which letter stands in which place: pile after pile, as they are cut."""
    count = run.sheets(per_page)
    for sheet in range(count):
        yield [
            (place, number)
            for place in range(per_page)
            if (number := place * count + sheet) < len(run.letters)
        ]


def _draw_cuts(canvas: Canvas, per_page: int) -> None:
    """Dashed lines to cut along, with a solid mark where each begins and ends."""
    if per_page == 1:
        return
    wide, high = A4
    lines = [((0.0, high / 2), (wide, high / 2))]
    if per_page == 4:
        lines.append(((wide / 2, 0.0), (wide / 2, high)))
    canvas.setStrokeColor(_CUT)
    canvas.setLineWidth(0.4)
    mark = 6 * mm
    for (x1, y1), (x2, y2) in lines:
        canvas.setDash(2, 3)
        canvas.line(x1, y1, x2, y2)
        canvas.setDash()
        if y1 == y2:
            canvas.line(x1, y1, x1 + mark, y1)
            canvas.line(x2 - mark, y1, x2, y1)
        else:
            canvas.line(x1, y1, x1, y1 + mark)
            canvas.line(x1, y2 - mark, x1, y2)
