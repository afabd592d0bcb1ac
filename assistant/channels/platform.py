"""What a chat platform does, as the intake asks it of each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from assistant.channels.delivery import Answers
from assistant.channels.messages import Message, from_answers
from assistant.channels.notices import notice
from bilik.services.mailbox import Letter

TEXT = "text"
"""A message for Bilik."""
NOTICE = "notice"
"""A message that is no text; ``details["notice"]`` names what is said to it."""
CONTACT = "contact"
"""The sender's own number, vouched for by the platform: ``details["phone"]``, in E.164."""
GROUP = "group"
"""A message in a group; ``details["link"]`` leads to the bot, if it is known."""
ANSWER = "answer"
"""An answer that its platform did not take yet."""
ERASE = "erase"
"""Messages that its platform did not delete yet."""

WINDOW = timedelta(hours=24)
"""WhatsApp takes words of one's own for so long after the voter's last message."""
EARLY = timedelta(minutes=5)
"""A message may bear a time so far ahead; clocks differ."""


class Platform(ABC):
    """One way to reach voters: its requests, its limits, what it can take back."""

    channel: str
    """Goes before every sender id of the platform."""
    left = ""
    """The notice of what stays on the phone after a cast, where it goes along with the receipt."""
    erases = False
    """Whether messages can be deleted afterwards."""
    keeps_receipt = True
    """Whether the last answer stays when the others are deleted."""
    tells_order = True
    """Whether the platform tells in which order two messages of the same second were sent."""

    @abstractmethod
    def compose(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """The messages as so many requests, within the platform's limits."""

    def compose_answers(self, answers: Answers) -> list[dict[str, Any]]:
        """Bilik's answers as requests, with what is to be said after a cast."""
        said = from_answers(answers)
        if answers.finished and self.left:
            said.append(Message(notice(self.left)))
        return self.compose(said)

    @abstractmethod
    async def deliver(self, letter: Letter, outgoing: dict[str, Any]) -> list[str]:
        """Send one request, in answer to ``letter``; the platform's ids of what it sent.

        Raises:
            SendingFailed: it did not take it.
        """

    async def begin(self, letter: Letter) -> bool:
        """Show that the message has arrived, if the platform has a way to; whether it has.

        Raises:
            SendingFailed: it did not take the request.
        """
        return False

    async def erase(self, letter: Letter, ids: Sequence[str]) -> list[str]:
        """Delete messages of a chat; those that could not be deleted yet.

        Raises:
            SendingFailed: it did not take the request.
        """
        return []

    def reminder(self, title: str, until: str) -> dict[str, Any] | None:
        """The request that reminds a voter who has not written; None if the platform allows none.

        ``title`` is the election's, ``until`` the hour at which it closes.
        """
        return None

    def told_after_erasing(self, everything: bool) -> str:
        """The notice that tells what was deleted, where the voter can see it; else empty."""
        return ""


def is_stale(sent: float, now: datetime, limit: timedelta) -> bool:
    """Whether a message's time (seconds since 1970) is too long ago, or yet to come."""
    age = now.timestamp() - sent
    return not -EARLY.total_seconds() <= age <= limit.total_seconds()
