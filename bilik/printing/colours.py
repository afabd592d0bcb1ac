"""The inks of all that is printed; each can be told from paper by a printer without colours."""

from __future__ import annotations

from reportlab.lib.colors import HexColor

INK = HexColor("#1f2622")
GREEN = HexColor("#0b4f40")
TINT = HexColor("#eef5f1")
FAINT = HexColor("#56605a")
HAIRLINE = HexColor("#c9d3ce")
WHITE = HexColor("#ffffff")
