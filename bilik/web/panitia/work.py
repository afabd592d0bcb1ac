"""How far long work is: a page that asks again by itself."""

from __future__ import annotations

from starlette.responses import Response

from bilik.web.panitia.show import go, show
from bilik.web.panitia.ways import PANITIA, Visit, Way
from bilik.web.panitia.words import for_pages


def _page(visit: Visit) -> Response:
    job = visit.workshop.jobs.find(visit.part("id"))
    if job is None:
        return show(visit, "kerja_hilang.html", status=404)
    if job.outcome is not None and not job.outcome.lines:
        return go(job.outcome.to)
    return show(visit, "kerja.html", {"job": job, "problem": for_pages(job.problem or "")})


WAYS = (Way("/panitia/kerja/{id}", "GET", PANITIA, _page),)
