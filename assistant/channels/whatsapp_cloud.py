"""WhatsApp over Meta's Cloud API.

Webhooks: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
Messages: https://developers.facebook.com/docs/whatsapp/cloud-api/messages
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.channels.delivery import Handler
from assistant.channels.intake import connect
from assistant.channels.messages import Button, Message, parts, shortened
from assistant.channels.notices import notice
from assistant.channels.outgoing import Caller, PlatformRefused, the_client
from assistant.channels.platform import NOTICE, TEXT, WINDOW, Platform, is_stale
from assistant.channels.requests import MAX_BODY, plain_code, refused, taken
from assistant.channels.signatures import is_signed_hex, same
from bilik import channel_settings, settings
from bilik.clock import Clock, system_clock
from bilik.services.mailbox import Letter

logger = logging.getLogger(__name__)

CHANNEL = "whatsapp"
SIGNATURE_HEADER = "x-hub-signature-256"
STALE = timedelta(days=7)
"""Meta goes on delivering a message for so long."""
MAX_TEXT = 4096
MAX_INTERACTIVE_TEXT = 1024
MAX_BUTTONS = 3
MAX_BUTTON_TITLE = 20
MAX_ROWS = 10
MAX_ROW_TITLE = 24
MAX_ROW_DESCRIPTION = 72
MAX_PAYLOAD = 200
LANGUAGE = "id"
_KINDS = {
    "sticker": "sticker", "audio": "voice", "image": "image", "video": "video",
    "document": "document", "location": "location", "contacts": "contact",
}  # fmt: skip
_SILENT = {"reaction", "system"}
"""Nothing that waits for an answer."""


class WhatsAppPlatform(Platform):
    """Texts, reply buttons and lists."""

    channel = CHANNEL
    left = "left_whatsapp"
    tells_order = False

    def __init__(
        self,
        configured: channel_settings.WhatsApp,
        clock: Clock = system_clock,
        sure: bool = False,
    ) -> None:
        """Send from the number that is set; ``sure`` as with :class:`Caller`."""
        self._configured = configured
        self._clock = clock
        self._caller = Caller(CHANNEL, the_client, error_code, sure=sure)

    def compose(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """One request per message, or more where it is long. Stars make letters bold here, too."""
        outgoing: list[dict[str, Any]] = []
        for message in messages:
            interactive = _interactive(message.buttons)
            texts = parts(message.text, MAX_TEXT)
            if interactive is None:
                outgoing += map(_text, texts)
                continue
            if len(texts[-1]) > MAX_INTERACTIVE_TEXT:
                texts.append(notice("tap_here"))
            outgoing += map(_text, texts[:-1])
            content = {**interactive, "body": {"text": texts[-1]}}
            outgoing.append({"type": "interactive", "interactive": content})
        return outgoing

    def reminder(self, title: str, until: str) -> dict[str, Any] | None:
        """The template for it, with title and hour for the variables of its body."""
        if not self._configured.reminder:
            return None
        variables = [{"type": "text", "text": one} for one in (title, until)]
        template = {
            "name": self._configured.reminder,
            "language": {"code": LANGUAGE},
            "components": [{"type": "body", "parameters": variables}],
        }
        return {"type": "template", "template": template}

    async def deliver(self, letter: Letter, outgoing: dict[str, Any]) -> list[str]:
        """Send within 24 hours of the voter's message; later only the template may be sent.

        Raises:
            SendingFailed: it was not taken, or there is no template.
        """
        sent = letter.details.get("sent")
        if sent is not None and is_stale(sent, self._clock(), WINDOW):
            if not self._configured.template:
                raise PlatformRefused(CHANNEL, 0, "24 hours are over, and no template is set")
            name = {"name": self._configured.template, "language": {"code": LANGUAGE}}
            outgoing = {"type": "template", "template": name}
        answer = await self._caller.call(
            "POST",
            f"{self._configured.api}/{self._configured.phone_id}/messages",
            headers={"Authorization": f"Bearer {self._configured.token}"},
            json={
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": letter.chat.removeprefix(f"{CHANNEL}:+"),
                **outgoing,
            },
        )
        return [one["id"] for one in (answer or {}).get("messages", [])]


class WhatsAppCloud(InputChannel):
    """The connector: takes Meta's webhooks at ``/webhooks/whatsapp/webhook``."""

    def __init__(self, configured: channel_settings.WhatsApp | None) -> None:
        """Off without settings."""
        self._configured = configured

    @classmethod
    def name(cls) -> str:
        """The channel's name, and its place under ``/webhooks``."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """From the environment; nothing is set in `credentials.yml`."""
        return cls(settings.load().channels.whatsapp)

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The channel's routes; none if it is off."""
        blueprint = Blueprint("whatsapp_webhook")
        if self._configured is None:
            return blueprint
        configured = self._configured
        intake = connect(blueprint, [WhatsAppPlatform(configured)], on_new_message)

        @blueprint.get("/webhook")
        async def verify(request: Request) -> HTTPResponse:
            given = request.args.get("hub.verify_token", "")
            is_subscription = request.args.get("hub.mode") == "subscribe"
            if not same(given, configured.verify_token) or not is_subscription:
                return refused(given)
            return response.text(request.args.get("hub.challenge", ""))

        @blueprint.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            given = request.headers.get(SIGNATURE_HEADER, "")
            if len(request.body) > MAX_BODY:
                return response.empty(413)
            if not is_signed_hex(request.body, configured.app_secret, given):
                return refused(given)
            return await taken(intake, request.body, self._letters, STALE)

        return blueprint

    def _letters(self, content: dict[str, Any]) -> Iterator[tuple[str, Letter]]:
        """All messages of a webhook, which may bring several of several people."""
        assert self._configured is not None
        for entry in content["entry"]:
            for change in entry["changes"]:
                value = change["value"]
                metadata = value.get("metadata") or {}
                if metadata.get("phone_number_id") != self._configured.phone_id:
                    continue  # Another number of the same account.
                for status in value.get("statuses") or ():
                    _report(status)
                for at, message in enumerate(value.get("messages") or ()):
                    if message.get("type") not in _SILENT and "group_id" not in message:
                        yield message["id"], _letter(message, at)


