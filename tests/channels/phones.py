"""Voters' phones, one kind per platform: they write as it delivers, and read what it was sent."""

from __future__ import annotations

import base64
import hmac
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import urlencode

import httpx
from aiogram.types import CallbackQuery, Chat, Contact, Message, Sticker, Update, User
from linebot.models import (
    ImageMessage,
    MessageEvent,
    Postback,
    PostbackEvent,
    SourceGroup,
    SourceUser,
    StickerMessage,
    TextMessage,
)
from linebot.models.delivery_context import DeliveryContext
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from bilik.clock import system_clock
from bilik.keys import Keys
from bilik.storage.database import to_column
from bilik.storage.tables import waiting_messages
from tests.booth import SECRET
from tests.channels import platforms as config
from tests.channels.platforms import Call, Platforms, as_json, shown
from tests.installation import Installation
from tests.untrusting import NO_CERTIFICATES

PATIENCE_SECONDS = 60
SOON = timedelta(seconds=30)
_numbers = count(1)


@dataclass
class Request:
    """A webhook request, ready to be sent any number of times."""

    path: str
    body: bytes
    headers: dict[str, str]


@dataclass
class Phone(ABC):
    """A voter with one platform's app."""

    bilik: Installation
    platforms: Platforms
    number: int = field(default_factory=lambda: next(_numbers))

    channel = ""

    @abstractmethod
    def request(self, text: str) -> Request:
        """What the platform sends when the voter writes this."""

    @property
    @abstractmethod
    def address(self) -> str:
        """To whom Bilik answers, as the platform's API has it."""

    def send(self, request: Request) -> int:
        """The answer's status."""
        url = f"{self.bilik.url}{request.path}"
        headers = {name: text.encode() for name, text in request.headers.items()}
        return httpx.post(
            url, content=request.body, headers=headers, timeout=30, verify=NO_CERTIFICATES
        ).status_code

    def read(self, start: int) -> list[str]:
        """What Bilik has sent to this voter since, once nothing waits any more."""
        wait_until_idle(self.bilik)
        return [text for call in self.answers(start) for text in shown(call.content)]

    def answers(self, start: int = 0) -> list[Call]:
        """The requests by which Bilik has answered."""
        return [call for call in self.platforms.sent(start) if self._is_for_me(call)]

    def _is_for_me(self, call: Call) -> bool:
        return self.address in (
            str(call.content.get("chat_id")), call.content.get("to"), call.content.get("To"),
        )  # fmt: skip

    def say(self, text: str) -> str:
        """Write, and read the answer."""
        return "\n".join(self.deliver(self.request(text)))

    def deliver(self, request: Request) -> list[str]:
        start = len(self.platforms.calls)
        assert self.send(request) == 200
        return self.read(start)

    def talk(self, *texts: str) -> str:
        return [self.say(text) for text in texts][-1]


