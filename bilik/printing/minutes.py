"""The minutes of a count on A4, to be signed.

Everything flows from page to page; what belongs together stays together, and the signatures never
stand alone on a page. Lengths are in points.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from io import BytesIO
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from bilik.domain.election import Contest, Election
from bilik.domain.indonesian import figure, in_words, percent
from bilik.domain.minutes import Minutes, Particulars
from bilik.domain.outcome import sentence
from bilik.domain.tally import ContestCount
from bilik.domain.turnout import MERGED, Station, station_name
from bilik.printing import minutes_wording as words
from bilik.printing import qr, typeset
from bilik.printing.colours import FAINT, GREEN, HAIRLINE, INK, TINT
from bilik.printing.typeset import BOLD, ITALIC, MONO_LIGHT, SANS

_SIDE, _TOP, _BOTTOM = 22 * mm, 21 * mm, 20 * mm
_FIRST_TOP = 17 * mm
"""The first page has no running head."""
_ROOM = A4[0] - 2 * _SIDE
_BODY, _SMALL = 9.8, 8.4
_PAD = 3
_QR = 27 * mm
_SIGNATURE = 15 * mm
_BESIDE = 3
"""Signatures in a row."""
_INDENT = 17
"""Of a name, behind its number."""
_LONG = 14
"""From so many polling stations on, they stand in two columns."""
_TOGETHER = 8
"""A contest of so many candidates at most stays on one page."""


def _style(
    size: float = _BODY, font: str = SANS, colour: Color = INK, **more: Any
) -> ParagraphStyle:
    more.setdefault("leading", size * 1.35)
    return ParagraphStyle("isi", fontName=font, fontSize=size, textColor=colour, **more)


_TEXT = _style()
_CELL = _style(9.4, leading=12)
_SUM = _style(9.4, BOLD, leading=12)
_WORDS = _style(8.6, ITALIC, FAINT, leading=12)
_LABEL = _style(_SMALL, SANS, FAINT, leading=11.5)
_LABEL_RIGHT = _style(_SMALL, SANS, FAINT, leading=11.5, alignment=TA_RIGHT)
_NOTE = _style(_SMALL, SANS, FAINT, leading=11.2)
_HEADING = _style(11.2, BOLD, GREEN, leading=14, spaceBefore=13)
_CONTEST = _style(10.2, BOLD, INK, leading=13, spaceBefore=11)
_OUTCOME = _style(10.2, BOLD, GREEN, leading=13.6)


def write_file(file: BinaryIO, said: Minutes, particulars: Particulars) -> None:
    """Write the minutes as one PDF; the same bytes for the same minutes.

    It is set twice, for only then it is known how many pages there are.
    """
    typeset.load()
    pages = _set(BytesIO(), said, particulars, 0)
    _set(file, said, particulars, pages)


def _set(file: BinaryIO, said: Minutes, particulars: Particulars, pages: int) -> int:
    """Set all pages; how many there are."""
    document = BaseDocTemplate(
        file, pagesize=A4, invariant=1, lang="id", title=words.name_of(said), creator="Bilik",
        author=words.title(said.election), pageCompression=1,
    )  # fmt: skip
    margins = partial(_draw_margins, said, pages)
    templates = [("pertama", _FIRST_TOP), ("berikut", _TOP)]
    document.addPageTemplates(
        [
            PageTemplate(name, [_frame(top)], onPageEnd=margins, autoNextPageTemplate="berikut")
            for name, top in templates
        ]
    )
    document.build(_story(said, particulars))
    return int(document.page)


def _frame(top: float) -> Frame:
    return Frame(
        _SIDE, _BOTTOM, _ROOM, A4[1] - top - _BOTTOM,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip


def _draw_margins(said: Minutes, pages: int, canvas: Canvas, document: BaseDocTemplate) -> None:
    """What stands outside the text: a foot on each page, and a head from the second on."""
    right, foot = A4[0] - _SIDE, _BOTTOM - 8 * mm
    canvas.saveState()
    canvas.setStrokeColor(HAIRLINE)
    canvas.setLineWidth(0.5)
    canvas.line(_SIDE, foot + 4 * mm, right, foot + 4 * mm)
    canvas.setFont(SANS, 8)
    canvas.setFillColor(FAINT)
    canvas.drawString(_SIDE, foot, words.footer(said))
    canvas.drawRightString(right, foot, words.page(document.page, pages))
    if document.page > 1:
        head = A4[1] - _TOP + 6 * mm
        kind = f"{words.KIND} {words.TITLE}"
        room = _ROOM - typeset.width(kind, BOLD, 8) - 6 * mm
        title = typeset.cut(
            typeset.fit(words.title(said.election), SANS, (8,), room, 1), SANS, room, 1
        )
        canvas.setFont(BOLD, 8)
        canvas.drawString(_SIDE, head, kind)
        canvas.setFont(SANS, 8)
        canvas.drawRightString(right, head, title.lines[0])
        canvas.line(_SIDE, head - 2.4 * mm, right, head - 2.4 * mm)
    canvas.restoreState()


def _story(said: Minutes, particulars: Particulars) -> list[Flowable]:
    """The document from its title to its signatures."""
    election = said.election
    headings = iter(range(1, 10))

    def heading(text: str) -> Paragraph:
        return Paragraph(f"{next(headings)}.&nbsp; {text}", _HEADING)

    story: list[Flowable] = [
        *_title(said, particulars),
        Paragraph(words.preamble(said, particulars), _style(10.2, leading=15)),
        KeepTogether([heading(words.TURNOUT), _gap(3), _turnout(said)]),
    ]
    for at, (contest, count) in enumerate(zip(election.contests, said.counts, strict=True)):
        story += _contest(contest, count, [] if at else [heading(words.RESULT)])
    story += [
        CondPageBreak(35 * mm),
        heading(words.HOURS),
        _gap(3),
        _hours(said),
        KeepTogether([heading(words.KEY), _gap(4), Paragraph(words.key(said), _TEXT)]),
    ]
    if len(said.stations) > 1:
        story += _stations(said.stations, heading(words.STATIONS))
    story.append(
        KeepTogether(
            [
                heading(words.RECORD),
                _gap(5),
                _fingerprints(said, particulars),
                _gap(6),
                Paragraph(words.check(particulars), _TEXT),
                _gap(14),
                *_end(said),
            ]
        )
    )
    return story


def _gap(height: float) -> Spacer:
    return Spacer(0, height)


def _title(said: Minutes, particulars: Particulars) -> list[Flowable]:
    title = typeset.fit(words.title(said.election), BOLD, (15, 13.5, 12, 11), _ROOM, 3)
    centred = partial(_style, alignment=TA_CENTER)
    return [
        Paragraph(words.KIND.upper(), centred(21, BOLD, GREEN, leading=25)),
        Paragraph(words.TITLE.upper(), centred(12.5, BOLD, GREEN, leading=17)),
        _gap(5),
        Paragraph(
            "<br/>".join(map(escape, title.lines)),
            centred(title.size, BOLD, INK, leading=title.size * 1.25),
        ),
        _gap(4),
        Paragraph(escape(words.number(particulars)), centred(9.4, SANS, FAINT)),
        _gap(7),
        _Rule(),
        _gap(11),
    ]


class _Rule(Flowable):
    """A thick line above a thin one, as below a letterhead."""

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        return width, 4

    def draw(self) -> None:
        self.canv.setStrokeColor(GREEN)
        for width, at in ((1.8, 3), (0.6, 0)):
            self.canv.setLineWidth(width)
            self.canv.line(0, at, self.width, at)


_CLOSE = 0.95
"""Of the widest digit: with more, readers of the file take the room around a 1 for a space."""


class _Figure(Flowable):
    """A figure whose digits are all equally wide, so that they stand in columns."""

    def __init__(self, text: str, style: ParagraphStyle) -> None:
        super().__init__()
        self._text, self._style = text, style
        cell = _CLOSE * max(self._width(digit) for digit in "0123456789")
        self._cells = [cell if sign.isdigit() else self._width(sign) for sign in text]

    def _width(self, sign: str) -> float:
        return typeset.width(sign, self._style.fontName, self._style.fontSize)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return sum(self._cells), self._style.leading

    def draw(self) -> None:
        style, at = self._style, 0.0
        base = style.leading - pdfmetrics.getAscent(style.fontName, style.fontSize)
        self.canv.setFont(style.fontName, style.fontSize)
        self.canv.setFillColor(style.textColor)
        for sign, cell in zip(self._text, self._cells, strict=True):
            self.canv.drawString(at + (cell - self._width(sign)) / 2, base, sign)
            at += cell


_LINES: list[Any] = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), _PAD),
    ("BOTTOMPADDING", (0, 0), (-1, -1), _PAD),
    ("LEFTPADDING", (0, 0), (-1, -1), 5),
    ("RIGHTPADDING", (0, 0), (-1, -1), 5),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, HAIRLINE),
]
_HEADED: list[Any] = [
    *_LINES,
    ("LINEBELOW", (0, 0), (-1, 0), 0.9, GREEN),
    ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
]
_WIDE, _NUMBER, _SHARE = 68 * mm, 20 * mm, 18 * mm


def _turnout(said: Minutes) -> Table:
    rows, marks = [], []
    for at, (label, value, in_full, is_sum) in enumerate(words.turnout(said)):
        style = _SUM if is_sum else _CELL
        rows.append([Paragraph(label, style), _Figure(value, style), Paragraph(in_full, _WORDS)])
        if is_sum:
            marks.append(("BACKGROUND", (0, at), (-1, at), TINT))
    widths = (_WIDE, _NUMBER, _ROOM - _WIDE - _NUMBER)
    right = ("ALIGN", (1, 0), (1, -1), "RIGHT")
    above = ("LINEABOVE", (0, 0), (-1, 0), 0.9, GREEN)
    return Table(rows, widths, style=[*_LINES, *marks, right, above])


def _contest(contest: Contest, count: ContestCount, above: Sequence[Flowable]) -> list[Flowable]:
    """A contest's votes in figures and words, and what they mean."""
    styles = (_LABEL, _LABEL, _LABEL_RIGHT, _LABEL_RIGHT, _LABEL)
    names = ("No.", "Calon", "Suara", "Persen", "Terbilang")
    rows: list[list[Any]] = [
        [Paragraph(name, style) for name, style in zip(names, styles, strict=True)]
    ]
    for one in sorted(contest.candidates, key=lambda one: one.number):
        votes = count.votes[one.number]
        rows.append(
            [
                _Figure(str(one.number), _CELL),
                Paragraph(escape(one.full_name), _CELL),
                _Figure(figure(votes), _CELL),
                _Figure(percent(votes, count.valid, 2), _CELL) if count.valid else "",
                Paragraph(in_words(votes), _WORDS),
            ]
        )
    people = len(rows)
    for label, value, style in (
        ("Jumlah suara sah", count.valid, _SUM),
        ("Dikosongkan, tidak memilih siapa pun", count.blank, _CELL),
        ("Jumlah seluruhnya", count.valid + count.blank, _SUM),
    ):
        rows.append(
            [Paragraph(label, style), "", _Figure(figure(value), style), "",
             Paragraph(in_words(value), _WORDS)]
        )  # fmt: skip
    number = 11 * mm
    widths = (number, _WIDE - number, _NUMBER, _SHARE, _ROOM - _WIDE - _NUMBER - _SHARE)
    table = Table(
        rows, widths, repeatRows=1,
        style=[
            *_HEADED,
            ("ALIGN", (2, 0), (3, -1), "RIGHT"),
            *(("SPAN", (0, at), (1, at)) for at in range(people, people + 3)),
            *(("BACKGROUND", (0, at), (-1, at), TINT) for at in (people, people + 2)),
            ("LINEABOVE", (0, people), (-1, people), 0.9, GREEN),
            ("NOSPLIT", (0, people - 1), (-1, people + 2)),
        ],
    )  # fmt: skip
    style = _style(10.2, BOLD, leading=13, spaceBefore=4) if above else _CONTEST
    title = [*above, Paragraph(escape(contest.title), style), _gap(1)]
    end = [_gap(5), _Marked(Paragraph(escape(sentence(contest, count)), _OUTCOME))]
    if people <= _TOGETHER:
        return [KeepTogether([*title, table, *end])]
    return [CondPageBreak(45 * mm), *title, table, *end]


