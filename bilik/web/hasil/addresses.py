"""Which public address is answered by what.

What looks at the database runs in threads: the one loop, on which all connections hang, waits for
nothing.
"""

from __future__ import annotations

import json

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Route

from bilik.domain.telling import data_size, phase_line
from bilik.errors import NotFound
from bilik.web.hasil import machine, receipts
from bilik.web.hasil.base import FOR_ALL, asker, everybody_of, kept
from bilik.web.hasil.board import Shown
from bilik.web.hasil.events import Full
from bilik.web.hasil.receipts import Answer
from bilik.web.office import address_of
from bilik.web.pages import environment, page

JSON_SECONDS = 2
PICTURE_SECONDS = 10
_MOST_ADDRESSES = 8
"""Under so many names of this server a page is kept ready."""


def routes() -> list[BaseRoute]:
    """The public addresses."""
    one = "/hasil/{slug}"
    return [
        Route("/hasil", _all),
        Route("/hasil.json", _all_json),
        Route(f"{one}.json", _json),
        Route(f"{one}.svg", _svg),
        Route(f"{one}.png", _png),
        Route(f"{one}/peristiwa", _events),
        Route(f"{one}/terbitan.zip", _record),
        Route(f"{one}/tanda-terima", _to_receipt, methods=["GET"]),
        Route(f"{one}/tanda-terima", _receipt, methods=["POST"]),
        Route(one, _page),
    ]


def _slug(request: Request) -> str:
    return str(request.path_params["slug"])


def _shown(request: Request) -> Shown:
    return everybody_of(request).board.shown(_slug(request))


def _all(request: Request) -> Response:
    listing = everybody_of(request).board.listing()
    if len(listing) == 1:
        ((election, _),) = listing
        return _one(request, everybody_of(request).board.shown(election.slug))
    elections = [(one, phase, phase_line(one, phase)) for one, phase in listing]
    return page(request, "hasil/daftar.html", {"elections": elections})


def _page(request: Request) -> Response:
    return _one(request, _shown(request))


def _one(request: Request, shown: Shown) -> Response:
    base = address_of(request)
    if base not in shown.pages:
        if len(shown.pages) >= _MOST_ADDRESSES:
            shown.pages.clear()
        values = {
            "shown": shown, "view": shown.view, "figures": shown.figures, "base": base,
            "standing": phase_line(shown.election, shown.view.phase),
            "size": data_size(shown.record.bytes) if shown.record else "",
        }  # fmt: skip
        text = environment().get_template("hasil/pemilihan.html").render(request=request, **values)
        shown.pages[base] = text.encode()
    return kept(request, shown.pages[base], "text/html", 0)


def _all_json(request: Request) -> Response:
    listing = everybody_of(request).board.listing()
    said = {"pemilihan": [machine.listed(*one) for one in listing]}
    content = json.dumps(said, ensure_ascii=False, indent=1)
    return kept(request, content, "application/json", JSON_SECONDS, FOR_ALL)


def _json(request: Request) -> Response:
    try:
        shown = _shown(request)
    except NotFound as error:
        return JSONResponse({"galat": str(error)}, 404, headers=FOR_ALL)
    return kept(request, shown.json, "application/json", JSON_SECONDS, FOR_ALL)


def _svg(request: Request) -> Response:
    return kept(request, _shown(request).svg, "image/svg+xml", PICTURE_SECONDS, FOR_ALL)


def _png(request: Request) -> Response:
    png = everybody_of(request).board.png(_slug(request))
    return kept(request, png, "image/png", PICTURE_SECONDS, FOR_ALL)


async def _events(request: Request) -> Response:
    everybody = everybody_of(request)
    await run_in_threadpool(everybody.board.shown, _slug(request))  # Is there such an election?
    if request.method == "HEAD":
        return Response(media_type="text/event-stream")
    try:
        events = everybody.events.join(_slug(request), asker(request))
    except Full:
        return PlainTextResponse("penuh\n", 503, headers={"Retry-After": "30"})
    return StreamingResponse(
        events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


def _record(request: Request) -> Response:
    record = _shown(request).record
    if record is None:
        raise NotFound("Berkas ini belum ada. Ia muncul sesudah suara dihitung.")
    return FileResponse(
        record.path, media_type="application/zip", filename=f"hasil-{_slug(request)}.zip",
        headers={**FOR_ALL, "Cache-Control": "no-cache"},
    )  # fmt: skip


def _to_receipt(request: Request) -> Response:
    return RedirectResponse(f"/hasil/{_shown(request).election.slug}#tanda-terima", 303)


async def _receipt(request: Request) -> Response:
    text = await receipts.asked(request)
    return await run_in_threadpool(_answer_receipt, request, text)


def _answer_receipt(request: Request, text: str) -> Response:
    everybody, shown = everybody_of(request), _shown(request)
    answer, receipt, status = Answer.TOO_OFTEN, "", 429
    if everybody.gate.lets(asker(request)):
        status = 200
        answer, receipt = receipts.look_up(everybody.board, shown.election.slug, text)
    values = {"election": shown.election, "answer": answer.name, "receipt": receipt}
    return page(request, "hasil/tanda_terima.html", values, status)
