"""Telegram, on Rasa's connector and aiogram 2, with what they leave open closed.

The webhook is registered with a secret token that every update has to bring along
(https://core.telegram.org/bots/api#setwebhook). Private chats only; edited messages are not read.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from aiogram.types import (
    ChatType,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from aiogram.types import Message as TelegramMessage
from rasa.core.channels.channel import InputChannel
from rasa.core.channels.telegram import TelegramInput, TelegramOutput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.channels.delivery import Handler
from assistant.channels.intake import connect
from assistant.channels.messages import Message, as_html, parts, shortened
from assistant.channels.notices import notice
from assistant.channels.outgoing import Caller, PlatformRefused, SendingFailed, the_client
from assistant.channels.platform import CONTACT, GROUP, NOTICE, TEXT, Platform
from assistant.channels.requests import MAX_BODY, refused, taken
from assistant.channels.signatures import same
from bilik import channel_settings, settings
from bilik.domain.phone import normal_phone
from bilik.keys import Keys
from bilik.services.mailbox import Letter

logger = logging.getLogger(__name__)

CHANNEL = "telegram"
SECRET_HEADER = "x-telegram-bot-api-secret-token"
UPDATES = ["message", "callback_query"]
STALE = timedelta(hours=25)
"""Telegram keeps an update for 24 hours."""
MAX_TEXT = 4096
MAX_TITLE = 60
MAX_PAYLOAD = 64
AT_ONCE = 100
"""So many messages ``deleteMessages`` takes."""
REGISTER_SECONDS = 30
_START = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*")
_KINDS = {
    "sticker": "sticker", "voice": "voice", "audio": "voice", "photo": "image", "video": "video",
    "video_note": "video", "animation": "video", "document": "document", "location": "location",
    "venue": "location",
}  # fmt: skip


class Bot(TelegramOutput):
    """aiogram's methods, over the shared client."""

    def __init__(self, configured: channel_settings.Telegram) -> None:
        """A bot; nothing is asked of Telegram yet."""
        super().__init__(configured.token)
        self._base = f"{configured.api}/bot{configured.token}"
        self._caller = Caller(CHANNEL, the_client, error_code)

    async def request(
        self, method: str, data: dict[str, Any] | None = None, *_: Any, **__: Any
    ) -> Any:
        """Call a method of the Bot API.

        Raises:
            SendingFailed: Telegram did not take it.
        """
        answer = await self._caller.call("POST", f"{self._base}/{method}", data=data or {})
        return answer["result"]


