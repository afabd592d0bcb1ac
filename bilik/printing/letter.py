"""The letter to a voter, in three sizes: a whole, a half and a quarter of an A4 sheet.

All that is the same on every letter, the frame, is drawn once in a file and then only referred to;
a letter adds its name, code and QR codes. Lengths are in points, and a place is its upper left
corner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from bilik.domain import voting_code
from bilik.domain.code_file import Invitation
from bilik.domain.doors import Door
from bilik.domain.election import Election
from bilik.errors import BilikError
from bilik.printing import qr, typeset, wording
from bilik.printing.typeset import BOLD, LEADING, MONO, SANS

INK = HexColor("#1f2622")
GREEN = HexColor("#0b4f40")
TINT = HexColor("#eef5f1")
FAINT = HexColor("#56605a")
WHITE = HexColor("#ffffff")
SMALLEST = 9.0
"""No type is smaller."""


@dataclass(frozen=True)
class Look:
    """How a letter of one size looks: its type, and which parts stand in which column.

    ``qr_side`` is without the quiet zone; ``title`` and ``name`` are sizes to try in turn. A
    ``terse`` one has shorter words.
    """

    width: float
    height: float
    margin: float
    columns: Sequence[Sequence[str]]
    body: float
    title: Sequence[float]
    name: Sequence[float]
    code: float
    qr_side: float
    gutter: float = 0.0
    widest_gap: float = 6 * mm
    terse: bool = False


_ALL = ("title", "voter", "code", "doors", "steps", "secrecy", "helper", "contact")
LOOKS = {
    1: Look(
        A4[0], A4[1], 20 * mm, (_ALL,), body=12.5, title=(22, 19, 16), name=(20, 15),
        code=42, qr_side=34 * mm, widest_gap=9 * mm,
    ),
    2: Look(
        A4[0], A4[1] / 2, 9 * mm,
        (("title", "voter", "code", "secrecy", "contact"), ("doors", "steps", "helper")),
        body=10.2, title=(16, 14, 12, 10.5), name=(15, 11.5), code=29, qr_side=24 * mm,
        gutter=9 * mm, widest_gap=8 * mm,
    ),
    4: Look(
        A4[0] / 2, A4[1] / 2, 6 * mm, (_ALL,), body=SMALLEST, title=(12.5, 11, 10, 9),
        name=(12.5, 9.5), code=22, qr_side=22 * mm, widest_gap=3.5 * mm, terse=True,
    ),
}  # fmt: skip
"""By how many letters stand on a sheet."""


@dataclass(frozen=True)
class Part:
    """A part of the frame: how high it is, and what draws it at a place."""

    height: float
    draw: Callable[[float, float], object]


@dataclass
class Slots:
    """Where a letter's own content goes: places in the frame, found when it is drawn."""

    name: tuple[float, float] = (0, 0)
    code: tuple[float, float] = (0, 0)
    qr: list[tuple[float, float]] = field(default_factory=list)