def wait_until_idle(bilik: Installation) -> None:
    """Until every message that came in is answered; what is due later than that may wait."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with bilik.village.database.read() as connection:
            columns = waiting_messages.c
            soon = select(columns.id).where(columns.due_at < to_column(system_clock() + SOON))
            if not connection.execute(soon).first():
                return
        time.sleep(0.02)
    raise AssertionError("messages still wait")


class TelegramPhone(Phone):
    channel = "telegram"
    path = "/webhooks/telegram/webhook"
    _updates = count(500)

    @property
    def id(self) -> int:
        return 7_000_000 + self.number

    @property
    def address(self) -> str:
        return str(self.id)

    @property
    def user(self) -> User:
        return User(id=self.id, is_bot=False, first_name="Pemilih", language_code="id")

    def request(self, text: str) -> Request:
        return self.message(text=text)

    def message(
        self, chat_type: str = "private", update: int | None = None, date: float | None = None,
        kind: str = "message", **content: Any,
    ) -> Request:  # fmt: skip
        update = next(self._updates) if update is None else update
        chat_id = self.id if chat_type == "private" else -self.id
        chat = Chat(id=chat_id, type=chat_type, first_name="Pemilih")
        message = Message(
            message_id=10_000 + update, chat=chat, date=int(date or time.time()), **content
        ).to_python()
        # aiogram 2 calls it from_user.
        message["from"] = self.user.to_python()
        return self._signed(Update(update_id=update, **{kind: message}).to_python())

    def press(self, payload: str) -> Request:
        """The voter presses a button of an earlier message."""
        update = next(self._updates)
        message = {
            "message_id": 1, "date": int(time.time()), "text": "…",
            "chat": Chat(id=self.id, type="private").to_python(),
        }  # fmt: skip
        query = CallbackQuery(id=str(update), chat_instance="1", data=payload).to_python()
        query |= {"from": self.user.to_python(), "message": message}
        return self._signed(Update(update_id=update, callback_query=query).to_python())

    def contact(self, phone: str, own: bool = True) -> Request:
        user_id = self.id if own else self.id + 1_000_000
        contact = Contact(phone_number=phone, first_name="Pemilih", user_id=user_id)
        return self.message(contact=contact.to_python())

    def sticker(self) -> Request:
        sticker = Sticker(
            file_id="x", file_unique_id="y", width=1, height=1, is_animated=False, is_video=False,
            type="regular",
        )  # fmt: skip
        return self.message(sticker=sticker.to_python())

    def _signed(self, update: dict[str, Any]) -> Request:
        token = Keys(SECRET).webhook_token("telegram")
        headers = {"X-Telegram-Bot-Api-Secret-Token": token, "Content-Type": "application/json"}
        return Request(self.path, as_json(update), headers)


class WhatsAppPhone(Phone):
    channel = "whatsapp"
    path = "/webhooks/whatsapp/webhook"
    _ids = count(1)

    @property
    def address(self) -> str:
        return f"62812{self.number:08d}"

    def request(self, text: str) -> Request:
        return self.batch([self.message(text={"body": text})])

    def message(self, sent: float | None = None, kind: str = "text", **content: Any) -> Any:
        return {
            "from": self.address, "id": f"wamid.in.{next(self._ids)}", "type": kind,
            "timestamp": str(int(sent or time.time())), **content,
        }  # fmt: skip

    def press(self, payload: str, kind: str = "button_reply") -> Request:
        reply = {"type": kind, kind: {"id": payload, "title": "…"}}
        return self.batch([self.message(kind="interactive", interactive=reply)])

    def batch(self, *batches: list[Any], **more: Any) -> Request:
        """Several changes in one request."""
        metadata = {"display_phone_number": "62811", "phone_number_id": config.PHONE_ID}
        value = {"messaging_product": "whatsapp", "metadata": metadata}
        changes = [
            {"field": "messages", "value": {**value, "messages": one, **more}} for one in batches
        ]
        content = {"object": "whatsapp_business_account",
                   "entry": [{"id": "1", "changes": changes}]}  # fmt: skip
        return self.signed(as_json(content))

    def signed(self, body: bytes) -> Request:
        digest = hmac.digest(config.WHATSAPP_SECRET.encode(), body, "sha256").hex()
        headers = {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}
        return Request(self.path, body, headers)


class LinePhone(Phone):
    channel = "line"
    path = "/webhooks/line/webhook"
    _ids = count(1)

    @property
    def address(self) -> str:
        return f"U{self.number:032d}"

    @property
    def source(self) -> SourceUser:
        return SourceUser(user_id=self.address)

    def _is_for_me(self, call: Call) -> bool:
        token = call.content.get("replyToken", "")
        return token.startswith(f"reply-{self.address}-") or super()._is_for_me(call)

    def request(self, text: str) -> Request:
        return self.events(self.message(TextMessage(id="1", text=text)))

    def message(
        self, message: Any, source: Any = None, sent: float | None = None, again: bool = False
    ) -> MessageEvent:
        return MessageEvent(message=message, **self._event(source, sent, again))

    def _event(
        self, source: Any = None, sent: float | None = None, again: bool = False
    ) -> dict[str, Any]:
        number = next(self._ids)
        return {
            "mode": "active", "timestamp": int((sent or time.time()) * 1000),
            "source": source or self.source, "webhook_event_id": f"event-{number}",
            "delivery_context": DeliveryContext(is_redelivery=again),
            "reply_token": f"reply-{self.address}-{number}",
        }  # fmt: skip

    def press(self, payload: str) -> Request:
        return self.events(PostbackEvent(postback=Postback(data=payload), **self._event()))

    def sticker(self) -> Request:
        return self.events(self.message(StickerMessage(id="1", package_id="1", sticker_id="1")))

    def image(self) -> Request:
        return self.events(self.message(ImageMessage(id="1")))

    def in_group(self, text: str) -> Request:
        group = SourceGroup(group_id=f"C{self.number:032d}", user_id=self.address)
        return self.events(self.message(TextMessage(id="1", text=text), group))

    def events(self, *events: Any) -> Request:
        content = {"destination": "U0", "events": [one.as_json_dict() for one in events]}
        body = as_json(content)
        digest = hmac.digest(config.LINE_SECRET.encode(), body, "sha256")
        headers = {"X-Line-Signature": base64.b64encode(digest).decode()}
        return Request(self.path, body, headers)


class TwilioPhone(Phone):
    path = "/webhooks/twilio/webhook"
    prefix = ""
    ours = config.SMS_NUMBER
    _ids = count(1)

    @property
    def address(self) -> str:
        return f"{self.prefix}+62813{self.number:08d}"

    def request(self, text: str) -> Request:
        return self.form(Body=text)

    def form(self, **values: str) -> Request:
        form = {
            "MessageSid": f"SM{next(self._ids):032x}", "AccountSid": config.TWILIO_ACCOUNT,
            "From": self.address, "To": f"{self.prefix}{self.ours}", "NumMedia": "0", "Body": "",
            **values,
        }  # fmt: skip
        return self.signed(self.path, form)

    @staticmethod
    def signed(path: str, form: dict[str, str]) -> Request:
        validator = RequestValidator(config.TWILIO_TOKEN)
        signature = validator.compute_signature(config.PUBLIC_URL + path, form)
        headers = {
            "X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        return Request(path, urlencode(form).encode(), headers)


class SmsPhone(TwilioPhone):
    channel = "twilio-sms"


class TwilioWhatsAppPhone(TwilioPhone):
    channel = "twilio-whatsapp"
    prefix = "whatsapp:"
    ours = config.WHATSAPP_NUMBER


KINDS: list[type[Phone]] = [TelegramPhone, WhatsAppPhone, LinePhone, SmsPhone, TwilioWhatsAppPhone]
