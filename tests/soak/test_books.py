"""What checks the runs is checked itself: the books tell a lie from the truth."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from actions.replies import answers
from tests.booth import Polling, set_up
from tests.elections import VILLAGE
from tests.soak import ledger
from tests.soak.figures import last_third_over_second
from tests.soak.voter import Told, Voter, told_by
from tests.soak.wire import Wire


@pytest.fixture(scope="module")
def polling(tmp_path_factory: pytest.TempPathFactory) -> Polling:
    return set_up(tmp_path_factory.mktemp("pembukuan"), VILLAGE, voters=4)


@pytest.fixture(scope="module")
def people(polling: Polling) -> list[Voter]:
    """Four who said yes; two have a ballot, one was told that it is not recorded, one waits."""
    receipts = [*polling.vote_each([0, 1]), None, None]
    told = (Told.RECORDED, Told.RECORDED, Told.NOT_RECORDED, Told.CHECKING)
    return [
        Voter(*pair, choice=1, said_yes=True, told=one, receipt=receipt)
        for pair, one, receipt in zip(polling.pairs, told, receipts, strict=True)
    ]


def test_the_truth_is_right(polling: Polling, people: list[Voter]) -> None:
    books = ledger.check(polling.database, polling.keys, people)
    assert books.is_right
    assert (books.ballots, books.participations) == (2, 2)


@pytest.mark.parametrize(
    ("voter", "lie", "found"),
    [
        (2, {"told": Told.RECORDED}, "lost"),
        (2, {"told": Told.VOTED}, "lost"),
        (0, {"receipt": "8F3K-Q9XM-2"}, "lost"),
        (0, {"told": Told.NOT_RECORDED}, "wrong"),
        (0, {"said_yes": False}, "wrong"),
        (3, {"faults": ["no answer but an error"]}, "wrong"),
    ],
)
def test_a_lie_is_found(
    polling: Polling, people: list[Voter], voter: int, lie: dict[str, Any], found: str
) -> None:
    told = list(people)
    told[voter] = replace(told[voter], **lie)
    books = ledger.check(polling.database, polling.keys, told)
    assert not books.is_right
    assert len(getattr(books, found)) == 1


def test_one_receipt_for_two_voters_is_found(polling: Polling, people: list[Voter]) -> None:
    told = [people[0], replace(people[1], receipt=people[0].receipt), *people[2:]]
    assert ledger.check(polling.database, polling.keys, told).doubled


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("recorded", Told.RECORDED), ("arrived", Told.RECORDED), ("already_voted", Told.VOTED),
        ("not_a_yes", Told.NOT_RECORDED), ("read_back", Told.NOT_RECORDED),
        ("status_underway", Told.NOT_RECORDED), ("session_expired", Told.NOT_RECORDED),
        ("stopped", Told.NOT_RECORDED), ("not_recorded_paused", Told.NOT_RECORDED),
        ("checking", Told.CHECKING), ("status_unknown", Told.NOTHING), ("greet", Told.NOTHING),
    ],
)  # fmt: skip
def test_answers_are_read_as_they_are_meant(answer: str, told: Told) -> None:
    assert told_by([answers()[answer]]) is told


def test_the_last_word_counts_unless_the_vote_is_recorded() -> None:
    said = answers()
    assert told_by([said["checking"], said["read_back"]]) is Told.NOT_RECORDED
    assert told_by([said["read_back"], said["checking"]]) is Told.CHECKING
    assert told_by([said["recorded"], said["read_back"]]) is Told.RECORDED


def test_memory_that_does_not_grow_is_one() -> None:
    assert last_third_over_second([50, 90, 100, 100, 100, 100]) == 1
    assert last_third_over_second([50, 90, 100, 100, 150, 150]) == 1.5


def test_a_wire_can_be_held_cut_and_mended() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    async def try_wire() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        wire = Wire(server.sockets[0].getsockname()[1])
        await wire.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
        wire.hold()
        writer.write(b"satu\n")
        answer = asyncio.create_task(reader.readline())
        done, _ = await asyncio.wait({answer}, timeout=0.05)
        assert not done
        wire.release()
        assert await answer == b"satu\n"
        await wire.cut()
        assert await reader.read() == b""
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", wire.port)
        await wire.mend()
        reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
        writer.write(b"dua\n")
        assert await reader.readline() == b"dua\n"
        writer.close()
        await wire.close()
        server.close()

    asyncio.run(try_wire())
