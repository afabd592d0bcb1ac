"""Spare letters: one member asks, another one gives, each by the account they signed in to."""

from __future__ import annotations

import csv
import re

from starlette.responses import Response

from bilik.domain.election import Phase
from bilik.errors import BilikError, FileProblems
from bilik.web.panitia.show import show
from bilik.web.panitia.ways import BOTH, PANITIA, Visit, Way
from bilik.web.panitia.words import for_pages

_ON = (Phase.UPCOMING, Phase.OPEN, Phase.PAUSED)


def _page(visit: Visit) -> Response:
    return _shown(visit)


def _shown(visit: Visit, said: str = "", problem: str = "", **more: object) -> Response:
    standing = visit.desk.glance(visit.slug)
    values = {
        "standing": standing,
        "is_on": standing.phase in _ON,
        "requests": visit.desk.requests(visit.slug),
        "reported": visit.desk.lost_letters(visit.slug),
        "places": visit.desk.places(visit.slug),
        "said": said,
        "problem": problem,
        "given": None,
        **more,
    }
    return show(visit, "cadangan.html", values, 400 if problem else 200)


def _ask_for_lost(visit: Visit) -> Response:
    nik = re.sub(r"[\s.-]", "", visit.form.text("nik"))
    try:
        request = visit.desk.ask_for_lost(nik, visit.slug)
    except BilikError as error:
        return _shown(visit, problem=for_pages(str(error)))
    return _shown(visit, f"Permintaan {request.number} dicatat. Minta anggota lain menyetujuinya.")


def _ask_for_reported(visit: Visit) -> Response:
    try:
        request = visit.desk.ask_for_reported(visit.number("number"), visit.slug)
    except BilikError as error:
        return _shown(visit, problem=for_pages(str(error)))
    return _shown(visit, f"Permintaan {request.number} dicatat. Minta anggota lain menyetujuinya.")


def _decline_reported(visit: Visit) -> Response:
    try:
        visit.desk.decline_reported(visit.number("number"), visit.slug)
    except BilikError as error:
        return _shown(visit, problem=for_pages(str(error)))
    return _shown(visit, "Laporan itu ditolak. Pemiliknya boleh melapor lagi.")


def _ask_for_late(visit: Visit) -> Response:
    """What is typed goes the way of a roll of one row, so that the same rules hold for it."""
    form = visit.form
    folder = visit.workshop.folders.passing()
    path = folder / "tambahan.csv"
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["nik", "nama", "no_hp", "tps"])
            writer.writerow([" ".join(form.text(one).split()) for one in _FIELDS])
        request = visit.desk.ask_for_late(path, visit.slug)
    except FileProblems as error:
        told = "; ".join(one.text for one in error.problems)
        return _shown(visit, problem=f"Belum bisa dicatat: {told}.")
    except BilikError as error:
        return _shown(visit, problem=for_pages(str(error)))
    finally:
        visit.workshop.folders.remove(folder)
    return _shown(visit, f"Permintaan {request.number} dicatat. Minta anggota lain menyetujuinya.")


_FIELDS = ("nik", "nama", "no_hp", "tps")


def _give(visit: Visit) -> Response:
    number = visit.number("number")
    try:
        given = visit.desk.give_spare(number, visit.slug)
    except BilikError as error:
        return _shown(visit, problem=for_pages(str(error)))
    return _shown(visit, given=given)


def _cancel(visit: Visit) -> Response:
    number = visit.number("number")
    try:
        visit.desk.cancel_request(number, visit.slug)
    except BilikError as error:
        return _shown(visit, problem=for_pages(str(error)))
    return _shown(visit, f"Permintaan {number} dibatalkan.")


WAYS = (
    Way("/panitia/p/{slug}/cadangan", "GET", BOTH, _page),
    Way("/panitia/p/{slug}/cadangan/hilang", "POST", PANITIA, _ask_for_lost),
    Way("/panitia/p/{slug}/cadangan/laporan/{number}/minta", "POST", PANITIA, _ask_for_reported),
    Way("/panitia/p/{slug}/cadangan/laporan/{number}/tolak", "POST", PANITIA, _decline_reported),
    Way("/panitia/p/{slug}/cadangan/terlewat", "POST", PANITIA, _ask_for_late),
    Way("/panitia/p/{slug}/cadangan/{number}/setujui", "POST", PANITIA, _give),
    Way("/panitia/p/{slug}/cadangan/{number}/batal", "POST", PANITIA, _cancel),
)
