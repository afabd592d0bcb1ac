"""Messages of every kind, groups, order, speed, and what is left of them."""

import re
import time
from pathlib import Path

import pytest
from linebot.models import (
    AudioMessage,
    FileMessage,
    LocationMessage,
    TextMessage,
    VideoMessage,
)

from assistant.channels.pace import PER_MINUTE
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
from tests.channels.platforms import Platforms
from tests.installation import Installation


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.channel)
def test_too_long_and_empty_messages_get_a_friendly_answer(
    bilik: Installation, platforms: Platforms, kind: type[Phone]
) -> None:
    phone = kind(bilik, platforms)
    assert "terlalu panjang" in phone.say("a" * 1001)
    assert "kosong" in phone.say("   ")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.channel)
def test_what_is_no_language_is_answered_with_what_comes_next(
    bilik: Installation, platforms: Platforms, kind: type[Phone]
) -> None:
    phone = kind(bilik, platforms)
    for text in ("\x00\x01\x02\x7f\ufffd\u200b\u202e", "\U0001f98a" * 300, "%s%n{0}${x}<b>*_`"):
        assert "NIK" in phone.say(text)


def test_what_is_no_text_gets_a_friendly_answer(bilik: Installation, platforms: Platforms) -> None:
    telegram, whatsapp = TelegramPhone(bilik, platforms), WhatsAppPhone(bilik, platforms)
    line, sms = LinePhone(bilik, platforms), SmsPhone(bilik, platforms)
    twilio = TwilioWhatsAppPhone(bilik, platforms)
    file = {"file_id": "x", "file_unique_id": "y"}
    photo = {**file, "width": 1, "height": 1}
    place = {"latitude": -7.0, "longitude": 110.0}

    def sent(phone: WhatsAppPhone, kind: str) -> list[str]:
        return phone.deliver(phone.batch([phone.message(kind=kind, **{kind: {"id": "1"}})]))

    expected = [
        (telegram.deliver(telegram.sticker()), "Stikernya"),
        (telegram.deliver(telegram.message(voice={**file, "duration": 1})), "mendengarkan"),
        (telegram.deliver(telegram.message(photo=[photo])), "gambar"),
        (telegram.deliver(telegram.message(location=place)), "Lokasi"),
        (telegram.deliver(telegram.message(dice={"emoji": "🎲", "value": 1})), "tulisan"),
        (telegram.deliver(telegram.message(video={**photo, "duration": 1})), "video"),
        (telegram.deliver(telegram.message(document=file)), "berkas"),
        (sent(whatsapp, "sticker"), "Stikernya"),
        (sent(whatsapp, "audio"), "mendengarkan"),
        (sent(whatsapp, "image"), "gambar"),
        (sent(whatsapp, "location"), "Lokasi"),
        (sent(whatsapp, "unsupported"), "tulisan"),
        (line.deliver(line.sticker()), "Stikernya"),
        (line.deliver(line.image()), "gambar"),
        (line.deliver(line.events(line.message(AudioMessage(id="1")))), "mendengarkan"),
        (line.deliver(line.events(line.message(VideoMessage(id="1")))), "video"),
        (line.deliver(line.events(line.message(FileMessage(id="1")))), "berkas"),
        (line.deliver(line.events(line.message(LocationMessage(id="1")))), "Lokasi"),
        (sms.deliver(sms.form(NumMedia="1", MediaContentType0="image/jpeg")), "gambar"),
        (sms.deliver(sms.form(NumMedia="1", MediaContentType0="audio/ogg")), "mendengarkan"),
        (sms.deliver(sms.form(Latitude="-7.0", Longitude="110.0")), "Lokasi"),
        (twilio.deliver(twilio.form(NumMedia="1", MediaContentType0="video/mp4")), "video"),
        (twilio.deliver(twilio.form(NumMedia="1", MediaContentType0="application/pdf")), "berkas"),
    ]
    for answers, says in expected:
        assert len(answers) <= 3
        assert says in " ".join(answers)


