"""A lost letter told in the chat, over the real servers; and what the live view shows of it all."""

import time
from itertools import count

import pytest

from bilik.services.activity import NOTED_EVERY
from tests.installation import Installation

_numbers = count(1)


def sender() -> str:
    return f"tanpa-surat-{next(_numbers)}"


def queued(bilik: Installation) -> int:
    """How many stand in the panitia's queue for the village."""
    return len(bilik.village.desk.lost_letters(bilik.village.election.slug))


def test_who_lost_the_letter_gives_the_nik_and_the_panitia_is_told(bilik: Installation) -> None:
    who, before = sender(), queued(bilik)
    nik, _ = bilik.pair(bilik.village)
    asked = bilik.say(who, "surat undangan saya hilang, gimana ya?")
    assert "Kirim NIK Anda" in asked
    assert "16 angka" in bilik.say(who, nik[:15])
    noted = bilik.say(who, nik)
    assert "sampaikan kepada panitia" in noted
    assert "bawa KTP" in noted
    assert nik not in asked + noted
    assert queued(bilik) == before + 1
    # From another chat, and in one message: still once in the queue.
    assert bilik.say(sender(), f"kode saya ilang, nik {nik}").endswith(noted)
    assert queued(bilik) == before + 1


def test_the_answer_is_the_same_for_strangers_and_for_who_has_voted(bilik: Installation) -> None:
    nik, _ = bilik.pair(bilik.village)
    voted, code = bilik.pair(bilik.village)
    assert "SUDAH" in bilik.talk(sender(), f"{voted} {code}", "2", "ya")
    before = queued(bilik)
    answers = set()
    for one in (nik, voted, "3329019999999999"):
        who = sender()
        bilik.say(who, "surat undangan saya hilang")
        answers.add(bilik.say(who, one))
    assert len(answers) == 1
    assert queued(bilik) == before + 1


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("siapa saja calonnya?", "Ahmad Fauzi"),
        ("kapan pemungutan suaranya ditutup?", "tutup"),
        ("halo", "Saya Bilik"),
        ("ya", "Kirim NIK Anda"),
        ("nomor 2", "Suratnya hilang?"),
        ("/zxcvb", "belum paham"),
    ],
)
def test_any_question_is_answered_and_leads_back(
    bilik: Installation, message: str, says: str
) -> None:
    who, before = sender(), queued(bilik)
    bilik.say(who, "saya kehilangan surat undangan")
    answer = bilik.say(who, message)
    assert says in answer
    assert "NIK" in answer
    assert queued(bilik) == before


def test_who_finds_it_votes_and_who_thinks_better_is_led_to_the_beginning(
    bilik: Installation,
) -> None:
    who, before = sender(), queued(bilik)
    nik, code = bilik.pair(bilik.village)
    bilik.say(who, "kodenya ilang")
    assert "Siti Rahmawati" in bilik.say(who, f"eh ketemu, {nik} kode {code}")
    kept = bilik.talk(who, "saya pilih nomor 2", "surat suami saya juga hilang")
    assert "hubungi" in kept.lower()
    assert "nomor 2, Siti Rahmawati" in kept
    assert "SUDAH tercatat" in bilik.say(who, "ya")
    other = sender()
    bilik.say(other, "surat undangan saya hilang")
    assert "kirim NIK Anda dan kode undangan" in bilik.say(other, "tidak")
    assert queued(bilik) == before


def test_many_in_a_row_are_delayed_like_wrong_codes(bilik: Installation) -> None:
    who, before = sender(), queued(bilik)
    for number in range(5):
        bilik.say(who, f"surat saya hilang, nik saya 33290199999988{number:02d}")
    nik, code = bilik.pair(bilik.village)
    delayed = bilik.say(who, f"surat saya hilang, nik saya {nik}")
    assert "kita tunggu dulu" in delayed
    assert queued(bilik) == before
    assert "jeda" in bilik.say(who, f"{nik} {code}")


def test_the_live_view_counts_what_the_running_server_answers(bilik: Installation) -> None:
    bilik.say(sender(), "halo")
    slug = bilik.village.election.slug
    deadline = time.monotonic() + 3 * NOTED_EVERY.total_seconds()
    counts = []
    while not counts and time.monotonic() < deadline:
        seen = bilik.village.desk.overview(slug)
        counts = [one for one in seen.channels if one.channel == "rest"]
        time.sleep(0.1)
    (rest,) = counts
    assert rest.taken >= rest.answered > 0
