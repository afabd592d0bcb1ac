from random import Random

import pytest

from bilik.domain.confirmation import is_clear_yes, may_be_yes
from bilik.domain.identity import holds_credentials
from bilik.domain.receipt import is_plain, receipt_of
from bilik.domain.voting_code import new_code, printed
from tests.elections import village


@pytest.mark.parametrize(
    "message",
    [
        "ya", "Ya.", "iya", "y", "IYA", "iyaaa", "ya benar", "betul", "iya udh", "oke", "ok kirim",
        "sip", "setuju", "inggih", "sumuhun", "kirim aja", "udah iya",
        "iya terima kasih", "iyo mas bener", "kirim ya", "ya makasih",
        "oke gas", "gas kak", "cus", "iya bener itu pilihan saya", "👍",
    ],
)  # fmt: skip
def test_a_clear_yes(message: str) -> None:
    assert is_clear_yes(message)


@pytest.mark.parametrize(
    ("message", "clear"),
    [("ya, nomor 2", True), ("iya bu siti", True), ("betul bu siti rahmawati", True),
     ("ya nomor 3", False), ("iya pak fauzi", False), ("ya 2 atau 3", False), ("nomor 2", False)],
)  # fmt: skip
def test_naming_what_was_read_back_takes_nothing_from_a_yes(message: str, clear: bool) -> None:
    assert is_clear_yes(message, village().contests, {"kades": 2}) is clear


@pytest.mark.parametrize(
    "message",
    [
        "iya bapak aja", "ya, bapak saja", "kirim bapak saja", "oke ibu aja",
        "siap, pilihan saya ibu",
        "iya kok ibu itu", "ya 👎", "ya ❌", "~ya~", "kok iya", "sudah saya kirim",
        "udah kirim min",
        "mohon konfirmasi", "bener ya", "yakin ya", "iya sih", "ya gitu deh", "yah",
        "ya udah deh",
        "ya" + " " * 1000 + "tapi jangan",
        "", "tidak", "ya tapi kayaknya salah", "iya sih, cuma…", "ya siapa dulu calonnya", "ya?",
        "oke gimana caranya", "bener nih aman?", "ya ampun", "gas elpiji mahal", "hmm", "bukan",
        "nomor 3 aja", "ya nomor 3", "/affirm", '/affirm{"x": "y"}', "ya ga", "iya kali", "sudah",
        "ya ya ya ya ya ya ya ya ya ya ya ya ya", "belum", "jangan kirim", "ya nanti",
        "benarkah", "ya jangan", "tidak benar", "betul betul jelek",
        "makasih ya", "oke makasih", "dah ya", "gas melon", "pas",
        "pas foto", "pas saya memilih itu", "pas pilih dia",
    ],
)  # fmt: skip
def test_what_is_no_clear_yes(message: str) -> None:
    assert not is_clear_yes(message)


@pytest.mark.parametrize(
    ("message", "may"),
    [("ya", True), ("ya nomor 2", True), ("iya bu siti", True), ("ya dua", True),
     ("ya tapi nomor 3", False), ("nomor 2", False), ("halo bu siti", False), ("tidak", False)],
)  # fmt: skip
def test_a_yes_may_name_what_only_others_know(message: str, may: bool) -> None:
    assert may_be_yes(message) is may


def test_no_code_no_nik_and_no_receipt_may_be_a_yes() -> None:
    random = Random(1)
    codes = [new_code(random.choice) for _ in range(3000)]
    trackers = (random.randbytes(32) for _ in range(3000))
    receipts = [one for one in map(receipt_of, trackers) if is_plain(one)]
    assert sum("Y" in one for one in codes) > 500 < len(receipts)
    for said in ("{}", "kode {}", "ini {} ya", "3329015203900001 {}"):
        for code in codes:
            assert not may_be_yes(said.format(printed(code)))
            assert not may_be_yes(said.format(code.lower()))
    assert not any(map(may_be_yes, receipts))
    mistyped = [one[:-1] + ("2" if one[-1] != "2" else "3") for one in receipts]
    mixed = [one for one in mistyped if any(map(str.isalpha, one))]
    assert len(mixed) > 500
    assert not any(map(may_be_yes, mixed))


@pytest.mark.parametrize("message", ["no2 oke kak", "no2 iyo pak", "iya-no2-pak"])
def test_a_yes_in_the_form_of_a_code_is_asked_for_again(message: str) -> None:
    assert holds_credentials(message)
    assert not is_clear_yes(message, village().contests, {"kades": 2})
    assert not may_be_yes(message)
    assert is_clear_yes("no 2 oke kak", village().contests, {"kades": 2})


@pytest.mark.parametrize(
    "message",
    ["tidak, ada yang salah", "tidak ada yang salah", "iya tidak, ada yang salah", "simpan dulu",
     "proses hukum", "sah sah aja", "yeah right", "insyaallah ya", "tidak salah",
     "betul tidak salah", "cocok", "sudah kirim", "of course not", "hehe iya ya",
     "halo ya", "selamat malam ya pak", "lah iya ya", "!ya", "oh iya", "betul ke ni", "lanjutkan!"],
)  # fmt: skip
def test_small_talk_with_a_yes_in_it_is_none(message: str) -> None:
    assert not is_clear_yes(message)


@pytest.mark.parametrize(
    "message",
    ["assalamualaikum, ya benar", "iya kang, kirim", "ya, tidak ada perubahan", "injih leres",
     "iya betul pak, terima kasih", "yaudah kirim", "betull kirimm", "hooh", "olo, kirim ma",
     "tepat sekali", "sudah cocok", "simpan saja", "silakan diproses", "cocok, lanjut",
     "ya, tidak ada yang salah", "tidak salah, lanjutkan", "ya saya tidak akan ganti lagi",
     "iya mas admin, betul", "iya nak, itu pilihan nenek", "itu sudah", "that is right", "💯",
     "insyaallah sudah benar", "baik, sudah betul. terima kasih atas bantuannya"],
)  # fmt: skip
def test_a_yes_has_many_dialects(message: str) -> None:
    assert is_clear_yes(message)


@pytest.mark.parametrize("text", ["%ylah", "benar ylah", "oke deh yalah", "!ylah"])
def test_a_last_ya_with_a_particle_is_a_particle_itself(text: str) -> None:
    assert not is_clear_yes(text)
