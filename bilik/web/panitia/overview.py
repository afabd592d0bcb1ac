"""All elections, and one: how it stands, what is due next, and how many have come."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from bilik.domain.election import Phase
from bilik.domain.indonesian import hour_text
from bilik.domain.turnout import station_name
from bilik.services.desk import Standing
from bilik.services.desk.attendance import VOTING_IS_ON
from bilik.web.panitia import standing as how_it_stands
from bilik.web.panitia.letters_folder import Letters
from bilik.web.panitia.show import show
from bilik.web.panitia.voting import DEEDS, OPENING, Deed
from bilik.web.panitia.ways import BOTH, Visit, Way

_TOLD = {
    "dimuat": "Rancangan tersimpan.",
    "buka": "Pemilihan sudah dibuka. Daftar pemilih terkunci.",
    "jeda": "Pemilihan dijeda. Suara tidak diterima sampai dilanjutkan.",
    "perpanjang": "Jam tutup diundur. Umumkan juga kepada pemilih.",
    "lanjut": "Pemilihan dilanjutkan.",
    "tutup": "Pemilihan ditutup.",
    "hapus": "Rancangan pemilihan dihapus.",
    "surat": "Kode dan surat sudah dihapus dari server.",
}
"""What the page that an act leads to says of it."""


@dataclass(frozen=True)
class Bar:
    """One row of a chart: so many of so many."""

    label: str
    value: int
    of: int


@dataclass(frozen=True)
class Chart:
    """Bars under a title; each a share of a whole, or only beside the longest of them."""

    title: str
    bars: tuple[Bar, ...]
    is_share: bool = True


def _all(visit: Visit) -> Response:
    standings = [visit.desk.glance(slug) for slug in reversed(visit.desk.slugs())]
    values = {
        "shown": [(one, _next(visit, one)) for one in standings],
        "phases": how_it_stands.PHASES,
        "told": told(visit),
    }
    return show(visit, "beranda.html", values)


def _one(visit: Visit) -> Response:
    standing = visit.desk.glance(visit.slug)
    steps = how_it_stands.steps(visit, standing)
    values = {
        "standing": standing,
        "phase": how_it_stands.PHASES[standing.phase],
        "steps": steps,
        "outcome": how_it_stands.outcome(visit.desk.result(visit.slug)),
        "charts": _charts(visit, standing),
        "running": visit.workshop.jobs.running(visit.slug),
        "codes_left": standing.phase is not Phase.DRAFT and Letters(visit, visit.slug).present,
        "may_list": standing.phase in VOTING_IS_ON,
        "deeds": _possible(standing) if visit.acts else (),
        "purge_asked": visit.desk.purge_waiting(visit.slug),
        "told": told(visit),
    }
    return show(visit, "pemilihan.html", values)


def _possible(standing: Standing) -> list[Deed]:
    """What may be done now, besides the opening: that is a step of its own."""
    return [one for one in DEEDS if standing.phase in one.when and one is not OPENING]


def told(visit: Visit) -> str:
    """What the act that led to this page did."""
    return _TOLD.get(visit.request.query_params.get("kabar", ""), "")


def _charts(visit: Visit, standing: Standing) -> list[Chart]:
    """The turnout in pictures."""
    if standing.phase is Phase.DRAFT or not standing.voters:
        return []
    stations = visit.desk.turnout(visit.slug)
    bars = tuple(
        Bar("Semua TPS" if len(stations) == 1 else station_name(one.name), one.voted, one.voters)
        for one in stations
    )
    charts = [Chart("Sudah memilih, menurut TPS", bars)]
    if by_hour := visit.desk.by_hour(visit.slug):
        most = max(one.ballots for one in by_hour)
        zone = standing.election.zone
        hours = tuple(Bar(hour_text(one.start, zone), one.ballots, most) for one in by_hour)
        charts.append(Chart("Suara masuk, menurut jam", hours, is_share=False))
    return charts


def _next(visit: Visit, standing: Standing) -> how_it_stands.Step | None:
    steps = how_it_stands.steps(visit, standing)
    return next((one for one in steps if one.progress is how_it_stands.Progress.NOW), None)


WAYS = (
    Way("/panitia", "GET", BOTH, _all),
    Way("/panitia/p/{slug}", "GET", BOTH, _one),
)
