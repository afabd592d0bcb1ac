"""What every answer carries, and what a page says when something fails.

Headers after OWASP's HTTP Headers Cheat Sheet: nothing is loaded from elsewhere, no page can be put
into another one's frame, and what the panitia sees is kept by no cache.
"""

from __future__ import annotations

import logging
import re
import time
from urllib.parse import unquote

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bilik.errors import BilikError, BoxUnavailable, NotFound, WrongState
from bilik.services import metrics
from bilik.web.headers import COMMON, ONLY_TLS
from bilik.web.pages import page

log = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    **COMMON,
}
_STATUS = ((NotFound, 404), (WrongState, 409), (BoxUnavailable, 503))
_HOST = re.compile(r"(?:[0-9A-Za-z._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?", re.ASCII)
_CONTROL = re.compile("[\0-\x1f\x7f\ud800-\udfff]")
"""What stands in no address of ours, and what no database takes as a text."""
_WORDS = {
    403: "Halaman ini bukan untuk Anda. Kalau seharusnya boleh, masuk lagi lalu ulangi.",
    404: "Halaman ini tidak ada. Periksa alamatnya.",
    405: "Cara itu tidak bisa dipakai di halaman ini. Kembali, lalu ulangi.",
    413: "Berkas terlalu besar.",
}


class Counted:
    """Counts requests by the address that answers them, as its route has it, and their status."""

    def __init__(self, app: ASGIApp) -> None:
        """``app`` is what answers."""
        self._app = app
        self._paths: dict[object, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                metrics.page_seconds.observe(time.monotonic() - began)
                metrics.page_requests.labels(self._route(scope), message["status"]).inc()
            await send(message)

        await self._app(scope, receive, counting)

    def _route(self, scope: Scope) -> str:
        """Which route it was, never the address itself; empty where there is none."""
        if not self._paths:
            self._paths = {
                getattr(one, "endpoint", None) or getattr(one, "app", None): one.path
                for one in scope["app"].routes
            }
        return self._paths.get(scope.get("endpoint"), "")


class Headers:
    """Adds the headers that a page has not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        """``app`` is what answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answering = refused_at_sight(Request(scope)) or self._app

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", ONLY_TLS)
            await send(message)

        await answering(scope, receive, with_headers)


def refused_at_sight(request: Request) -> Response | None:
    """The page for an address or a server's name that is none; None if they may be looked at."""
    host = request.headers.get("host")
    if host is not None and not _HOST.fullmatch(host):
        return refused(request, HTTPException(400))
    asked = request.scope["path"] + unquote(request.scope["query_string"].decode("latin-1"))
    return refused(request, HTTPException(404)) if _CONTROL.search(asked) else None


def told(request: Request, error: Exception) -> Response:
    """The page for an error of Bilik's own, which says what to do."""
    assert isinstance(error, BilikError)
    return failure(request, str(error), status_of(error))


def status_of(error: BilikError) -> int:
    """The HTTP status of an error of Bilik's own."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 400)


def words_of(status: int) -> str:
    """What a page says for what HTTP refuses."""
    return _WORDS.get(status, "Permintaan itu tidak bisa dipenuhi. Kembali, lalu ulangi.")


def refused(request: Request, error: Exception) -> Response:
    """The page for what HTTP refuses."""
    assert isinstance(error, HTTPException)
    answer = failure(request, words_of(error.status_code), error.status_code)
    answer.headers.update(error.headers or {})
    return answer


def unexpected(request: Request, error: Exception) -> Response:
    """The page for what nobody thought of; the log tells where, and not what was sent."""
    log.error("a page failed", exc_info=error)
    return failure(request, "Ada yang tidak beres di pihak kami. Coba sebentar lagi.", 500)


def failure(request: Request, line: str, status: int) -> Response:
    """A page that says one line."""
    return page(request, "failure.html", {"line": line}, status)
