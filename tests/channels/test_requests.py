"""Who may speak for a platform: forged, unsigned, altered, stale and repeated requests."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle, islice
from urllib.parse import parse_qsl

import httpx
import pytest
from linebot.models import TextMessage
from linebot.models.delivery_context import DeliveryContext

from tests.channels import platforms as config
from tests.channels.phones import (
    KINDS,
    LinePhone,
    Phone,
    Request,
    SmsPhone,
    TelegramPhone,
    TwilioWhatsAppPhone,
    WhatsAppPhone,
    wait_until_idle,
)
from tests.channels.platforms import Platforms, as_json
from tests.installation import Installation

SIGNATURES = {
    "telegram": "X-Telegram-Bot-Api-Secret-Token", "whatsapp": "X-Hub-Signature-256",
    "line": "X-Line-Signature", "twilio-sms": "X-Twilio-Signature",
    "twilio-whatsapp": "X-Twilio-Signature",
}  # fmt: skip


def unsigned(request: Request, channel: str) -> Request:
    headers = {name: text for name, text in request.headers.items() if name != SIGNATURES[channel]}
    return replace(request, headers=headers)


def signed_otherwise(request: Request, channel: str, signature: str) -> Request:
    return replace(request, headers={**request.headers, SIGNATURES[channel]: signature})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.channel)
def test_unsigned_and_wrongly_signed_requests_are_refused(
    bilik: Installation, platforms: Platforms, kind: type[Phone]
) -> None:
    phone, start = kind(bilik, platforms), len(platforms.calls)
    request = phone.request("halo")
    right = request.headers[SIGNATURES[kind.channel]]
    assert phone.send(unsigned(request, kind.channel)) == 401
    for wrong in (right[:-1], right + "0", right.swapcase() + "x", "sha256=", "é", "0" * 64):
        assert phone.send(signed_otherwise(request, kind.channel, wrong)) == 403
    if kind is not TelegramPhone:  # which signs nothing, but presents a secret
        assert phone.send(replace(request, body=request.body + b" ")) == 403
        other = kind(bilik, platforms).request("batal")
        assert phone.send(replace(other, headers=request.headers)) == 403
    assert phone.read(start) == []
    assert phone.send(request) == 200


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.channel)
def test_what_is_signed_but_makes_no_sense_is_no_message(
    bilik: Installation, platforms: Platforms, kind: type[Phone]
) -> None:
    phone, start = kind(bilik, platforms), len(platforms.calls)
    for body in (b"", b"[]", b"{}", b"null", b'"x"', b"\xff", b'{"update_id": 1, "message": 3}'):
        if isinstance(phone, TelegramPhone):
            request = replace(phone.request("x"), body=body)
        elif isinstance(phone, WhatsAppPhone):
            request = phone.signed(body)
        elif isinstance(phone, LinePhone):
            request = replace(phone.request("x"), body=body)
        else:
            request = phone.form(AccountSid="AC" + "1" * 32)
        assert phone.send(request) in (200, 400, 403)
    assert phone.read(start) == []


def test_ten_thousand_forged_requests_lead_to_no_message(
    bilik: Installation, platforms: Platforms
) -> None:
    phones = [kind(bilik, platforms) for kind in KINDS]
    start = len(platforms.calls)

    def forged() -> Iterator[Request]:
        for at, phone in enumerate(cycle([*phones, None])):
            if phone is None:  # the page, with a session that nobody was given
                cookie = f"bilik_chat={'a' * 32}.{at:064x}" if at % 2 else f"bilik_chat={'a' * 32}"
                headers = {"Content-Type": "application/json", "Cookie": cookie}
                content = {"name": f"nama-{at:08}", "text": "ya"}
                yield Request("/chat/messages", as_json(content), headers)
                continue
            request = phone.request("ya")
            wrong = f"sha256={at:064x}" if at % 2 else f"{at:x}"
            yield (
                unsigned(request, phone.channel)
                if at % 3 == 0
                else signed_otherwise(request, phone.channel, wrong)
            )

    requests = list(islice(forged(), 10_000))

    def send_all(share: list[Request]) -> set[int]:
        with httpx.Client(base_url=bilik.url) as client:
            return {
                client.post(one.path, content=one.body, headers=one.headers).status_code
                for one in share
            }

    with ThreadPoolExecutor(4) as pool:
        statuses = set().union(*pool.map(send_all, (requests[at::4] for at in range(4))))
    assert statuses == {401, 403}
    wait_until_idle(bilik)
    assert platforms.sent(start) == []


def test_a_thousand_deliveries_of_a_yes_lead_to_one_ballot_and_one_answer(
    bilik: Installation, platforms: Platforms
) -> None:
    for kind, times in (
        (TelegramPhone, 1000),
        (WhatsAppPhone, 100),
        (LinePhone, 100),
        (SmsPhone, 100),
        (TwilioWhatsAppPhone, 100),
    ):
        phone, before = kind(bilik, platforms), bilik.ballots(bilik.village)
        nik, code = bilik.pair(bilik.village)
        assert "ulangi" in phone.talk(f"{nik} {code}", "2") or kind is SmsPhone
        yes, start = phone.request("ya"), len(platforms.calls)

        def send_all(times: int, yes: Request = yes) -> set[int]:
            with httpx.Client(base_url=bilik.url, timeout=60) as client:
                return {
                    client.post(yes.path, content=yes.body, headers=yes.headers).status_code
                    for _ in range(times)
                }

        with ThreadPoolExecutor(4) as pool:
            statuses = set().union(*pool.map(send_all, [times // 4] * 4))
        assert statuses == {200}
        said = "\n".join(phone.read(start))
        assert said.count("SUDAH tercatat") == 1
        assert bilik.ballots(bilik.village) == before + 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.channel)
def test_a_message_delivered_again_gets_no_second_answer(
    bilik: Installation, platforms: Platforms, kind: type[Phone]
) -> None:
    phone = kind(bilik, platforms)
    request = phone.request("halo")
    assert phone.deliver(request)
    assert phone.deliver(request) == []
    assert phone.deliver(request) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.channel)
def test_a_recorded_yes_played_back_casts_nothing_for_the_next_on_the_same_phone(
    bilik: Installation, platforms: Platforms, kind: type[Phone]
) -> None:
    phone, before = kind(bilik, platforms), bilik.ballots(bilik.village)
    recorded = []
    for choice in ("1", "2"):
        recorded += [phone.request(" ".join(bilik.pair(bilik.village))), phone.request(choice)]
        for request in recorded[-2:]:
            phone.deliver(request)
        if choice == "1":
            recorded.append(phone.request("ya"))
            assert "SUDAH" in "\n".join(phone.deliver(recorded[-1]))
    assert [phone.deliver(one) for one in recorded] == [[]] * 5
    assert bilik.ballots(bilik.village) == before + 1
    assert "SUDAH" in phone.say("ya")
    assert bilik.ballots(bilik.village) == before + 2


def test_what_line_could_not_deliver_is_answered_when_it_delivers_it_again(
    bilik: Installation, platforms: Platforms, locked: Callable[[], None]
) -> None:
    phone = LinePhone(bilik, platforms)
    event = phone.message(TextMessage(id="1", text="halo"))
    start = len(platforms.calls)
    assert phone.send(phone.events(event)) == 503
    locked()
    event.delivery_context = DeliveryContext(is_redelivery=True)
    assert "Saya Bilik" in "\n".join(phone.deliver(phone.events(event)))
    assert phone.deliver(phone.events(event)) == []
    assert len(phone.answers(start)) == 1


def test_twilios_signature_covers_the_address_that_it_was_given(
    bilik: Installation, platforms: Platforms
) -> None:
    phone = SmsPhone(bilik, platforms)
    form = dict(parse_qsl(phone.request("halo").body.decode(), keep_blank_values=True))
    with_query = phone.signed(f"{phone.path}?dari=twilio", form)
    assert phone.send(replace(with_query, path=phone.path)) == 403
    assert phone.send(replace(with_query, path=f"{phone.path}?dari=lain")) == 403
    assert "Bilik" in "\n".join(phone.deliver(with_query))


def test_stale_messages_are_refused_and_so_are_those_from_the_future(
    bilik: Installation, platforms: Platforms
) -> None:
    day, now = 86_400, time.time()
    telegram, whatsapp = TelegramPhone(bilik, platforms), WhatsAppPhone(bilik, platforms)
    line, start = LinePhone(bilik, platforms), len(platforms.calls)
    for sent in (now - 8 * day, now + 3600):
        assert telegram.send(telegram.message(text="halo", date=sent)) == 403
        old = whatsapp.message(text={"body": "halo"}, sent=sent)
        assert whatsapp.send(whatsapp.batch([old])) == 403
        event = line.message(TextMessage(id="1", text="halo"), sent=sent)
        assert line.send(line.events(event)) == 403
    for phone in (telegram, whatsapp, line):
        assert phone.read(start) == []


def test_metas_handshake_wants_the_panitias_own_word(bilik: Installation) -> None:
    url = f"{bilik.url}/webhooks/whatsapp/webhook"
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    right = httpx.get(url, params={**asked, "hub.verify_token": config.VERIFY_TOKEN})
    assert (right.status_code, right.text) == (200, "1158201444")
    assert httpx.get(url, params={**asked, "hub.verify_token": "salah"}).status_code == 403
    assert httpx.get(url, params=asked).status_code == 401
    other = {**asked, "hub.mode": "unsubscribe", "hub.verify_token": config.VERIFY_TOKEN}
    assert httpx.get(url, params=other).status_code == 403


def test_lines_verify_button_is_answered(bilik: Installation, platforms: Platforms) -> None:
    phone, start = LinePhone(bilik, platforms), len(platforms.calls)
    assert phone.send(phone.events()) == 200
    assert platforms.calls[start:] == []


def test_messages_to_another_number_or_account_are_not_ours(
    bilik: Installation, platforms: Platforms
) -> None:
    sms, whatsapp = SmsPhone(bilik, platforms), WhatsAppPhone(bilik, platforms)
    start = len(platforms.calls)
    assert sms.send(sms.form(Body="halo", To="+6281199999999")) == 200
    assert sms.send(sms.form(Body="halo", AccountSid="AC" + "9" * 32)) == 400
    for number in ("62812", "+", "whatsapp:", "+62x", ""):
        assert sms.send(sms.form(Body="halo", From=number)) == 200
    body = whatsapp.request("halo").body.replace(config.PHONE_ID.encode(), b"999")
    assert whatsapp.send(whatsapp.signed(body)) == 200
    assert sms.read(start) + whatsapp.read(start) == []


def test_too_large_a_request_is_refused(bilik: Installation, platforms: Platforms) -> None:
    phone = WhatsAppPhone(bilik, platforms)
    assert phone.send(phone.signed(as_json("x" * 1_100_000))) == 413


def test_a_request_is_acknowledged_before_its_answer_is_sent(
    bilik: Installation, platforms: Platforms
) -> None:
    phone = WhatsAppPhone(bilik, platforms)
    platforms.faults.append(config.Fault("/messages", status=503, seconds=1.0))
    start = len(platforms.calls)
    assert phone.send(phone.request("halo")) == 200
    assert platforms.sent(start) == []
    assert "Saya Bilik" in "\n".join(phone.read(start))
