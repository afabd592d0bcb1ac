"""Many at once: real threads, several processes, and a real database."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from bilik.services.outcomes import Kind
from bilik.storage.tables import attempts, ballots
from tests.booth import Polling
from tests.crowds import CROWD, Crowd, Ready, cast_at_once, casting


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


def test_two_thousand_voters_at_once_are_two_thousand_ballots_and_receipts(
    crowd: Crowd, url: str
) -> None:
    polling = crowd.on(url)
    heard = cast_at_once(polling, crowd.voters)
    assert {one.kind for one in heard} == {Kind.RECORDED}
    receipts = {one.receipt for one in heard}
    assert len(receipts) == len(heard) == CROWD
    assert all(polling.desk.holds_receipt(one or "") for one in receipts)
    assert polling.desk.standing().ballots == CROWD
    assert polling.counts()["kades"] == {1: 667, 2: 667, 3: 666, "blank": 0}
    polling.database.close()


def test_a_vote_that_meets_the_closing_is_recorded_or_told_that_it_is_not(
    crowd: Crowd, url: str
) -> None:
    polling = crowd.on(url)
    with casting(polling, crowd.voters[:300]) as answers:
        while ballots_in(polling) < 30:
            pass
        polling.desk.close()
        inside = ballots_in(polling)
        heard = answers()
    assert {one.kind for one in heard} == {Kind.RECORDED, Kind.CLOSED}
    told = [one.receipt for one in heard if one.kind is Kind.RECORDED]
    assert all(polling.desk.holds_receipt(one or "") for one in told)
    assert len(told) == polling.desk.standing().ballots == inside
    assert sum(polling.counts()["kades"].values()) == inside
    polling.database.close()


def ballots_in(polling: Polling) -> int:
    """How many ballots are in the box, and no more: the desk's standing also does what is due."""
    with polling.database.read() as connection:
        counted = connection.execute(select(func.count()).select_from(ballots))
        return int(counted.scalar_one())


def test_of_wrong_codes_sent_at_once_none_goes_uncounted(village: Polling) -> None:
    nik, _ = village.pairs[0]
    together = Barrier(8)

    def guess(last: int) -> Kind:
        together.wait()
        return village.booth.identify("web:1", f"{nik} 7KQ2-M9X{last}").kind

    with ThreadPoolExecutor(8) as pool:
        kinds = list(pool.map(guess, range(8)))
    with village.database.read() as connection:
        failures = connection.execute(select(attempts.c.failures)).scalar_one()
    assert failures == kinds.count(Kind.WRONG_PAIR)
    assert village.identify("web:1").kind is Kind.TOO_MANY
