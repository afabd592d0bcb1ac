"""The words of the minutes: formal where a *berita acara* is, and clear to who was not there.

Marked up for reportlab's paragraphs: ``<b>`` and ``<i>`` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from bilik.domain.audit import BY_THE_CLOCK, Act, read_hour
from bilik.domain.election import Election
from bilik.domain.indonesian import (
    date_text,
    day_in_words,
    figure,
    hour_text,
    in_words,
    moment_text,
    percent,
)
from bilik.domain.minutes import Minutes, Particulars
from bilik.printing import wording

KIND = "Berita Acara"
TITLE = "Penghitungan Suara"
TURNOUT = "Pemilih dan suara masuk"
RESULT = "Perolehan suara"
HOURS = "Waktu pelaksanaan"
KEY = "Pemegang kunci penghitungan"
STATIONS = "Pemilih yang memberikan suara di tiap TPS"
RECORD = "Sidik terbitan"
CLOSING = (
    "Demikian berita acara ini dibuat dengan sebenarnya, dan ditandatangani panitia dan saksi."
)
REMARKS = "Catatan kejadian khusus atau keberatan saksi"
COMMITTEE = "Panitia"
WITNESSES = "Saksi"
HEAD_OF, MEMBER, HOLDER = "Ketua", "Anggota", "Saksi pemegang kunci"
STATIONS_NOTE = (
    "TPS lainnya adalah gabungan TPS kecil, supaya tidak terlihat siapa yang tidak memilih."
)
SUM = "Jumlah"
CHECK = "Siapa pun bisa memeriksa"
_BLANK = "." * 44
_STEPS = {
    Act.OPEN: "Daftar dikunci, kotak dibuka",
    Act.PAUSE: "Pemungutan suara dijeda",
    Act.RESUME: "Pemungutan suara dilanjutkan",
    Act.EXTEND: "Jam tutup diundur",
    Act.RESTORE: "Basis data dipulihkan dari cadangan",
    Act.CLOSE: "Pemungutan suara ditutup",
    Act.ADD_UP: "Surat suara dijumlahkan tanpa dibuka",
    Act.TALLY: "Suara dihitung",
}
"""The acts that the minutes tell, and how."""


def name_of(said: Minutes) -> str:
    """The document's name, for readers of the file."""
    return f"Berita acara penghitungan suara: {title(said.election)}"


def title(election: Election) -> str:
    """The election's title on one line."""
    return " ".join(election.title.split())


def number(particulars: Particulars) -> str:
    """The number that the panitia's register has of it."""
    return f"Nomor: {particulars.number or _BLANK}"


def preamble(said: Minutes, particulars: Particulars) -> str:
    """When, where and who."""
    zone, at = said.election.zone, said.counted_at
    when = (
        f"hari {day_in_words(at, zone)} ({date_text(at, zone)}), pukul "
        f"{_unbroken(hour_text(at, zone))}"
        if at
        else f"hari {_BLANK} tanggal {_BLANK}"
    )
    where = escape(particulars.place or said.election.place) or _BLANK
    return (
        f"Pada {when}, bertempat di {where}, kami, panitia <b>{escape(said.election.title)}</b>, "
        "telah menghitung suara yang diberikan lewat Bilik. Hasilnya sebagai berikut."
    )


Row = tuple[str, str, str, bool]
"""What is counted, the figure, the same in words or a note, and whether it is a sum."""


def turnout(said: Minutes) -> list[Row]:
    """The roll, the spare letters, and the ballots."""

    def row(label: str, value: int, is_sum: bool = False) -> Row:
        return (label, figure(value), in_words(value), is_sum)

    rows = [
        row("Pemilih di daftar saat dibuka", said.enrolled),
        row("Pemilih tambahan sesudah dibuka", said.added),
        row("Jumlah pemilih", said.voters, True),
        row("Surat undangan cadangan dibuat", said.spares),
        row("Surat undangan cadangan diserahkan", said.given),
        row("Suara masuk", said.ballots, True),
        (
            "Partisipasi",
            percent(said.ballots, said.voters, 2),
            "dari jumlah pemilih",
            False,
        ),
        row("Pemilih yang tidak memberikan suara", said.voters - said.ballots),
        row("Surat suara disisihkan karena rusak", said.set_aside),
    ]
    if said.election.allows_revote:
        rows.append(row("Surat suara lama yang sudah diganti pemilihnya", said.replaced))
    return [*rows, row("Suara yang dihitung", said.counted, True)]