def test_edited_messages_reactions_and_channel_posts_are_not_read(
    bilik: Installation, platforms: Platforms
) -> None:
    telegram, whatsapp = TelegramPhone(bilik, platforms), WhatsAppPhone(bilik, platforms)
    assert telegram.deliver(telegram.message(text="ya", kind="edited_message")) == []
    assert telegram.deliver(telegram.message(text="ya", kind="channel_post")) == []
    reaction = whatsapp.message(kind="reaction", reaction={"message_id": "1", "emoji": "👍"})
    assert whatsapp.deliver(whatsapp.batch([reaction])) == []


def test_a_group_gets_one_polite_line_and_a_link(bilik: Installation, platforms: Platforms) -> None:
    telegram, line = TelegramPhone(bilik, platforms), LinePhone(bilik, platforms)
    nik, code = bilik.pair(bilik.village)
    for text, chat in ((f"/start@BilikBot {code}", f"-{telegram.id}"), (nik, f"-{telegram.id}")):
        start = len(platforms.calls)
        assert telegram.send(telegram.message(text=text, chat_type="supergroup")) == 200
        wait_until_idle(bilik)
        sent = [one.content for one in platforms.sent(start) if one.content.get("chat_id") == chat]
        assert len(sent) == (1 if text != nik else 0)
        assert all("https://t.me/BilikBot" in one["text"] for one in sent)
    first, second = line.deliver(line.in_group("halo")), line.deliver(line.in_group("ya"))
    assert "https://line.me/R/ti/p/@bilik" in first[0]
    assert second == []


def test_a_pressed_button_is_answered_and_read_like_a_message(
    bilik: Installation, platforms: Platforms
) -> None:
    start = len(platforms.calls)
    for phone in (
        TelegramPhone(bilik, platforms),
        WhatsAppPhone(bilik, platforms),
        LinePhone(bilik, platforms),
    ):
        nik, code = bilik.pair(bilik.village)
        phone.say(f"{nik} {code}")
        assert "Siti Rahmawati" in "\n".join(phone.deliver(phone.press("nomor 2")))
    assert any(call.path.endswith("answerCallbackQuery") for call in platforms.calls[start:])


def test_a_button_pressed_by_somebody_else_is_not_read(
    bilik: Installation, platforms: Platforms
) -> None:
    phone, other = TelegramPhone(bilik, platforms), TelegramPhone(bilik, platforms)
    request = phone.press("nomor 2")
    foreign = request.body.replace(
        f'"from": {{"id": {phone.id}'.encode(), f'"from": {{"id": {other.id}'.encode()
    )
    assert foreign != request.body
    request.body = foreign
    assert phone.deliver(request) == []


def test_only_ones_own_number_is_taken(bilik: Installation, platforms: Platforms) -> None:
    phone = TelegramPhone(bilik, platforms)
    assert "bukan nomor Anda" in phone.deliver(phone.contact("+6281234567890", own=False))[0]
    assert "nomor Anda sudah saya terima" in phone.deliver(phone.contact("6281234567890"))[0]


def test_all_messages_of_one_request_are_answered_in_their_order(
    bilik: Installation, platforms: Platforms
) -> None:
    phone, friend = WhatsAppPhone(bilik, platforms), WhatsAppPhone(bilik, platforms)
    nik, code = bilik.pair(bilik.village)
    start = len(platforms.calls)
    batch = phone.batch(
        [phone.message(text={"body": text}) for text in (nik, code, "2")],
        [friend.message(text={"body": "halo"})],
    )
    assert phone.send(batch) == 200
    said = "\n".join(phone.read(start))
    assert said.index("NIK sudah saya terima") < said.index("Siapa pilihan")
    assert said.index("Siapa pilihan") < said.index("Saya ulangi")
    assert "Saya Bilik" in "\n".join(friend.read(start))


