"""Many at once, on real threads and a real database."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from bilik.services.outcomes import Kind
from bilik.storage.tables import attempts
from tests.booth import Polling


def test_fifty_simultaneous_casts_give_one_ballot_and_one_answer(village: Polling) -> None:
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    with ThreadPoolExecutor(50) as pool:
        outcomes = list(
            pool.map(lambda _: village.booth.confirm("web:1", "ya", readback), range(50))
        )
    assert {outcome.kind for outcome in outcomes} == {Kind.RECORDED}
    assert len({outcome.scene.receipt for outcome in outcomes}) == 1
    assert village.desk.standing().ballots == 1


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

    def guess(last: int) -> Kind:
        together.wait()
        return village.booth.identify("web:1", f"{nik} 7KQ2-M9X{last}").kind

    with ThreadPoolExecutor(8) as pool:
        kinds = list(pool.map(guess, range(8)))
    with village.database.read() as connection:
        failures = connection.execute(select(attempts.c.failures)).scalar_one()
    assert failures == kinds.count(Kind.WRONG_PAIR)
    assert village.identify("web:1").kind is Kind.TOO_MANY
