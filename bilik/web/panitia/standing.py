"""How an election stands, as the pages of the desk say it, and what is due next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from bilik.domain.audit import Act
from bilik.domain.election import Phase
from bilik.domain.indonesian import figure
from bilik.domain.outcome import sentence
from bilik.services.counting import Result
from bilik.services.desk import Standing
from bilik.services.key_ceremony import KeyCeremony
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


class _Plan(NamedTuple):
    """A step before it is known which one is due."""

    title: str
    done: bool
    line: str
    page: str
    action: str


def steps(visit: Visit, standing: Standing) -> list[Step]:
    """The whole way of an election; the first step that is not done is due now."""
    home = f"/panitia/p/{standing.election.slug}"
    plans = list(_plans(visit, standing))
    now = next((at for at, one in enumerate(plans) if not one.done), len(plans))
    return [
        Step(
            one.title,
            Progress.DONE if one.done else Progress.NOW if at == now else Progress.LATER,
            one.line,
            home + one.page,
            one.action,
        )
        for at, one in enumerate(plans)
    ]


def outcome(counts: Result | None) -> list[tuple[str, str]]:
    """Each contest's title and what its count means; nothing before the count."""
    if counts is None:
        return []
    return [
        (contest.title, sentence(contest, one))
        for contest, one in zip(counts.election.contests, counts.counts, strict=True)
    ]


def _plans(visit: Visit, standing: Standing) -> Iterator[_Plan]:
    election, phase = standing.election, standing.phase
    opened, tallied = phase is not Phase.DRAFT, phase is Phase.TALLIED
    candidates = sum(len(one.candidates) for one in election.contests)
    line = f"{len(election.contests)} surat suara, {candidates} calon"
    yield _Plan("Berkas pemilihan", True, line, "/berkas", "Lihat berkas")

    line = f"{figure(standing.voters)} pemilih" if standing.voters else "Dari Excel atau CSV"
    yield _Plan("Daftar pemilih", standing.voters > 0, line, "/pemilih", "Unggah daftar")

    if election.trustees is not None:
        made = opened or _key_is_made(visit, election.slug)
        line = "Kunci saksi sudah jadi" if made else "Saksi membuat kunci bersama"
        yield _Plan("Kunci saksi", made, line, "/saksi", "Ke para saksi")

    yield _letters(visit, standing)

    line = "Daftar pemilih sudah terkunci" if opened else "Daftar dikunci, suara masuk pada jamnya"
    yield _Plan("Buka", opened, line, "/buka", "Buka pemilihan")

    line = f"{figure(standing.ballots)} suara masuk" if opened else "Selama jam pemungutan"
    page, action = _WATCHING.get(phase, ("", ""))
    yield _Plan("Pantau dan tutup", phase in _OVER, line, page, action)

    line = "Hanya jumlahnya yang dibuka, bukan surat suaranya"
    if standing.waiting:
        line = standing.waiting.line
    yield _Plan("Hitung", tallied, line, "/hitung", "Hitung suara")

    noted = _acts_noted(visit, election.slug) if tallied else frozenset()
    line = "Supaya siapa pun bisa memeriksa"
    yield _Plan("Terbitkan", Act.EXPORT.value in noted, line, "/terbitan", "Terbitkan")

    line = "Dicetak, dan ditandatangani bersama saksi"
    done = Act.REPORT.value in noted
    yield _Plan("Berita acara", done, line, "/terbitan", "Buat berita acara")


def _letters(visit: Visit, standing: Standing) -> _Plan:
    title = "Kode dan surat"
    lack = standing.voters - standing.with_code
    opened = standing.phase is not Phase.DRAFT
    if Letters(visit, standing.election.slug).present:
        # After the opening it holds nothing up, but the page still says so.
        line = "Unduh dan cetak suratnya, lalu hapus dari server"
        return _Plan(title, opened, line, "/surat", "Ke surat")
    if (lack or not standing.voters) and not opened:
        line = f"{figure(lack)} pemilih belum punya kode" if lack else "Sesudah daftar pemilih"
        return _Plan(title, False, line, "/surat", "Buat kode dan surat")
    line = f"{figure(standing.with_code)} kode sudah dibuat"
    return _Plan(title, True, line, "/surat", "Lihat surat")


def _key_is_made(visit: Visit, slug: str) -> bool:
    office = visit.office
    return KeyCeremony(office.database, office.clock).standing(slug).step is None


def _acts_noted(visit: Visit, slug: str) -> frozenset[str]:
    """What was done, here or in the terminal."""
    (log,) = visit.desk.logs(slug)
    return frozenset(one.act for one in log.entries)
