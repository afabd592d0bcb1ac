"""Platforms that answer with errors for a while."""

from typing import Any

from tests.channels.phones import Phone
from tests.channels.platforms import Fault, Platforms

SENDING = {
    "telegram": ["/sendMessage"], "whatsapp": ["/messages"], "line": ["/reply", "/push"],
    "twilio-sms": ["/Messages.json"], "twilio-whatsapp": ["/Messages.json"],
}  # fmt: skip


def fail(platforms: Platforms, phone: Phone, times: int, **fault: Any) -> None:
    """Let so many of the requests that bring a phone its answers fail."""
    for path in SENDING[phone.channel]:
        platforms.faults.append(Fault(path, times=times, **fault))
