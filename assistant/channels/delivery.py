"""One message in, its answers out, within the time a voter will wait.

Rasa answers with silence when an action fails or its server is down, and waits for minutes when it
hangs. Here the voter hears something within :data:`PATIENCE_SECONDS`, and what comes later is not
lost: it goes out with the next answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bilik.domain.confirmation import may_be_yes
from bilik.services.activity import the_meter

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
class Message:
    """One text; ``buttons`` are ways to answer it, each a title and a payload. What an action sends
    beside its words is in ``custom``: of use to a channel that can show it, and to no other."""

    text: str
    buttons: tuple[Mapping[str, str], ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answers:
    """Messages in the order they were said; ``finished`` after a cast.

    ``more_to_come`` says that the answer itself is not among them: it is being made still.
    """

    messages: list[Message]
    finished: bool = False
    more_to_come: bool = field(default=False, compare=False)

    @property
    def texts(self) -> list[str]:
        """The words alone."""
        return [message.text for message in self.messages]

    @property
    def tells_where(self) -> bool:
        """Whether the voter knows from these where things stand, and need not wait or ask."""
        return CHECKING not in self.texts and not self.more_to_come

    def __add__(self, later: Answers) -> Answers:
        """These, and then those."""
        finished, more = self.finished or later.finished, self.more_to_come or later.more_to_come
        return Answers([*self.messages, *later.messages], finished, more)


NONE = Answers([])
ASK_LATER = Answers([Message(CHECKING)])

OnLate = Callable[[str, Answers], None]


class Delivery:
    """Answers of one channel."""

    def __init__(self, channel: str, on_late: OnLate | None = None) -> None:
        """``channel`` goes before every sender id, so that those of two channels never meet.

        A channel that can speak without being asked gives ``on_late``, which takes a sender and
        what came too late for it; else that waits for the sender's next message.
        """
        self._channel = channel
        self._on_late = on_late
        self._late: OrderedDict[str, Answers] = OrderedDict()
        self._running: dict[asyncio.Task[None], tuple[str, bool]] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def answer(
        self,
        handler: Handler,
        sender: str,
        text: str,
        unseen: bool = False,
        message_id: str | None = None,
    ) -> Answers:
        """Bilik's answers to one message; never none.

        A yes can only mean what the voter has seen. While an earlier answer is still on its way, a
        yes is taken as the wish to hear it again; also where the channel knows that something was
        ``unseen`` when the voter wrote this. ``message_id`` is the same when a message comes again,
        and is nothing that the voter said.
        """
        sender_id = f"{self._channel}:{sender}"
        is_yes = may_be_yes(text)
        if is_yes and (unseen or self._has_unseen(sender_id)):
            text, is_yes = AGAIN, False
        collector = CollectingOutputChannel()
        message = UserMessage(
            text, collector, sender_id, input_channel=self._channel, message_id=message_id
        )
        the_meter.took(self._channel)
        task = asyncio.create_task(self._handle(handler, message))
        self._running[task] = sender_id, is_yes
        task.add_done_callback(lambda done: self._running.pop(done, None))
        try:
            done, _ = await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        except (
            asyncio.CancelledError
        ):  # The voter's connection broke; the answer waits for the next.
            self._keep_when_done(task, sender, collector)
            the_meter.gave_up(self._channel)
            raise
        late = self._late.pop(sender_id, NONE)
        if not done:
            self._keep_when_done(task, sender, collector)
            the_meter.gave_up(self._channel)
            return late + replace(ASK_LATER, more_to_come=True)
        found = _answers(collector)
        (the_meter.answered if found.messages else the_meter.gave_up)(self._channel)
        said = late + found
        return said if said.messages else said + ASK_LATER

    @property
    def running(self) -> list[asyncio.Task[None]]:
        """The answers that are being made, also those that come too late."""
        return list(self._running)

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
        self, task: asyncio.Task[None], sender: str, collector: CollectingOutputChannel
    ) -> None:
        sender_id = f"{self._channel}:{sender}"

        def keep(_: object) -> None:
            said = _answers(collector)
            if not said.messages:
                return
            if self._on_late:
                self._on_late(sender, said)
                return
            self._late[sender_id] = self._late.get(sender_id, NONE) + said
            while len(self._late) > MAX_WAITING:
                self._late.popitem(last=False)

        task.add_done_callback(keep)


def _answers(collector: CollectingOutputChannel) -> Answers:
    messages: list[Message] = []
    finished = False
    for sent in collector.messages:
        if sent.get("text"):
            messages.append(Message(sent["text"], tuple(sent.get("buttons") or ())))
        custom = sent.get("custom")
        if custom == FINISHED:
            finished = True
        elif custom and messages:  # it belongs to the words that it was sent beside
            messages[-1] = replace(messages[-1], custom={**messages[-1].custom, **custom})
    return Answers(messages, finished)
