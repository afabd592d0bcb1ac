"""Names and words that mean another thing where they stand."""

import pytest

from bilik.domain.choice import resolve
from bilik.domain.definition import read_definition
from bilik.domain.election import BLANK
from bilik.domain.hint import Hint
from tests.elections import VILLAGE, region, village

WORDLIKE = read_definition(
    VILLAGE.replace("H. Ahmad Fauzi, S.E.", "Bagus Cahyono")
    .replace("[Pak Fauzi]", "[Mas Bagus]")
    .replace("Siti Rahmawati, S.Pd.", "Murni Sinaga, A.Md.Keb.")
    .replace("[Bu Siti, Bu Rahma]", "[Bu Murni]")
).contests
REGION = region().contests
PLAIN = village().contests


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("saya pilih bagus", 1), ("bagus", 1), ("mas bagus", 1), ("bukan murni, bagus", 1),
        ("yang bidan aja", 2), ("bu bidan", 2), ("yang ibu bidan itu", 2),
        ("saya murni pilih nomor 3", 3), ("ikut bu murni aja", 2), ("aku di tim 3", 3),
        ("pencet nomor 2", 2), ("nenek pilih nomor 3 ya nak", 3), ("the last one", 3),
        ("nomor wahid", 1), ("II", 2), ("siapa lagi kalau bukan bu murni", 2),
        ("kalau bukan bambang siapa lagi", 3), ("rumah sakit penting. Bambang.", 3),
        ("mobil mau jalan, 3", 3), ("pilihan: bambang", 3), ("tapi hati saya bambang", 3),
        ("selain bambang ga ada", 3), ("saya anggota no 217 memilih bambang", 3),
        ("2 kok", 2), ("antara 1 sama 3. sudah ah 3", 3), ("mending nomor 2 aja", 2),
    ],
)  # fmt: skip
def test_what_is_meant_is_read(message: str, number: int) -> None:
    assert resolve(message, WORDLIKE, hint=Hint.CHOICE).accepted == {"kades": number}


@pytest.mark.parametrize(
    "message",
    [
        "bagus sekali", "pilih yang bagus", "bagus banget aplikasinya",
        "bambang itu guru saya", "ayo dukung nomor 3",
        "coblos nomor 3 untuk desa yang gemilang", "pilih mie goreng nomor satu",
        "bisa jadi nomor 2", "saya belum pilih bambang", "bambang atau siapa ya",
        "bu murni yang nomor 2 ya?", "ini pemilu ke 2 saya", "anak saya ikut pilih bambang",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_not(message: str) -> None:
    assert resolve(message, WORDLIKE, hint=Hint.CHOICE).accepted == {}


@pytest.mark.parametrize(
    ("message", "chosen"),
    [
        ("dua-duanya nomor 1", {"gubernur": 1, "bupati": 1}),
        ("nomor 1 semua", {"gubernur": 1, "bupati": 1}),
        ("gubernur 1, bupati tidak pilih", {"gubernur": 1, "bupati": BLANK}),
    ],
)
def test_all_contests_may_be_answered_at_once(message: str, chosen: dict[str, object]) -> None:
    assert resolve(message, REGION, hint=Hint.CHOICE).accepted == chosen


def test_nobody_that_i_choose_is_a_blank_ballot() -> None:
    assert resolve("nggak ada yang gue pilih, titik", PLAIN).accepted == {"kades": BLANK}
