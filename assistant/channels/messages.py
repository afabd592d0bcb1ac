"""What goes out to a voter, before a platform gives it its form."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from assistant.channels.delivery import Answers

_BOLD = re.compile(r"\*([^*\n]+)\*")


@dataclass(frozen=True)
class Button:
    """Something to press instead of typing; ``payload`` is what then arrives as the message."""

    title: str
    payload: str


@dataclass(frozen=True)
class Message:
    """One message to a voter; ``asks_contact`` where the voter's own number is wanted."""

    text: str
    buttons: tuple[Button, ...] = ()
    asks_contact: bool = False

    def __repr__(self) -> str:
        """Without its contents, so that none reaches a log."""
        return "Message(…)"

    def to_json(self) -> dict[str, Any]:
        """For the time that it waits to be sent."""
        return {
            "text": self.text,
            "buttons": [[one.title, one.payload] for one in self.buttons],
            "asks_contact": self.asks_contact,
        }

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Message:
        """The inverse of :meth:`to_json`."""
        buttons = tuple(Button(*one) for one in plain["buttons"])
        return cls(plain["text"], buttons, plain["asks_contact"])


def from_answers(answers: Answers) -> list[Message]:
    """The messages that an action sent, as :mod:`assistant.channels.delivery` hands them over."""
    return [
        Message(
            one.text,
            tuple(Button(each["title"], each["payload"]) for each in one.buttons),
            asks_contact=bool(one.custom.get("asks_contact")),
        )
        for one in answers.messages
    ]


def plain(text: str) -> str:
    """Without the stars that make letters bold."""
    return _BOLD.sub(r"\1", text)


def as_html(text: str) -> str:
    """With bold letters in HTML, and nothing else of it."""
    return _BOLD.sub(r"<b>\1</b>", html.escape(text, quote=False))


def parts(text: str, limit: int) -> list[str]:
    """The text in parts of at most ``limit`` characters, cut at line ends or else at spaces.

    >>> parts("satu dua tiga", 8)
    ['satu dua', 'tiga']
    """
    found = []
    rest = text.strip()
    while len(rest) > limit:
        cut = max(rest.rfind(mark, 0, limit + 1) for mark in ("\n", " "))
        line = rest.rfind("\n", limit // 2, limit + 1)
        cut = line if line > 0 else cut if cut > 0 else limit
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest] if rest else found


def shortened(text: str, limit: int) -> str:
    """The text if it fits, else its beginning and an ellipsis."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
