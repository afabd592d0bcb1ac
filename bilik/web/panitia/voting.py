"""Opening, pausing, later hours, closing: each says first what it will do, and waits for a yes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from bilik.domain.election import Phase
from bilik.domain.indonesian import figure, moment_text
from bilik.errors import BilikError, WrongState
from bilik.services.desk import Standing
from bilik.web.panitia.letters_folder import Letters
from bilik.web.panitia.show import go, show
from bilik.web.panitia.ways import PANITIA, Visit, Way
from bilik.web.panitia.words import for_pages


@dataclass(frozen=True)
class Asked:
    """What has to be said with a deed, in a field of the form."""

    name: str
    label: str
    hint: str
    most: int


@dataclass(frozen=True)
class Deed:
    """Something that is done to an election at once; another one is another entry below.

    ``told`` says what will happen, and ``warned`` what should be looked at before. ``lacking`` is
    a line on what has to be there first, or empty.
    """

    name: str
    title: str
    button: str
    when: frozenset[Phase]
    otherwise: str
    told: Callable[[Standing], Sequence[str]]
    do: Callable[[Visit], object]
    warned: Callable[[Visit, Standing], Sequence[str]] = lambda visit, standing: ()
    lacking: Callable[[Standing], str] = lambda standing: ""
    grave: bool = False
    asked: tuple[Asked, ...] = ()


def _opening(standing: Standing) -> Sequence[str]:
    election = standing.election
    lines = [
        f"Daftar {figure(standing.voters)} pemilih terkunci: tidak bisa ditambah atau diganti "
        "lagi, kecuali dengan surat cadangan.",
        "Berkas pemilihan terkunci: calonnya tidak berubah lagi, dan jam tutup hanya bisa diundur.",
        f"Suara diterima mulai {moment_text(election.opens, election.zone)} sampai "
        f"{moment_text(election.closes, election.zone)}.",
    ]
    if group := election.trustees:
        lines.append(
            f"Kuncinya dipegang {len(group.names)} saksi. Untuk menghitung perlu {group.threshold} "
            "di antaranya."
        )
    else:
        lines.append(
            "Kunci dibuat dan dipegang server sendiri. Minta operator menyimpan salinannya di "
            "tempat aman."
        )
    return lines


def _before_opening(visit: Visit, standing: Standing) -> Sequence[str]:
    lines = []
    if lack := standing.voters - standing.with_code:
        lines.append(f"{figure(lack)} pemilih belum punya kode undangan.")
    if Letters(visit, standing.election.slug).present:
        lines.append("Kode dan surat masih ada di server. Cetak, lalu hapus dari sana.")
    return lines


def _closing(standing: Standing) -> Sequence[str]:
    election = standing.election
    return [
        f"Jadwalnya tutup {moment_text(election.closes, election.zone)}.",
        "Suara tidak diterima lagi, juga dari pemilih yang sedang di tengah percakapan.",
        f"Sudah {figure(standing.ballots)} dari {figure(standing.voters)} pemilih memberikan "
        "suara.",
        "Sesudah ditutup tidak bisa dibuka lagi.",
    ]


def _extending(standing: Standing) -> Sequence[str]:
    election = standing.election
    return [
        f"Sekarang tutup {moment_text(election.closes, election.zone)}. Jam tutup hanya bisa "
        "diundur, tidak bisa dimajukan lagi.",
        "Alasannya terbit di jejak panitia dan berita acara. Jangan menyebut nama pemilih.",
        "Umumkan juga kepada pemilih.",
    ]


def _without_voters(standing: Standing) -> str:
    return "" if standing.voters else "Daftar pemilih masih kosong. Unggah dulu daftarnya."


OPENING = Deed(
    "buka", "Buka pemilihan", "Ya, buka", frozenset({Phase.DRAFT}), "Pemilihan ini sudah dibuka.",
    _opening, lambda visit: visit.desk.open(visit.slug), _before_opening, _without_voters,
)  # fmt: skip
DEEDS = (
    OPENING,
    Deed(
        "jeda", "Jeda sebentar", "Ya, jeda", frozenset({Phase.OPEN, Phase.UPCOMING}),
        "Hanya pemilihan yang sedang buka bisa dijeda.",
        lambda standing: (
            "Suara tidak diterima sampai Anda melanjutkan lagi.",
            "Suara yang sudah masuk tetap aman. Pemilih diberi tahu bahwa pemungutan dijeda.",
        ),
        lambda visit: visit.desk.pause(visit.slug),
    ),
    Deed(
        "lanjut", "Lanjutkan", "Ya, lanjutkan", frozenset({Phase.PAUSED}),
        "Pemilihan ini tidak sedang dijeda.",
        lambda standing: ("Suara diterima lagi sampai jam tutup.",),
        lambda visit: visit.desk.open(visit.slug),
    ),
    Deed(
        "perpanjang", "Undur jam tutup", "Ya, undur",
        frozenset({Phase.UPCOMING, Phase.OPEN, Phase.PAUSED, Phase.GRACE}),
        "Jam tutup hanya bisa diundur sejak dibuka sampai ditutup.", _extending,
        lambda visit: visit.desk.extend(
            visit.form.text("sampai"), visit.form.text("alasan"), visit.slug
        ),
        asked=(
            Asked("sampai", "Jam tutup baru", "Misalnya 15.00, atau 2026-11-30 12.00", 20),
            Asked("alasan", "Alasannya", "Misalnya: listrik padam pukul 10.00 sampai 12.00", 100),
        ),
    ),
    Deed(
        "tutup", "Tutup pemilihan", "Ya, tutup",
        frozenset({Phase.UPCOMING, Phase.OPEN, Phase.PAUSED, Phase.GRACE}),
        "Pemilihan ini belum dibuka, atau sudah ditutup.", _closing,
        lambda visit: visit.desk.close(visit.slug), grave=True,
    ),
)  # fmt: skip


def _page_of(deed: Deed) -> Callable[[Visit], Response]:
    return lambda visit: _shown(deed, visit)


def _shown(deed: Deed, visit: Visit, problem: str = "") -> Response:
    standing = _fitting(deed, visit)
    values = {
        "deed": deed,
        "standing": standing,
        "lines": deed.told(standing),
        "warnings": deed.warned(visit, standing),
        "problem": problem,
    }
    return show(visit, "tindakan.html", values, 400 if problem else 200)


def _done_by(deed: Deed) -> Callable[[Visit], Response]:
    def do(visit: Visit) -> Response:
        _fitting(deed, visit)
        try:
            deed.do(visit)
        except BilikError as error:
            if not deed.asked:
                raise
            return _shown(deed, visit, for_pages(str(error)))
        return go(f"{visit.home}?kabar={deed.name}")

    return do


def _fitting(deed: Deed, visit: Visit) -> Standing:
    standing = visit.desk.glance(visit.slug)
    if standing.phase not in deed.when:
        raise WrongState(deed.otherwise)
    if line := deed.lacking(standing):
        raise WrongState(line)
    return standing


WAYS = tuple(
    way
    for deed in DEEDS
    for way in (
        Way(f"/panitia/p/{{slug}}/{deed.name}", "GET", PANITIA, _page_of(deed)),
        Way(f"/panitia/p/{{slug}}/{deed.name}", "POST", PANITIA, _done_by(deed)),
    )
)
