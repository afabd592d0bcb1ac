"""The words of the letter, for voters: short, and the same on every size of paper.

Marked up for reportlab's paragraphs: ``<b>`` only. That a voter who needs it may be helped by
somebody of their own choice, who keeps the choice secret, follows UU 7/2017, article 356.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from bilik.domain.doors import App, Door
from bilik.domain.election import Election
from bilik.domain.indonesian import day_text, hour_text, moment_text

KIND = "Surat undangan memilih"
SPARE_KIND = "Surat undangan cadangan"
TO = "Untuk"
CODE = "Kode undangan Anda"
HOW = "Cara memilih"
HELPER_NAME = "Nama pendamping"
HELPER_SIGNATURE = "Tanda tangan"
SPARE_NOTE = "Berlaku sesudah diserahkan panitia kepada Anda."
HELPER = (
    "<b>Perlu bantuan?</b> Anda boleh didampingi satu orang yang Anda pilih sendiri. "
    "Ia wajib merahasiakan pilihan Anda."
)
_KEEP_TO_YOURSELF = "<b>Jangan berikan kode ini kepada siapa pun, juga tidak kepada panitia.</b>"
_SEEN = "Aplikasi obrolan dan server melihat pesan saat dikirim"


def hours(election: Election) -> str:
    """When one can vote: in one line if it is all on one day."""
    opens, closes, zone = election.opens, election.closes, election.zone
    if day_text(opens, zone) == day_text(closes, zone):
        begins = hour_text(opens, zone).removesuffix(f" {zone}")
        return f"{day_text(opens, zone)}, pukul {begins}–{hour_text(closes, zone)}"
    return f"{moment_text(opens, zone)} sampai {moment_text(closes, zone)}"


def steps(election: Election, doors: Sequence[Door], terse: bool) -> list[str]:
    """How to vote, step by step."""
    which = "salah satu QR" if len(doors) > 1 else "QR ini"
    start = " (Telegram: tekan <b>Mulai</b>)" if _leads_to(doors, App.TELEGRAM) else ""
    known = " dari nomor HP Anda yang terdaftar" if election.needs_known_number else ""
    again = " Sampai ditutup, Anda boleh memilih lagi." if election.allows_revote else ""
    if terse:
        return [
            f"Pindai {which} dengan kamera HP; kode sudah terisi, tinggal kirim{start}. "
            "Tanpa kamera: buka alamatnya, ketik kode.",
            f"Kirim <b>NIK</b> Anda{known}, lalu sebut pilihan Anda.",
            f"Periksa pilihan Anda, balas <b>ya</b>, simpan tanda terimanya.{again}",
        ]
    return [
        f"Pindai {which} dengan kamera HP. Kode Anda sudah terisi; tinggal kirim{start}. "
        "Tanpa kamera: buka alamat di bawah QR, lalu ketik kodenya.",
        f"Kirim <b>NIK</b> Anda{known}, lalu sebut pilihan Anda: nomor atau nama calon.",
        "Periksa pilihan yang dibacakan ulang. Sudah benar? Balas <b>ya</b>, lalu simpan tanda "
        f"terimanya.{again}",
    ]


def secrecy(terse: bool) -> str:
    """What to keep secret, and who sees a message on its way."""
    if terse:
        return f"{_KEEP_TO_YOURSELF} {_SEEN}: hapus percakapannya sesudah memilih."
    return (
        f"{_KEEP_TO_YOURSELF} Pilihlah sendiri, jauh dari pandangan orang lain. {_SEEN}, jadi "
        "hapus percakapannya sesudah memilih."
    )


def contact(election: Election, terse: bool) -> str:
    """Whom to ask."""
    question = "Tanya:" if terse else "Ada pertanyaan?"
    return f"{question} <b>{escape(election.contact)}</b>"


def _leads_to(doors: Sequence[Door], app: App) -> bool:
    return any(door.app is app for door in doors)