def _letter(message: dict[str, Any], at: int) -> Letter:
    sent = int(message["timestamp"])
    chat = f"{CHANNEL}:+{int(message['from'])}"
    position = sent * 1000 + at
    kind, details, text = TEXT, {"sent": sent}, ""
    match message.get("type"):
        case "text":
            text = message["text"]["body"]
        case "interactive":
            content = message["interactive"]
            text = content[content["type"]]["id"]
        case "button":  # of a template
            text = message["button"].get("text") or ""
        case other:
            found = _KINDS.get(str(other), "other")
            return Letter(CHANNEL, chat, NOTICE, position, details={**details, "notice": found})
    return Letter(CHANNEL, chat, kind, position, text, details)


def _report(status: dict[str, Any]) -> None:
    """Say that a message was refused after it had been taken, and why; not which."""
    if status.get("status") == "failed":
        codes = {plain_code(error.get("code")) for error in status.get("errors") or ()}
        logger.error("whatsapp: a message was refused: %s", ", ".join(sorted(codes)) or "?")


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _interactive(buttons: Sequence[Button]) -> dict[str, Any] | None:
    """Up to three short titles are buttons, up to ten a list; what does not fit is typed."""
    if not buttons or any(len(one.payload) > MAX_PAYLOAD for one in buttons):
        return None
    if len(buttons) <= MAX_BUTTONS and all(len(b.title) <= MAX_BUTTON_TITLE for b in buttons):
        replies = [
            {"type": "reply", "reply": {"id": one.payload, "title": one.title}} for one in buttons
        ]
        return {"type": "button", "action": {"buttons": replies}}
    if len(buttons) > MAX_ROWS:
        return None
    rows = [_row(one) for one in buttons]
    return {
        "type": "list",
        "action": {"button": notice("choices"), "sections": [{"rows": rows}]},
    }


def _row(button: Button) -> dict[str, str]:
    row = {"id": button.payload, "title": shortened(button.title, MAX_ROW_TITLE)}
    if row["title"] != button.title:
        row["description"] = shortened(button.title, MAX_ROW_DESCRIPTION)
    return row


def error_code(content: dict[str, Any]) -> str:
    """Meta's number of an error, ``131047`` for one."""
    error = content.get("error")
    return str(error.get("code", "")) if isinstance(error, dict) else ""
