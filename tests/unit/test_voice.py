"""One's own choice beside other people's votes, the past, and talk."""

import pytest

from bilik.domain.choice import Doubt, asks_for_blank, resolve
from bilik.domain.hint import Hint
from tests.elections import village

VILLAGE = village().contests


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("istri saya pilih 1 tapi saya sendiri pilih 2", 2),
        ("temen2 pada ke 3, klo gue sih 2", 2),
        ("walaupun anak saya nyuruh no 1, saya tetap pilih no 3", 3),
        ("biar kata orang jelek gw ttp ke nomer 3", 3),
        ("semua bagus tapi pilihan saya no 3", 3),
        ("yg 2 itu rt gue, gue pilih 3", 3),
        ("33 eh 3", 3),
        ("2 ga jadi, 3 aja", 3),
        ("tadi sa bilang satu, sa ganti dua", 2),
        ("1 maksudnya, tadi salah", 1),
        ("dudu siji, telu", 3),
        ("siti? ga lah, bambang", 3),
        ("1 *2", 2),
        ("sudah mikir lama akhirnya saya pilih nomor dua", 2),
        ("kedua dari bawah", 2),
        ("yg tengah", 2),
        ("pak haji aja", 1),
        ("3, yang lain tidak kenal", 3),
    ],
)
def test_ones_own_choice_counts(message: str, number: int) -> None:
    assert resolve(message, VILLAGE, hint=Hint.CHOICE).accepted == {"kades": number}


@pytest.mark.parametrize(
    "message",
    [
        "pacarku pilih nomor 2", "orang rumah pada ke 2", "dia maunya nomor 2",
        "dulu saya pilih 2", "tahun lalu saya nyoblos 2, nyesel", "kalau saya pilih 2 gimana",
        "tidak akan pernah saya coblos 2", "kagak bakalan gue pilih 2", "males bgt gue nyoblos 2",
        "saya kenal siti yg jualan bakso", "saya sendiri namanya siti", "bimbang aku mas",
        "coblos nomor 2 ya ibu-ibu, jangan lupa ajak suaminya", "siti for kades",
        "nomor antrian saya 2", "blok c no 2", "no way nomor 2", "yg no 2 sudah haji blm",
        "bisa milih dua ga",
    ],
)  # fmt: skip
def test_what_is_not_ones_own_choice_never_counts(message: str) -> None:
    for hint in Hint:
        assert resolve(message, VILLAGE, hint=hint).accepted == {}, hint


@pytest.mark.parametrize(
    ("message", "hint", "taken"),
    [
        ("nomor 2 bestari", Hint.CHOICE, True),
        ("nomor 2 bestari", Hint.OPEN, False),
        ("nomor 2 bestari", Hint.OTHER, False),
        ("nomor 2", Hint.OTHER, True),
        ("saya pilih nomor 2 bestari", Hint.OTHER, True),
    ],
)
def test_a_hint_makes_the_grammar_stricter_or_looser(message: str, hint: Hint, taken: bool) -> None:
    assert bool(resolve(message, VILLAGE, hint=hint).accepted) is taken


def test_a_rejection_that_the_grammar_misses_is_asked_about() -> None:
    assert resolve("blablabla nomor 2", VILLAGE, hint=Hint.REJECTION).doubt is Doubt.TALK


@pytest.mark.parametrize(
    ("intent", "confidence", "hint"),
    [
        ("choose", 0.9, Hint.CHOICE), ("choose", 0.4, Hint.OPEN), ("vote_blank", 0.8, Hint.CHOICE),
        ("reject_candidate", 0.9, Hint.REJECTION), ("talk_about_candidate", 0.9, Hint.OTHER),
        ("talk_about_candidate", 0.5, Hint.OPEN), ("thanks", 1.0, Hint.OPEN),
    ],
)  # fmt: skip
def test_an_intent_gives_a_hint(intent: str, confidence: float, hint: Hint) -> None:
    assert Hint.of_intent(intent, confidence) is hint


@pytest.mark.parametrize(
    ("message", "asks"),
    [("ga milih deh", True), ("skip aja", True), ("golput", True), ("yang golput pecundang", False),
     ("halo", False)],
)  # fmt: skip
def test_a_blank_ballot_is_asked_for_in_words(message: str, asks: bool) -> None:
    assert asks_for_blank(message) is asks
