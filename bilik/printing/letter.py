"""The letter to a voter, in three sizes: a whole, a half and a quarter of an A4 sheet.

All that is the same on every letter, the frame, is drawn once in a file and then only referred to;
a letter adds its name, code and QR codes. Lengths are in points, and a place is its upper left
corner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from bilik.domain import voting_code
from bilik.domain.code_file import Invitation
from bilik.domain.doors import Door
from bilik.domain.election import Election
from bilik.domain.turnout import station_name
from bilik.errors import BilikError
from bilik.printing import qr, typeset, wording
from bilik.printing.colours import FAINT, GREEN, INK, TINT, WHITE
from bilik.printing.typeset import BOLD, LEADING, MONO, SANS

SMALLEST = 9.0
"""No type is smaller."""
_LEAST_GAP = 0.1
"""Between two parts, in sizes of the type."""


@dataclass(frozen=True)
class Look:
    """How a letter of one size looks: its type, and which parts stand in which column.

    ``qr_side`` is without the quiet zone. ``title`` has sizes to try in turn, ``name`` those of a
    name in one line and in two. A ``terse`` letter has shorter words.
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
    terse: bool = False
    stacks_signature: bool = False


_ALL = ("title", "voter", "code", "doors", "steps", "secrecy", "helper", "contact")
LOOKS = {
    1: Look(
        A4[0], A4[1], 20 * mm, (_ALL,), body=13, title=(24, 21, 18, 16), name=(20, 15), code=44,
        qr_side=34 * mm,
    ),
    2: Look(
        A4[0], A4[1] / 2, 9 * mm,
        (("title", "voter", "code", "helper", "contact"), ("doors", "steps", "secrecy")),
        body=10.8, title=(17, 15, 13, 11, 9.5), name=(16, 11.5), code=30, qr_side=24 * mm,
        gutter=9 * mm, stacks_signature=True,
    ),
    4: Look(
        A4[0] / 2, A4[1] / 2, 5.2 * mm, (_ALL,), body=SMALLEST, title=(12.5, 11, 10, 9),
        name=(12.5, 9.5), code=22, qr_side=22 * mm, terse=True,
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
            BilikError: the election's texts cannot be printed, or are too long for this size.
        """
        typeset.load()
        if strange := typeset.missing(election.title + election.contact):
            raise BilikError(
                f"Judul atau kontak di berkas pemilihan memuat {' '.join(sorted(strange))} yang "
                "tidak bisa dicetak. Pakai huruf Latin saja."
            )
        self.look = LOOKS[per_page]
        self._canvas = canvas
        self._election = election
        self._doors = doors
        self._patterns = [qr.Pattern(door.link("0" * voting_code.SYMBOLS)) for door in doors]
        self._of_spares = of_spares
        self._slots = Slots()
        self._frame = "rangka"
        look = self.look
        self._column = (look.width - 2 * look.margin - (len(look.columns) - 1) * look.gutter) / len(
            look.columns
        )
        columns = self._fitting_columns()
        canvas.beginForm(self._frame, 0, 0, look.width, look.height)
        self._draw_frame(columns)
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
        for door, pattern, (x, y) in zip(self._doors, self._patterns, self._slots.qr, strict=True):
            pattern.draw(canvas, door.link(invitation.code), x, y, self.look.qr_side)
        canvas.restoreState()

    def _fill_in_number(self, invitation: Invitation, number: int, of: int) -> None:
        look, size = self.look, self._head()
        text = f"{number} dari {of}"
        if invitation.tps:
            beside = typeset.width(f"{self._kind}  · {text}", BOLD, size)
            room = look.width - 2 * look.margin - beside
            place = self._line(station_name(invitation.tps), BOLD, (size,), room)
            text = f"{place.lines[0]} · {text}"
        self._canvas.setFont(BOLD, size)
        self._canvas.drawRightString(look.width - look.margin, self._head_line(), text)

    def _fill_in_name(self, invitation: Invitation) -> None:
        look = self.look
        name, below = invitation.name, f"NIK {invitation.nik}"
        if invitation.spare is not None:
            name, below = f"Surat cadangan nomor {invitation.spare}", wording.SPARE_NOTE
        elif invitation.tps:
            below += f"  ·  {station_name(invitation.tps)}"
        fitted = typeset.fit(name, BOLD, look.name[:1], self._column, 1)
        if len(fitted.lines) > 1:
            fitted = typeset.fit(name, BOLD, (*look.name[1:], SMALLEST), self._column, 2)
            fitted = typeset.cut(fitted, BOLD, self._column, 2)
        x, y = self._slots.name
        y = _set_lines(self._canvas, fitted, BOLD, x, y)
        line = self._line(below, SANS, (look.body, SMALLEST), self._column)
        _set_lines(self._canvas, line, SANS, x, y)

    @staticmethod
    def _line(text: str, font: str, sizes: Sequence[float], room: float) -> typeset.Fitted:
        return typeset.cut(typeset.fit(text, font, sizes, room, 1), font, room, 1)

    @property
    def _kind(self) -> str:
        return wording.SPARE_KIND if self._of_spares else wording.KIND

    def _head(self) -> float:
        """The size of the type at the head."""
        return max(SMALLEST, self.look.body - 1)

    def _head_line(self) -> float:
        """The baseline of the head."""
        return self.look.height - self.look.margin - self._head() * 0.8

    def _draw_frame(self, columns: Sequence[Sequence[Part]]) -> None:
        look, canvas = self.look, self._canvas
        canvas.setFont(BOLD, self._head())
        canvas.setFillColor(GREEN)
        canvas.drawString(look.margin, self._head_line(), self._kind)
        rule = self._head_line() - self._head() * 0.55
        canvas.setStrokeColor(GREEN)
        canvas.setLineWidth(1.2)
        canvas.line(look.margin, rule, look.width - look.margin, rule)
        for number, parts in enumerate(columns):
            left = look.margin + number * (self._column + look.gutter)
            gap = self._gap(parts)
            at = self._top()
            for part in parts:
                part.draw(left, at)
                at -= part.height + gap

    def _fitting_columns(self) -> list[list[Part]]:
        """The parts of each column, in the largest type in which they fit below one another."""
        usual = self.look
        for body, title in (
            (usual.body, usual.title),
            ((usual.body + SMALLEST) / 2, usual.title[1:]),
            (SMALLEST, usual.title[-1:]),
        ):
            self.look = replace(usual, body=body, title=title)
            makers: dict[str, Callable[[], Part | None]] = {
                "title": self._title, "voter": self._voter, "code": self._code,
                "doors": self._doors_part, "steps": self._steps, "secrecy": self._secrecy,
                "helper": self._helper, "contact": self._contact,
            }  # fmt: skip
            columns = [
                [part for name in names if (part := makers[name]()) is not None]
                for names in self.look.columns
            ]
            if all(self._gap(parts) >= body * _LEAST_GAP for parts in columns):
                return columns
        raise BilikError(
            "Judul, kontak, atau alamat terlalu panjang untuk surat sekecil ini. Pakai "
            "--per-halaman yang lebih kecil, atau pendekkan di berkas pemilihan."
        )

    def _top(self) -> float:
        """Where the parts begin, below the line at the head."""
        return self._head_line() - self._head() * 0.55 - self.look.body * 0.7

    def _gap(self, parts: Sequence[Part]) -> float:
        """How much room there is between two parts if all of a column is used."""
        used = sum(part.height for part in parts)
        return (self._top() - self.look.margin - used) / max(1, len(parts) - 1)

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
        high = label + look.code * 1.1 + look.body * (0.7 if look.terse else 1)

        def draw(x: float, y: float) -> None:
            canvas.setFillColor(TINT)
            canvas.setStrokeColor(GREEN)
            canvas.setLineWidth(0.9)
            canvas.roundRect(x, y - high, self._column, high, 2 * mm, stroke=1, fill=1)
            canvas.setFillColor(GREEN)
            canvas.setFont(BOLD, look.body)
            middle = x + self._column / 2
            base = y - high + look.body * (0.35 if look.terse else 0.5) + look.code * 0.2
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

    def _addresses(self, room: float) -> list[typeset.Fitted]:
        """What stands below the doors' names, in the largest size that takes the fewest lines."""
        body = self.look.body
        sizes = (body, (body + SMALLEST) / 2, SMALLEST)

        def fitted(size: float) -> list[typeset.Fitted]:
            return [typeset.fit(one.address, SANS, (size,), room, 1) for one in self._doors]

        return min(map(fitted, sizes), key=lambda row: sum(len(one.lines) for one in row))

    def _doors_part(self) -> Part:
        look, canvas = self.look, self._canvas
        share = self._column / len(self._doors)
        addresses = self._addresses(share - 1.5 * mm)
        quiet = max(pattern.quiet_zone(look.qr_side) for pattern in self._patterns)
        names = look.body * LEADING
        lines = max(address.height for address in addresses)
        high = quiet + look.qr_side + quiet + names + lines

        def draw(x: float, y: float) -> None:
            for number, (door, address) in enumerate(zip(self._doors, addresses, strict=True)):
                middle = x + (number + 0.5) * share
                bottom = y - quiet - look.qr_side
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
        look = self.look
        indent = look.body * 1.9
        parts = []
        for number, text in enumerate(
            wording.steps(self._election, self._doors, look.terse), start=1
        ):
            paragraph = Paragraph(text, self._style())
            _, high = paragraph.wrap(self._column - indent, look.height)
            parts.append(Part(high, self._step(number, paragraph, indent, high)))
        if not look.terse:
            heading = Paragraph(f"<b>{wording.HOW}</b>", self._style(GREEN))
            parts.insert(0, self._paragraph(heading))
        return _stacked(*parts, gap=look.body * (0.15 if look.terse else 0.4))

    def _step(
        self, number: int, paragraph: Paragraph, indent: float, high: float
    ) -> Callable[[float, float], None]:
        canvas, size = self._canvas, self.look.body

        def draw(x: float, y: float) -> None:
            radius = size * 0.65
            canvas.setFillColor(GREEN)
            canvas.circle(x + radius, y - size * 0.66, radius, stroke=0, fill=1)
            canvas.setFillColor(WHITE)
            canvas.setFont(BOLD, self._head())
            canvas.drawCentredString(x + radius, y - size * 0.98, str(number))
            paragraph.drawOn(canvas, x + indent, y - high)

        return draw

    def _secrecy(self) -> Part:
        return self._paragraph(Paragraph(wording.secrecy(self.look.terse), self._style()))

    def _helper(self) -> Part:
        """What a helper may do, and room for their name and signature."""
        look, canvas = self.look, self._canvas
        said = self._paragraph(Paragraph(wording.HELPER, self._style()))
        rows = 2 if look.stacks_signature else 1
        row = look.body * (1.9 if look.terse else 2.4)
        half = self._column / 2 if rows == 1 else 0

        def draw(x: float, y: float) -> None:
            canvas.setFont(SANS, look.body)
            canvas.setFillColor(INK)
            canvas.setStrokeColor(FAINT)
            canvas.setLineWidth(0.5)
            for text, start, end, base in (
                (wording.HELPER_NAME, x, x + self._column - half - (look.body if half else 0), row),
                (wording.HELPER_SIGNATURE, x + half, x + self._column, rows * row),
            ):
                canvas.drawString(start, y - base + look.body * 0.3, text)
                begin = start + typeset.width(text, SANS, look.body) + look.body * 0.4
                canvas.line(begin, y - base, end, y - base)

        return _stacked(said, Part(rows * row, draw), gap=0)

    def _contact(self) -> Part | None:
        if not self._election.contact:
            return None
        look, canvas = self.look, self._canvas
        said = self._paragraph(
            Paragraph(wording.contact(self._election, look.terse), self._style())
        )

        def draw(x: float, y: float) -> None:
            canvas.setStrokeColor(GREEN)
            canvas.setLineWidth(0.5)
            canvas.line(x, y, x + self._column, y)

        return said if look.terse else _stacked(Part(look.body * 0.4, draw), said, gap=0)

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
