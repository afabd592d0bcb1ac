"""What the public addresses share: the board and the rest of them, and answers that may be kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bilik.domain.network import network_of
from bilik.services.public_view import PublicViews
from bilik.web.hasil.board import Board
from bilik.web.hasil.events import Events
from bilik.web.hasil.receipts import Gate
from bilik.web.office import Office

FOR_ALL = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""Other sites may read and show it: it is public, and the same for everybody."""


@dataclass(frozen=True)
class Everybody:
    """What the public pages of one installation work with."""

    board: Board
    events: Events
    gate: Gate


def opened(office: Office) -> Everybody:
    """The public side of an office."""
    views = PublicViews(office.database, office.clock)
    board = Board(views, office.settings.records_dir)
    return Everybody(board, Events(board), Gate())


def everybody_of(request: Request) -> Everybody:
    """What a public address works with."""
    found = request.app.state.everybody
    assert isinstance(found, Everybody)
    return found


def asker(request: Request) -> str:
    """Who asks, as far as gentleness needs it: an address, of IPv6 the network. Kept in memory."""
    return network_of(request.client.host) if request.client else ""


def kept(
    request: Request,
    content: bytes | str,
    media_type: str,
    seconds: int,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer that a cache may keep for so many seconds, or that what it has is still right."""
    data = content.encode() if isinstance(content, str) else content
    tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
    age = f"public, max-age={seconds}" if seconds else "no-cache"
    said = {"ETag": tag, "Cache-Control": age, **(headers or {})}
    known = request.headers.get("if-none-match", "").split(",")
    if tag in [one.strip().removeprefix("W/") for one in known]:
        return Response(status_code=304, headers=said)
    return Response(data, media_type=media_type, headers=said)
