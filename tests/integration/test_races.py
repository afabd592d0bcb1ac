"""Many at once: real threads, several processes, and a real database."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from bilik.domain.voting_code import new_code
from bilik.services.outcomes import Kind
from bilik.storage.tables import attempts
from tests.booth import Polling
from tests.crowds import Ready, cast_at_once


def test_two_hundred_casts_over_two_channels_give_one_ballot_and_true_answers(
    village: Polling,
) -> None:
    voters = []
    for sender in ("web:1", "sms:2"):
        village.identify(sender)
        readback = village.booth.choose(sender, "2").scene.readback or ""
        voters += [Ready(sender, readback)] * 100
    heard = cast_at_once(village, voters)
    assert len(heard) == 200
    recorded = [one for one in heard if one.kind is Kind.RECORDED]
    others = [one for one in heard if one.kind is not Kind.RECORDED]
    ((winner, receipt),) = {(one.sender, one.receipt) for one in recorded}
    assert len(recorded) == len(others) == 100
    assert winner not in {one.sender for one in others}
    # The first in the other chat learns that the vote is cast, and that chat's session ends.
    kinds = [one.kind for one in others]
    assert kinds.count(Kind.ALREADY_VOTED) == 1
    assert kinds.count(Kind.NEED_IDENTITY) == 99
    assert village.desk.holds_receipt(receipt or "")
    assert village.desk.standing().ballots == 1
    assert village.counts()["kades"] == {1: 0, 2: 1, 3: 0, "blank": 0}


def test_fifty_chats_of_one_voter_give_one_ballot(village: Polling) -> None:
    senders = [f"web:{number}" for number in range(50)]

    def vote(sender: str) -> Kind:
        if village.identify(sender).kind is not Kind.IDENTIFIED:
            return Kind.ALREADY_VOTED
        chosen = village.booth.choose(sender, "2")
        if chosen.kind is not Kind.READ_BACK:
            return chosen.kind  # overtaken by another chat in between
        readback = chosen.scene.readback
        return village.booth.confirm(sender, "ya", readback).kind

    with ThreadPoolExecutor(16) as pool:
        kinds = list(pool.map(vote, senders))
    assert kinds.count(Kind.RECORDED) == 1
    assert kinds.count(Kind.ALREADY_VOTED) == 49
    assert village.counts()["kades"] == {1: 0, 2: 1, 3: 0, "blank": 0}


def test_of_wrong_codes_sent_at_once_none_goes_uncounted(village: Polling) -> None:
    nik, _ = village.pairs[0]
    together = Barrier(8)

    def guess(code: str) -> Kind:
        together.wait()
        return village.booth.identify("web:1", f"{nik} {code}").kind

    with ThreadPoolExecutor(8) as pool:
        kinds = list(pool.map(guess, [new_code() for _ in range(8)]))
    with village.database.read() as connection:
        failures = connection.execute(select(attempts.c.failures)).scalar_one()
    assert failures == kinds.count(Kind.WRONG_PAIR)
    assert village.identify("web:1").kind is Kind.TOO_MANY
