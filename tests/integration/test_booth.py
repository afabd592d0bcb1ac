"""What voters do, against a real database."""

import base64
import random

import pytest
from sqlalchemy import delete, func, select

from bilik.belenios import ballot
from bilik.domain import voting_code
from bilik.domain.choice import Doubt
from bilik.domain.election import BLANK
from bilik.domain.hint import Hint
from bilik.domain.receipt import receipt_of
from bilik.keys import Keys
from bilik.services import ballot_box, record
from bilik.services.booth import Booth
from bilik.services.elections import all_elections
from bilik.services.outcomes import Kind
from bilik.services.sessions import Stage, load
from bilik.storage.tables import attempts, ballots, participations, records, sessions, voters
from tests.booth import Polling
from tests.databases import on_disk


def rows(polling: Polling, table: object) -> int:
    with polling.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_vote_from_identity_to_receipt(village: Polling) -> None:
    nik, code = village.pairs[0]
    assert village.booth.identify("web:1", f"nik saya {nik}").kind is Kind.NEED_CODE
    identified = village.booth.identify("web:1", f"kode {code}")
    assert identified.kind is Kind.IDENTIFIED
    assert identified.voter == "Bu P••• A•••"
    read_back = village.booth.choose("web:1", "saya pilih nomor 2")
    assert read_back.kind is Kind.READ_BACK
    assert read_back.scene.selections == {"kades": 2}
    assert rows(village, ballots) == 0
    recorded = village.booth.confirm("web:1", "ya", read_back.scene.readback)
    assert recorded.kind is Kind.RECORDED
    assert village.booth.finds_receipt(recorded.scene.receipt or "") == (
        recorded.scene.receipt, True,
    )  # fmt: skip
    assert village.counts()["kades"] == {1: 0, 2: 1, 3: 0, "blank": 0}


def test_a_repeated_yes_gets_the_same_answer_and_no_second_ballot(village: Polling) -> None:
    recorded = village.vote("web:1", "2")
    again = village.booth.confirm("web:1", "iya", None)
    assert (again.kind, again.scene.receipt) == (Kind.RECORDED, recorded.scene.receipt)
    assert rows(village, ballots) == 1


def test_nobody_votes_twice_on_whatever_channel(village: Polling) -> None:
    village.vote("web:1", "2")
    assert village.identify("sms:2").kind is Kind.ALREADY_VOTED


def test_of_two_sessions_of_one_voter_the_first_cast_counts(village: Polling) -> None:
    readbacks = {}
    for sender, choice in (("web:1", "1"), ("sms:2", "3")):
        village.identify(sender)
        readbacks[sender] = village.booth.choose(sender, choice).scene.readback
    assert village.booth.confirm("sms:2", "ya", readbacks["sms:2"]).kind is Kind.RECORDED
    assert village.booth.confirm("web:1", "ya", readbacks["web:1"]).kind is Kind.ALREADY_VOTED
    assert village.counts()["kades"] == {1: 0, 2: 0, 3: 1, "blank": 0}


@pytest.mark.parametrize(
    "answer",
    ["", "tidak", "hmm", "ya tapi kayaknya salah", "nomor 3 aja", "/affirm", "ya?", "besok"],
)
def test_no_ballot_without_a_clear_yes(village: Polling, answer: str) -> None:
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    assert village.booth.confirm("web:1", answer, readback).kind is Kind.NOT_A_YES
    assert rows(village, ballots) == rows(village, participations) == 0


def test_a_yes_to_a_read_back_that_was_not_seen_reads_back_again(village: Polling) -> None:
    village.identify("web:1")
    seen = village.booth.choose("web:1", "2").scene.readback
    newer = village.booth.choose("web:1", "3")
    again = village.booth.confirm("web:1", "ya", seen)
    assert (again.kind, again.scene.selections) == (Kind.READ_BACK, {"kades": 3})
    assert newer.scene.readback != again.scene.readback
    assert rows(village, ballots) == 0


@pytest.mark.parametrize("wrong", ["nik", "code", "both"])
def test_whatever_is_wrong_gets_one_answer(village: Polling, wrong: str) -> None:
    nik, code = village.pairs[0]
    nik = "3329015203909999" if wrong in ("nik", "both") else nik
    code = village.pairs[1][1] if wrong in ("code", "both") else code
    outcome = village.booth.identify("web:1", f"{nik} {code}")
    assert (outcome.kind, outcome.scene.stage) == (Kind.WRONG_PAIR, Stage.IDENTITY)


