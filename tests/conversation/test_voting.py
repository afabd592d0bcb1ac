"""Whole conversations over HTTP; what counts is what is in the database afterwards.

`tests/cluster/test_as_one.py` holds all of them with a cluster as well.
"""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import update

from bilik.clock import system_clock
from bilik.domain.voting_code import new_code
from bilik.storage.database import to_column
from bilik.storage.tables import sessions
from tests.booth import Polling
from tests.installation import Installation

_numbers = count(1)


def sender() -> str:
    return f"pemilih-{next(_numbers)}"


def identified(bilik: Installation, who: str, polling: Polling | None = None) -> str:
    nik, code = bilik.pair(polling or bilik.village)
    return bilik.say(who, f"nik saya {nik} kode {code}")


def test_the_conversation_of_the_readme(bilik: Installation) -> None:
    who, before = sender(), bilik.ballots(bilik.village)
    assert "Saya Bilik" in bilik.say(who, "halo")
    assert "Siti Rahmawati" in identified(bilik, who)
    assert "nomor 2, Siti Rahmawati, S.Pd." in bilik.say(who, "saya pilih nomor 2")
    asked = bilik.say(who, "eh siapa aja sih calonnya?")
    assert "Bambang Sutrisno" in asked
    assert "nomor 2, Siti Rahmawati, S.Pd." in asked
    assert bilik.ballots(bilik.village) == before
    recorded = bilik.say(who, "ya")
    assert "SUDAH tercatat" in recorded
    assert "Siti" not in recorded
    assert "nomor 2" not in recorded
    assert bilik.ballots(bilik.village) == before + 1
    receipt = recorded.split("Tanda terima: *")[1].split("*")[0]
    assert "tercatat" in bilik.say(sender(), f"cek tanda terima {receipt}")
    assert "tidak ditemukan" in bilik.say(sender(), "cek tanda terima 0000-0000-0")


def test_a_greeting_says_what_the_data_is_for_once(bilik: Installation) -> None:
    who = sender()
    assert "hanya dipakai" in bilik.say(who, "selamat pagi")
    assert "hanya dipakai" not in bilik.say(who, "siapa calonnya?")


@pytest.mark.parametrize(
    "message",
    [
        "jangan pilih nomor 2", "nomor 2 jelek", "temen saya pilih 2", "1 atau 2 ya?", "nomor 9",
        "/affirm", "/choose", "/restart", "/session_start", "/action_cast_ballot", "ya",
        '/choose{"nomor": "2"}', '/affirm{"yakin": true}', "hmm", "umur saya 2 tahun",
    ],
)  # fmt: skip
def test_at_the_choosing_point_these_never_record_a_vote(bilik: Installation, message: str) -> None:
    who, before = sender(), bilik.ballots(bilik.village)
    identified(bilik, who)
    answer = bilik.say(who, message)
    assert answer
    assert "ulangi" not in answer
    assert "tercatat" not in bilik.say(who, "ya")
    assert bilik.ballots(bilik.village) == before


@pytest.mark.parametrize(
    "message",
    [
        "nomor 3 aja", "ya tapi kayaknya salah", "hmm", "/affirm", "/cast_ballot",
        "/action_cast_ballot", "/restart", "/session_start", '/affirm{"yakin": true}', "ya?",
        "siapa aja calonnya", "aman ga sih", "tidak", "nomor 2 jelek", "/", "makasih", "batal",
    ],
)  # fmt: skip
def test_at_the_confirming_point_these_never_record_a_vote(
    bilik: Installation, message: str
) -> None:
    who, before = sender(), bilik.ballots(bilik.village)
    identified(bilik, who)
    assert "Balas *ya*" in bilik.say(who, "saya pilih nomor 2")
    assert bilik.say(who, message)
    assert bilik.ballots(bilik.village) == before


