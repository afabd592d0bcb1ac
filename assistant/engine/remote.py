"""One call of an action: on a connection that stays open, its answer checked by what it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import aiohttp
import jsonschema
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig

IDLE_SECONDS = 2
"""A connection idle for so long is not used again: the action server hangs up after five."""

_SIMPLE = {
    "slot": {"event", "timestamp", "name", "value"},
    "followup": {"event", "timestamp", "name"},
}
"""The events that Bilik's actions return, and what is in each."""


class QuickAction(RemoteAction):
    """An action whose usual answers are known at sight; all others are checked by Rasa's schema.

    ``jsonschema.validate`` checks the schema itself anew for every answer, which takes twenty times
    as long as all else; and an event against each kind of event there is.
    """

    def _validate_action_result(self, result: dict[str, Any]) -> bool:
        if not is_usual(result):
            _validator().validate(result)
        return True


def is_usual(result: Any) -> bool:
    """Whether an action's answer has nothing in it but texts, slots and the action that follows."""
    return (
        isinstance(result, dict)
        and isinstance(events := result.get("events"), list)
        and isinstance(responses := result.get("responses"), list)
        and all(map(_is_simple, events))
        and all(isinstance(one, dict) for one in responses)
    )


def _is_simple(event: Any) -> bool:
    if not isinstance(event, dict):
        return False
    kind, at = event.get("event"), event.get("timestamp")
    return (
        isinstance(kind, str)
        and event.keys() == _SIMPLE.get(kind)
        and isinstance(event["name"], str)
        and (at is None or (isinstance(at, int | float) and not isinstance(at, bool)))
    )


@lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


class KeptEndpoint(EndpointConfig):
    """The action server, called over connections that stay open."""

    @classmethod
    def of(cls, endpoint: EndpointConfig | None) -> EndpointConfig | None:
        """The same endpoint, but kept; None stays None."""
        if endpoint is None or isinstance(endpoint, cls):
            return endpoint
        kept = cls(endpoint.url)
        kept.__dict__.update(endpoint.__dict__)
        return kept

    @asynccontextmanager
    async def session(self) -> AsyncIterator[aiohttp.ClientSession]:
        """The session of the running event loop; it goes on after the block."""
        loop = asyncio.get_running_loop()
        kept = _sessions.get(loop)
        if kept is None or kept.closed:
            # Opened by the parent's own rules, which know of headers and passwords.
            kept = _sessions[loop] = super().session()
            kept.connector._keepalive_timeout = IDLE_SECONDS
        yield kept


_sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession] = WeakKeyDictionary()