def test_many_wrong_pairs_bring_a_delay_that_passes(village: Polling) -> None:
    nik, _ = village.pairs[0]
    wrong = random.Random(1)
    codes = [voting_code.new_code(wrong.choice) for _ in range(7)]
    kinds = [village.booth.identify("web:1", f"{nik} {code}").kind for code in codes]
    assert kinds[:5] == [Kind.WRONG_PAIR] * 5
    assert kinds[5:] == [Kind.TOO_MANY] * 2
    assert village.identify("web:1").kind is Kind.TOO_MANY
    assert village.identify("sms:2").kind is Kind.IDENTIFIED
    village.clock.forward(minutes=16)
    assert village.identify("web:1").kind is Kind.IDENTIFIED


def mistyped(code: str) -> str:
    """With another last symbol, of the same kind."""
    kind = "23" if code[-1].isdigit() else "AB"
    return code[:-1] + next(one for one in kind if one != code[-1])


def test_a_mistyped_code_is_told_at_once_and_is_no_attempt(village: Polling) -> None:
    nik, code = village.pairs[0]
    slipped = mistyped(code)
    for _ in range(20):
        assert village.booth.identify("web:1", f"{nik} {slipped}").kind is Kind.ODD_CODE
    assert rows(village, attempts) == 0
    # The NIK is kept, so the code alone will do.
    assert village.booth.identify("web:1", f"kode {code}").kind is Kind.IDENTIFIED
    assert village.booth.identify("web:1", f"kode {slipped}").kind is Kind.ODD_CODE
    assert village.booth.look("web:1").stage is Stage.CHOOSING


def test_a_mistyped_code_takes_the_place_of_none_that_came_before(village: Polling) -> None:
    nik, code = village.pairs[0]
    village.booth.identify("web:1", f"kode {code}")
    slipped = mistyped(code)
    assert village.booth.identify("web:1", f"{nik} kode {slipped}").kind is Kind.ODD_CODE
    assert village.booth.identify("web:1", f"kode {code}").kind is Kind.IDENTIFIED


def test_no_digit_of_a_receipt_or_a_code_is_a_choice(village: Polling) -> None:
    village.identify("web:1")
    scene = village.booth.look("web:1")
    for message in ("Q1MA-P04H-G", "415A-MD1M-P", "AEEE-WAY3-M", "7KQ-2M9-XDM"):
        assert not village.booth.is_choice(scene, message, Hint.OPEN)
    assert village.booth.is_choice(scene, "nomor 2", Hint.OPEN)


def test_a_number_of_the_wrong_length_is_told_so(village: Polling) -> None:
    outcome = village.booth.identify("web:1", "nik 332901520390001")
    assert (outcome.kind, outcome.digits) == (Kind.ODD_NIK, 15)


def test_a_family_votes_one_after_another_from_one_phone(village: Polling) -> None:
    receipts = set()
    for voter in range(6):
        recorded = village.vote("wa:keluarga", str(1 + voter % 3), voter)
        receipts.add(recorded.scene.receipt)
        village.booth.take_leave("wa:keluarga")
        scene = village.booth.look("wa:keluarga")
        assert (scene.stage, scene.selections, scene.receipt) == (Stage.IDENTITY, {}, None)
    assert len(receipts) == 6
    assert village.counts()["kades"] == {1: 2, 2: 2, 3: 2, "blank": 0}


def test_the_next_voter_takes_the_place_of_one_who_went_away(village: Polling) -> None:
    village.identify("wa:1", voter=0)
    village.booth.choose("wa:1", "1")
    village.identify("wa:1", voter=1)
    assert village.booth.look("wa:1").selections == {}


def test_a_wrong_pair_in_the_middle_loses_nothing(village: Polling) -> None:
    village.identify("web:1")
    village.booth.choose("web:1", "2")
    assert village.booth.identify("web:1", "3329015203909999 7KQ-2M9-XDM").kind is Kind.WRONG_PAIR
    assert village.booth.look("web:1").selections == {"kades": 2}


def test_an_idle_session_expires_and_its_contents_are_wiped(village: Polling) -> None:
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    village.clock.forward(minutes=16)
    assert village.booth.confirm("web:1", "ya", readback).kind is Kind.EXPIRED
    assert village.booth.look("web:1").stage is Stage.EXPIRED
    village.identify("web:2", voter=1)
    with village.database.read() as connection:
        sealed = connection.execute(select(sessions.c.sealed)).scalars().all()
    assert sorted(one is None for one in sealed) == [False, True]
    assert rows(village, ballots) == 0


def test_stopping_forgets_everything_pending(village: Polling) -> None:
    village.identify("web:1")
    village.booth.choose("web:1", "2")
    assert village.booth.stop("web:1").kind is Kind.STOPPED
    assert village.booth.stop("web:1").kind is Kind.NOTHING_TO_STOP
    assert village.booth.confirm("web:1", "ya", None).kind is Kind.NEED_IDENTITY


