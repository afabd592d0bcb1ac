"""A crowd costs little: what is looked up once for all, and who has to wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from bilik.errors import BoxUnavailable, NotFound
from bilik.services.public_view import PublicViews
from bilik.web.hasil.board import FRESH_SECONDS, Board, Shared
from bilik.web.hasil.events import Events, Full
from bilik.web.hasil.receipts import BURST, PER_SECOND, Gate
from tests.booth import Polling, set_up
from tests.elections import VILLAGE


class HandSeconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> HandSeconds:
    return HandSeconds()


@pytest.fixture(scope="module")
def polling(tmp_path_factory: pytest.TempPathFactory) -> Polling:
    return set_up(tmp_path_factory.mktemp("polling"), VILLAGE)


def test_many_who_ask_at_once_wait_for_one_answer(seconds: HandSeconds) -> None:
    begun, go_on, made = Event(), Event(), []

    def make() -> int:
        begun.set()
        go_on.wait(20)
        made.append(None)
        return len(made)

    shared = Shared(make, seconds)
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(shared.get) for _ in range(8)]
        assert begun.wait(20)
        go_on.set()
        assert [one.result(20) for one in answers] == [1] * 8
    seconds.now += FRESH_SECONDS - 0.01
    assert shared.get() == 1
    seconds.now += 0.01
    assert shared.get() == 2


def test_what_takes_long_is_made_less_often(seconds: HandSeconds) -> None:
    made = []

    def make() -> int:
        seconds.now += 3
        made.append(None)
        return len(made)

    shared = Shared(make, seconds)
    assert shared.get() == 1
    seconds.now += 29
    assert shared.get() == 1
    seconds.now += 1
    assert shared.get() == 2


def test_who_asks_after_a_failure_need_not_wait_for_it_again(seconds: HandSeconds) -> None:
    tries = []

    def make() -> int:
        tries.append(None)
        raise BoxUnavailable("Basis data tidak menjawab.")

    shared = Shared(make, seconds)
    for _ in range(3):
        with pytest.raises(BoxUnavailable):
            shared.get()
    assert len(tries) == 1
    seconds.now += FRESH_SECONDS
    with pytest.raises(BoxUnavailable):
        shared.get()
    assert len(tries) == 2


def test_what_has_not_changed_keeps_all_its_forms(polling: Polling, tmp_path: Path) -> None:
    seconds = HandSeconds()
    board = Board(PublicViews(polling.database, polling.clock), tmp_path, seconds)
    before = board.shown("sukamaju-2026")
    seconds.now += 60
    assert board.shown("sukamaju-2026") is before
    polling.desk.pause()
    assert board.shown("sukamaju-2026") is before
    seconds.now += 60
    after = board.shown("sukamaju-2026")
    assert after.version != before.version
    with pytest.raises(NotFound):
        board.shown("lain")
    polling.desk.open()


def test_a_result_is_in_the_picture_at_once(tmp_path: Path) -> None:
    polling, seconds = set_up(tmp_path, VILLAGE), HandSeconds()
    board = Board(PublicViews(polling.database, polling.clock), tmp_path, seconds)
    before = board.png("sukamaju-2026")
    assert board.png("sukamaju-2026") is before
    polling.vote_each([0])
    polling.desk.close()
    polling.desk.tally()
    seconds.now += FRESH_SECONDS
    assert board.png("sukamaju-2026") != before
    polling.database.close()


def test_only_so_many_listen_and_one_look_serves_them_all(polling: Polling, tmp_path: Path) -> None:
    board = Board(PublicViews(polling.database, polling.clock), tmp_path)
    events = Events(board, most=3, most_from_one=2)

    async def first(listener: AsyncIterator[bytes]) -> bytes:
        await anext_(listener)  # how soon to come again
        return await anext_(listener)

    async def listen() -> None:
        listeners = [events.join("sukamaju-2026", asker) for asker in ("a", "a", "b")]
        told = await asyncio.gather(*(first(one) for one in listeners))
        assert set(told) == {board.shown("sukamaju-2026").event}
        assert len(events._topics) == 1
        for asker in ("a", "c"):
            with pytest.raises(Full):
                events.join("sukamaju-2026", asker)
        for one in listeners:
            await one.aclose()
        assert (events._topics, events._askers.total()) == ({}, 0)

    asyncio.run(listen())


async def anext_(iterator: AsyncIterator[bytes]) -> bytes:
    return await asyncio.wait_for(iterator.__anext__(), 20)


def test_an_asker_is_let_through_now_and_then_and_others_are_not_held_up() -> None:
    seconds = HandSeconds()
    gate = Gate(seconds)
    assert [gate.lets("a") for _ in range(BURST + 2)] == [True] * BURST + [False] * 2
    assert gate.lets("b")
    seconds.now += 1 / PER_SECOND
    assert [gate.lets("a"), gate.lets("a")] == [True, False]
