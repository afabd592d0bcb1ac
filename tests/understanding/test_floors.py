"""Understanding measured over the test sets, held against what it must at least reach."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.nlu.measure import Measured, measure
from assistant.nlu.trial import Trial, load_agent, open_trial
from assistant.nlu.understanding import Act, Place
from bilik.domain.election import BLANK
from tests.elections import REGION, VILLAGE

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def agent() -> object:
    return load_agent(ROOT / "models" / "bilik.tar.gz")


@pytest.fixture(scope="module")
def measured(agent: object) -> Measured:
    return measure(agent, ROOT / "tests" / "nlu", ROOT / "tests" / "understanding")


@pytest.fixture(scope="module")
def village(agent: object) -> Iterator[Trial]:
    with open_trial(agent, VILLAGE) as trial:
        yield trial


@pytest.fixture(scope="module")
def region(agent: object) -> Iterator[Trial]:
    with open_trial(agent, REGION) as trial:
        yield trial


def test_intents_are_told_apart(measured: Measured) -> None:
    assert measured.intents.examples >= 800
    assert measured.intents.macro_f1 >= 0.93
    assert min(measured.intents.by_intent.values()) >= 0.8


def test_choices_are_read_back_right_and_hardly_ever_wrong(measured: Measured) -> None:
    assert measured.choices.choices >= 1300
    assert measured.choices.right_rate >= 0.97
    assert measured.choices.wrong_rate <= 0.005


def test_what_is_no_choice_is_hardly_ever_read_back(measured: Measured) -> None:
    assert measured.choices.others >= 2000
    assert measured.choices.read_back_rate <= 0.02


def test_not_one_vote_is_cast_without_a_yes(measured: Measured) -> None:
    assert measured.gate.others >= 2000
    assert measured.gate.cast == []


def test_a_yes_is_taken_as_one(measured: Measured) -> None:
    assert measured.gate.yeses >= 700
    assert measured.gate.accepted_rate >= 0.95


def test_slips_cost_little(measured: Measured) -> None:
    assert measured.loss_by_slips <= 0.03
    assert measured.mistyped.wrong_rate <= 0.005


def test_a_regex_bot_does_far_worse(measured: Measured) -> None:
    assert measured.regex_choices.right_rate < measured.choices.right_rate - 0.3
    assert len(measured.regex_gate.cast) > 1000


@pytest.mark.parametrize(
    ("place", "text", "act"),
    [
        (Place.IDENTITY, "3329015203900001", Act.IDENTIFY),
        (Place.IDENTITY, "saya pilih nomor 2", Act.ASK),
        (Place.IDENTITY, "halo", Act.ANSWER),
        (Place.CHOOSING, "gue coblos yg ibu2 itu dong", Act.READ_BACK),
        (Place.CHOOSING, "jangan pilih nomor 2", Act.ASK),
        (Place.CHOOSING, "visi pak fauzi apa", Act.ANSWER),
        (Place.CHOOSING, "ya", Act.ASK),
        (Place.CHOOSING, "kosongkan saja", Act.READ_BACK),
        (Place.CHOOSING, "/restart", Act.NONE),
        (Place.CONFIRMING, "ya", Act.CAST),
        (Place.CONFIRMING, "iya pak fauzi", Act.CAST),
        (Place.CONFIRMING, "ya tapi bu siti", Act.READ_BACK),
        (Place.CONFIRMING, "rahasia ga sih pilihan saya?", Act.ANSWER),
        (Place.CONFIRMING, "berhenti", Act.STOP),
        (Place.CONFIRMING, "kalau salah bisa diganti?", Act.ANSWER),
        (Place.CONFIRMING, "kalau begitu ganti saja", Act.ASK),
    ],
)
def test_each_place_has_its_acts(village: Trial, place: Place, text: str, act: Act) -> None:
    assert village.understand(text, place).act is act


def test_who_wonders_whether_they_could_change_keeps_what_is_read_back(village: Trial) -> None:
    told = "\n".join(
        village.understand("misal salah pencet, bisa ganti ga?", Place.CONFIRMING).says
    )
    assert told.startswith("Bisa. Selama belum Anda balas *ya*")
    assert "nomor 1, H. Ahmad Fauzi" in told


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("Assalamualaikum wr. wb.", "Waalaikumsalam! Saya Bilik"),
        ("assalamu'alaikum pak", "Waalaikumsalam! Saya Bilik"),
        ("halo", "Halo! Saya Bilik"),
        ("selamat pagi", "Halo! Saya Bilik"),
    ],
)
def test_a_salam_has_its_answer(village: Trial, said: str, answered: str) -> None:
    assert village.understand(said, Place.IDENTITY).says[0].startswith(answered)


def test_nothing_is_left_of_a_message(village: Trial) -> None:
    for _ in range(3):
        assert village.understand("ya", Place.CONFIRMING).act is Act.CAST


def test_two_contests_are_chosen_one_by_one_or_at_once(region: Trial) -> None:
    assert region.understand("1").selection == {"gubernur": 1}
    both = region.understand("gubernur 2, bupati dikosongkan")
    assert (both.act, both.selection) == (Act.READ_BACK, {"gubernur": 2, "bupati": BLANK})


def test_the_json_has_the_fields_that_testers_rely_on(village: Trial) -> None:
    content = village.understand("bukan 1, tapi 3").to_json()
    assert list(content) == [
        "text", "intent", "confidence", "accepted", "rejected", "action", "selection",
    ]  # fmt: skip
    assert content["accepted"] == {"kades": 3}
    assert content["rejected"] == {"kades": [1]}
    assert (content["action"], content["selection"]) == ("read_back", {"kades": 3})
