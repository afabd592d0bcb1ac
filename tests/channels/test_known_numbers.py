"""`wajib_nomor_terdaftar` on Telegram: its updates, Bilik's answers, and the shared number."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from rasa.core.channels.channel import UserMessage
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.identity import Identify
from assistant.channels.intake import Intake
from assistant.channels.telegram import Bot, Telegram, TelegramPlatform
from bilik import settings
from bilik.clock import system_clock
from bilik.services.mailbox import Mailbox
from tests.booth import Polling, set_up
from tests.channels.phones import Request, TelegramPhone
from tests.channels.platforms import Platforms
from tests.elections import VILLAGE, open_now
from tests.installation import Installation

STRICT = open_now(VILLAGE).replace("kontak:", "wajib_nomor_terdaftar: ya\nkontak:")
PHONES = [f"08123456789{last}" for last in range(6)]
OWN, OTHER = "6281234567890", "6281234567891"


@pytest.fixture
def strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Polling:
    polling = set_up(tmp_path, STRICT, clock=system_clock, phones=PHONES)
    monkeypatch.setattr("actions.voter_action.the_booth", lambda: polling.booth)
    return polling


async def identify(message: UserMessage) -> None:
    """What Rasa does with a message that holds NIK and code."""
    latest = {"text": message.text, "intent": {"name": "provide_identity"}}
    tracker = Tracker(
        message.sender_id, {"greeted": True}, latest, [], False, None, {}, "action_listen"
    )
    dispatcher = CollectingDispatcher()
    await Identify().run(dispatcher, tracker, {})
    for one in dispatcher.messages:
        if one["text"]:
            await message.output_channel.send_text_message(message.sender_id, one["text"])
        if one["custom"]:
            await message.output_channel.send_custom_json(message.sender_id, one["custom"])


def answers(strict: Polling, platforms: Platforms, *requests: Request) -> list[dict[str, str]]:
    """What Telegram is asked to show after each of them in turn: the last message to each."""
    environ = {**platforms.settings(), "BILIK_SECRET_KEY": settings.new_secret()}
    configured = settings.load(environ).channels.telegram
    assert configured

    async def talk() -> list[dict[str, str]]:
        intake, shown = Intake(strict.database, strict.keys), []
        intake.register(TelegramPlatform(Bot(configured)), identify)
        intake.start()
        mailbox = Mailbox(strict.database, strict.keys, "test", system_clock)
        for request in requests:
            await intake.take(list(Telegram(configured, "")._letters(json.loads(request.body))))
            while await asyncio.to_thread(mailbox.waiting):
                await asyncio.sleep(0.01)
            shown.append(platforms.sent()[-1].content)
        await intake.stop()
        return shown

    return asyncio.run(talk())


def test_the_number_is_asked_for_shared_by_a_button_and_then_counts(
    strict: Polling, bilik: Installation, platforms: Platforms
) -> None:
    phone, identity = TelegramPhone(bilik, platforms), " ".join(strict.pairs[0])
    asked, refused, thanked, known = answers(
        strict, platforms,
        phone.request(identity), phone.contact(OTHER, own=False), phone.contact(OWN),
        phone.request(identity),
    )  # fmt: skip
    assert "Bagikan nomor saya" in asked["text"]
    for content in (asked, refused):
        keyboard = json.loads(content["reply_markup"])["keyboard"]
        assert keyboard == [[{"text": "Bagikan nomor saya", "request_contact": True}]]
    assert "bukan nomor Anda sendiri" in refused["text"]
    assert json.loads(thanked["reply_markup"])["remove_keyboard"]
    assert "Siapa pilihan Anda" in known["text"]


def test_a_number_of_somebody_else_on_the_roll_does_not_count(
    strict: Polling, bilik: Installation, platforms: Platforms
) -> None:
    phone = TelegramPhone(bilik, platforms)
    *_, refused = answers(
        strict, platforms, phone.contact(OTHER), phone.request(" ".join(strict.pairs[0]))
    )
    assert "bukan nomor Anda di daftar pemilih" in refused["text"]
