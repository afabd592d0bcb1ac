"""What Bilik says: every answer can be filled in, and only the cast says SUDAH or BELUM."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from actions import cards, replies
from actions.questions import Profile
from actions.voter_action import Heard
from actions.voting import ChangeChoice
from bilik.services.outcomes import Kind, Outcome
from bilik.services.sessions import Stage
from tests.booth import Polling
from tests.databases import ONLY_SQLITE

ROOT = Path(__file__).parent.parent.parent
SAYS_RECORDED = re.compile(r"SUDAH|BELUM")


@ONLY_SQLITE
def test_every_outcome_has_an_answer_that_can_be_filled_in(
    village: Polling, region: Polling
) -> None:
    for polling in (village, region):
        polling.identify("web:1")
        for message in ("2", "1", "hmm", "9", "1 atau 2", "jangan 1", "nomor 2 jelek"):
            outcome = polling.booth.choose("web:1", message)
            for kind in Kind:
                seen = Outcome(kind, outcome.scene, outcome.resolution, until=outcome.scene.now)
                assert all(reply.text for reply in replies.of_outcome(seen))


def test_every_answer_is_used_and_every_answer_used_exists() -> None:
    source = "".join(file.read_text() for file in (ROOT / "actions").glob("*.py"))
    composed = {f"need_{half}" for half in ("nik", "code")} | {
        name for name in replies.answers() if name.startswith(("unclear_", "not_recorded_"))
    }
    kinds = {kind.value for kind in Kind}
    for name in replies.answers():
        plain = name.removesuffix("_revote")
        assert f'"{plain}"' in source or {name, plain} & (composed | kinds), name


def test_whoever_votes_again_hears_what_becomes_of_the_ballot_that_is_there(
    village: Polling,
) -> None:
    village.identify("web:1")
    scene = replace(village.booth.choose("web:1", "2").scene, again=True)
    forms = [name for name in replies.answers() if name.endswith("_revote")]
    assert len(forms) == 7
    for name in forms:
        said = replies.reply(
            name.removesuffix("_revote"), scene, voter="Bu S•••", place="", selections="nomor 2"
        )
        assert (said.name, bool(said.text)) == (name, True)


@ONLY_SQLITE
def test_who_wonders_about_changing_keeps_the_choice_and_hears_no_promise_after_the_closing(
    village: Polling,
) -> None:
    village.identify("web:1")
    read_back = village.booth.choose("web:1", "2").scene.readback
    heard = Heard(
        "web:1", "kalau salah bisa diganti?", "change_choice", 0.9, "confirming", read_back
    )
    said = ChangeChoice().respond(village.booth, heard).said
    assert "may_change" in [one.name for one in said]
    assert village.booth.look("web:1").selections == {"kades": 2}
    village.desk.close()
    said = ChangeChoice().respond(village.booth, replace(heard, message="2")).said
    assert "may_change" not in [one.name for one in said]


def test_a_session_goes_on_while_its_voter_asks_and_not_longer(village: Polling) -> None:
    clock, booth = village.clock, village.booth
    village.identify("web:1")
    read_back = booth.choose("web:1", "2").scene.readback
    village.identify("web:2", voter=1)
    told = {"web:1": ("confirming", read_back), "web:2": ("choosing", None)}
    for minute in range(4):
        clock.forward(minutes=14)
        for chat, (stage, seen) in told.items():
            question = ("apa visi nomor 1", "ask_candidate", 1.0, stage, seen)
            said = Profile().respond(booth, Heard(chat, *question, message=str(minute))).said
            assert "session_expired" not in [one.name for one in said]
    assert booth.look("web:1").readback == read_back
    assert booth.look("web:2").stage is Stage.CHOOSING
    clock.forward(minutes=16)
    for chat in told:
        booth.stay(chat)
        assert booth.look(chat).stage is Stage.EXPIRED


def test_what_is_finished_or_over_is_not_prolonged(village: Polling) -> None:
    clock, booth = village.clock, village.booth
    village.identify("web:1")
    booth.confirm("web:1", "ya", booth.choose("web:1", "2").scene.readback)
    village.identify("web:2", voter=1)
    assert not booth.look("web:2").ageing
    clock.forward(minutes=5)
    assert booth.look("web:2").ageing
    assert not booth.look("web:1").ageing
    booth.stay("web:1")
    village.desk.close()
    assert not booth.look("web:2").ageing
    clock.forward(minutes=11)
    assert booth.look("web:1").receipt is None


def test_only_the_casting_action_says_recorded_or_not() -> None:
    casting = {
        "recorded", "not_a_yes", "not_recorded_closed", "not_recorded_paused",
        "not_recorded_letter", "not_a_yes_revote", "not_recorded_closed_revote",
        "not_recorded_paused_revote",
    }  # fmt: skip
    says = {name for name, text in replies.answers().items() if SAYS_RECORDED.search(text)}
    assert says == casting
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert not SAYS_RECORDED.search(str(domain["responses"]))


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("H. Ahmad Fauzi, S.E.", "AF"),
        ("Siti Rahmawati, S.Pd.", "SR"),
        ("dr. Ni Luh Putu Ayu", "NA"),
        ("Bapak Sutrisno", "S"),
        ("Hj. Dewi", "D"),
        ("Kak Ibu", "KI"),
        ("Yan", "Y"),
        (",", ""),
    ],
)
def test_initials_are_those_of_the_first_and_the_last_name(name: str, letters: str) -> None:
    assert cards.initials(name) == letters


def test_what_a_card_says_when_pressed_chooses_that_candidate(
    village: Polling, region: Polling
) -> None:
    for polling in (village, region):
        polling.identify("web:1")
        for contest in polling.election.contests:
            for card in cards.of_contest(polling.election, contest, Stage.CHOOSING):
                scene = polling.booth.choose("web:1", card["says"]).scene
                assert scene.selections[contest.id] == card["number"]


def test_before_identity_a_card_says_nothing(village: Polling) -> None:
    (contest,) = village.election.contests
    for stage in (Stage.IDENTITY, Stage.DONE, Stage.EXPIRED):
        assert not any("says" in one for one in cards.of_contest(village.election, contest, stage))


def test_a_list_of_candidates_and_its_cards_say_the_same(region: Polling) -> None:
    region.identify("web:1")
    for reply in replies.ballot(region.booth.look("web:1")):
        for card in reply.beside.get("candidates", ()):
            assert f"{card['number']}. {card['name']}" in reply.text


def test_nobody_is_told_whom_to_choose_by_an_example(village: Polling, region: Polling) -> None:
    village.identify("web:1")
    region.identify("web:1")
    ((said,), (of_region,)) = (
        replies.of_outcome(polling.booth.choose("web:1", "hmm")) for polling in (village, region)
    )
    assert said.text.endswith("Sebut nomor calon (1, 2, atau 3) atau namanya.")
    assert said.short.text == "Pilihan Anda belum jelas. Balas nomor calon: 1, 2, atau 3."
    assert "(1 atau 2)" in of_region.text
    for name, text in {**replies.answers(), **replies.short_answers()}.items():
        assert not re.search(r"misalnya\W+(\w+ )?\d\b", text), name
    region.booth.choose("web:1", "gubernur 1, bupati 2")
    outcome = region.booth.choose("web:1", "nomor 1")
    (asked, *_) = replies.of_outcome(outcome)
    titles = [contest.title for contest in region.election.contests]
    assert f"{titles[0]} atau {titles[1]}?" in asked.text
