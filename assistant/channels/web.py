"""The chat page at `/chat`.

The page posts a message and gets the answers back; what comes later is pushed to it over
server-sent events. A message has a name by which it is known when it comes a second time, and a
batch of answers one by which the page knows it: a page that lost its connection asks again, and
nothing is lost or said twice. What is on the screen is kept nowhere else.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.channels.counting import keep_noting
from assistant.channels.delivery import Answers, Delivery, Handler, Message
from assistant.channels.guard import HEADERS as _HEADERS
from assistant.channels.guard import is_by_tls, keep_guard
from assistant.channels.notices import notice
from assistant.channels.outbox import MAX_SESSIONS, Batch, Line, Outbox
from assistant.channels.pace import Pace
from assistant.channels.signatures import same
from bilik import settings
from bilik.domain.words import MAX_CHARACTERS
from bilik.errors import BilikError
from bilik.keys import Keys
from bilik.services import portraits
from bilik.services.activity import Noter, the_meter
from bilik.storage.database import Database
from bilik.web import ASSETS

PAGE = Path(__file__).parent / "page"
SHARED = ("look.css", "kawung.svg", "icon.svg")
"""What the page looks like together with all others."""
COOKIE = "bilik_chat"
ALIVE_SECONDS = 20
"""How often an idle page hears that the line is good; it takes much longer silence for the end."""
ALIVE = "event: alive\ndata:\n\n"
PHOTO_SECONDS = 3600
"""How long a browser keeps a candidate's photo without asking again."""
_COOKIE = re.compile(r"(?P<session>[A-Za-z0-9_-]{32})\.(?P<token>[0-9a-f]{64})")
_NAME = re.compile(r"[A-Za-z0-9_-]{8,64}")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Posted:
    """One message as the page posts it.

    ``early`` says that it was written before the answer to the one before was on the screen;
    ``seen`` names the batches that were.
    """

    name: str
    text: str
    early: bool
    seen: frozenset[str]

    @classmethod
    def read(cls, content: object) -> Posted | None:
        """The message, or None if it is none."""
        if not isinstance(content, dict):
            return None
        name, text = content.get("name"), content.get("text")
        if not (isinstance(name, str) and _NAME.fullmatch(name)):
            return None
        if not (isinstance(text, str) and text.strip()):
            return None
        early = content.get("early") is True
        return cls(name, text[: MAX_CHARACTERS + 1], early, _names(content.get("seen")))


class Conversations:
    """The page's side of all conversations on this server."""

    def __init__(self, channel: str, handler: Handler) -> None:
        """``handler`` takes a message into Rasa."""
        self.outbox = Outbox()
        self._handler = handler
        self._delivery = Delivery(channel, self._late)
        self._pace = Pace()
        self._latest: OrderedDict[str, tuple[str, asyncio.Task[None]]] = OrderedDict()

    async def answer(self, session: str, posted: Posted) -> list[Batch]:
        """What the page has not shown yet, up to the answer to this message.

        A message that comes again is not handled again. The handling goes on when the page's
        connection breaks; then its answer waits in the outbox.
        """
        self.outbox.seen(session, posted.seen)
        name, task = self._latest.get(session, ("", None))
        if task is None or name != posted.name:
            unseen = posted.early or bool(self.outbox.waiting(session))
            task = asyncio.create_task(self._handle(session, posted.text, unseen))
            self._latest[session] = posted.name, task
            self._latest.move_to_end(session)
            while len(self._latest) > MAX_SESSIONS:
                self._latest.popitem(last=False)
        await asyncio.shield(task)
        return self.outbox.waiting(session)

    def forget(self, session: str) -> None:
        """The session is over."""
        self.outbox.forget(session)
        self._latest.pop(session, None)

    async def _handle(self, session: str, text: str, unseen: bool) -> None:
        if self._pace.is_too_fast(session):
            answers = Answers([Message(notice("too_fast"))])
        elif len(text) > MAX_CHARACTERS:
            answers = Answers([Message(notice("too_long"))])
        else:
            answers = await self._delivery.answer(self._handler, session, text, unseen)
        self.outbox.put(session, Batch(answers))

    def _late(self, session: str, answers: Answers) -> None:
        self.outbox.push(session, Batch(answers))


