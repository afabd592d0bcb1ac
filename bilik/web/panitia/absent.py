"""Who has not voted yet, to be reminded; never how or when anybody voted."""

from __future__ import annotations

from starlette.responses import Response

from bilik.web.panitia.show import show
from bilik.web.panitia.ways import PANITIA, Visit, Way


def _page(visit: Visit) -> Response:
    asked = visit.request.query_params
    page = asked.get("hal", "1")
    tps, name = asked.get("tps", "")[:80], asked.get("nama", "").strip()[:80]
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1
    values = {
        "standing": visit.desk.glance(visit.slug),
        "absent": visit.desk.not_voted(visit.slug, tps, name, number),
        "tps": tps,
        "name": name,
    }
    return show(visit, "belum.html", values)


WAYS = (Way("/panitia/p/{slug}/belum-memilih", "GET", PANITIA, _page),)
