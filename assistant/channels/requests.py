"""What all connectors answer to their platforms."""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sanic import response
from sanic.response import HTTPResponse

from assistant.channels.intake import Intake
from assistant.channels.platform import is_stale
from bilik.clock import system_clock
from bilik.errors import BilikError
from bilik.services.mailbox import Letter

logger = logging.getLogger(__name__)

MAX_BODY = 1_000_000
"""Bytes; no platform sends more in one request."""
MOST_NAME = 512
"""Characters of a platform's id of a message or a chat."""
_CODE = re.compile(r"[0-9A-Za-z_-]{1,16}", re.ASCII)
_MOST_POSITION = 2**62
"""A database's whole numbers have 64 bits."""


def refused(signature: str) -> HTTPResponse:
    """The answer to a request without a signature (401), or with a wrong one (403)."""
    return response.empty(403 if signature else 401)


def plain_code(stated: object) -> str:
    """A platform's code of an error as a log may have it; a question mark for all else."""
    is_code = isinstance(stated, (str, int)) and _CODE.fullmatch(str(stated))
    return str(stated) if is_code else "?"


async def taken(
    intake: Intake,
    body: bytes,
    read: Callable[[Any], Iterable[tuple[str, Letter]]],
    limit: timedelta,
) -> HTTPResponse:
    """The answer to a request whose signature is right: 400 where ``read`` finds no sense in its
    JSON, 403 where all it brings is older than ``limit``, else as with :func:`kept`.

    ``details["sent"]`` of a message is its time in seconds since 1970, where the platform tells it.
    """
    try:
        found = list(read(json.loads(body)))
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        return response.empty(400)
    if not all(_is_sound(*one) for one in found):
        return response.empty(400)
    now = system_clock()
    fresh = [one for one in found if not _is_stale(one[1], now, limit)]
    if found and not fresh:
        return response.empty(403)
    return await kept(intake, fresh)


def _is_sound(name: object, letter: Letter) -> bool:
    """Whether a message and its platform's id are of the kinds that they say, and can be kept.

    What a platform sends is signed, and yet it is JSON, in which anything can stand for anything.
    """
    texts = (name, letter.chat, letter.text)
    if not all(isinstance(one, str) and one.isprintable() for one in texts[:2]):
        return False
    sent = letter.details.get("sent", 0)
    return (
        isinstance(letter.text, str)
        and 0 < len(str(name)) <= MOST_NAME
        and len(letter.chat) <= MOST_NAME
        and isinstance(letter.position, int)
        and abs(letter.position) <= _MOST_POSITION
        and isinstance(sent, (int, float))
        and math.isfinite(sent)
        and all(isinstance(one, (str, int, float)) for one in letter.details.values())
    )


def _is_stale(letter: Letter, now: datetime, limit: timedelta) -> bool:
    sent = letter.details.get("sent")
    return sent is not None and is_stale(sent, now, limit)


async def kept(intake: Intake, letters: Sequence[tuple[str, Letter]]) -> HTTPResponse:
    """200 once the messages are kept; 503, so that they are delivered again, if they are not."""
    try:
        await intake.take(letters)
    except BilikError as error:
        logger.error("messages could not be kept: %s", type(error).__name__)
        return response.empty(503)
    return response.text("")
