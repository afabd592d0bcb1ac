"""What all connectors answer to their platforms."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sanic import response
from sanic.response import HTTPResponse

from assistant.channels.intake import Intake
from bilik.errors import BilikError
from bilik.services.mailbox import Letter

logger = logging.getLogger(__name__)

MAX_BODY = 1_000_000
"""Bytes; no platform sends more in one request."""


def refused(signature: str) -> HTTPResponse:
    """The answer to a request without a signature (401), or with a wrong one (403)."""
    return response.empty(403 if signature else 401)


async def kept(intake: Intake, letters: Sequence[tuple[str, Letter]]) -> HTTPResponse:
    """200 once the messages are kept; 503, so that they are delivered again, if they are not."""
    try:
        await intake.take(letters)
    except BilikError as error:
        logger.error("messages could not be kept: %s", type(error).__name__)
        return response.empty(503)
    return response.text("")
