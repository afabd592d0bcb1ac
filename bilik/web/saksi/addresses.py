"""The trustees' page, and what its scripts fetch and send.

What is sent is the message itself, and what is fetched too; only how things stand, and errors, are
JSON of the page's own. The end of a personal link comes in the ``Authorization`` header.
"""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bilik.errors import BilikError
from bilik.services.trustee_key import SHORTEST_PASSPHRASE
from bilik.services.trustee_post import Standing, TrusteePost
from bilik.web.office import office_of
from bilik.web.pages import page
from bilik.web.saksi.scripts import fingerprint

LARGEST = 2 * 2**20
"""No message of a trustee has more bytes: there are 20 at most, and some hundred answers."""

_BEARER = "Bearer "


def routes() -> list[BaseRoute]:
    """Every address of the trustees'."""
    return [
        Route("/saksi/{slug}", _page),
        Route("/saksi/{slug}/keadaan", _standing),
        Route("/saksi/{slug}/berkas/{name}", _handed),
        Route("/saksi/{slug}/kirim", _take, methods=["POST"]),
    ]


def _page(request: Request) -> Response:
    standing = _post(request).standing(request.path_params["slug"])
    values = {
        "standing": standing,
        "scripts": fingerprint(),
        "shortest": SHORTEST_PASSPHRASE,
    }
    return page(request, "saksi/page.html", values)


def _standing(request: Request) -> Response:
    try:
        found = _post(request).standing(request.path_params["slug"], _link(request))
    except BilikError as error:
        return _refused(error)
    return JSONResponse(_plain(found))


def _handed(request: Request) -> Response:
    slug, name = request.path_params["slug"], request.path_params["name"]
    try:
        content = _post(request).handed(slug, name)
    except BilikError as error:
        return _refused(error)
    return Response(content, media_type="text/plain")


async def _take(request: Request) -> Response:
    data = await _body(request)
    slug, link = request.path_params["slug"], _link(request)
    try:
        line = await run_in_threadpool(_post(request).take, slug, data, link)
    except BilikError as error:
        return _refused(error)
    return JSONResponse({"line": line})


async def _body(request: Request) -> bytes:
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > LARGEST:
            raise HTTPException(413)
    return data


def _post(request: Request) -> TrusteePost:
    office = office_of(request)
    return TrusteePost(office.database, office.keys, office.settings.trustee_dir, office.clock)


def _link(request: Request) -> str:
    said = request.headers.get("Authorization", "")
    return said.removeprefix(_BEARER) if said.startswith(_BEARER) else ""


def _refused(error: BilikError) -> Response:
    return JSONResponse({"line": str(error)}, 400)


def _plain(found: Standing) -> dict[str, Any]:
    return {
        "title": found.title,
        "uuid": found.uuid,
        "names": found.group.names,
        "threshold": found.group.threshold,
        "stage": found.stage.value,
        "closed": found.closed,
        "step": found.step and found.step.value,
        "sent": {step.value: sorted(places) for step, places in found.sent.items()},
        "given": found.given,
        "bearer": found.bearer,
    }
