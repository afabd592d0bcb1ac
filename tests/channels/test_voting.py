"""A whole vote over each platform; what counts is what is in the database afterwards."""

import json

import pytest

from assistant.channels.sms import _ALPHABET, MAX_LETTERS
from tests.channels.phones import (
    KINDS,
    LinePhone,
    Phone,
    SmsPhone,
    TelegramPhone,
    WhatsAppPhone,
)
from tests.channels.platforms import Platforms
from tests.installation import Installation

SAYS_WHAT_STAYS = {
    "telegram": "tekan lama", "whatsapp": "Bersihkan chat", "line": "Hapus",
    "twilio-sms": "hapus semua SMS", "twilio-whatsapp": "Bersihkan chat",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.channel)
def test_a_whole_vote(bilik: Installation, platforms: Platforms, kind: type[Phone]) -> None:
    phone, before = kind(bilik, platforms), bilik.ballots(bilik.village)
    nik, code = bilik.pair(bilik.village)
    assert "Bilik" in phone.say("halo")
    assert "Siti Rahmawati" in phone.say(f"nik saya {nik} kode {code}")
    number = "no. 2" if kind is SmsPhone else "nomor 2"
    assert f"{number}, Siti Rahmawati, S.Pd." in phone.say("saya pilih nomor 2")
    assert bilik.ballots(bilik.village) == before
    recorded = phone.say("ya")
    assert "SUDAH tercatat" in recorded
    assert SAYS_WHAT_STAYS[kind.channel] in recorded
    assert bilik.ballots(bilik.village) == before + 1


@pytest.mark.parametrize(
    ("contests", "texts"),
    [
        (1, ["halo", "{nik} {code}", "2", "ya"]),
        (1, ["{nik}", "{code}", "2", "ya"]),
        (2, ["halo", "{nik} {code}", "2", "1", "ya"]),
        (2, ["{nik} {code}", "gubernur 2, bupati 1", "ya"]),
        (2, ["{nik} {code}", "2", "kosongkan", "ya"]),
    ],
)
def test_a_vote_by_sms_takes_five_messages_of_160_plain_letters(
    bilik: Installation, platforms: Platforms, contests: int, texts: list[str]
) -> None:
    polling = bilik.village if contests == 1 else bilik.region
    phone, before = SmsPhone(bilik, platforms), bilik.ballots(polling)
    nik, code = bilik.pair(polling)
    assert "SUDAH tercatat" in phone.talk(*(text.format(nik=nik, code=code) for text in texts))
    sent = [call.content["Body"] for call in phone.answers()]
    assert len(sent) <= 5
    assert all(len(text) <= MAX_LETTERS and set(text) <= _ALPHABET for text in sent)
    assert bilik.ballots(polling) == before + 1


def test_two_contests_are_read_back_in_one_sms_with_number_and_full_names(
    bilik: Installation, platforms: Platforms
) -> None:
    phone = SmsPhone(bilik, platforms)
    nik, code = bilik.pair(bilik.region)
    phone.talk(f"{nik} {code}", "2")
    (read_back,) = phone.deliver(phone.request("1"))
    assert "Gubernur no. 2, Dewi Kartika & Hasan Basri" in read_back
    assert "Bupati no. 1, Lukman Hakim & Yuliana Tandi" in read_back


def test_a_lost_letter_is_told_by_sms_in_one_message_each(
    bilik: Installation, platforms: Platforms
) -> None:
    phone, slug = SmsPhone(bilik, platforms), bilik.village.election.slug
    nik, _ = bilik.pair(bilik.village)
    before = len(bilik.village.desk.lost_letters(slug))
    phone.say("halo")
    (asked,) = phone.deliver(phone.request("surat undangan saya hilang"))
    (noted,) = phone.deliver(phone.request(nik))
    assert "Balas dengan NIK" in asked
    assert "bawa KTP" in noted
    assert len(bilik.village.desk.lost_letters(slug)) == before + 1


def test_a_letters_qr_code_brings_the_voting_code_along(
    bilik: Installation, platforms: Platforms
) -> None:
    phone = TelegramPhone(bilik, platforms)
    nik, code = bilik.pair(bilik.village)
    assert "Kode sudah saya terima" in phone.say(f"/start {code}")
    assert "Siti Rahmawati" in phone.say(nik)
    assert "Saya Bilik" in TelegramPhone(bilik, platforms).say("/start")


def test_two_platforms_numbers_are_two_senders(bilik: Installation, platforms: Platforms) -> None:
    phones = [kind(bilik, platforms, number=424242) for kind in KINDS]
    nik, code = bilik.pair(bilik.village)
    phones[0].say(f"{nik} {code}")
    assert all("Siapa pilihan" not in phone.say("siapa calonnya") for phone in phones[1:])


@pytest.mark.parametrize(
    "kind", [TelegramPhone, WhatsAppPhone, LinePhone], ids=lambda kind: kind.channel
)
def test_a_vote_by_pressing_what_is_offered(
    bilik: Installation, platforms: Platforms, kind: type[TelegramPhone | WhatsAppPhone | LinePhone]
) -> None:
    phone, before = kind(bilik, platforms), bilik.ballots(bilik.village)
    nik, code = bilik.pair(bilik.village)
    phone.say(f"{nik} {code}")
    choice = next(token for title, token in offered(phone) if "Siti" in title or "2" in title)
    assert "nomor 2, Siti Rahmawati, S.Pd." in "\n".join(phone.deliver(phone.press(choice)))
    yes = next(token for title, token in offered(phone) if title.lower().startswith("ya"))
    assert "SUDAH tercatat" in "\n".join(phone.deliver(phone.press(yes)))
    assert "SUDAH" not in "\n".join(phone.deliver(phone.press(choice)))
    assert bilik.ballots(bilik.village) == before + 1


def offered(phone: Phone) -> list[tuple[str, str]]:
    """Title and payload of what can be pressed below the last answer."""
    content = phone.answers()[-1].content
    if "reply_markup" in content:
        keys = json.loads(content["reply_markup"])["inline_keyboard"]
        return [(key["text"], key["callback_data"]) for row in keys for key in row]
    if "interactive" in content:
        action = content["interactive"]["action"]
        replies = [one["reply"] for one in action.get("buttons", [])]
        rows = [row for section in action.get("sections", []) for row in section["rows"]]
        return [(one["title"], one["id"]) for one in replies + rows]
    actions = [item["action"] for item in content["messages"][-1]["quickReply"]["items"]]
    return [(one["label"], one["data"]) for one in actions]
