"""The doors to the booth that a letter shows: each a link that opens a chat with the code in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from bilik.domain import voting_code


class App(str, Enum):
    """Where a door leads, as the letter names it."""

    WHATSAPP = "WhatsApp"
    TELEGRAM = "Telegram"
    WEB = "Halaman web"


@dataclass(frozen=True)
class Door:
    """A link up to where the code follows, and ``address``: what one looks for without a camera."""

    app: App
    before_code: str
    address: str

    def link(self, code: str) -> str:
        """The link for a letter's code, which stands in it as it is printed."""
        return self.before_code + voting_code.printed(code)


def whatsapp(number: str) -> Door:
    """A chat with the number (E.164), the code filled in and still to be sent.

    Source: https://faq.whatsapp.com/5913398998672934
    """
    shown = re.sub(r"^\+62(\d{3})(\d{4})(\d+)$", r"+62 \1-\2-\3", number)
    return Door(App.WHATSAPP, f"https://wa.me/{number.removeprefix('+')}?text=", shown)


def telegram(bot: str) -> Door:
    """A chat with the bot of that user name; its *Start* button sends the code.

    Source: https://core.telegram.org/api/links#bot-links
    """
    return Door(App.TELEGRAM, f"https://t.me/{bot}?start=", f"@{bot}")


def web(public_url: str) -> Door:
    """The chat page. What follows the ``#`` never leaves the browser on the way there."""
    page = f"{public_url}/chat"
    return Door(App.WEB, f"{page}#", page.removeprefix("https://"))