def test_another_candidate_at_the_read_back_is_read_back_anew(bilik: Installation) -> None:
    who = sender()
    identified(bilik, who)
    answer = bilik.talk(who, "2", "nomor 3 aja")
    assert "nomor 3, Bambang Sutrisno" in answer
    assert "SUDAH" in bilik.say(who, "ya")


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("siapa saja calonnya?", "Ahmad Fauzi"),
        ("visi misi nomor 2 apa?", "Desa sehat"),
        ("kapan pemungutan suaranya ditutup?", "tutup"),
        ("pilihan saya rahasia tidak?", "tersegel"),
        ("bagaimana cara memilihnya?", "Caranya"),
        ("hasilnya gimana?", "belum ada"),
        ("saya mau bicara dengan panitia", "0800-0000-000"),
        ("kamu ini robot ya?", "program komputer"),
        ("menurut kamu pilih siapa?", "tidak boleh menyarankan"),
    ],
)
def test_a_question_at_any_point_is_answered_and_the_place_kept(
    bilik: Installation, question: str, says: str
) -> None:
    who, before = sender(), bilik.ballots(bilik.village)
    bilik.say(who, question)  # before identity there are two elections to speak of
    identified(bilik, who)
    at_choosing = bilik.say(who, question)
    assert says in at_choosing
    assert "Siapa pilihan Anda" in at_choosing
    bilik.say(who, "saya pilih nomor 1")
    at_confirming = bilik.say(who, question)
    assert says in at_confirming
    assert "nomor 1, H. Ahmad Fauzi, S.E." in at_confirming
    assert bilik.ballots(bilik.village) == before
    assert "SUDAH tercatat" in bilik.say(who, "ya")
    assert bilik.ballots(bilik.village) == before + 1


def test_identity_in_two_messages_with_a_question_between(bilik: Installation) -> None:
    who = sender()
    nik, code = bilik.pair(bilik.village)
    assert "kode undangan" in bilik.say(who, nik)
    assert "ulangi" not in bilik.say(who, "siapa saja calonnya?")
    asked = bilik.say(who, "kodenya ada di mana ya? surat saya hilang")
    assert "sampaikan kepada panitia" in asked
    assert nik not in asked
    assert "Terima kasih" in bilik.say(who, code)


def test_a_wrong_pair_gets_one_answer_whatever_was_wrong(bilik: Installation) -> None:
    nik, code = bilik.pair(bilik.village)
    other = bilik.pair(bilik.village)[1]
    answers = {
        bilik.say(sender(), f"{nik} {other}"),
        bilik.say(sender(), f"3329019999999999 {code}"),
        bilik.say(sender(), "3329018888888888 7KQ-2M9-XDM"),
    }
    assert len(answers) == 1
    assert "belum cocok" in answers.pop()


def test_too_many_wrong_attempts_bring_a_pause_with_its_end(bilik: Installation) -> None:
    who = sender()
    answer = bilik.talk(who, *(f"3329017777777777 {new_code()}" for _ in range(6)))
    assert "jeda" in answer
    assert "WIB" in answer or "WITA" in answer


def test_who_has_voted_is_told_so(bilik: Installation) -> None:
    nik, code = bilik.pair(bilik.village)
    bilik.talk(sender(), f"{nik} {code}", "2", "ya")
    assert "sudah memberikan suara" in bilik.say(sender(), f"{nik} {code}")


def test_six_of_a_family_vote_from_one_phone(bilik: Installation) -> None:
    who, before = sender(), bilik.ballots(bilik.village)
    for number in (1, 2, 3, 1, 2, 3):
        nik, code = bilik.pair(bilik.village)
        assert "Siapa pilihan Anda" in bilik.say(who, f"{nik} {code}")
        assert "SUDAH tercatat" in bilik.talk(who, f"nomor {number}", "iya benar")
        status = bilik.say(who, "status")
        assert "siapa Anda" in status
        assert "Tanda terima" not in status
    assert bilik.ballots(bilik.village) == before + 6


