"""After the cast: what a platform can delete is deleted, at once or as soon as it can be.

What could not be deleted is put into a queue of its own, so that nobody waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from assistant.channels.messages import Message
from assistant.channels.notices import notice
from assistant.channels.outgoing import SendingFailed, quietly
from assistant.channels.platform import ERASE, Platform
from bilik.services.mailbox import Letter

logger = logging.getLogger(__name__)

ERASE_LATER = timedelta(minutes=1)
MAX_ERASURES = 8


async def erase(platform: Platform, letter: Letter, ids: Sequence[str]) -> Letter | None:
    """Delete messages and tell the voter what was; what is to be done after :data:`ERASE_LATER`,
    if there is anything."""
    left = await _what_is_left(platform, letter, ids)
    if told := platform.told_after_erasing(not left):
        for outgoing in platform.compose([Message(notice(told))]):
            await quietly(platform.deliver(letter, outgoing))
    if not left:
        return None
    details = {**letter.details, "ids": left}
    return Letter(letter.channel, f"{ERASE}:{letter.chat}", ERASE, 0, details=details)


async def erase_again(platform: Platform, letter: Letter) -> tuple[timedelta | None, Letter]:
    """Try once more; after which time to try again, None if that is not needed or of no use."""
    left = await _what_is_left(platform, letter, letter.details["ids"])
    if not left:
        return None, letter
    if letter.attempts >= MAX_ERASURES:
        logger.error("%s: %d messages could not be deleted", letter.channel, len(left))
        return None, letter
    details = {**letter.details, "ids": left}
    again = replace(letter, details=details, attempts=letter.attempts + 1)
    return ERASE_LATER * 2**letter.attempts, again


async def _what_is_left(platform: Platform, letter: Letter, ids: Sequence[str]) -> list[str]:
    try:
        return await platform.erase(letter, ids)
    except SendingFailed as failed:
        logger.warning("%s; messages will be deleted later", failed)
        return list(ids)
