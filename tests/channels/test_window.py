"""WhatsApp's 24 hours: afterwards only an approved template may be sent, and a refusal is told."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from assistant.channels.messages import Message
from assistant.channels.outgoing import PlatformRefused
from assistant.channels.platform import Platform
from assistant.channels.twilio import TwilioPlatform
from assistant.channels.whatsapp_cloud import WhatsAppCloud, WhatsAppPlatform
from bilik import settings
from bilik.domain.sender import WHATSAPP_BY_TWILIO
from bilik.services.mailbox import Letter, milliseconds
from tests.booth import HandClock
from tests.channels import platforms as config
from tests.channels.phones import SmsPhone, WhatsAppPhone
from tests.channels.platforms import Fault, Platforms
from tests.installation import Installation

HEARD = datetime.fromisoformat("2026-11-29T02:00:00+00:00")


def both(platforms: Platforms, template: str, clock: HandClock) -> list[tuple[Platform, Letter]]:
    environ = {**platforms.settings(), "BILIK_SECRET_KEY": settings.new_secret()}
    channels = settings.load(environ).channels
    assert channels.whatsapp
    assert channels.twilio
    cloud = WhatsAppPlatform(replace(channels.whatsapp, template=template), clock)
    twilio = TwilioPlatform(
        replace(channels.twilio, template=template), WHATSAPP_BY_TWILIO, "https://x", clock
    )
    heard = milliseconds(HEARD)
    details = {"sent": heard // 1000}
    return [
        (cloud, Letter("whatsapp", "whatsapp:+62812", "text", 1, "x", details)),
        (twilio, Letter(twilio.channel, f"{twilio.channel}:+62812", "text", 1, received=heard)),
    ]


def deliver(platform: Platform, letter: Letter) -> None:
    (outgoing,) = platform.compose([Message("Halo")])
    asyncio.run(platform.deliver(letter, outgoing))


def test_within_24_hours_words_of_our_own_are_sent(platforms: Platforms) -> None:
    clock = HandClock(HEARD + timedelta(hours=23, minutes=59))
    for platform, letter in both(platforms, "bilik_lanjut", clock):
        start = len(platforms.calls)
        deliver(platform, letter)
        assert "Halo" in str(platforms.calls[start].content)


def test_after_24_hours_the_template_is_sent_in_their_place(platforms: Platforms) -> None:
    clock = HandClock(HEARD + timedelta(hours=24, minutes=1))
    for platform, letter in both(platforms, "bilik_lanjut", clock):
        start = len(platforms.calls)
        deliver(platform, letter)
        assert "Halo" not in str(platforms.calls[start].content)
        assert "bilik_lanjut" in str(platforms.calls[start].content)


def test_after_24_hours_and_without_a_template_nothing_is_sent(platforms: Platforms) -> None:
    clock = HandClock(HEARD + timedelta(hours=25))
    for platform, letter in both(platforms, "", clock):
        start = len(platforms.calls)
        with pytest.raises(PlatformRefused, match="24 hours"):
            deliver(platform, letter)
        assert platforms.calls[start:] == []


def test_the_platforms_own_refusal_bears_its_code(platforms: Platforms) -> None:
    platforms.faults.append(Fault("/messages", 400, {"error": {"code": 131047, "message": "x"}}))
    platforms.faults.append(Fault("/Messages.json", 400, {"code": 63016, "message": "x"}))
    for (platform, letter), code in zip(
        both(platforms, "", HandClock(HEARD)), ("131047", "63016"), strict=True
    ):
        with pytest.raises(PlatformRefused, match=code):
            deliver(platform, letter)


def test_a_later_refusal_is_logged_with_its_code_and_nothing_else(
    bilik: Installation, platforms: Platforms, caplog: pytest.LogCaptureFixture
) -> None:
    phone = WhatsAppPhone(bilik, platforms)
    errors = [{"code": 131047, "title": "Re-engagement message"}]
    status = {"id": "wamid.1", "status": "failed", "recipient_id": phone.address, "errors": errors}
    content = {"entry": [{"changes": [{"value": {
        "metadata": {"phone_number_id": config.PHONE_ID}, "statuses": [status]}}]}]}  # fmt: skip
    environ = {**platforms.settings(), "BILIK_SECRET_KEY": settings.new_secret()}
    with caplog.at_level(logging.ERROR):
        assert list(WhatsAppCloud(settings.load(environ).channels.whatsapp)._letters(content)) == []
    assert "131047" in caplog.text
    assert phone.address not in caplog.text


def test_twilios_report_of_a_message_is_taken_only_with_its_signature(
    bilik: Installation, platforms: Platforms
) -> None:
    phone = SmsPhone(bilik, platforms)
    form = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003"}
    report = phone.signed("/webhooks/twilio/status", form)
    assert phone.send(report) == 204
    report.headers["X-Twilio-Signature"] += "x"
    assert phone.send(report) == 403
    log = b"".join(file.read_bytes() for file in (bilik.directory / "run").glob("rasa-*.log*"))
    assert b"30003" in log
