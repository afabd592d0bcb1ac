"""SMS and WhatsApp by Twilio, on Rasa's connector, with what it leaves open closed.

Webhooks: https://www.twilio.com/docs/usage/webhooks/webhooks-security
Messages: https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from rasa.core.channels.channel import InputChannel
from rasa.core.channels.twilio import TwilioInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from assistant.channels.delivery import Handler
from assistant.channels.intake import Intake, connect
from assistant.channels.messages import Message, parts, shortened
from assistant.channels.notices import notice
from assistant.channels.outgoing import Caller, PlatformBusy, PlatformRefused, the_client
from assistant.channels.platform import NOTICE, TEXT, WINDOW, Platform, is_stale
from assistant.channels.requests import MAX_BODY, kept, plain_code, refused
from assistant.channels.sms import MAX_LETTERS, as_sms, to_gsm7
from bilik import channel_settings, settings
from bilik.clock import Clock, system_clock
from bilik.domain.sender import SMS, WHATSAPP_BY_TWILIO
from bilik.services.mailbox import Letter, milliseconds

logger = logging.getLogger(__name__)

PLACE = "twilio"
SIGNATURE_HEADER = "x-twilio-signature"
MAX_TEXT = 1600
_PREFIX = "whatsapp:"
_NOT_DELIVERED = {"failed", "undelivered"}
_MEDIA = {"image": "image", "audio": "voice", "video": "video"}


class TwilioPlatform(Platform):
    """Sending from one number, and deleting the texts that Twilio keeps."""

    erases = True
    keeps_receipt = False
    tells_order = False

    def __init__(
        self,
        configured: channel_settings.Twilio,
        channel: str,
        status_url: str,
        clock: Clock = system_clock,
        sure: bool = False,
    ) -> None:
        """``channel`` is that of SMS or of WhatsApp; ``sure`` as with :class:`Caller`."""
        self.channel = channel
        self._is_sms = channel == SMS
        self.left = "left_sms" if self._is_sms else "left_whatsapp"
        self._configured = configured
        self._status_url = status_url
        self._clock = clock
        self._caller = Caller(channel, the_client, error_code, sure=sure)
        self._account = f"{configured.api}/2010-04-01/Accounts/{configured.account}"

    def compose(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """SMS of 160 letters, or WhatsApp messages; neither has buttons."""
        if self._is_sms:
            return [{"Body": text} for text in as_sms(messages)]
        return [{"Body": text} for one in messages for text in parts(one.text, MAX_TEXT)]

    def reminder(self, title: str, until: str) -> dict[str, Any] | None:
        """One SMS, or the WhatsApp template for it, with title and hour for its variables."""
        if self._is_sms:
            room = MAX_LETTERS - len(notice("reminder_sms", title="", until=until))
            # What stands for an ellipsis there is longer than it.
            short = title if len(title) <= room else shortened(title, room - 2)
            return {"Body": to_gsm7(notice("reminder_sms", title=short, until=until))}
        if not self._configured.reminder:
            return None
        variables = json.dumps({"1": title, "2": until}, ensure_ascii=False)
        return {"ContentSid": self._configured.reminder, "ContentVariables": variables}

    async def deliver(self, letter: Letter, outgoing: dict[str, Any]) -> list[str]:
        """Send; on WhatsApp within 24 hours of the voter's message, later the template only.

        Raises:
            SendingFailed: it was not taken, or there is no template.
        """
        prefix = "" if self._is_sms else _PREFIX
        sender = self._configured.sms if self._is_sms else self._configured.whatsapp
        if not self._is_sms and is_stale(letter.received / 1000, self._clock(), WINDOW):
            if not self._configured.template:
                raise PlatformRefused(self.channel, 0, "24 hours are over, and no template is set")
            outgoing = {"ContentSid": self._configured.template}
        answer = await self._call(
            "POST",
            "/Messages.json",
            data={
                "From": f"{prefix}{sender}",
                "To": f"{prefix}{letter.chat.removeprefix(f'{self.channel}:')}",
                "StatusCallback": self._status_url,
                **outgoing,
            },
        )
        return [answer["sid"]]

    async def erase(self, letter: Letter, ids: Sequence[str]) -> list[str]:
        """Delete messages at Twilio; those still on their way cannot be deleted yet."""
        left = []
        for message_id in ids:
            try:
                await self._call("DELETE", f"/Messages/{message_id}.json")
            except PlatformBusy:
                left.append(message_id)
            except PlatformRefused as error:
                if error.status != 404:
                    left.append(message_id)
        return left

    async def _call(self, method: str, path: str, **request: Any) -> Any:
        login = (self._configured.account, self._configured.token)
        return await self._caller.call(method, f"{self._account}{path}", auth=login, **request)


class Form:
    """A form as Twilio's validator wants to see it: every value, the empty ones, too."""

    def __init__(self, body: bytes) -> None:
        """Read it.

        Raises:
            ValueError: it is none.
        """
        self.pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=200, errors="strict"
        )

    def __iter__(self) -> Any:
        """The names."""
        return (name for name, _ in self.pairs)

    def __len__(self) -> int:
        """How many values there are."""
        return len(self.pairs)

    def getlist(self, name: str) -> list[str]:
        """All values of that name."""
        return [value for one, value in self.pairs if one == name]

    def get(self, name: str) -> str:
        """The first value of that name, or nothing."""
        return next(iter(self.getlist(name)), "")


