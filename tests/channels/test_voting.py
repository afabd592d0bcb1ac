"""A whole vote over each platform; what counts is what is in the database afterwards."""

import pytest

from assistant.channels.sms import _ALPHABET, MAX_LETTERS
from tests.channels.phones import KINDS, Phone, SmsPhone, TelegramPhone
from tests.channels.platforms import Platforms
from tests.installation import Installation

SAYS_WHAT_STAYS = {
    "telegram": "Hapus Obrolan", "whatsapp": "Bersihkan chat", "line": "Hapus",
    "twilio-sms": "hapus semua SMS", "twilio-whatsapp": "Bersihkan chat",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.channel)
def test_a_whole_vote(bilik: Installation, platforms: Platforms, kind: type[Phone]) -> None:
    phone, before = kind(bilik, platforms), bilik.ballots(bilik.village)
    nik, code = bilik.pair(bilik.village)
    assert "Bilik" in phone.say("halo")
    assert "Siti Rahmawati" in phone.say(f"nik saya {nik} kode {code}")
    assert "nomor 2, Siti Rahmawati, S.Pd." in phone.say("saya pilih nomor 2")
    assert bilik.ballots(bilik.village) == before
    recorded = phone.say("ya")
    assert "SUDAH tercatat" in recorded
    assert SAYS_WHAT_STAYS[kind.channel] in recorded
    assert bilik.ballots(bilik.village) == before + 1


def test_a_vote_by_sms_takes_five_messages_of_160_plain_letters(
    bilik: Installation, platforms: Platforms
) -> None:
    phone = SmsPhone(bilik, platforms)
    nik, code = bilik.pair(bilik.village)
    assert "SUDAH tercatat" in phone.talk("halo", f"{nik} {code}", "2", "ya")
    sent = [call.content["Body"] for call in phone.answers()]
    assert len(sent) <= 5
    assert all(len(text) <= MAX_LETTERS and set(text) <= _ALPHABET for text in sent)


def test_a_vote_on_two_contests_by_sms(bilik: Installation, platforms: Platforms) -> None:
    phone = SmsPhone(bilik, platforms)
    nik, code = bilik.pair(bilik.region)
    read_back = phone.talk(f"{nik} {code}", "2", "1")
    assert "Dewi Kartika & Hasan Basri" in read_back
    assert "Lukman Hakim & Yuliana Tandi" in read_back
    assert "SUDAH tercatat" in phone.say("ya")
    sent = [call.content["Body"] for call in phone.answers()]
    assert all(len(text) <= MAX_LETTERS for text in sent)
    assert len(sent) <= 6


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
