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
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bilik.domain.confirmation import may_be_yes

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 8.0
MAX_WAITING = 10_000
CHECKING = "Maaf, ada gangguan sebentar. Sedang kami periksa, ketik *status* sebentar lagi."

AGAIN = "tolong ulangi"
"""What a yes is taken for that the voter cannot have meant."""

FINISHED = {"finished": True}
"""What an action sends beside its words when a vote is cast: time to clear the screen."""

Handler = Callable[[UserMessage], Awaitable[Any]]


@dataclass(frozen=True)
class Answers:
    """Texts in the order they were said; ``finished`` after a cast.

    ``messages`` are the same as the actions sent them, with buttons and what else goes with a text.
    """

    texts: list[str]
    finished: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list, compare=False)

    def __add__(self, later: Answers) -> Answers:
        """Both, one after the other."""
        return Answers(
            [*self.texts, *later.texts],
            self.finished or later.finished,
            [*self.messages, *later.messages],
        )


class Delivery:
    """Answers of one channel."""

    def __init__(self, channel: str) -> None:
        """``channel`` goes before every sender id, so that those of two channels never meet."""
        self._channel = channel
        self._late: OrderedDict[str, Answers] = OrderedDict()
        self._running: dict[asyncio.Task[None], tuple[str, bool]] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def answer(self, handler: Handler, sender: str, text: str) -> Answers:
        """Bilik's answers to one message; never none.

        A yes can only mean what the voter has seen. While an earlier answer is still on its way, a
        yes is taken as the wish to hear it again.
        """
        sender_id = f"{self._channel}:{sender}"
        is_yes = may_be_yes(text)
        if is_yes and self._has_unseen(sender_id):
            text, is_yes = AGAIN, False
        collector = CollectingOutputChannel()
        message = UserMessage(text, collector, sender_id, input_channel=self._channel)
        task = asyncio.create_task(self._handle(handler, message))
        self._running[task] = sender_id, is_yes
        task.add_done_callback(lambda done: self._running.pop(done, None))
        try:
            done, _ = await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        except (
            asyncio.CancelledError
        ):  # The voter's connection broke; the answer waits for the next.
            self._keep_when_done(task, sender_id, collector)
            raise
        late = self._late.pop(sender_id, Answers([]))
        if not done:
            self._keep_when_done(task, sender_id, collector)
            return late + _CHECKING
        answers = late + _answers(collector)
        return answers if answers.texts else answers + _CHECKING

    def _has_unseen(self, sender_id: str) -> bool:
        """Whether an answer waits, or one is being made to something other than a yes."""
        return sender_id in self._late or (sender_id, False) in self._running.values()

    async def _handle(self, handler: Handler, message: UserMessage) -> None:
        # One at a time and in order. Rasa's own lock would be asked for once a second only.
        turn = self._turns.setdefault(message.sender_id, asyncio.Lock())
        try:
            async with turn:
                await handler(message)
        except Exception as error:  # The voter still gets an answer; the log gets no text.
            logger.error("a message could not be handled: %s", type(error).__name__)

    def _keep_when_done(
        self, task: asyncio.Task[None], sender_id: str, collector: CollectingOutputChannel
    ) -> None:
        def keep(_: object) -> None:
            said, waiting = _answers(collector), self._late.get(sender_id, Answers([]))
            if said.texts:
                self._late[sender_id] = waiting + said
            while len(self._late) > MAX_WAITING:
                self._late.popitem(last=False)

        task.add_done_callback(keep)


def _answers(collector: CollectingOutputChannel) -> Answers:
    messages = collector.messages
    return Answers(
        [message["text"] for message in messages if message.get("text")],
        any(message.get("custom") == FINISHED for message in messages),
        messages,
    )


_CHECKING = Answers([CHECKING], messages=[{"text": CHECKING}])