def hours(said: Minutes) -> list[tuple[str, str, str]]:
    """What happened when and by whom, as the log tells, below the hours that were set."""
    election = said.election
    put_off = any(entry.act == Act.EXTEND.value for entry in said.log)
    label = "Jadwal pemungutan suara" + (", sesudah diundur" if put_off else "")
    rows = [(label, wording.hours(election).replace(", pukul", " pukul"), "")]
    for entry in said.log:
        step = next((text for act, text in _STEPS.items() if act.value == entry.act), None)
        added_up = entry.act == Act.ADD_UP.value and step in [label for label, _, _ in rows]
        if step is None or added_up:
            continue  # Each look at a count that waits for trustees adds up anew.
        if entry.act == Act.EXTEND.value and (until := read_hour(entry.details.get("sampai"))):
            step += f" ke {moment_text(until, election.zone)}: {entry.details.get('alasan')}"
        rows.append((step, moment_text(entry.at, election.zone), entry.actor))
        if entry.act == Act.OPEN.value and entry.at < election.opens:
            begins = moment_text(election.opens, election.zone)
            rows.append(("Suara mulai diterima", begins, BY_THE_CLOCK))
    return rows


def key(said: Minutes) -> str:
    """Who could count."""
    group = said.election.trustees
    if group is None:
        return (
            "Kunci penghitungan dipegang server panitia sendiri, tidak dibagi kepada saksi. Yang "
            "dibuka hanya jumlah suara; surat suara tidak dibuka satu per satu."
        )
    names = escape(enumeration(group.names))
    acted = escape(enumeration(said.decrypted_by))
    return (
        f"Kunci penghitungan dibagi kepada {len(group.names)} saksi: {names}. Hasil baru bisa "
        f"dihitung setelah sedikitnya {group.threshold} dari mereka bertindak; server tidak "
        f"pernah memegang kunci itu. Yang bertindak dalam penghitungan ini: {acted}. Yang dibuka "
        "hanya jumlah suara; surat suara tidak dibuka satu per satu."
    )


def fingerprints(said: Minutes) -> list[tuple[str, list[str]]]:
    """What fixes the record, each in two lines of groups that two people can read to each other."""
    prints = said.fingerprints
    named = {
        "Arsip kotak suara (SHA-256 berkas .bel)": prints.archive,
        "Kejadian terakhir di rantai kotak suara": prints.chain,
        "Jejak panitia sampai penghitungan": prints.log,
        "Daftar pemilih saat dibuka": prints.roll,
    }
    return [(label, grouped(value)) for label, value in named.items()]


def grouped(digest: str) -> list[str]:
    """``3f2a 91bc …``: sixteen groups of four in two lines."""
    groups = [digest[at : at + 4] for at in range(0, len(digest), 4)]
    half = len(groups) // 2
    return [" ".join(groups[:half]), " ".join(groups[half:])]


def footer(said: Minutes) -> str:
    """On every page, so that pages of two documents cannot be mixed."""
    return f"Sidik arsip {' '.join(grouped(said.fingerprints.archive)[0].split()[:4])}"


def page(at: int, of: int) -> str:
    """Which page of how many."""
    return f"Halaman {at} dari {of}"


def check(particulars: Particulars) -> str:
    """How anybody can check."""
    where = f" di {escape(particulars.url)}" if particulars.url else ""
    return (
        f"<b>{CHECK}</b> hasil ini, tanpa izin dan tanpa kunci. Ambil terbitan "
        f"panitia{where}, cocokkan SHA-256 berkas .bel dengan sidik di atas, lalu di folder "
        "terbitan itu jalankan <b>belenios-tool election verify</b>, yang bukan buatan Bilik, atau "
        "<b>bilik verify FOLDER</b>. Pemilih bisa mencari tanda terimanya di tanda-terima.txt."
    )


def beside_code(particulars: Particulars) -> str:
    """What the QR code holds."""
    return "QR: tempat terbitan" if particulars.url else "QR: SHA-256 arsip"


def signers(election: Election, beside: int) -> dict[str, list[tuple[str, str]]]:
    """Names and roles of who signs, so many beside one another; empty names are to be filled in.

    There is always room for a witness who is not named.
    """
    members = list(election.committee) or [""] * beside
    holders = election.trustees.names if election.trustees else ()
    empty = beside - len(holders) % beside
    return {
        COMMITTEE: [(name, MEMBER if at else HEAD_OF) for at, name in enumerate(members)],
        WITNESSES: [*((name, HOLDER) for name in holders), *[("", WITNESSES)] * empty],
    }


def _unbroken(text: str) -> str:
    return text.replace(" ", "\u00a0")


def enumeration(parts: Sequence[str]) -> str:
    """``A, B, dan C``."""
    if len(parts) < 3:
        return " dan ".join(parts)
    return f"{', '.join(parts[:-1])}, dan {parts[-1]}"
