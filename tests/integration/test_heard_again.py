"""A message that comes a second time, because a server died with its answer, acts once."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.identity import Identify
from actions.voter_action import Heard, Response, VoterAction
from actions.voting import CastBallot, ChangeChoice, Choose
from bilik.services.outcomes import Kind
from bilik.services.sessions import Stage
from tests.booth import Polling
from tests.databases import ONLY_SQLITE

SENDER = "web:1"


def say(
    polling: Polling,
    action: VoterAction,
    text: str,
    message: str | None,
    told: Response | None = None,
) -> Response:
    """One message; ``told`` is the last answer that the voter's slots know of."""
    scene = told.scene if told else None
    heard = Heard(
        SENDER, text, "choose", greeted=True, message=message,
        told_stage=scene.stage.value if scene else None,
        told_readback=scene.readback if scene else None,
    )  # fmt: skip
    return action.respond(polling.booth, heard)


@ONLY_SQLITE
def test_a_number_heard_twice_chooses_in_one_contest_alone(region: Polling) -> None:
    region.identify(SENDER)
    first = say(region, Choose(), "2", "pesan-1")
    again = say(region, Choose(), "2", "pesan-1")
    assert first.scene.selections == again.scene.selections == {"gubernur": 2}
    assert again.scene.asked == "bupati"
    # The same words in another message are another choice.
    assert say(region, Choose(), "2", "pesan-2").scene.selections == {"gubernur": 2, "bupati": 2}


@ONLY_SQLITE
def test_a_yes_heard_twice_casts_once_and_tells_the_same_receipt(village: Polling) -> None:
    village.identify(SENDER)
    read_back = say(village, Choose(), "2", "pesan-1")
    first = say(village, CastBallot(), "ya", "pesan-2", read_back)
    assert "SUDAH tercatat" in first.texts[0]
    # Whatever it is taken for the second time, and whatever the slots say by then.
    for action, told in ((CastBallot(), read_back), (CastBallot(), None), (Choose(), first)):
        again = say(village, action, "ya", "pesan-2", told)
        assert again.texts == first.texts
        assert again.scene.receipt == first.scene.receipt
    assert village.desk.standing().ballots == 1


@ONLY_SQLITE
def test_a_yes_that_was_answered_with_a_read_back_casts_nothing_when_it_is_heard_again(
    village: Polling,
) -> None:
    village.identify(SENDER)
    say(village, Choose(), "2", "pesan-1")
    # The answer to the choice never arrived, so the yes meant something else.
    read_back = say(village, CastBallot(), "ya", "pesan-2")
    assert read_back.outcome is not None
    assert read_back.outcome.kind is Kind.READ_BACK
    again = say(village, CastBallot(), "ya", "pesan-2", read_back)
    assert again.scene.stage is Stage.CONFIRMING
    assert village.desk.standing().ballots == 0
    assert "SUDAH" in say(village, CastBallot(), "ya", "pesan-3", again).texts[0]


@ONLY_SQLITE
def test_an_identity_heard_twice_lets_the_voter_in_once(village: Polling) -> None:
    nik, code = village.pairs[0]
    say(village, Identify(), f"{nik} {code}", "pesan-1")
    again = say(village, Identify(), f"{nik} {code}", "pesan-1")
    assert again.scene.stage is Stage.CHOOSING


ACTS = [(Choose(), "1"), (Choose(), "2"), (Choose(), "bupati 1"), (ChangeChoice(), "ganti bupati")]


@ONLY_SQLITE
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(talk=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 3)), min_size=1, max_size=5))
def test_however_often_each_message_is_heard_the_talk_ends_where_it_would(
    region: Polling, talk: list[tuple[tuple[VoterAction, str], int]]
) -> None:
    ends = []
    for repeats in (False, True):
        region.booth.stop(SENDER)
        region.identify(SENDER)
        for place, ((action, text), times) in enumerate(talk):
            for _ in range(times if repeats else 1):
                last = say(region, action, text, f"pesan-{place}")
        ends.append((last.scene.stage, last.scene.selections, last.scene.asked))
    assert ends[0] == ends[1]


@ONLY_SQLITE
@pytest.mark.parametrize("message", [None, ""])
def test_a_message_without_a_name_is_always_new(region: Polling, message: str | None) -> None:
    region.identify(SENDER)
    say(region, Choose(), "2", message)
    assert len(say(region, Choose(), "2", message).scene.selections) == 2
