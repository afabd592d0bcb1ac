"""The voters' data deleted, once nobody needs it: one member asks, another one approves."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from bilik.errors import BilikError
from bilik.web.panitia.show import go, show
from bilik.web.panitia.ways import BOTH, PANITIA, Visit, Way
from bilik.web.panitia.words import for_pages


def _page(visit: Visit) -> Response:
    return _shown(visit)


def _shown(visit: Visit, problem: str = "") -> Response:
    values = {
        "standing": visit.desk.glance(visit.slug),
        "asked": visit.desk.purge_waiting(visit.slug),
        "problem": problem,
    }
    return show(visit, "data.html", values, 400 if problem else 200)


def _doing(act: Callable[[Visit], object]) -> Callable[[Visit], Response]:
    def do(visit: Visit) -> Response:
        try:
            act(visit)
        except BilikError as error:
            return _shown(visit, for_pages(str(error)))
        return go(f"{visit.home}/data")

    return do


WAYS = (
    Way("/panitia/p/{slug}/data", "GET", BOTH, _page),
    Way("/panitia/p/{slug}/data/minta", "POST", PANITIA,
        _doing(lambda visit: visit.desk.ask_for_purge(visit.slug))),
    Way("/panitia/p/{slug}/data/batal", "POST", PANITIA,
        _doing(lambda visit: visit.desk.cancel_purge(visit.slug))),
    Way("/panitia/p/{slug}/data/hapus", "POST", PANITIA,
        _doing(lambda visit: visit.desk.purge(visit.slug))),
)  # fmt: skip