class Twilio(TwilioInput):
    """The connector: takes Twilio's webhooks at ``/webhooks/twilio/webhook``."""

    def __init__(
        self, configured: channel_settings.Twilio | None, webhook: str, status_url: str
    ) -> None:
        """Off without settings."""
        self._configured = configured
        self._webhook = webhook
        self._status_url = status_url

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """From the environment; nothing is set in `credentials.yml`."""
        channels = settings.load().channels
        return cls(channels.twilio, channels.webhook(PLACE), channels.webhook(PLACE, "status"))

    def get_output_channel(self) -> None:
        """None: Bilik only speaks when it is spoken to."""

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The channel's routes; none if it is off."""
        blueprint = Blueprint("twilio_webhook")
        if self._configured is None:
            return blueprint
        configured = self._configured
        validator = RequestValidator(configured.token)
        numbers = {SMS: configured.sms, WHATSAPP_BY_TWILIO: configured.whatsapp}
        platforms = [
            TwilioPlatform(configured, channel, self._status_url)
            for channel, number in numbers.items()
            if number
        ]
        intake = connect(blueprint, platforms, on_new_message)

        @blueprint.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            form = _signed_form(request, validator, self._webhook)
            return form if isinstance(form, HTTPResponse) else await self._take(intake, form)

        @blueprint.post("/status")
        async def report(request: Request) -> HTTPResponse:
            form = _signed_form(request, validator, self._status_url)
            if isinstance(form, HTTPResponse):
                return form
            if form.get("MessageStatus") in _NOT_DELIVERED:
                logger.error("twilio: a message was refused: %s", plain_code(form.get("ErrorCode")))
            return response.empty()

        return blueprint

    async def _take(self, intake: Intake, form: Form) -> HTTPResponse:
        assert self._configured is not None
        letter = _letter(form, self._configured)
        message_id = form.get("MessageSid")
        if not message_id or form.get("AccountSid") != self._configured.account:
            return response.empty(400)
        answer = await kept(intake, [(message_id, letter)] if letter else [])
        if answer.status != 200:
            return answer
        # Answers are sent over the API: they may take longer than Twilio waits here.
        return response.text(str(MessagingResponse()), content_type="text/xml")


def _signed_form(request: Request, validator: RequestValidator, url: str) -> Form | HTTPResponse:
    """The form of a request whose signature is Twilio's; else what is answered to it.

    The signature covers the address as Twilio knows it, which a proxy may have changed since; so it
    is checked against the one that is set.
    """
    if len(request.body) > MAX_BODY:
        return response.empty(413)
    given = request.headers.get(SIGNATURE_HEADER, "")
    address = f"{url}?{request.query_string}" if request.query_string else url
    try:
        form = Form(request.body)
    except ValueError:
        return response.empty(403)
    return form if given and validator.validate(address, form, given) else refused(given)


def _letter(form: Form, configured: channel_settings.Twilio) -> Letter | None:
    """The message in a webhook, if it came to one of our numbers."""
    given, ours = form.get("From"), form.get("To").removeprefix(_PREFIX)
    is_whatsapp = given.startswith(_PREFIX)
    channel = WHATSAPP_BY_TWILIO if is_whatsapp else SMS
    number = given.removeprefix(_PREFIX)
    expected = configured.whatsapp if is_whatsapp else configured.sms
    if not expected or ours != expected or not number.startswith("+") or not number[1:].isdigit():
        return None
    chat = f"{channel}:{number}"
    # Twilio tells no time, and nothing of the order.
    arrived = milliseconds(system_clock())
    details = {"message_id": form.get("MessageSid")}
    text = form.get("ButtonText") or form.get("Body")
    if form.get("Latitude"):
        return Letter(channel, chat, NOTICE, arrived, details={**details, "notice": "location"})
    if form.get("NumMedia") not in ("", "0"):
        kind = _MEDIA.get(form.get("MediaContentType0").partition("/")[0], "document")
        return Letter(channel, chat, NOTICE, arrived, details={**details, "notice": kind})
    return Letter(channel, chat, TEXT, arrived, text, details)


def error_code(content: dict[str, Any]) -> str:
    """Twilio's number of an error, ``63016`` for one."""
    return str(content.get("code") or "")
