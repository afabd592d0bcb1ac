"""Answers that Bilik gives after the voter was told to wait: they are sent by themselves.

Until one has gone out, its chat is ``behind`` (:class:`bilik.services.mailbox.Chat`), on whichever
server the next message is answered.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from assistant.channels.delivery import Answers
from assistant.channels.platform import ANSWER, Platform
from bilik.errors import BilikError
from bilik.services.mailbox import Letter

logger = logging.getLogger(__name__)

TRY_AGAIN_SECONDS = 1.0


class LateAnswers:
    """Keeps each in the mailbox."""

    def __init__(self, keep: Callable[[Letter], None]) -> None:
        """``keep`` puts a letter into the mailbox; it blocks, and raises a ``BilikError``."""
        self._keep = keep
        self.tasks: set[asyncio.Task[None]] = set()

    def add(self, platform: Platform, sender: str, answers: Answers) -> None:
        """Have an answer sent."""
        chat = f"{platform.channel}:{sender}"
        outgoing = platform.compose_answers(answers)
        details = {"outgoing": outgoing, "finished": answers.finished, "late": True}
        letter = Letter(platform.channel, chat, ANSWER, 0, details=details)
        task = asyncio.create_task(self._until_kept(letter))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _until_kept(self, letter: Letter) -> None:
        while True:
            try:
                await asyncio.to_thread(self._keep, letter)
                return
            except BilikError:
                logger.warning("a late answer could not be kept yet")
            await asyncio.sleep(TRY_AGAIN_SECONDS)
