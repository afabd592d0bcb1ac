"""What Bilik changes in the action server: discreet logs, errors that say nothing, its health.

The server answers an exception with the whole request, in which are the voter's message and where
the voter stands. The rasa_sdk imports every module of this package before it starts, and then asks
its plugins what to add.
"""

from __future__ import annotations

import asyncio
import sys

import pluggy
from rasa_sdk.plugin import plugin_manager
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bilik import logs, settings
from bilik.services.health import ALIVE_PATH, NO, READY_PATH, YES, Health, database_check
from bilik.storage.database import Database

FAILED = {"error": "the action failed"}
_plugin = pluggy.HookimplMarker("rasa_sdk")


@_plugin
def attach_sanic_app_extensions(app: Sanic) -> None:
    """Called by the rasa_sdk when all actions are known, before it listens."""
    logs.make_discreet()
    health = Health([database_check(Database(settings.load().database_url))])

    @app.get(ALIVE_PATH)
    async def alive(_request: Request) -> HTTPResponse:
        return response.text(YES)

    @app.get(READY_PATH)
    async def ready(_request: Request) -> HTTPResponse:
        is_ready = await asyncio.to_thread(health.is_ready)
        return response.text(YES if is_ready else NO, 200 if is_ready else 503)

    @app.on_response
    async def say_nothing_of_the_request(
        _request: Request, answer: HTTPResponse
    ) -> HTTPResponse | None:
        # Any error is a failure to Rasa; 400 would be taken for a refusal by the action itself.
        return response.json(FAILED, 500) if answer.status >= 400 else None


if not plugin_manager().is_registered(sys.modules[__name__]):
    plugin_manager().register(sys.modules[__name__])
