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
    # Read once: it may come to its end at any moment.
    outcome, problem = job.outcome, job.problem
    if outcome is not None and not outcome.lines:
        return go(outcome.to)
    values = {
        "job": job,
        "outcome": outcome,
        "problem": for_pages(problem or ""),
        "is_over": bool(outcome or problem),
    }
    return show(visit, "kerja.html", values)


WAYS = (Way("/panitia/kerja/{id}", "GET", PANITIA, _page),)
