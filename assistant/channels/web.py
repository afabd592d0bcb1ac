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
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.channels.counting import keep_noting
from assistant.channels.delivery import Answers, Delivery, Handler, Message
from assistant.channels.guard import is_by_tls, keep_guard
from assistant.channels.notices import notice
from assistant.channels.outbox import Batch, Line, Lines, MemoryOutbox, Outbox, Post
from assistant.channels.pace import Pace
from assistant.channels.shared_outbox import RedisOutbox
from assistant.channels.signatures import same
from bilik import metrics_port, settings
from bilik.domain.confirmation import may_be_yes
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
LOOK_SECONDS = 0.2
"""How often a server asks whether another one has answered a message that was posted to both."""
RENEW_SECONDS = 1.0
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

    def __init__(self, channel: str, handler: Handler, outbox: Outbox) -> None:
        """``handler`` takes a message into Rasa."""
        self.outbox = outbox
        self.lines = Lines()
        self._handler = handler
        self._delivery = Delivery(channel, self._late)
        self._pace = Pace()
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._pushing: set[asyncio.Task[None]] = set()

    async def answer(self, session: str, posted: Posted) -> list[Batch]:
        """What the page has not shown yet, up to the answer to this message.

        A message that comes again is not handled again. The handling goes on when the page's
        connection breaks; then its answer waits in the outbox.

        Raises:
            TrackerUnavailable: the outbox cannot be reached; the page has to post it again.
        """
        await self.outbox.seen(session, posted.seen)
        name = session, posted.name
        task = self._running.get(name)
        if task is None:
            task = self._running[name] = asyncio.create_task(self._once(session, posted))
            task.add_done_callback(lambda done: self._running.pop(name, None))
        await asyncio.shield(task)
        return await self.outbox.waiting(session)

    async def _once(self, session: str, posted: Posted) -> None:
        """Handle a message that nobody has handled; wait for whoever does."""
        while (post := await self.outbox.take(session, posted.name)) is Post.ELSEWHERE:
            await asyncio.sleep(LOOK_SECONDS)
        if post is Post.ANSWERED:
            return
        if said := self._refusal(session, posted):
            answers, settles = Answers([Message(said)]), False
        else:
            renewing = asyncio.create_task(self._renew(session, posted.name))
            try:
                answers = await self._handle(session, posted)
            finally:
                renewing.cancel()
            settles = answers.tells_where
        await self.outbox.answer(session, posted.name, Batch(answers), settles)

    def _refusal(self, session: str, posted: Posted) -> str:
        """Why a message is not handled, as the voter is told; empty if it is."""
        if self._pace.is_too_fast(session):
            return notice("too_fast")
        return notice("too_long") if len(posted.text) > MAX_CHARACTERS else ""

    async def _handle(self, session: str, posted: Posted) -> Answers:
        unseen = (
            posted.early
            or bool(await self.outbox.waiting(session))
            or await self.outbox.is_behind(session, posted.name)
        )
        if not may_be_yes(posted.text):
            await self.outbox.act(session, posted.name)
        return await self._delivery.answer(self._handler, session, posted.text, unseen, posted.name)

    async def _renew(self, session: str, name: str) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(BilikError):  # Tried again in a second.
                await self.outbox.renew(session, name)

    def _late(self, session: str, answers: Answers) -> None:
        task = asyncio.create_task(self._push(session, Batch(answers)))
        self._pushing.add(task)
        task.add_done_callback(self._pushing.discard)

    async def _push(self, session: str, batch: Batch) -> None:
        while True:
            try:
                await self.outbox.push(session, batch)
                break
            except BilikError:
                await asyncio.sleep(RENEW_SECONDS)
        self.lines.tell(session, batch)


