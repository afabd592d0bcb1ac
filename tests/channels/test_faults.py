"""The platform is down or slow: no message is lost, none is answered twice."""

from typing import Any

import pytest

from tests.channels.failing import fail
from tests.channels.phones import (
    KINDS,
    LinePhone,
    Phone,
    SmsPhone,
    TelegramPhone,
    TwilioWhatsAppPhone,
    WhatsAppPhone,
    wait_until_idle,
)
from tests.channels.platforms import Fault, Platforms
from tests.installation import Installation


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.channel)
def test_a_platform_that_is_down_for_a_while_gets_the_answer_later(
    bilik: Installation, platforms: Platforms, kind: type[Phone]
) -> None:
    phone = kind(bilik, platforms)
    fail(platforms, phone, times=4, status=502)
    said = phone.say("halo")
    assert said.count("Bilik") >= 1
    assert phone.say("kapan ditutup?")


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (TelegramPhone, {"content": {"ok": False, "parameters": {"retry_after": 1}}}),
        (WhatsAppPhone, {"headers": {"Retry-After": "1"}}),
        (SmsPhone, {"headers": {"Retry-After": "6"}}),
    ],
    ids=["telegram", "whatsapp", "twilio-sms"],
)
def test_a_platform_that_asks_for_patience_gets_it(
    bilik: Installation, platforms: Platforms, kind: type[Phone], fault: dict[str, Any]
) -> None:
    phone = kind(bilik, platforms)
    fail(platforms, phone, times=1, status=429, **fault)
    assert "Bilik" in phone.say("halo")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.channel)
def test_a_platform_that_is_slow_keeps_nobody_on_another_waiting(
    bilik: Installation, platforms: Platforms, kind: type[Phone]
) -> None:
    phone = kind(bilik, platforms)
    other = (
        LinePhone(bilik, platforms) if kind is TelegramPhone else TelegramPhone(bilik, platforms)
    )
    fail(platforms, phone, times=1, status=503, seconds=5)
    start = len(platforms.calls)
    assert phone.send(phone.request("halo")) == 200
    other.say("halo")
    (first, *_), (their_first, *_) = other.answers(start), phone.answers(start)
    assert platforms.calls.index(first) < platforms.calls.index(their_first)


def test_a_line_answer_goes_out_once_although_its_reply_got_no_answer(
    bilik: Installation, platforms: Platforms
) -> None:
    phone = LinePhone(bilik, platforms)
    platforms.faults.append(Fault("/reply", status=400))
    start = len(platforms.calls)
    phone.say("halo")
    (call,) = phone.answers(start)
    assert call.path.endswith("/push")
    assert call.headers["X-Line-Retry-Key"]


def test_a_voter_who_has_blocked_bilik_holds_up_nobody(
    bilik: Installation, platforms: Platforms
) -> None:
    phone = TelegramPhone(bilik, platforms)
    fail(platforms, phone, times=1, status=403, content={"ok": False, "description": "blocked"})
    phone.say("halo")
    assert "buka" in phone.say("kapan ditutup?")


def test_texts_that_twilio_cannot_delete_yet_do_not_keep_anybody_waiting(
    bilik: Installation, platforms: Platforms
) -> None:
    phone = TwilioWhatsAppPhone(bilik, platforms)
    nik, code = bilik.pair(bilik.village)
    phone.talk(f"{nik} {code}", "2")
    yes = phone.request("ya")
    sid = next(part for part in yes.body.decode().split("&") if part.startswith("MessageSid="))
    platforms.undeliverable.add(sid.removeprefix("MessageSid="))
    assert "SUDAH" in "\n".join(phone.deliver(yes))
    assert "siapa Anda" in phone.say("status")


def test_a_vote_goes_through_with_every_other_request_failing(
    bilik: Installation, platforms: Platforms
) -> None:
    phone, before = TelegramPhone(bilik, platforms), bilik.ballots(bilik.village)
    nik, code = bilik.pair(bilik.village)
    for text in (f"{nik} {code}", "nomor 2", "ya"):
        fail(platforms, phone, times=1, status=500)
        said = phone.say(text)
    assert "SUDAH tercatat" in said
    assert bilik.ballots(bilik.village) == before + 1
    wait_until_idle(bilik)