class LetterForm:
    """The frame of one election's letters in one file, ready to be filled in."""

    def __init__(
        self,
        canvas: Canvas,
        per_page: int,
        election: Election,
        doors: Sequence[Door],
        of_spares: bool = False,
    ) -> None:
        """Draw the frame, before the file's first letter.

        Raises:
            BilikError: the election's texts are too long for letters of this size.
        """
        typeset.load()
        self.look = LOOKS[per_page]
        self._canvas = canvas
        self._election = election
        self._doors = doors
        self._of_spares = of_spares
        self._slots = Slots()
        self._frame = "rangka"
        look = self.look
        self._column = (
            look.width - 2 * look.margin - (len(look.columns) - 1) * look.gutter
        ) / len(look.columns)
        canvas.beginForm(self._frame, 0, 0, look.width, look.height)
        self._draw_frame()
        canvas.endForm()

    def draw(self, invitation: Invitation, number: int, of: int, left: float, top: float) -> None:
        """Draw a letter, the ``number``-th of so many of its TPS, at a place on the sheet."""
        canvas = self._canvas
        canvas.saveState()
        canvas.translate(left, top - self.look.height)
        canvas.doForm(self._frame)
        canvas.setFillColor(INK)
        self._fill_in_number(invitation, number, of)
        self._fill_in_name(invitation)
        x, y = self._slots.code
        canvas.setFont(MONO, self.look.code)
        canvas.drawCentredString(x, y, voting_code.printed(invitation.code))
        for door, (x, y) in zip(self._doors, self._slots.qr, strict=True):
            qr.draw(canvas, door.link(invitation.code), x, y, self.look.qr_side)
        canvas.restoreState()

    def _fill_in_number(self, invitation: Invitation, number: int, of: int) -> None:
        look = self.look
        kind = wording.SPARE_KIND if self._of_spares else wording.KIND
        count = f"{number} dari {of}"
        size = max(SMALLEST, look.body - 1)
        room = look.width - 2 * look.margin - typeset.width(f"{kind}  · {count}", BOLD, size)
        place = (
            typeset.fit(wording.place(invitation.tps), BOLD, (size,), room, 1).lines[0]
            if invitation.tps
            else ""
        )
        self._canvas.setFont(BOLD, size)
        text = f"{place} · {count}" if place else count
        self._canvas.drawRightString(
            look.width - look.margin, look.height - look.margin - size * 0.8, text
        )

    def _fill_in_name(self, invitation: Invitation) -> None:
        canvas, look = self._canvas, self.look
        x, y = self._slots.name
        name = (
            invitation.name
            if invitation.spare is None
            else f"Surat cadangan nomor {invitation.spare}"
        )
        fitted = typeset.fit(name, BOLD, look.name[:1], self._column, 1)
        if fitted.lines[0] != name:
            fitted = typeset.fit(name, BOLD, look.name[1:], self._column, 2)
        y = _set_lines(canvas, fitted, BOLD, x, y)
        place = f"  ·  {wording.place(invitation.tps)}" if invitation.tps else ""
        below = wording.SPARE_NOTE if self._of_spares else f"NIK {invitation.nik}{place}"
        _set_lines(canvas, typeset.fit(below, SANS, (look.body,), self._column, 1), SANS, x, y)

    def _draw_frame(self) -> None:
        look, canvas = self.look, self._canvas
        size = max(SMALLEST, look.body - 1)
        baseline = look.height - look.margin - size * 0.8
        canvas.setFont(BOLD, size)
        canvas.setFillColor(GREEN)
        kind = wording.SPARE_KIND if self._of_spares else wording.KIND
        canvas.drawString(look.margin, baseline, kind)
        rule = baseline - size * 0.55
        canvas.setStrokeColor(GREEN)
        canvas.setLineWidth(1.2)
        canvas.line(look.margin, rule, look.width - look.margin, rule)
        top = rule - look.body * 0.7
        draw_of: dict[str, Callable[[], Part | None]] = {
            "title": self._title, "voter": self._voter, "code": self._code,
            "doors": self._doors_part, "steps": self._steps, "secrecy": self._secrecy,
            "helper": self._helper, "contact": self._contact,
        }  # fmt: skip
        for number, names in enumerate(look.columns):
            parts = [part for name in names if (part := draw_of[name]()) is not None]
            self._stack(parts, look.margin + number * (self._column + look.gutter), top)

    def _stack(self, parts: Sequence[Part], left: float, top: float) -> None:
        """Draw parts below one another, with what room is left over evenly between them."""
        look = self.look
        left_over = top - look.margin - sum(part.height for part in parts)
        gap = left_over / max(1, len(parts) - 1)
        if gap < look.body * 0.2:
            raise BilikError(
                "Judul, kontak, atau alamat terlalu panjang untuk surat sekecil ini. Pakai "
                "--per-halaman yang lebih kecil, atau pendekkan di berkas pemilihan."
            )
        at = top
        for part in parts[:-1]:
            part.draw(left, at)
            at -= part.height + min(gap, look.widest_gap)
        parts[-1].draw(left, look.margin + parts[-1].height)

    def _title(self) -> Part:
        look = self.look
        title = typeset.fit(self._election.title, BOLD, look.title, self._column, 3)
        when = Paragraph(wording.hours(self._election), self._style())
        return _stacked(
            Part(title.height, lambda x, y: _set_lines(self._canvas, title, BOLD, x, y)),
            self._paragraph(when),
        )

    def _voter(self) -> Part:
        """Room for the name, in one line or two smaller ones, and for the line below."""
        look = self.look
        high = max(look.name[0], 2 * look.name[1]) * LEADING + look.body * LEADING
        label = Paragraph(wording.TO, self._style(FAINT))

        def draw(x: float, y: float) -> None:
            self._slots.name = (x, y)

        with_label = not (self._of_spares or look.terse)
        return _stacked(*([self._paragraph(label)] if with_label else []), Part(high, draw), gap=0)

    def _code(self) -> Part:
        """The code in a box, its label above it, or beside it where room is scarce."""
        look, canvas = self.look, self._canvas
        label = 0 if look.terse else look.body * LEADING
        high = label + look.code * 1.1 + look.body

        def draw(x: float, y: float) -> None:
            canvas.setFillColor(TINT)
            canvas.setStrokeColor(GREEN)
            canvas.setLineWidth(0.9)
            canvas.roundRect(x, y - high, self._column, high, 2 * mm, stroke=1, fill=1)
            canvas.setFillColor(GREEN)
            canvas.setFont(BOLD, look.body)
            middle, base = x + self._column / 2, y - high + look.body * 0.5 + look.code * 0.2
            if look.terse:
                words = wording.CODE.split(" ", 1)
                for line, word in enumerate(words):
                    canvas.drawString(
                        x + look.body, y - high / 2 - look.body * (line * LEADING - 0.25), word
                    )
                aside = max(typeset.width(word, BOLD, look.body) for word in words) + look.body
                middle += aside / 2
            else:
                canvas.drawCentredString(middle, y - label - look.body * 0.15, wording.CODE)
            self._slots.code = (middle, base)

        return Part(high, draw)

    def _doors_row(self) -> list[tuple[Door, typeset.Fitted, float]]:
        """Each door with its address in lines, and the width it has."""
        share = self._column / len(self._doors)
        room = share - 2 * mm
        return [
            (door, typeset.fit(door.address, SANS, (self.look.body, SMALLEST), room, 3), share)
            for door in self._doors
        ]

    def _doors_part(self) -> Part:
        look, canvas = self.look, self._canvas
        row = self._doors_row()
        quiet = max(qr.quiet_zone(door.link("0" * 9), look.qr_side) for door in self._doors)
        names = look.body * LEADING
        lines = max(address.height for _, address, _ in row)
        high = look.qr_side + quiet + names + lines

        def draw(x: float, y: float) -> None:
            for number, (door, address, share) in enumerate(row):
                middle = x + (number + 0.5) * share
                bottom = y - look.qr_side
                self._slots.qr.append((middle - look.qr_side / 2, bottom))
                canvas.setFillColor(INK)
                canvas.setFont(BOLD, look.body)
                canvas.drawCentredString(middle, bottom - quiet - look.body * 0.8, door.app.value)
                canvas.setFont(SANS, address.size)
                for at, line in enumerate(address.lines):
                    below = bottom - quiet - names - address.size * (0.8 + at * LEADING)
                    canvas.drawCentredString(middle, below, line)

        return Part(high, draw)

    def _steps(self) -> Part:
        look, canvas = self.look, self._canvas
        indent = look.body * 1.9
        parts = []
        for number, text in enumerate(wording.steps(self._election, self._doors, look.terse), start=1):
            paragraph = Paragraph(text, self._style())
            _, high = paragraph.wrap(self._column - indent, look.height)
            parts.append(Part(high, self._step(number, paragraph, indent, high)))
        return _stacked(*parts, gap=look.body * 0.2)

    def _step(
        self, number: int, paragraph: Paragraph, indent: float, high: float
    ) -> Callable[[float, float], None]:
        canvas, size = self._canvas, self.look.body

        def draw(x: float, y: float) -> None:
            radius = size * 0.68
            canvas.setFillColor(GREEN)
            canvas.circle(x + radius, y - size * 0.66, radius, stroke=0, fill=1)
            canvas.setFillColor(WHITE)
            canvas.setFont(BOLD, max(SMALLEST, size - 1))
            canvas.drawCentredString(x + radius, y - size * 0.98, str(number))
            paragraph.drawOn(canvas, x + indent, y - high)

        return draw

    def _secrecy(self) -> Part:
        return self._paragraph(Paragraph(wording.secrecy(self.look.terse), self._style()))

    def _helper(self) -> Part:
        """What a helper may do, and room for their name and signature."""
        look, canvas = self.look, self._canvas
        said = self._paragraph(Paragraph(wording.HELPER, self._style()))
        high = look.body * 2.1

        def draw(x: float, y: float) -> None:
            canvas.setFont(SANS, look.body)
            canvas.setFillColor(INK)
            canvas.setStrokeColor(FAINT)
            canvas.setLineWidth(0.5)
            half = self._column * 0.55
            for text, start, end in (
                (wording.HELPER_NAME, x, x + half - look.body),
                (wording.HELPER_SIGNATURE, x + half, x + self._column),
            ):
                canvas.drawString(start, y - high + look.body * 0.3, text)
                begin = start + typeset.width(text, SANS, look.body) + look.body * 0.4
                canvas.line(begin, y - high, end, y - high)

        return _stacked(said, Part(high, draw), gap=0)

    def _contact(self) -> Part | None:
        if not self._election.contact:
            return None
        look, canvas = self.look, self._canvas
        said = self._paragraph(Paragraph(wording.contact(self._election), self._style()))

        def draw(x: float, y: float) -> None:
            canvas.setStrokeColor(GREEN)
            canvas.setLineWidth(0.5)
            canvas.line(x, y, x + self._column, y)

        return _stacked(Part(look.body * 0.4, draw), said, gap=0)

    def _style(self, colour: Color = INK) -> ParagraphStyle:
        size = self.look.body
        return ParagraphStyle(
            "isi", fontName=SANS, fontSize=size, leading=size * LEADING, textColor=colour
        )

    def _paragraph(self, paragraph: Paragraph) -> Part:
        _, high = paragraph.wrap(self._column, self.look.height)
        return Part(high, lambda x, y: paragraph.drawOn(self._canvas, x, y - high))


def _stacked(*parts: Part, gap: float = 2.0) -> Part:
    """Parts below one another as one."""

    def draw(x: float, y: float) -> None:
        for part in parts:
            part.draw(x, y)
            y -= part.height + gap

    return Part(sum(part.height for part in parts) + gap * (len(parts) - 1), draw)


def _set_lines(canvas: Canvas, text: typeset.Fitted, font: str, x: float, y: float) -> float:
    """Set lines from a place downwards; where the next would begin."""
    canvas.setFillColor(INK)
    canvas.setFont(font, text.size)
    for line in text.lines:
        canvas.drawString(x, y - text.size * 0.92, line)
        y -= text.size * LEADING
    return y