class WebChat(InputChannel):
    """A page to chat on, and the addresses that it speaks to.

    Who chats is told by a random session in an HttpOnly cookie, with a token to it that only this
    server can make: nobody chooses a session, for oneself or for somebody else.
    """

    def __init__(
        self, keys: Keys, noter: Noter | None = None, database: Database | None = None
    ) -> None:
        """``keys`` are the installation's, and candidates' photos are in its ``database``.

        The page is there in every server, so it is here that the counts of all channels are noted
        by ``noter``.
        """
        self._keys = keys
        self._noter = noter
        self._database = database

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChat:
        """Nothing is set in `credentials.yml`."""
        configured = settings.load()
        database = Database(configured.database_url)
        return cls(Keys(configured.secret_key), Noter(the_meter, database), database)

    def url_prefix(self) -> str:
        """Where the page lives."""
        return "/chat"

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The channel's routes."""
        blueprint = Blueprint("web_chat")
        keep_guard(blueprint)
        conversations = Conversations(self.name(), on_new_message)
        outbox = conversations.outbox
        page = (PAGE / "chat.html").read_text(encoding="utf-8")
        files = [file for file in PAGE.iterdir() if file.suffix in _TYPES]
        files += [ASSETS / name for name in SHARED]
        assets = {file.name: Asset.read(file) for file in files}

        @blueprint.get("/")
        async def show(request: Request) -> HTTPResponse:
            answer = response.html(page, headers=_HEADERS)
            return answer if self._session(request) else self._with_new_session(request, answer)

        @blueprint.get("/<file:str>")
        async def asset(request: Request, file: str) -> HTTPResponse:
            if not file:  # /chat/ with its stroke
                return await show(request)
            return assets[file].response(request) if file in assets else _refused(404)

        @blueprint.get("/foto/<slug:str>/<contest:str>/<file:str>")
        async def photo(request: Request, slug: str, contest: str, file: str) -> HTTPResponse:
            content = await asyncio.to_thread(self._photo, slug, contest, file)
            if content is None:
                return _refused(404)
            headers = {**_HEADERS, "Cache-Control": f"public, max-age={PHOTO_SECONDS}"}
            return response.raw(content, headers=headers, content_type="image/jpeg")

        @blueprint.post("/messages")
        async def receive(request: Request) -> HTTPResponse:
            session = self._session(request)
            if session is None or not _is_json(request):
                return _refused(403)
            posted = Posted.read(request.json)
            if posted is None:
                return _refused(400)
            batches = await conversations.answer(session, posted)
            return response.json({"batches": [_shown(one) for one in batches]}, headers=_HEADERS)

        @blueprint.post("/seen")
        async def seen(request: Request) -> HTTPResponse:
            session = self._session(request)
            if session is None or not _is_json(request):
                return _refused(403)
            content = request.json if isinstance(request.json, dict) else {}
            outbox.seen(session, _names(content.get("seen")))
            return response.empty(headers=_HEADERS)

        @blueprint.post("/leave")
        async def leave(request: Request) -> HTTPResponse:
            session = self._session(request)
            if session is None or not _is_json(request):
                return _refused(403)
            conversations.forget(session)
            return self._with_new_session(request, response.empty(headers=_HEADERS))

        @blueprint.get("/events")
        async def events(request: Request) -> HTTPResponse | None:
            session = self._session(request)
            if session is None:
                return _refused(403)
            # Proxies are asked to pass each event on as it comes.
            headers = {**_HEADERS, "X-Accel-Buffering": "no"}
            stream = await request.respond(content_type="text/event-stream", headers=headers)
            with outbox.line(session) as line:
                await stream.send(ALIVE)
                while (event := await _next_event(line)) is not None:
                    await stream.send(event)
            await stream.eof()
            return None

        if self._noter is not None:
            keep_noting(blueprint, self._noter)

        @blueprint.listener("before_server_stop")
        async def hang_up(*_: object) -> None:
            outbox.hang_up()  # or the server would wait for the pages to leave

        return blueprint

    def _photo(self, slug: str, contest: str, file: str) -> bytes | None:
        """A candidate's photo; None if there is none, or the database does not answer."""
        if self._database is None:
            return None
        try:
            with self._database.read() as connection:
                return portraits.find(connection, slug, contest, file)
        except BilikError:
            return None

    def _session(self, request: Request) -> str | None:
        """The session of a request; None if this server has given it none."""
        found = _COOKIE.fullmatch(request.cookies.get(COOKIE) or "")
        if found and same(found["token"], self._keys.page_token(found["session"])):
            return found["session"]
        return None

    def _with_new_session(self, request: Request, answer: HTTPResponse) -> HTTPResponse:
        session = secrets.token_urlsafe(24)
        answer.cookies[COOKIE] = f"{session}.{self._keys.page_token(session)}"
        cookie = answer.cookies[COOKIE]
        cookie["path"] = "/chat"
        cookie["httponly"] = True
        cookie["samesite"] = "Strict"
        cookie["secure"] = is_by_tls(request)
        return answer


@dataclass(frozen=True)
class Asset:
    """A file of the page's, the same for all: a browser may keep it and ask whether it is new."""

    content: str
    type: str
    tag: str

    @classmethod
    def read(cls, file: Path) -> Asset:
        """From the page's folder."""
        content = file.read_text(encoding="utf-8")
        digest = hashlib.sha256(content.encode()).hexdigest()
        return cls(content, _TYPES[file.suffix], f'"{digest[:32]}"')

    def response(self, request: Request) -> HTTPResponse:
        """The file, or that it has not changed."""
        headers = {**_HEADERS, "Cache-Control": "no-cache", "ETag": self.tag}
        if request.headers.get("if-none-match") == self.tag:
            return response.empty(304, headers=headers)
        return response.text(self.content, headers=headers, content_type=self.type)


async def _next_event(line: Line) -> str | None:
    """What to send next; None to hang up."""
    try:
        batch = await asyncio.wait_for(line.get(), ALIVE_SECONDS)
    except asyncio.TimeoutError:
        return ALIVE
    return f"data: {json.dumps(_shown(batch))}\n\n" if batch else None


def _shown(batch: Batch) -> dict[str, Any]:
    """A batch as the page takes it."""
    messages = [
        {"text": one.text, "buttons": list(one.buttons), **one.custom}
        for one in batch.answers.messages
    ]
    return {"name": batch.name, "messages": messages, "finished": batch.answers.finished}


def _names(value: object) -> frozenset[str]:
    """The batches' names in what a page has sent."""
    if not isinstance(value, list):
        return frozenset()
    return frozenset(name for name in value if isinstance(name, str))


def _is_json(request: Request) -> bool:
    """Whether the type is JSON: another site's page cannot send that without asking first."""
    return bool(request.content_type.startswith("application/json"))


def _refused(status: int) -> HTTPResponse:
    return response.empty(status, headers=_HEADERS)