class WebChat(InputChannel):
    """A page to chat on, and the addresses that it speaks to.

    Who chats is told by a random session in an HttpOnly cookie, with a token to it that only this
    server can make: nobody chooses a session, for oneself or for somebody else.
    """

    def __init__(
        self,
        keys: Keys,
        noter: Noter | None = None,
        database: Database | None = None,
        outbox: Outbox | None = None,
    ) -> None:
        """``keys`` are the installation's, and candidates' photos are in its ``database``.

        The page is there in every server, so it is here that the counts of all channels are noted
        by ``noter``. Several servers share an ``outbox``.
        """
        self._keys = keys
        self._outbox = outbox or MemoryOutbox()
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
        database, keys = Database(configured.database_url), Keys(configured.secret_key)
        url = configured.tracker_url or ""
        outbox = RedisOutbox(url, keys) if url.startswith("redis") else None
        return cls(keys, Noter(the_meter, database), database, outbox)

    def url_prefix(self) -> str:
        """Where the page lives."""
        return "/chat"

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The channel's routes."""
        blueprint = Blueprint("web_chat")
        keep_guard(blueprint)
        conversations = Conversations(self.name(), on_new_message, self._outbox)
        outbox, lines = conversations.outbox, conversations.lines
        page = (PAGE / "chat.html").read_text(encoding="utf-8")
        files = [file for file in PAGE.iterdir() if file.suffix in _TYPES]
        files += [ASSETS / name for name in SHARED]
        assets = {file.name: Asset.read(file) for file in files}

        @blueprint.get("/")
        async def show(request: Request) -> HTTPResponse:
            answer = response.html(page)
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
            headers = {"Cache-Control": f"public, max-age={PHOTO_SECONDS}"}
            return response.raw(content, headers=headers, content_type="image/jpeg")

        @blueprint.post("/messages")
        async def receive(request: Request) -> HTTPResponse:
            session = self._session(request)
            if session is None or not _is_json(request):
                return _refused(403)
            posted = Posted.read(request.json)
            if posted is None:
                return _refused(400)
            try:
                batches = await conversations.answer(session, posted)
            except BilikError:
                return _refused(503)  # the page posts it again
            return response.json({"batches": [_shown(one) for one in batches]})

        @blueprint.post("/seen")
        async def seen(request: Request) -> HTTPResponse:
            session = self._session(request)
            if session is None or not _is_json(request):
                return _refused(403)
            content = request.json if isinstance(request.json, dict) else {}
            with suppress(BilikError):  # The next message says so again.
                await outbox.seen(session, _names(content.get("seen")))
            return response.empty()

        @blueprint.post("/leave")
        async def leave(request: Request) -> HTTPResponse:
            session = self._session(request)
            if session is None or not _is_json(request):
                return _refused(403)
            with suppress(BilikError):  # It goes by itself; nobody else can ask for it.
                await outbox.forget(session)
            return self._with_new_session(request, response.empty())

        @blueprint.get("/events")
        async def events(request: Request) -> HTTPResponse | None:
            session = self._session(request)
            if session is None:
                return _refused(403)
            # Proxies are asked to pass each event on as it comes.
            headers = {"X-Accel-Buffering": "no"}
            stream = await request.respond(content_type="text/event-stream", headers=headers)
            with lines.line(session) as line:
                async for event in _events(outbox, session, line):
                    await stream.send(event)
            await stream.eof()
            return None

        if self._noter is not None:
            keep_noting(blueprint, self._noter)

            @blueprint.listener("after_server_start")
            async def serve_figures(*_: object) -> None:
                metrics_port.serve("rasa", settings.load())

        @blueprint.listener("before_server_stop")
        async def hang_up(*_: object) -> None:
            lines.hang_up()  # or the server would wait for the pages to leave

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
        headers = {"Cache-Control": "no-cache", "ETag": self.tag}
        if request.headers.get("if-none-match") == self.tag:
            return response.empty(304, headers=headers)
        return response.text(self.content, headers=headers, content_type=self.type)


async def _events(outbox: Outbox, session: str, line: Line) -> AsyncIterator[str]:
    """What to send to a page, until it is to hang up.

    Now and then the outbox is looked into: something may have come in on another server.
    """
    told: set[str] = set()
    while True:
        yield ALIVE
        with suppress(BilikError):
            for batch in await outbox.waiting(session):
                if batch.name not in told:
                    told.add(batch.name)
                    yield _event(batch)
        try:
            while True:
                pushed = await asyncio.wait_for(line.get(), ALIVE_SECONDS)
                if pushed is None:
                    return
                told.add(pushed.name)
                yield _event(pushed)
        except asyncio.TimeoutError:
            pass


def _event(batch: Batch) -> str:
    return f"data: {json.dumps(_shown(batch))}\n\n"


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
    return response.empty(status)
