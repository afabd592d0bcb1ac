"""Buttons: opaque, of the newest set of their own chat only, and used once."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from bilik.domain.confirmation import is_clear_yes, may_be_yes
from bilik.domain.definition import read_definition
from bilik.domain.election import BLANK
from bilik.domain.identity import find_credentials
from bilik.domain.receipt import find_receipt
from bilik.services import buttons
from bilik.services.buttons import MOST, Button, Press, is_payload, new_seed, offered
from bilik.services.outcomes import Kind, Outcome
from bilik.services.sessions import Session, Stage
from bilik.storage.tables import sessions
from tests.booth import Polling
from tests.elections import VILLAGE, region


def payload(outcome: Outcome, press: Press, selection: object = None) -> str:
    (found,) = [
        one.payload
        for one in outcome.scene.buttons
        if (one.press, one.selection) == (press, selection)
    ]
    return found


def votes(polling: Polling) -> int:
    return polling.desk.standing(polling.election.slug).ballots


def test_a_vote_by_buttons_counts_as_one_by_words(village: Polling) -> None:
    asked = village.identify("web:1")
    read_back = village.booth.press("web:1", payload(asked, Press.CHOOSE, 2))
    assert read_back.kind is Kind.READ_BACK
    assert read_back.scene.selections == {"kades": 2}
    assert votes(village) == 0
    recorded = village.booth.press("web:1", payload(read_back, Press.CONFIRM))
    assert recorded.kind is Kind.RECORDED
    assert village.counts()["kades"] == {1: 0, 2: 1, 3: 0, "blank": 0}


def test_a_yes_pressed_again_gets_the_same_answer_and_no_second_ballot(village: Polling) -> None:
    read_back = village.booth.press("web:1", payload(village.identify("web:1"), Press.CHOOSE, 2))
    pressed = payload(read_back, Press.CONFIRM)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: village.booth.press("web:1", pressed), range(8)))
    assert {one.kind for one in said} == {Kind.RECORDED}
    assert len({one.scene.receipt for one in said}) == 1
    assert votes(village) == 1


def test_whatever_the_voter_does_makes_the_buttons_before_it_old(village: Polling) -> None:
    asked = village.identify("web:1")
    first = village.booth.choose("web:1", "2")
    second = village.booth.choose("web:1", "3")
    for old in (payload(asked, Press.CHOOSE, 1), payload(first, Press.CONFIRM),
                payload(first, Press.STOP)):  # fmt: skip
        outcome = village.booth.press("web:1", old)
        assert outcome.kind is Kind.BUTTON_GONE
        assert outcome.scene.selections == {"kades": 3}
        assert outcome.scene.buttons == second.scene.buttons
    changed = village.booth.press("web:1", payload(second, Press.CHANGE))
    assert changed.kind is Kind.ASK_CONTEST
    assert village.booth.press("web:1", payload(second, Press.CONFIRM)).kind is Kind.BUTTON_GONE
    assert votes(village) == 0


def test_a_question_in_between_leaves_the_buttons_as_they_are(village: Polling) -> None:
    village.identify("web:1")
    read_back = village.booth.choose("web:1", "2")
    assert village.booth.look("web:1").buttons == read_back.scene.buttons
    assert village.booth.press("web:1", payload(read_back, Press.CONFIRM)).kind is Kind.RECORDED


def test_a_button_means_nothing_in_another_chat_or_to_the_next_voter(village: Polling) -> None:
    village.identify("web:1", voter=0)
    read_back = village.booth.choose("web:1", "2")
    village.identify("web:2", voter=1)
    village.booth.choose("web:2", "3")
    pressed = payload(read_back, Press.CONFIRM)
    assert village.booth.press("web:2", pressed).kind is Kind.BUTTON_GONE
    assert village.booth.press("web:3", pressed).kind is Kind.BUTTON_GONE
    assert votes(village) == 0
    assert village.booth.press("web:1", pressed).kind is Kind.RECORDED
    village.identify("web:1", voter=2)
    village.booth.choose("web:1", "1")
    assert village.booth.press("web:1", pressed).kind is Kind.BUTTON_GONE
    assert votes(village) == 1


def test_stop_and_expiry_end_the_buttons(village: Polling) -> None:
    asked = village.identify("web:1")
    read_back = village.booth.press("web:1", payload(asked, Press.CHOOSE, BLANK))
    assert read_back.scene.selections == {"kades": BLANK}
    assert village.booth.press("web:1", payload(read_back, Press.STOP)).kind is Kind.STOPPED
    gone = village.booth.press("web:1", payload(read_back, Press.CONFIRM))
    assert gone.kind is Kind.BUTTON_GONE
    assert gone.scene.stage is Stage.IDENTITY
    village.identify("web:1")
    read_back = village.booth.choose("web:1", "2")
    village.clock.forward(minutes=16)
    late = village.booth.press("web:1", payload(read_back, Press.CONFIRM))
    assert late.kind is Kind.BUTTON_GONE
    assert votes(village) == 0


def test_while_voting_is_paused_no_button_is_offered_and_none_casts(village: Polling) -> None:
    village.identify("web:1")
    read_back = village.booth.choose("web:1", "2")
    village.desk.pause(village.election.slug)
    paused = village.booth.press("web:1", payload(read_back, Press.CONFIRM))
    assert paused.kind is Kind.PAUSED
    assert paused.scene.buttons == ()
    village.desk.open(village.election.slug)
    assert village.booth.press("web:1", payload(read_back, Press.CONFIRM)).kind is Kind.RECORDED


def test_what_to_change_is_asked_with_a_button_for_each_contest(region: Polling) -> None:
    region.identify("web:1")
    region.booth.choose("web:1", "gubernur 1")
    read_back = region.booth.choose("web:1", "2")
    asked = region.booth.press("web:1", payload(read_back, Press.CHANGE))
    assert asked.kind is Kind.ASK_WHAT_TO_CHANGE
    assert [one.contest for one in asked.scene.buttons] == ["gubernur", "bupati"]
    bupati = region.booth.press("web:1", asked.scene.buttons[1].payload)
    assert (bupati.kind, bupati.scene.asked) == (Kind.ASK_CONTEST, "bupati")


def test_a_longer_list_than_a_phone_shows_has_no_buttons() -> None:
    def buttons_for(candidates: int) -> tuple[Button, ...]:
        lines = "".join(
            f"      - {{nomor: {n}, nama: Calon {n}}}\n" for n in range(4, candidates + 1)
        )
        election = read_definition(VILLAGE + lines)
        return offered(Session(Stage.CHOOSING, asked="kades", seed=new_seed()), election)

    assert len(buttons_for(MOST)) == MOST + 1
    assert buttons_for(MOST + 1) == ()


def test_a_payload_is_random_and_reads_as_nothing_else() -> None:
    seen = set()
    for _ in range(300):
        session = Session(Stage.CONFIRMING, seed=new_seed())
        for button in offered(session, region()):
            assert re.fullmatch(r"tombol:[b-t]{16}", button.payload)
            assert is_payload(button.payload)
            given = find_credentials(button.payload)
            assert (given.nik, given.code) == (None, None)
            assert find_receipt(button.payload) is None
            assert not is_clear_yes(button.payload)
            assert not may_be_yes(button.payload)
            seen.add(button.payload)
    assert len(seen) == 900
    assert not is_payload("tombol:" + "0" * 16)
    assert buttons.pressed("tombol:", session, region()) is None


@pytest.mark.parametrize("choice", ["1", "2", "kosongkan"])
def test_a_session_with_buttons_has_the_length_of_any_other(village: Polling, choice: str) -> None:
    def length() -> int:
        with village.database.read() as connection:
            return len(connection.execute(select(sessions.c.sealed)).scalar_one())

    village.identify("web:1")
    at_choosing = length()
    if choice == "kosongkan":
        village.booth.leave_blank("web:1", choice)
    else:
        village.booth.choose("web:1", choice)
    assert length() == at_choosing == 1024 + 28
