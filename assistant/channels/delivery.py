"""One message in, its answers out, within the time a voter will wait.

Rasa answers with silence when an action fails or its server is down, and waits for minutes when it
hangs. Here the voter hears something within :data:`PATIENCE_SECONDS`, and what comes later is not
lost: it goes out with the next answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 8.0
MAX_WAITING = 10_000
CHECKING = "Maaf, ada gangguan sebentar. Sedang kami periksa, ketik *status* sebentar lagi."

FINISHED = {"finished": True}
"""What an action sends beside its words when a vote is cast: time to clear the screen."""

Handler = Callable[[UserMessage], Awaitable[Any]]


@dataclass(frozen=True)
class Answers:
    """Texts in the order they were said; ``finished`` after a cast."""

    texts: list[str]
    finished: bool = False


class Delivery:
    """Answers of one channel."""

    def __init__(self, channel: str) -> None:
        """``channel`` goes before every sender id, so that those of two channels never meet."""
        self._channel = channel
        self._late: OrderedDict[str, list[str]] = OrderedDict()
        self._running: set[asyncio.Task[None]] = set()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def answer(self, handler: Handler, sender: str, text: str) -> Answers:
        """Bilik's answers to one message; never none."""
        sender_id = f"{self._channel}:{sender}"
        collector = CollectingOutputChannel()
        message = UserMessage(text, collector, sender_id, input_channel=self._channel)
        task = asyncio.create_task(self._handle(handler, message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        done, _ = await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        late = self._late.pop(sender_id, [])
        if not done:
            task.add_done_callback(lambda _: self._keep(sender_id, _texts(collector)))
            return Answers([*late, CHECKING])
        finished = any(message.get("custom") == FINISHED for message in collector.messages)
        return Answers([*late, *_texts(collector)] or [CHECKING], finished)

    async def _handle(self, handler: Handler, message: UserMessage) -> None:
        # One at a time and in order. Rasa's own lock would be asked for once a second only.
        turn = self._turns.setdefault(message.sender_id, asyncio.Lock())
        try:
            async with turn:
                await handler(message)
        except Exception as error:  # The voter still gets an answer; the log gets no text.
            logger.error("a message could not be handled: %s", type(error).__name__)

    def _keep(self, sender_id: str, answers: list[str]) -> None:
        if answers:
            self._late[sender_id] = [*self._late.get(sender_id, []), *answers]
            while len(self._late) > MAX_WAITING:
                self._late.popitem(last=False)


def _texts(collector: CollectingOutputChannel) -> list[str]:
    return [message["text"] for message in collector.messages if message.get("text")]
