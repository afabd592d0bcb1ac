"""How an election stands, as the pages of the desk say it, and what is due next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from bilik.domain.audit import Act
from bilik.domain.election import Phase
from bilik.errors import WrongState
from bilik.services.desk import Standing
from bilik.services.key_ceremony import Ceremony, KeyCeremony
from bilik.web.panitia.letters_folder import Letters
from bilik.web.panitia.ways import Visit

PHASES = {
    Phase.DRAFT: "Persiapan",
    Phase.UPCOMING: "Menunggu jam buka",
    Phase.OPEN: "Sedang buka",
    Phase.PAUSED: "Dijeda",
    Phase.GRACE: "Pemilih terakhir menyelesaikan",
    Phase.CLOSED: "Sudah ditutup",
    Phase.TALLIED: "Sudah dihitung",
}
_OVER = (Phase.CLOSED, Phase.TALLIED)
_WATCHING = {
    Phase.OPEN: ("/belum-memilih", "Yang belum memilih"),
    Phase.PAUSED: ("/lanjut", "Lanjutkan"),
    Phase.GRACE: ("/tutup", "Tutup pemilihan"),
}
"""What one does while people vote. Closing early is not among what is pointed at."""


class Progress(str, Enum):
    """Where a step of an election is."""

    DONE = "selesai"
    NOW = "sekarang"
    LATER = "nanti"


@dataclass(frozen=True)
class Step:
    """One step: what it is, how far it is, a line on it, and its page."""

    title: str
    progress: Progress
    line: str
    page: str
    action: str


def ceremony_of(visit: Visit, standing: Standing) -> Ceremony | None:
    """How far the trustees are; None where there are none."""
    if standing.election.trustees is None:
        return None
    office = visit.office
    try:
        return KeyCeremony(office.database, office.clock).standing(standing.election.slug)
    except WrongState:  # the file was loaded anew meanwhile
        return None


def steps(visit: Visit, standing: Standing) -> list[Step]:
    """The whole way of an election; the first step that is not done is due now."""
    home = f"/panitia/p/{standing.election.slug}"
    found = list(_steps(visit, standing))
    now = next((at for at, (_, done, *_) in enumerate(found) if not done), len(found))
    return [
        Step(
            title,
            Progress.DONE if done else Progress.NOW if at == now else Progress.LATER,
            line,
            home + page,
            action,
        )
        for at, (title, done, line, page, action) in enumerate(found)
    ]


def _steps(visit: Visit, standing: Standing) -> Iterator[tuple[str, bool, str, str, str]]:
    election, phase = standing.election, standing.phase
    opened = phase is not Phase.DRAFT
    over = phase in _OVER
    candidates = sum(len(one.candidates) for one in election.contests)
    yield (
        "Berkas pemilihan", True, f"{len(election.contests)} surat suara, {candidates} calon",
        "/berkas", "Lihat berkas",
    )  # fmt: skip
    yield (
        "Daftar pemilih", standing.voters > 0,
        f"{_number(standing.voters)} pemilih" if standing.voters else "Unggah dari Excel atau CSV",
        "/pemilih", "Lihat daftar" if opened else "Unggah daftar",
    )  # fmt: skip
    if (ceremony := ceremony_of(visit, standing)) is not None:
        made = ceremony.step is None
        yield (
            "Kunci saksi", made or opened,
            "Kunci saksi sudah jadi" if made else "Saksi membuat kunci bersama",
            "/saksi", "Lihat saksi",
        )  # fmt: skip
    yield _letters_step(visit, standing)
    yield (
        "Buka", opened,
        "Daftar pemilih sudah terkunci" if opened else "Daftar dikunci, suara diterima sesuai jam",
        "/buka", "Buka pemilihan",
    )  # fmt: skip
    yield (
        "Pantau dan tutup", over,
        f"{_number(standing.ballots)} suara masuk" if opened else "Selama jam pemungutan",
        *_WATCHING.get(phase, ("", "")),
    )  # fmt: skip
    tallied = phase is Phase.TALLIED
    line = "Hanya jumlahnya yang dibuka, bukan surat suaranya"
    if standing.waiting:
        line = standing.waiting.line
    yield ("Hitung", tallied, line, "/hitung", "Hitung suara")
    published = tallied and _was_published(visit, election.slug)
    yield (
        "Terbitkan", published, "Supaya siapa pun bisa memeriksa",
        "/terbitan", "Terbitkan",
    )  # fmt: skip


def _letters_step(visit: Visit, standing: Standing) -> tuple[str, bool, str, str, str]:
    title = "Kode dan surat"
    lack = standing.voters - standing.with_code
    opened = standing.phase is not Phase.DRAFT
    if Letters(visit, standing.election.slug).present:
        # After the opening it holds nothing up, but the page still says so.
        line = "Unduh dan cetak suratnya, lalu hapus dari server"
        return title, opened, line, "/surat", "Ke surat"
    if (lack or not standing.voters) and not opened:
        line = f"{_number(lack)} pemilih belum punya kode" if lack else "Sesudah daftar pemilih"
        return title, False, line, "/surat", "Buat kode dan surat"
    return title, True, f"{_number(standing.with_code)} kode sudah dibuat", "/surat", "Lihat"


def _was_published(visit: Visit, slug: str) -> bool:
    """Whether the record was put out, here or in the terminal."""
    (log,) = visit.desk.logs(slug)
    return any(one.act == Act.EXPORT.value for one in log.entries)


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")