def test_rejecting_the_pending_candidate_takes_it_back(village: Polling) -> None:
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    outcome = village.booth.choose("web:1", "eh jangan 2")
    assert outcome.resolution is not None
    assert outcome.resolution.doubt is Doubt.REJECTED
    assert outcome.scene.selections == {}
    assert village.booth.confirm("web:1", "ya", readback).kind is not Kind.RECORDED


def test_several_contests_are_asked_in_turn_and_cast_at_once(region: Polling) -> None:
    region.identify("web:1")
    asked = region.booth.choose("web:1", "2")
    assert (asked.kind, asked.scene.asked) == (Kind.ASK_CONTEST, "bupati")
    read_back = region.booth.choose("web:1", "kotak kosong")
    assert read_back.scene.selections == {"gubernur": 2, "bupati": 2}
    assert region.booth.confirm("web:1", "ya", read_back.scene.readback).kind is Kind.RECORDED
    assert region.counts() == {
        "gubernur": {1: 0, 2: 1, "blank": 0},
        "bupati": {1: 0, 2: 1, "blank": 0},
    }


def test_one_message_may_choose_in_several_contests(region: Polling) -> None:
    region.vote("web:1", "gubernur 1, bupati 1")
    assert region.counts()["gubernur"] == {1: 1, 2: 0, "blank": 0}


def test_no_at_the_read_back_asks_what_to_change(region: Polling) -> None:
    region.identify("web:1")
    region.booth.choose("web:1", "gubernur 1, bupati 1")
    asked = region.booth.change("web:1", "tidak")
    assert asked.kind is Kind.ASK_WHAT_TO_CHANGE
    assert region.booth.choose("web:1", "bupati").scene.asked == "bupati"
    changed = region.booth.choose("web:1", "2")
    assert changed.scene.selections == {"gubernur": 1, "bupati": 2}


def test_blank_is_a_selection_of_its_own(region: Polling) -> None:
    region.identify("web:1")
    assert region.booth.leave_blank("web:1", "kosongkan").scene.asked == "bupati"
    read_back = region.booth.leave_blank("web:1", "kosongkan juga")
    assert read_back.scene.selections == {"gubernur": BLANK, "bupati": BLANK}
    region.booth.confirm("web:1", "ya", read_back.scene.readback)
    assert region.counts()["bupati"] == {1: 0, 2: 0, "blank": 1}


def test_before_and_after_the_hours_nobody_gets_in(village: Polling) -> None:
    opens, closes = village.election.opens, village.election.closes
    for now, kind in [
        (opens.replace(year=2025), Kind.NOT_OPEN),
        (closes, Kind.CLOSED),
        (closes.replace(year=2027), Kind.CLOSED),
    ]:
        village.clock.now = now
        assert village.identify("web:1").kind is kind


def test_during_grace_those_past_identity_may_finish(village: Polling) -> None:
    village.clock.now = village.election.closes
    village.clock.forward(minutes=-5)
    village.identify("web:1")
    village.clock.forward(minutes=10)
    read_back = village.booth.choose("web:1", "2")
    assert village.booth.confirm("web:1", "ya", read_back.scene.readback).kind is Kind.RECORDED


def test_after_grace_or_closing_a_yes_records_nothing(village: Polling) -> None:
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    village.desk.close()
    assert village.booth.confirm("web:1", "ya", readback).kind is Kind.CLOSED
    assert rows(village, ballots) == 0


def test_a_pause_keeps_the_place(village: Polling) -> None:
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    village.desk.pause()
    assert village.booth.confirm("web:1", "ya", readback).kind is Kind.PAUSED
    village.desk.open()
    assert village.booth.confirm("web:1", "ya", readback).kind is Kind.RECORDED


def test_the_database_holds_no_nik_code_or_choice_in_the_clear(village: Polling) -> None:
    nik, code = village.pairs[0]
    village.vote("web:1234567", "2")
    village.identify("web:7654321", voter=1)
    said = "gue yg bu siti itu lah"
    village.booth.choose("web:7654321", said)
    village.database.close()
    stored = on_disk(village.url)
    for secret in (nik, code, code.replace("-", ""), "web:1234567", said, '"kades":2'):
        assert secret.encode() not in stored


def test_a_vote_cast_elsewhere_is_never_called_unsent(village: Polling) -> None:
    for sender in ("web:1", "sms:2"):
        village.identify(sender)
    village.booth.choose("web:1", "3")
    readback = village.booth.choose("sms:2", "2").scene.readback
    village.booth.confirm("sms:2", "ya", readback)
    assert village.booth.look("web:1").stage is Stage.IDENTITY
    assert village.booth.stop("web:1").kind is Kind.NOTHING_TO_STOP
    village.booth.look("web:1")


