"""Answers that Bilik gives after the voter was told to wait: they are sent by themselves."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from assistant.channels.delivery import Answers
from assistant.channels.platform import ANSWER, Platform
from bilik.errors import BilikError
from bilik.services.mailbox import Letter

logger = logging.getLogger(__name__)

TRY_AGAIN_SECONDS = 1.0


class LateAnswers:
    """Keeps each in the mailbox, and knows which chats have not got theirs yet."""

    def __init__(self, keep: Callable[[Letter], None]) -> None:
        """``keep`` puts a letter into the mailbox; it blocks, and raises a ``BilikError``."""
        self._keep = keep
        self._unseen: Counter[str] = Counter()
        self.tasks: set[asyncio.Task[None]] = set()

    def add(self, platform: Platform, sender: str, answers: Answers) -> None:
        """Have an answer sent; until it has gone out, no yes can mean it."""
        chat = f"{platform.channel}:{sender}"
        self._unseen[chat] += 1
        outgoing = platform.compose_answers(answers)
        details = {"outgoing": outgoing, "finished": answers.finished, "late": True}
        letter = Letter(platform.channel, chat, ANSWER, 0, details=details)
        task = asyncio.create_task(self._until_kept(letter))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def has_unseen(self, chat: str) -> bool:
        """Whether an answer is still on its way to the chat."""
        return self._unseen[chat] > 0

    def is_seen(self, letter: Letter) -> None:
        """Note that an answer has gone out, or never will; others than late ones do not count."""
        if letter.details.get("late") and self._unseen[letter.chat] > 0:
            self._unseen -= Counter([letter.chat])  # this drops those that come to nothing

    async def _until_kept(self, letter: Letter) -> None:
        while True:
            try:
                await asyncio.to_thread(self._keep, letter)
                return
            except BilikError:
                logger.warning("a late answer could not be kept yet")
            await asyncio.sleep(TRY_AGAIN_SECONDS)