def one_after_the_other(phone: Phone, *texts: str) -> list[Request]:
    """Requests with the messages in the order in which they were sent, seconds apart where the
    platform tells the time."""
    times = [time.time() - 10 + at for at in range(len(texts))]
    if isinstance(phone, WhatsAppPhone):
        return [
            phone.batch([phone.message(text={"body": text}, sent=sent)])
            for text, sent in zip(texts, times, strict=True)
        ]
    if isinstance(phone, LinePhone):
        return [
            phone.events(phone.message(TextMessage(id="1", text=text), sent=sent))
            for text, sent in zip(texts, times, strict=True)
        ]
    return [phone.request(text) for text in texts]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.channel)
def test_a_yes_that_overtakes_the_choice_sent_before_it_casts_nothing(
    bilik: Installation, platforms: Platforms, kind: type[Phone]
) -> None:
    phone, before = kind(bilik, platforms), bilik.ballots(bilik.village)
    nik, code = bilik.pair(bilik.village)
    phone.talk(f"{nik} {code}", "1")
    choice, yes = one_after_the_other(phone, "nomor 3 saja", "ya")
    start = len(platforms.calls)
    assert phone.send(yes) == 200
    assert phone.send(choice) == 200
    said = "\n".join(phone.read(start))
    assert "SUDAH" not in said
    assert "3, Bambang Sutrisno" in said
    assert bilik.ballots(bilik.village) == before
    assert "SUDAH" in phone.say("ya")
    assert bilik.ballots(bilik.village) == before + 1


def test_of_two_whatsapp_messages_of_one_second_a_yes_is_never_thought_the_later(
    bilik: Installation, platforms: Platforms
) -> None:
    phone, before = WhatsAppPhone(bilik, platforms), bilik.ballots(bilik.village)
    nik, code = bilik.pair(bilik.village)
    phone.talk(f"{nik} {code}", "1")
    sent, start = time.time(), len(platforms.calls)
    for text in ("ya", "nomor 3 saja"):
        message = phone.message(text={"body": text}, sent=sent)
        assert phone.send(phone.batch([message])) == 200
    assert "SUDAH" not in "\n".join(phone.read(start))
    assert bilik.ballots(bilik.village) == before


def test_a_yes_sent_before_the_read_back_could_be_seen_casts_nothing(
    bilik: Installation, platforms: Platforms
) -> None:
    phone, before = LinePhone(bilik, platforms), bilik.ballots(bilik.village)
    nik, code = bilik.pair(bilik.village)
    phone.say(f"{nik} {code}")
    texts = [phone.message(TextMessage(id="1", text=text)) for text in ("2", "ya")]
    said = phone.deliver(phone.events(*texts))
    assert "SUDAH" not in "\n".join(said)
    assert bilik.ballots(bilik.village) == before
    assert "SUDAH" in phone.say("ya")


def test_too_many_messages_at_once_are_told_once_and_then_not_answered(
    bilik: Installation, platforms: Platforms
) -> None:
    phone, start = WhatsAppPhone(bilik, platforms), len(platforms.calls)
    messages = [phone.message(kind="sticker") for _ in range(PER_MINUTE + 10)]
    assert phone.send(phone.batch(messages)) == 200
    said = phone.read(start)
    assert [one for one in said if "Pelan-pelan" in one] == said[PER_MINUTE:]
    assert len(said) == PER_MINUTE + 1
    assert "Saya Bilik" in WhatsAppPhone(bilik, platforms).say("halo")


def test_telegrams_messages_of_the_vote_are_deleted_from_both_sides(
    bilik: Installation, platforms: Platforms
) -> None:
    phone = TelegramPhone(bilik, platforms)
    nik, code = bilik.pair(bilik.village)
    requests = [phone.request(text) for text in (f"{nik} {code}", "2", "ya")]
    start = len(platforms.calls)
    for request in requests:
        phone.deliver(request)
    (deleted,) = [one for one in platforms.calls[start:] if one.path.endswith("/deleteMessages")]
    ids = set(map(int, re.findall(r"\d+", deleted.content["message_ids"])))
    theirs = {int(re.search(rb'"message_id": (\d+)', one.body)[1]) for one in requests}
    assert theirs <= ids
    assert len(ids) > len(theirs) + 2
    assert deleted.content["chat_id"] == phone.address
    said = phone.answers(start)
    assert "SUDAH" in said[-2].content["text"]
    assert "sudah saya hapus" in said[-1].content["text"]