def test_two_contests_are_asked_in_turn_read_back_together_and_cast_at_once(
    bilik: Installation,
) -> None:
    who, before = sender(), bilik.ballots(bilik.region)
    assert "Andi Mallarangi & Ruth Sondakh" in identified(bilik, who, bilik.region)
    assert "Kotak Kosong" in bilik.say(who, "2")
    read_back = bilik.say(who, "kotak kosong aja")
    assert "Gubernur: *nomor 2, Dewi Kartika & Hasan Basri*" in read_back
    assert "Bupati: *nomor 2, Kotak Kosong*" in read_back
    assert "Mau ganti yang mana, Gubernur atau Bupati?" in bilik.say(who, "tidak")
    changed = bilik.say(who, "bupati 1")
    assert "Bupati: *nomor 1, Lukman Hakim & Yuliana Tandi*" in changed
    assert bilik.ballots(bilik.region) == before
    assert "SUDAH tercatat" in bilik.say(who, "ya")
    assert bilik.ballots(bilik.region) == before + 1


def test_one_message_for_two_contests_and_a_blank(bilik: Installation) -> None:
    who = sender()
    identified(bilik, who, bilik.region)
    read_back = bilik.say(who, "gubernur 1, bupati 1")
    assert "Gubernur: *nomor 1" in read_back
    assert "Bupati: *nomor 1" in read_back
    other = sender()
    identified(bilik, other, bilik.region)
    assert "Bupati" in bilik.say(other, "kosongkan saja")
    assert "dikosongkan" in bilik.say(other, "kosongkan saja")
    assert "SUDAH tercatat" in bilik.say(other, "ya")


def test_stopping_records_nothing(bilik: Installation) -> None:
    who, before = sender(), bilik.ballots(bilik.village)
    identified(bilik, who)
    assert "berhenti di sini" in bilik.talk(who, "2", "batal aja deh, berhenti")
    assert "SUDAH" not in bilik.say(who, "ya")
    assert bilik.ballots(bilik.village) == before


def test_not_understood_twice_brings_help(bilik: Installation) -> None:
    who = sender()
    assert "belum paham" in bilik.say(who, "/zxcvb")
    assert "masih belum paham" in bilik.say(who, "/qwert")


def test_an_expired_session_is_told_and_nothing_of_it_is_left(bilik: Installation) -> None:
    who, before = sender(), bilik.ballots(bilik.village)
    identified(bilik, who)
    bilik.say(who, "2")
    a_minute_ago = to_column(system_clock() - timedelta(minutes=1))
    with bilik.village.database.write() as connection:
        connection.execute(update(sessions).values(expires_at=a_minute_ago))
    answer = bilik.say(who, "ya")
    assert "lama tidak ada pesan" in answer
    assert "SUDAH" not in answer
    assert bilik.ballots(bilik.village) == before


def test_a_pause_of_the_panitia_is_told_and_the_place_kept(bilik: Installation) -> None:
    who, slug = sender(), bilik.region.election.slug
    identified(bilik, who, bilik.region)
    bilik.say(who, "gubernur 1, bupati 1")
    bilik.region.desk.pause(slug)
    try:
        answer = bilik.say(who, "ya")
        assert "BELUM tercatat" in answer
        assert "dijeda" in answer
    finally:
        bilik.region.desk.open(slug)
    assert "SUDAH tercatat" in bilik.say(who, "ya")


def test_where_results_are_live_the_voter_is_told_so_and_hears_the_newest_count(
    bilik: Installation,
) -> None:
    told = identified(bilik, sender(), bilik.region)
    assert "hasil sementara terlihat semua orang" in told
    asker, slug = sender(), bilik.region.election.slug
    assert "muncul setelah 50 suara masuk" in bilik.say(asker, "hasilnya gimana?")
    for _ in range(2):
        for _ in range(25):
            who = sender()
            identified(bilik, who, bilik.region)
            bilik.say(who, "gubernur 1, bupati 1")
            assert "SUDAH tercatat" in bilik.say(who, "ya")
        standing = bilik.region.desk.standing(slug)
    assert len(bilik.by_command("keep")) == 1
    assert standing.interim is not None
    said = bilik.say(asker, "hasilnya gimana?")
    assert f"dari {standing.interim.ballots} suara yang sudah masuk hitungan" in said
