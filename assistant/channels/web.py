"""The chat page at `/chat`."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.channels.delivery import Delivery, Handler
from bilik.domain.words import MAX_CHARACTERS

PAGE = Path(__file__).parent / "page"
COOKIE = "bilik_chat"
_SESSION = re.compile(r"[A-Za-z0-9_-]{32}")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_FILES = {"chat.css": "text/css", "chat.js": "text/javascript"}


class WebChat(InputChannel):
    """A page to chat on, and the address it posts messages to.

    Who chats is told by a random session in an HttpOnly cookie; the page cannot choose it.
    """

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChat:
        """Nothing is set in `credentials.yml`."""
        return cls()

    def url_prefix(self) -> str:
        """Where the page lives."""
        return "/chat"

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The channel's routes."""
        blueprint = Blueprint("web_chat")
        delivery = Delivery(self.name())

        @blueprint.get("/")
        async def page(request: Request) -> HTTPResponse:
            content = (PAGE / "chat.html").read_text(encoding="utf-8")
            return _with_session(request, response.html(content, headers=_HEADERS))

        @blueprint.get("/<file:str>")
        async def asset(request: Request, file: str) -> HTTPResponse:
            if file not in _FILES:
                return response.empty(404, headers=_HEADERS)
            content = (PAGE / file).read_text(encoding="utf-8")
            return response.text(content, headers=_HEADERS, content_type=_FILES[file])

        @blueprint.post("/messages")
        async def receive(request: Request) -> HTTPResponse:
            session = _session(request)
            # A page of another site cannot send this type without asking first, and is refused.
            if session is None or not request.content_type.startswith("application/json"):
                return response.json({"error": "session"}, 403, headers=_HEADERS)
            content = request.json if isinstance(request.json, dict) else {}
            text = content.get("text")
            if not isinstance(text, str) or not text.strip():
                return response.json({"error": "text"}, 400, headers=_HEADERS)
            answers = await delivery.answer(on_new_message, session, text[: MAX_CHARACTERS + 1])
            content = {
                "answers": answers.texts,
                "finished": answers.finished,
                "buttons": answers.buttons,
            }
            return response.json(content, headers=_HEADERS)

        return blueprint


def _session(request: Request) -> str | None:
    value = request.cookies.get(COOKIE) or ""
    return value if _SESSION.fullmatch(value) else None


def _with_session(request: Request, answer: HTTPResponse) -> HTTPResponse:
    if _session(request) is None:
        answer.cookies[COOKIE] = secrets.token_urlsafe(24)
        cookie = answer.cookies[COOKIE]
        cookie["path"] = "/chat"
        cookie["httponly"] = True
        cookie["samesite"] = "Strict"
        cookie["secure"] = request.scheme == "https"
    return answer