class _Marked(Flowable):
    """A paragraph with a bar at its left."""

    def __init__(self, paragraph: Paragraph) -> None:
        super().__init__()
        self._paragraph = paragraph

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        _, self.height = self._paragraph.wrap(width - 12, height)
        return width, self.height

    def draw(self) -> None:
        self.canv.setFillColor(GREEN)
        self.canv.rect(0, -0.5, 2.6, self.height + 1, stroke=0, fill=1)
        self._paragraph.drawOn(self.canv, 10, 0)


def _hours(said: Minutes) -> Table:
    rows = [[Paragraph(one, _LABEL) for one in ("Kejadian", "Waktu", "Oleh")]]
    rows += [[Paragraph(escape(one), _CELL) for one in row] for row in words.hours(said)]
    what, by = 52 * mm, 30 * mm
    return Table(rows, (what, _ROOM - what - by, by), repeatRows=1, style=_HEADED)


def _stations(stations: Sequence[Station], heading: Paragraph) -> list[Flowable]:
    """The turnout of each polling station; of many in two columns, if their names are short."""
    merged = any(one.name == MERGED for one in stations)
    note = [_gap(4), Paragraph(words.STATIONS_NOTE, _NOTE)] if merged else []
    total = Station(
        words.SUM, sum(one.voters for one in stations), sum(one.voted for one in stations)
    )
    rows = [*(_station_row(station_name(one.name), one, _CELL) for one in stations)]
    rows.append(_station_row(total.name, total, _SUM))
    names = [station_name(one.name) for one in stations]
    room = _HALF[0] - 10
    fits = all(typeset.width(name, SANS, _CELL.fontSize) <= room for name in names)
    if len(stations) >= _LONG and fits:
        return [CondPageBreak(50 * mm), heading, _gap(3), _TwoColumns(rows), *note]
    table = Table(
        [_station_head(), *rows], (_WIDE, *[(_ROOM - _WIDE) / 3] * 3), repeatRows=1,
        style=[*_HEADED, ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
               ("BACKGROUND", (0, -1), (-1, -1), TINT), ("NOSPLIT", (0, -2), (-1, -1))],
    )  # fmt: skip
    if len(stations) < _LONG:
        return [KeepTogether([heading, _gap(3), table, *note])]
    return [CondPageBreak(50 * mm), heading, _gap(3), table, *note]


