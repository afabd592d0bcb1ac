"""What a chat's sender id tells: the channel, and with some the sender's number.

Sender ids are made by the channels, ``whatsapp:+6281234567890`` or ``web:…``; nobody chooses one.
"""

from __future__ import annotations

SMS = "twilio-sms"
WHATSAPP_BY_TWILIO = "twilio-whatsapp"
WHATSAPP = "whatsapp"
TELEGRAM = "telegram"
_NUMBERS = {SMS, WHATSAPP_BY_TWILIO, WHATSAPP}
"""Channels whose sender is a telephone number, which the platform vouches for."""


def channel_of(sender: str) -> str:
    """The channel's name."""
    return sender.partition(":")[0]


def number_of(sender: str) -> str | None:
    """The sender's number in E.164, where the channel vouches for it."""
    channel, _, rest = sender.partition(":")
    return rest if channel in _NUMBERS else None
