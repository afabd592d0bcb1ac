"""`POST /webhooks/rest/webhook`, for the demo and tests, and only from this machine."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.channels.delivery import Delivery, Handler
from bilik import settings

MAX_SENDER = 64


class LocalRest(InputChannel):
    """Takes ``{"sender": …, "message": …}`` and answers ``[{"recipient_id": …, "text": …}]``,
    the last with ``"buttons": [{"title": …, "payload": …}]`` where there are any.

    Anyone who can reach it can speak for any sender; so only this machine can, and only if the
    setting ``BILIK_DEMO`` is on.
    """

    @classmethod
    def name(cls) -> str:
        """The channel's name, and its place under ``/webhooks``."""
        return "rest"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> LocalRest:
        """Nothing is set in `credentials.yml`."""
        return cls()

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The channel's routes."""
        blueprint = Blueprint("local_rest")
        delivery = Delivery(self.name())
        enabled = settings.load().demo

        @blueprint.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            is_json = request.content_type.startswith("application/json")
            if not (enabled and is_json and _is_from_this_machine(request)):
                return response.json({"error": "only for the demo, from this machine"}, 403)
            content = request.json if isinstance(request.json, dict) else {}
            sender, message = content.get("sender"), content.get("message")
            if not (isinstance(sender, str) and _is_name(sender)):
                return response.json({"error": "sender must be a text of 1 to 64 signs"}, 400)
            if not isinstance(message, str) or not message.strip():
                return response.json({"error": "message must be a text"}, 400)
            answers = await delivery.answer(on_new_message, sender, message)
            said: list[dict[str, Any]] = []
            for one in answers.messages:
                said.append({"recipient_id": sender, "text": one.text})
                if one.buttons:
                    said[-1]["buttons"] = [dict(button) for button in one.buttons]
            return response.json(said)

        return blueprint


def _is_name(sender: str) -> bool:
    """Whether a sender can be told from others: it is short, and all of it can be written."""
    return 0 < len(sender) <= MAX_SENDER and sender.isprintable()


def _is_from_this_machine(request: Request) -> bool:
    """Whether the peer is on loopback and passes on nobody else's request."""
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    try:
        return ip_address(request.ip).is_loopback and not forwarded
    except ValueError:
        return False
