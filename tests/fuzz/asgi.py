"""Requests byte by byte, straight into an application: no client tidies them up before.

An exception that the application lets out is one here, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

Application = Callable[[Any, Any, Any], Awaitable[None]]
_PIECE = 1 << 16


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


def ask(
    application: Application,
    method: str,
    path: bytes,
    headers: Iterable[tuple[bytes, bytes]] = (),
    body: bytes = b"",
    query: bytes = b"",
) -> Answer:
    """One request; ``path`` is percent-encoded, as a server has it from the line."""
    return asyncio.run(_asked(application, method, path, list(headers), body, query))


async def _asked(
    application: Application,
    method: str,
    path: bytes,
    headers: list[tuple[bytes, bytes]],
    body: bytes,
    query: bytes,
) -> Answer:
    answer = Answer()
    pieces = [body[at : at + _PIECE] for at in range(0, len(body), _PIECE)] or [b""]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "root_path": "", "path": unquote(path.decode("latin-1")),
        "raw_path": path, "query_string": query, "client": ("203.0.113.9", 4711),
        "server": ("127.0.0.1", 5080), "headers": [(n.lower(), v) for n, v in headers],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        if pieces:
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {n.decode(): v.decode("latin-1") for n, v in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    await application(scope, receive, send)
    return answer