@pytest.mark.parametrize("kind", [SmsPhone, TwilioWhatsAppPhone], ids=lambda kind: kind.channel)
def test_twilios_texts_of_the_vote_are_deleted(
    bilik: Installation, platforms: Platforms, kind: type[Phone]
) -> None:
    phone = kind(bilik, platforms)
    nik, code = bilik.pair(bilik.village)
    requests = [phone.request(text) for text in (f"{nik} {code}", "2", "ya")]
    start = len(platforms.calls)
    for request in requests:
        phone.deliver(request)
    deleted = {
        call.path.split("/")[-1].removesuffix(".json")
        for call in platforms.calls[start:]
        if call.method == "DELETE"
    }
    theirs = {re.search(rb"MessageSid=(\w+)", one.body)[1].decode() for one in requests}
    assert theirs <= deleted
    assert len(deleted) == len(theirs) + len(phone.answers(start))


def test_letters_are_bold_where_the_platform_can(bilik: Installation, platforms: Platforms) -> None:
    nik, code = bilik.pair(bilik.village)
    said = {}
    for kind in KINDS:
        phone = kind(bilik, platforms)
        said[kind.channel] = phone.talk(f"{nik} {code}", "nomor 2")
    assert "<b>nomor 2, Siti Rahmawati, S.Pd.</b>" in said["telegram"]
    assert "*nomor 2, Siti Rahmawati, S.Pd.*" in said["whatsapp"]
    assert "*nomor 2, Siti Rahmawati, S.Pd.*" in said["twilio-whatsapp"]
    for channel, number in (("line", "nomor 2"), ("twilio-sms", "no. 2")):
        assert "*" not in said[channel].replace("***", "")
        assert f"{number}, Siti Rahmawati, S.Pd." in said[channel]


def test_nothing_that_is_secret_stands_in_a_log(bilik: Installation, platforms: Platforms) -> None:
    phones = [kind(bilik, platforms) for kind in KINDS]
    niks = []
    for phone in phones:
        nik, code = bilik.pair(bilik.village)
        phone.talk(f"{nik} {code} KATA-KENARI", "2")
        niks += [nik, code]
    for platform in ("/sendMessage", "/messages", "/push", "/Messages.json"):
        platforms.faults.append(config.Fault(platform, status=400))
    for phone in phones:
        phone.say("visi nomor 2 KATA-KENARI")
    logs = b"".join(file.read_bytes() for file in Path(bilik.directory, "run").iterdir())
    assert b"an answer was not taken" in logs
    addresses = [phone.address.removeprefix("whatsapp:") for phone in phones]
    for secret in (*config.SECRETS, *niks, *addresses, "KATA-KENARI"):
        assert secret.encode() not in logs, secret[:4]


def test_the_webhook_was_registered_with_a_secret(
    bilik: Installation, platforms: Platforms
) -> None:
    phone = TelegramPhone(bilik, platforms)
    phone.say("halo")
    (registered,) = [one for one in platforms.calls if one.path.endswith("/setWebhook")][:1]
    assert registered.content["url"] == f"{config.PUBLIC_URL}/webhooks/telegram/webhook"
    assert re.fullmatch(r"[A-Za-z0-9_-]{32,256}", registered.content["secret_token"])
    start = len(platforms.calls)
    phone.talk("kapan ditutup?", "siapa calonnya?", "terima kasih")
    methods = {one.path.rpartition("/")[2] for one in platforms.calls[start:]}
    assert methods == {"sendMessage"}  # Telegram is not asked who the bot is, either