class TelegramPlatform(Platform):
    """Sending, buttons, and deleting what was sent."""

    channel = CHANNEL
    erases = True

    def __init__(self, bot: Bot) -> None:
        """Send as ``bot``."""
        self._bot = bot

    def compose(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """One request per message, or more where it is long."""
        outgoing = []
        for message in messages:
            texts = parts(message.text, MAX_TEXT)
            outgoing += [{"text": as_html(text)} for text in texts]
            if markup := _markup(message):
                outgoing[-1]["reply_markup"] = markup
        return outgoing

    async def deliver(self, letter: Letter, outgoing: dict[str, Any]) -> list[str]:
        """See the parent class."""
        sent = await self._bot.send_message(
            _chat_id(letter), outgoing["text"], parse_mode="HTML", disable_web_page_preview=True,
            reply_markup=outgoing.get("reply_markup"),
        )  # fmt: skip
        return [str(sent.message_id)]

    async def begin(self, letter: Letter) -> bool:
        """Answer a pressed button, or its little clock would go on."""
        if query := letter.details.get("callback"):
            await self._bot.answer_callback_query(query)
        return query is not None

    async def erase(self, letter: Letter, ids: Sequence[str]) -> list[str]:
        """See the parent class. In private chats a bot may delete either side for 48 hours."""
        left: list[str] = []
        for start in range(0, len(ids), AT_ONCE):
            chunk = ids[start : start + AT_ONCE]
            numbers = json.dumps([int(one) for one in chunk])
            try:
                await self._bot.request(
                    "deleteMessages", {"chat_id": _chat_id(letter), "message_ids": numbers}
                )
            except PlatformRefused:
                left += chunk
        return left

    def told_after_erasing(self, everything: bool) -> str:
        """See the parent class."""
        return "left_telegram" if everything else "left_telegram_partly"


class Telegram(TelegramInput):
    """The connector: takes Telegram's updates at ``/webhooks/telegram/webhook``."""

    def __init__(self, configured: channel_settings.Telegram | None, webhook: str) -> None:
        """Off without settings."""
        self._configured = configured
        self._webhook = webhook
        self._link = ""

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """From the environment; nothing is set in `credentials.yml`."""
        channels = settings.load().channels
        return cls(channels.telegram, channels.webhook(CHANNEL))

    def get_output_channel(self) -> None:
        """None: Bilik only speaks when it is spoken to."""

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The channel's routes; none if it is off."""
        blueprint = Blueprint("telegram_webhook")
        if self._configured is None:
            return blueprint
        bot = Bot(self._configured)
        secret = Keys(settings.load().secret_key).webhook_token(CHANNEL)
        intake = connect(blueprint, [TelegramPlatform(bot)], on_new_message)

        @blueprint.listener("after_server_start")
        async def start(*_: Any) -> None:
            self._registering = asyncio.create_task(self._register(bot, secret))

        @blueprint.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            given = request.headers.get(SECRET_HEADER, "")
            if not same(given, secret):
                return refused(given)
            if len(request.body) > MAX_BODY:
                return response.empty(413)
            return await taken(intake, request.body, self._letters, STALE)

        return blueprint

    def _letters(self, content: dict[str, Any]) -> Iterator[tuple[str, Letter]]:
        """The message in an update, if it is one that is answered."""
        update = Update(**content)
        if (letter := self._letter(update)) is not None:
            yield str(update.update_id), letter

    def _letter(self, update: Update) -> Letter | None:
        query = update.callback_query
        message = query.message if query else update.message
        if message is None or (query is None and message.from_user is None):
            return None
        chat = f"{CHANNEL}:{message.chat.id}"
        # A pressed button does not tell when it was pressed.
        details: dict[str, Any] = {} if query else {"sent": message.date.timestamp()}
        if message.chat.type != ChatType.PRIVATE:
            details["link"] = self._link
            return Letter(CHANNEL, chat, GROUP, update.update_id, details=details)
        if query:
            if query.from_user.id != message.chat.id:
                return None
            return Letter(
                CHANNEL, chat, TEXT, update.update_id, query.data or "", {"callback": query.id}
            )
        details["message_id"] = str(message.message_id)
        kind, text = _read(message, details)
        return Letter(CHANNEL, chat, kind, update.update_id, text, details)

    async def _register(self, bot: Bot, secret: str) -> None:
        """Tell Telegram where updates go, once; until it has heard, again and again."""
        while True:
            try:
                me = await bot.get_me()
                self._link = f"https://t.me/{me.username}"
                await bot.request(
                    "setWebhook",
                    {
                        "url": self._webhook,
                        "secret_token": secret,
                        "allowed_updates": json.dumps(UPDATES),
                    },
                )
                return
            except SendingFailed as failed:
                logger.error("%s; the webhook is not registered yet", failed)
            await asyncio.sleep(REGISTER_SECONDS)


def _read(message: TelegramMessage, details: dict[str, Any]) -> tuple[str, str]:
    """What a private message is, and its text; ``details`` gets what else there is to know."""
    if message.text is not None:
        return TEXT, _as_typed(message.text)
    if message.contact is not None:
        phone = normal_phone(message.contact.phone_number or "")
        own = message.contact.user_id == message.from_user.id
        if own and phone:
            details["phone"] = phone
            return CONTACT, ""
        details["notice"] = "contact" if own else "contact_not_own"
        return NOTICE, ""
    # A picture with words beside it is still a picture: who sends one may want to be told so.
    details["notice"] = _KINDS.get(str(message.content_type), "other")
    return NOTICE, ""


def _as_typed(text: str) -> str:
    """The message; the start of a chat, by QR code with the voting code in it, as a voter would."""
    start = _START.fullmatch(text)
    if start is None:
        return text
    return f"kode undangan {start[1]}" if start[1] else "halo"


def _markup(message: Message) -> str | None:
    """The keyboard below a message, as JSON."""
    if message.asks_contact:
        button = KeyboardButton(notice("share_contact"), request_contact=True)
        keyboard = ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
        return keyboard.as_json()
    if message.text == notice("contact_thanks"):
        return ReplyKeyboardRemove().as_json()
    rows = [
        [InlineKeyboardButton(shortened(one.title, MAX_TITLE), callback_data=one.payload)]
        for one in message.buttons
        if len(one.payload.encode()) <= MAX_PAYLOAD
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows).as_json() if rows else None


def _chat_id(letter: Letter) -> str:
    return letter.chat.removeprefix(f"{CHANNEL}:")


def error_code(content: dict[str, Any]) -> str:
    """Telegram's words for an error, up to where they could quote what was sent."""
    return str(content.get("description", "")).partition('"')[0].strip()
