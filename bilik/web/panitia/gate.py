"""Who comes in: no address of the desk is reached but through here.

A form counts only if it comes from a page of this very desk: the browser says so
(``Sec-Fetch-Site``, or ``Origin`` where it is older), and once somebody is signed in the form
carries the token of their session.
"""

from __future__ import annotations

import hmac
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bilik.errors import BilikError
from bilik.services.desk_sessions import DeskSession
from bilik.services.sign_in import SignIn
from bilik.web import guard
from bilik.web.office import office_of
from bilik.web.panitia.forms import NO_FORM, read_form
from bilik.web.panitia.show import go, show
from bilik.web.panitia.ways import Visit, Way
from bilik.web.panitia.words import for_pages

COOKIE = "bilik_meja"
DOOR = "/panitia/masuk"
FORM_TOKEN = "token"
BY_ITSELF = "bilik-sendiri"
"""The header by which an open page asks for itself again: a session is not longer for that."""


def route(way: Way) -> Route:
    """The address, guarded as it says."""

    async def endpoint(request: Request) -> Response:
        visit = Visit(request)
        try:
            if way.method == "POST":
                _see_that_it_is_ours(request)
            session = await run_in_threadpool(_session_of, request)
            visit = Visit(request, session)
            if way.who:
                if session is None:
                    return go(f"{DOOR}?habis=1" if COOKIE in request.cookies else DOOR)
                if session.role not in way.who:
                    raise HTTPException(403)
            form = NO_FORM
            if way.method == "POST":
                form = await read_form(request, way.most)
            try:
                if way.who and way.method == "POST":
                    _see_that_it_is_theirs(visit, form.fields.get(FORM_TOKEN, ""))
                return await run_in_threadpool(way.handler, Visit(request, session, form))
            finally:
                form.close()
        except BilikError as error:
            return failure(visit, for_pages(str(error)), guard.status_of(error))
        except HTTPException as error:
            return failure(visit, guard.words_of(error.status_code), error.status_code)

    return Route(way.path, endpoint, methods=[way.method])


def failure(visit: Visit, line: str, status: int) -> Response:
    """A page of the desk that says one line."""
    # Where the election itself is not known, its page would be the next failure.
    slug = None if status == HTTPStatus.NOT_FOUND else visit.request.path_params.get("slug")
    return show(visit, "failure.html", {"line": line, "slug": slug}, status)


def _session_of(request: Request) -> DeskSession | None:
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    office = office_of(request)
    door = SignIn(office.database, office.keys, office.clock)
    return door.session(token, is_used=BY_ITSELF not in request.headers)


def _see_that_it_is_ours(request: Request) -> None:
    """Raises 403 unless the form was sent by a page of this server."""
    site = request.headers.get("sec-fetch-site")
    if site is None:
        try:
            host = urlsplit(request.headers.get("origin", "")).netloc
        except ValueError:
            raise HTTPException(403) from None
        if not host or host != request.headers.get("host", ""):
            raise HTTPException(403)
    elif site != "same-origin":
        raise HTTPException(403)


def _see_that_it_is_theirs(visit: Visit, token: str) -> None:
    """Raises 403 unless the form carries the token of the session."""
    if not hmac.compare_digest(token.encode(), visit.who.form_token.encode()):
        raise HTTPException(403)