def test_a_finished_session_goes_without_a_word(village: Polling) -> None:
    village.vote("web:1", "2")
    village.clock.forward(minutes=16)
    assert village.booth.look("web:1").stage is Stage.IDENTITY
    village.desk.close()
    assert rows(village, sessions) == 0


def test_in_grace_a_repeated_identity_keeps_the_place(village: Polling) -> None:
    village.clock.now = village.election.closes
    village.clock.forward(minutes=-5)
    village.identify("web:1")
    village.booth.choose("web:1", "2")
    village.clock.forward(minutes=10)
    assert village.identify("web:1").scene.selections == {"kades": 2}
    assert village.identify("web:2", voter=1).kind is Kind.CLOSED


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("kosongkan saja", Kind.READ_BACK),
        ("daripada golput saya pilih 2", Kind.UNCLEAR),
        ("jangan golput", Kind.UNCLEAR),
        ("kosong satu", Kind.READ_BACK),
    ],
)
def test_what_the_resolver_reads_goes_before_blank(
    village: Polling, message: str, kind: Kind
) -> None:
    village.identify("web:1")
    outcome = village.booth.leave_blank("web:1", message)
    assert outcome.kind is kind
    if message == "kosong satu":
        assert outcome.scene.selections == {"kades": 1}


def test_a_known_nik_keeps_nobody_out(village: Polling) -> None:
    nik, _ = village.pairs[0]
    for attempt in range(60):
        village.booth.identify(f"web:penebak-{attempt}", f"{nik} 7KQ-2M9-XDM")
    assert village.identify("web:pemilik").kind is Kind.IDENTIFIED


def test_what_is_cast_is_a_belenios_ballot_and_the_receipt_its_tracker(village: Polling) -> None:
    receipt = village.vote("web:1", "2").scene.receipt
    with village.database.read() as connection:
        (stored,) = all_elections(connection)
        box = record.election_of(connection, stored)
        row = connection.execute(select(ballots)).one()
        assert connection.execute(select(voters.c.public_credential)).scalars().all() == [None] * 6
    assert ballot.verify(box, row.sealed).election_uuid == stored.uuid
    tracker = ballot.tracker(row.sealed)
    assert base64.b64decode(tracker + "=") == row.tracker
    assert receipt == row.receipt == receipt_of(row.tracker)


@pytest.mark.parametrize("end", ["cast", "stop", "expiry", "overtaken"])
def test_a_credential_is_in_the_sealed_session_and_goes_with_it(village: Polling, end: str) -> None:
    sender = village.keys.sender_hash("web:1")

    def credential() -> str | None:
        with village.database.read() as connection:
            return load(connection, village.keys, sender, village.clock()).credential

    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    held = credential()
    assert held is not None
    village.database.close()
    assert held.encode() not in on_disk(village.url)
    if end == "cast":
        assert village.booth.confirm("web:1", "ya", readback).kind is Kind.RECORDED
    elif end == "stop":
        village.booth.stop("web:1")
    elif end == "expiry":
        village.clock.forward(minutes=16)
    else:
        village.vote("sms:2", "3")
        assert village.booth.confirm("web:1", "ya", readback).kind is Kind.ALREADY_VOTED
    assert credential() is None


def test_a_yes_after_closing_is_told_so_even_without_a_box(village: Polling) -> None:
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    village.desk.close()
    with village.database.write() as connection:
        connection.execute(delete(records))
    assert village.booth.confirm("web:1", "ya", readback).kind is Kind.CLOSED


def test_with_another_secret_key_nobody_gets_in(village: Polling) -> None:
    stranger = Booth(village.database, Keys(bytes(32)), village.clock)
    nik, code = village.pairs[0]
    assert stranger.identify("web:1", f"{nik} {code}").kind is Kind.WRONG_PAIR


def test_a_taken_receipt_gets_another_ballot(
    village: Polling, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = village.vote("web:1", "2", voter=0).scene.receipt
    made: list[bytes] = []

    def receipt(self: ballot_box.MadeBallot) -> str:
        if self.content not in made:
            made.append(self.content)
        return [first, first, "0000-0001-1"][made.index(self.content)] or ""

    monkeypatch.setattr(ballot_box.MadeBallot, "receipt", property(receipt))
    assert village.vote("web:2", "3", voter=1).scene.receipt == "0000-0001-1"
    monkeypatch.undo()
    assert rows(village, ballots) == rows(village, participations) == 2
    assert village.counts()["kades"] == {1: 0, 2: 1, 3: 1, "blank": 0}
