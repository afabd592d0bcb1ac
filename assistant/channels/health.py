"""How this server is: `/sehat`, it answers; `/sehat/siap`, it has all that voters need of it.

For proxies and process managers. It is a connector, since that is how Rasa lets addresses be added.
"""

from __future__ import annotations

import asyncio
from datetime import timezone
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.channels.delivery import Handler
from assistant.trackers.place import tracker_check
from bilik import settings
from bilik.services import metrics
from bilik.services.health import ALIVE_PATH, NO, YES, Health, database_check
from bilik.storage.database import Database


class HealthChannel(InputChannel):
    """Takes no messages."""

    def __init__(self, health: Health) -> None:
        """``health`` knows what is needed besides the model."""
        self._health = health

    @classmethod
    def name(cls) -> str:
        """The connector's name."""
        return "health"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> HealthChannel:
        """Nothing is set in `credentials.yml`."""
        configured = settings.load()
        checks = [database_check(Database(configured.database_url))]
        if configured.tracker_url:
            checks.append(tracker_check(configured.tracker_url))
        return cls(Health(checks))

    def url_prefix(self) -> str:
        """Where it is."""
        return ALIVE_PATH

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The two addresses."""
        blueprint = Blueprint("health")

        @blueprint.get("/")
        async def alive(request: Request) -> HTTPResponse:
            return response.text(YES)

        @blueprint.get("/siap")
        async def ready(request: Request) -> HTTPResponse:
            agent = getattr(request.app.ctx, "agent", None)
            is_ready = agent is not None and agent.is_ready()
            if agent is not None and is_ready:
                # Rasa says nowhere that a model is loaded; here somebody asks all the time.
                trained = agent.processor.model_metadata.trained_at.replace(tzinfo=timezone.utc)
                metrics.model_trained.set(trained.timestamp())
            is_ready = is_ready and await asyncio.to_thread(self._health.is_ready)
            return response.text(YES if is_ready else NO, 200 if is_ready else 503)

        return blueprint
