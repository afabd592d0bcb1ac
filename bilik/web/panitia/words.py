"""Lines that name commands, for people who have pages instead."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bilik.errors import Problem

_PAGES = {
    "election load": "Berkas pemilihan",
    "election check": "Berkas pemilihan",
    "roll import": "Daftar pemilih",
    "roll codes": "Kode dan surat",
    "roll reissue": "Surat cadangan",
    "roll add": "Surat cadangan",
    "roll approve": "Surat cadangan",
    "roll requests": "Surat cadangan",
    "roll lost": "Surat cadangan",
    "letters": "Kode dan surat",
    "trustees": "Saksi",
    "open": "Buka pemilihan",
    "pause": "Jeda sebentar",
    "extend": "Undur jam tutup",
    "purge": "Hapus data pemilih",
    "close": "Tutup pemilihan",
    "tally": "Hitung",
    "export": "Terbitkan",
    "report": "Terbitkan",
    "audit": "Jejak panitia",
    "status": "Beranda",
}
_ELSEWHERE = (
    "trustees join", "trustees answer", "trustees rehearse", "trustees decrypt", "accounts",
)  # fmt: skip
"""What trustees do on machines of their own, and operators in the terminal."""
_COMMAND = re.compile(r"`bilik ([^`]+)`")
_RUN = re.compile(r"Jalankan (`bilik (?!trustees|accounts))")
_QUOTED = re.compile(r"`([^`]+)`")
_BY = re.compile(r":? `--oleh NAMA`")


def for_pages(line: str) -> str:
    """``Jalankan `bilik roll import` dulu.`` → ``Buka halaman “Daftar pemilih” dulu.``

    Commands that nobody runs at the desk keep their names.
    """
    line = _RUN.sub(r"Buka halaman \1", _BY.sub("", line))
    return _QUOTED.sub(r"“\1”", _COMMAND.sub(_page, line))


def problems_for_pages(problems: Iterable[Problem]) -> list[Problem]:
    """The same for what is wrong with a file."""
    return [Problem(one.line, for_pages(one.text)) for one in problems]


def _page(found: re.Match[str]) -> str:
    command = found[1]
    if command.startswith(_ELSEWHERE):
        return found[0]
    page = next((page for begin, page in _PAGES.items() if command.startswith(begin)), None)
    return f"“{page}”" if page else found[0]
