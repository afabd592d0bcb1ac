"""What every answer of this server carries, and what it says when there is nothing to answer.

Rasa's server and Sanic's error pages, too: they would name themselves, in English.
"""

from __future__ import annotations

import logging
from typing import Any

from sanic import Blueprint, Sanic, response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bilik.web.headers import COMMON, ONLY_TLS

logger = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'",
    **COMMON,
}
_WORDS = {
    404: "Alamat ini tidak ada.\n",
    405: "Cara itu tidak bisa dipakai di alamat ini.\n",
    413: "Pesannya terlalu besar.\n",
    500: "Ada yang tidak beres di pihak kami. Coba sebentar lagi.\n",
}
_OTHERWISE = "Permintaan itu tidak bisa dipenuhi.\n"


def keep_guard(blueprint: Blueprint) -> None:
    """Have the server to which the blueprint belongs guarded from its start."""

    @blueprint.listener("before_server_start")
    async def begin(app: Sanic, *_: object) -> None:
        app.error_handler.add(Exception, refused)
        app.register_middleware(_no_addresses_of_rasas_own, "request")
        app.register_middleware(_with_headers, "response")


def is_by_tls(request: Request) -> bool:
    """Whether the page came by TLS.

    A proxy that ends TLS says so; who says so without one harms only the own session.
    """
    return "https" in (request.scheme, request.headers.get("x-forwarded-proto"))


def refused(_request: Any, error: Exception) -> HTTPResponse:
    """One line, in words; the log tells where something failed, and not what was sent."""
    status = error.status_code if isinstance(error, SanicException) else 500
    if status >= 500:
        logger.error("an address failed: %s", type(error).__name__)
    return response.text(_WORDS.get(status, _OTHERWISE), status)


async def _no_addresses_of_rasas_own(request: Request) -> HTTPResponse | None:
    """Rasa greets at its root, and says which version it is."""
    return response.text(_WORDS[404], 404) if request.path == "/" else None


async def _with_headers(request: Request, answer: HTTPResponse) -> None:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if is_by_tls(request):
        answer.headers.setdefault("Strict-Transport-Security", ONLY_TLS)