def _station_head() -> list[Flowable]:
    styles = (_LABEL, _LABEL_RIGHT, _LABEL_RIGHT, _LABEL_RIGHT)
    names = ("TPS", "Pemilih", "Memilih", "Persen")
    return [Paragraph(name, style) for name, style in zip(names, styles, strict=True)]


def _station_row(name: str, one: Station, style: ParagraphStyle) -> list[Flowable]:
    return [
        Paragraph(escape(name), style),
        _Figure(figure(one.voters), style),
        _Figure(figure(one.voted), style),
        _Figure(percent(one.voted, one.voters, 2), style),
    ]


_BETWEEN = 8 * mm
_HALF = ((_ROOM - _BETWEEN) / 2 - 49 * mm, 16 * mm, 16 * mm, 17 * mm)


class _TwoColumns(Flowable):
    """Rows down the left half of a page and then down its right half; the very last is a sum."""

    _ROW = _CELL.leading + 2 * _PAD
    _FEWEST = 4

    def __init__(self, rows: Sequence[Sequence[Flowable]], is_last: bool = True) -> None:
        super().__init__()
        self._rows, self._is_last = rows, is_last

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        high = -(-len(self._rows) // 2)
        left, right = self._rows[:high], self._rows[high:]
        filled = [*right, *[[""] * 4] * (len(left) - len(right))]
        pairs = [[*one, "", *beside] for one, beside in zip(left, filled, strict=True)]
        style = [*_LINES[:-1], ("ALIGN", (1, 0), (-1, -1), "RIGHT")]
        for first, count in ((0, len(left)), (5, len(right))):
            style.append(("LINEBELOW", (first, 0), (first + 3, 0), 0.9, GREEN))
            style.append(("LINEBELOW", (first, 1), (first + 3, count), 0.4, HAIRLINE))
        if self._is_last:
            style.append(("BACKGROUND", (5, len(right)), (8, len(right)), TINT))
        head = [*_station_head(), "", *_station_head()]
        self._table = Table([head, *pairs], (*_HALF, _BETWEEN, *_HALF), style=style)
        size: tuple[float, float] = self._table.wrap(width, height)
        return size

    def split(self, width: float, height: float) -> list[Flowable]:
        head = _LABEL.leading + 2 * _PAD
        high = min(int((height - head) // self._ROW), -(-len(self._rows) // 2) - 1)
        if len(self._rows) == 2 * high + 1:
            high -= 1  # A sum does not stand alone.
        if high < self._FEWEST:
            return []
        first, rest = self._rows[: 2 * high], self._rows[2 * high :]
        return [_TwoColumns(first, is_last=False), _TwoColumns(rest)]

    def draw(self) -> None:
        self._table.drawOn(self.canv, 0, 0)


class _Code(Flowable):
    """A QR code with what it holds below."""

    def __init__(self, content: str, below: str) -> None:
        super().__init__()
        self._content = content
        self._pattern = qr.Pattern(content)
        self._below = Paragraph(below, _style(7.6, SANS, FAINT, leading=9.6, alignment=TA_CENTER))

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        _, self._text = self._below.wrap(width, height)
        self._quiet = self._pattern.quiet_zone(_QR)
        return width, _QR + self._quiet + self._text

    def draw(self) -> None:
        self._below.drawOn(self.canv, 0, 0)
        self.canv.setFillColor(INK)
        left = (self.width - _QR) / 2
        self._pattern.draw(self.canv, self._content, left, self._text + self._quiet, _QR)


def _fingerprints(said: Minutes, particulars: Particulars) -> Table:
    mono = _style(8.6, MONO_LIGHT, INK, leading=11.2)
    rows = [
        [Paragraph(label, _LABEL), Paragraph("<br/>".join(lines), mono)]
        for label, lines in words.fingerprints(said)
    ]
    code = _Code(particulars.url or said.fingerprints.archive, words.beside_code(particulars))
    beside = 42 * mm
    label = 42 * mm
    prints = Table(
        rows, (label, _ROOM - beside - label),
        style=[*_LINES, ("LINEABOVE", (0, 0), (-1, 0), 0.9, GREEN)],
    )  # fmt: skip
    none = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    return Table(
        [[prints, code]],
        (_ROOM - beside, beside),
        style=[*none, ("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
    )


def _end(said: Minutes) -> list[Flowable]:
    """Room for remarks, and for the signatures."""
    return [
        Paragraph(f"{words.REMARKS}:", _CELL),
        _Dotted(2),
        _gap(12),
        Paragraph(words.CLOSING, _style(10.2, leading=14)),
        _gap(10),
        *_signatures(said.election),
    ]


class _Dotted(Flowable):
    """Lines to write on."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._lines = lines

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        return width, self._lines * 7 * mm

    def draw(self) -> None:
        self.canv.setStrokeColor(FAINT)
        self.canv.setLineWidth(0.6)
        self.canv.setDash(0.6, 2.2)
        for at in range(self._lines):
            self.canv.line(0, at * 7 * mm, self.width, at * 7 * mm)


class _Signature(Flowable):
    """A line to sign on, and the name below, or room for it."""

    def __init__(self, number: int, name: str, role: str) -> None:
        super().__init__()
        self._number, self._name, self._role = number, name, role

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = (_ROOM - (_BESIDE - 1) * _BETWEEN) / _BESIDE
        self._lines = typeset.fit(self._name, BOLD, (9.4, 8.6), self.width - _INDENT, 2)
        return self.width, _SIGNATURE + len(self._lines.lines) * 11 + 10

    def draw(self) -> None:
        canvas, line = self.canv, len(self._lines.lines) * 11.0 + 10
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.6)
        canvas.line(_INDENT, line, self.width, line)
        canvas.setFillColor(INK)
        canvas.setFont(SANS, 9.4)
        canvas.drawString(0, line + 1, f"{self._number}.")
        canvas.setFont(BOLD, self._lines.size)
        for at, text in enumerate(self._lines.lines):
            canvas.drawString(_INDENT, line - 10.5 - 11 * at, text)
        canvas.setFont(SANS, 8)
        canvas.setFillColor(FAINT)
        if not self._name:
            canvas.drawString(_INDENT, line - 10.5, "Nama:")
        canvas.drawString(_INDENT, 0.5, self._role)


def _signatures(election: Election) -> list[Flowable]:
    """The panitia and then the witnesses, in rows that are signed from left to right."""
    none = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP")]
    parts: list[Flowable] = []
    for group, signers in words.signers(election, _BESIDE).items():
        cells: list[Any] = [
            _Signature(at, name, role) for at, (name, role) in enumerate(signers, start=1)
        ]
        cells += [""] * (-len(cells) % _BESIDE)
        rows = [cells[at : at + _BESIDE] for at in range(0, len(cells), _BESIDE)]
        head = [Paragraph(group, _SUM), *[""] * (_BESIDE - 1)]
        style = [*none, ("BOTTOMPADDING", (0, 0), (-1, -1), 5), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        one = (_ROOM - (_BESIDE - 1) * _BETWEEN) / _BESIDE
        widths = [*[one + _BETWEEN] * (_BESIDE - 1), one]
        parts += [Table([head, *rows], widths, repeatRows=1, style=style), _gap(9)]
    return parts
