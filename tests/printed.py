"""PDFs read back as a reader and a phone's camera would."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import zxingcpp

DOTS = 200
"""Of the rendered page, per inch."""
MM = 72 / 25.4


@dataclass(frozen=True)
class Sign:
    """One printed sign: where it stands, in points from the lower left, and its type's size."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float


@dataclass(frozen=True)
class Page:
    text: str
    codes: Counter[str]
    """What the QR codes say."""
    sides: list[float]
    """Of the QR codes, in millimetres."""
    signs: list[Sign]


def read(path: Path, most: int | None = None) -> list[Page]:
    """Its pages, at most so many of the first."""
    document = pypdfium2.PdfDocument(path)
    try:
        return [_page(document[number]) for number in range(len(document))[:most]]
    finally:
        document.close()


def _page(page: Any) -> Page:
    text = page.get_textpage()
    image = page.render(scale=DOTS / 72, grayscale=True).to_numpy()
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    sides = []
    for one in found:
        where = one.position
        sides.append((where.top_right.x - where.top_left.x) / DOTS * 25.4)
    signs = [
        Sign(sign, *text.get_charbox(at), pdfium.FPDFText_GetFontSize(text, at))
        for at in range(text.count_chars())
        if (sign := text.get_text_range(at, 1)).strip()
    ]
    return Page(text.get_text_bounded(), Counter(one.text for one in found), sides, signs)
