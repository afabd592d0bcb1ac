"""LINE's Messaging API.

Webhooks: https://developers.line.biz/en/docs/messaging-api/receiving-messages/
Messages: https://developers.line.biz/en/reference/messaging-api/
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.channels.delivery import Handler
from assistant.channels.intake import connect
from assistant.channels.messages import Button, Message, parts, plain, shortened
from assistant.channels.outgoing import (
    Caller,
    PlatformBusy,
    PlatformRefused,
    SendingFailed,
    the_client,
)
from assistant.channels.platform import GROUP, NOTICE, TEXT, Platform
from assistant.channels.requests import MAX_BODY, refused, taken
from assistant.channels.signatures import is_signed_base64
from bilik import channel_settings, settings
from bilik.clock import Clock, system_clock
from bilik.services.mailbox import Letter

logger = logging.getLogger(__name__)

CHANNEL = "line"
SIGNATURE_HEADER = "x-line-signature"
STALE = timedelta(days=1)
REPLY_SECONDS = 50
"""A reply token is good for a minute."""
MAX_TEXT = 5000
MAX_MESSAGES = 5
MAX_QUICK_REPLIES = 13
MAX_LABEL = 20
MAX_PAYLOAD = 300
ASK_AGAIN_SECONDS = 60
_KINDS = {
    "sticker": "sticker", "audio": "voice", "image": "image", "video": "video", "file": "document",
    "location": "location",
}  # fmt: skip


class LinePlatform(Platform):
    """Replies while a reply token is good, pushes after that."""

    channel = CHANNEL
    left = "left_line"

    def __init__(self, configured: channel_settings.Line, clock: Clock = system_clock) -> None:
        """Send as the channel that is set."""
        self._configured = configured
        self._clock = clock
        self._caller = Caller(CHANNEL, the_client, lambda content: "")

    def compose(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """Up to five messages a request; quick replies stand under the last one."""
        said: list[dict[str, Any]] = []
        for message in messages:
            said += [
                {"type": "text", "text": text} for text in parts(plain(message.text), MAX_TEXT)
            ]
            # LINE shows those of the newest message only.
            if items := _quick_replies(message.buttons):
                said[-1]["quickReply"] = {"items": items}
        return [
            {
                "messages": said[start : start + MAX_MESSAGES],
                "may_reply": start == 0,
                # The same again if it is sent again: LINE then takes it once.
                "retry_key": str(uuid.uuid4()),
            }
            for start in range(0, len(said), MAX_MESSAGES)
        ]

    async def deliver(self, letter: Letter, outgoing: dict[str, Any]) -> list[str]:
        """See the parent class."""
        token = letter.details.get("reply_token")
        age = self._clock().timestamp() - letter.details.get("sent", 0)
        messages = outgoing["messages"]
        if token and outgoing["may_reply"] and not letter.attempts and age < REPLY_SECONDS:
            try:
                await self._post("reply", {"replyToken": token, "messages": messages})
                return []
            except PlatformRefused as error:
                if error.status != 400:  # 400: the token is used up, or too old after all.
                    raise
            except PlatformBusy as busy:
                # It may have been sent or not; a reply cannot be repeated, a push could be.
                logger.warning("%s; the answer is pushed", busy)
        chat = letter.chat.removeprefix(f"{CHANNEL}:")
        headers = {"X-Line-Retry-Key": outgoing["retry_key"]}
        try:
            await self._post("push", {"to": chat, "messages": messages}, headers)
        except PlatformRefused as error:
            if error.status != 409:  # 409: it was taken when it was sent before.
                raise
        return []

    async def basic_id(self) -> str:
        """The account's ``@name``, by which it is added as a friend."""
        info = await self._caller.call(
            "GET", f"{self._configured.api}/v2/bot/info", headers=self._headers()
        )
        return str(info["basicId"])

    async def _post(
        self, act: str, content: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        await self._caller.call(
            "POST",
            f"{self._configured.api}/v2/bot/message/{act}",
            headers={**self._headers(), **(headers or {})},
            json=content,
        )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._configured.token}"}


class Line(InputChannel):
    """The connector: takes LINE's webhooks at ``/webhooks/line/webhook``."""

    def __init__(self, configured: channel_settings.Line | None) -> None:
        """Off without settings."""
        self._configured = configured
        self._link = ""

    @classmethod
    def name(cls) -> str:
        """The channel's name, and its place under ``/webhooks``."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """From the environment; nothing is set in `credentials.yml`."""
        return cls(settings.load().channels.line)

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The channel's routes; none if it is off."""
        blueprint = Blueprint("line_webhook")
        if self._configured is None:
            return blueprint
        configured = self._configured
        platform = LinePlatform(configured)
        intake = connect(blueprint, [platform], on_new_message)

        @blueprint.listener("after_server_start")
        async def start(*_: Any) -> None:
            self._asking = asyncio.create_task(self._ask_name(platform))

        @blueprint.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            given = request.headers.get(SIGNATURE_HEADER, "")
            if len(request.body) > MAX_BODY:
                return response.empty(413)
            if not is_signed_base64(request.body, configured.secret, given):
                return refused(given)
            return await taken(intake, request.body, self._letters, STALE)

        return blueprint

    def _letters(self, content: dict[str, Any]) -> Iterator[tuple[str, Letter]]:
        """The events that are answered; a redelivered one has the id that it had before."""
        for event in content["events"]:
            if event.get("mode") == "standby":
                continue
            if (letter := self._letter(event)) is not None:
                yield event["webhookEventId"], letter

    def _letter(self, event: dict[str, Any]) -> Letter | None:
        source = event.get("source") or {}
        sent = int(event["timestamp"])  # milliseconds
        details = {"sent": sent / 1000, "reply_token": event.get("replyToken", "")}
        kind = event["type"]
        if source.get("type") in ("group", "room"):
            if kind not in ("message", "join"):
                return None
            chat = f"{CHANNEL}:{source[source['type'] + 'Id']}"
            return Letter(CHANNEL, chat, GROUP, sent, details={**details, "link": self._link})
        if source.get("type") != "user":
            return None
        chat = f"{CHANNEL}:{source['userId']}"
        match kind:
            case "postback":
                return Letter(CHANNEL, chat, TEXT, sent, event["postback"]["data"], details)
            case "follow":
                return Letter(CHANNEL, chat, TEXT, sent, "halo", details)
            case "message" if event["message"]["type"] == "text":
                return Letter(CHANNEL, chat, TEXT, sent, event["message"]["text"], details)
            case "message":
                found = _KINDS.get(event["message"]["type"], "other")
                return Letter(CHANNEL, chat, NOTICE, sent, details={**details, "notice": found})
        return None

    async def _ask_name(self, platform: LinePlatform) -> None:
        """Learn the account's address once, for those who write in a group."""
        while not self._link:
            try:
                self._link = f"https://line.me/R/ti/p/{await platform.basic_id()}"
            except SendingFailed as failed:
                logger.error("%s; the account's name is not known yet", failed)
                await asyncio.sleep(ASK_AGAIN_SECONDS)


def _quick_replies(buttons: Sequence[Button]) -> list[dict[str, Any]]:
    """Nothing where there are too many of them; then they are typed."""
    if len(buttons) > MAX_QUICK_REPLIES or any(len(one.payload) > MAX_PAYLOAD for one in buttons):
        return []
    return [
        {
            "type": "action",
            "action": {
                "type": "postback",
                "label": shortened(one.title, MAX_LABEL),
                "data": one.payload,
                "displayText": one.title,
            },
        }
        for one in buttons
    ]
