"""The intake within one process: answers that come late, failures, and what a yes may mean."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from assistant.channels import delivery, intake
from assistant.channels.delivery import AGAIN, CHECKING, FINISHED
from assistant.channels.intake import Intake
from assistant.channels.messages import Message
from assistant.channels.outgoing import PlatformBusy, PlatformRefused
from assistant.channels.pace import MINUTE, PER_MINUTE, heard
from assistant.channels.platform import TEXT, Platform
from bilik.clock import system_clock
from bilik.keys import Keys
from bilik.services.mailbox import Chat, Letter
from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from tests.booth import SECRET

CHAT = "papan:1"


class Board(Platform):
    """A platform that is a list."""

    channel = "papan"
    left = "left_whatsapp"

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.trouble: list[Exception] = []

    def compose(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        return [{"text": one.text} for one in messages]

    async def deliver(self, letter: Letter, outgoing: dict[str, Any]) -> list[str]:
        if self.trouble:
            raise self.trouble.pop(0)
        self.shown.append(outgoing["text"])
        return []


class SlowBilik:
    """Answers "2" when it is allowed to, and everything else at once; tells what it was asked."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.go_on = asyncio.Event()

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message.text)
        if message.text == "2":
            await self.go_on.wait()
        await message.output_channel.send_text_message(message.sender_id, f"[{message.text}]")
        if message.text == "ya":
            await message.output_channel.send_custom_json(message.sender_id, FINISHED)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'bilik.db'}")
    upgrade(made)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(intake, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(intake, "FIRST_PAUSE", 0 * intake.FIRST_PAUSE)


Talk = Callable[[Intake, Board, SlowBilik], Coroutine[Any, Any, None]]


def run(database: Database, talk: Talk) -> tuple[Board, SlowBilik]:
    async def all_of_it() -> tuple[Board, SlowBilik]:
        board, bilik = Board(), SlowBilik()
        taking = Intake(database, Keys(SECRET))
        taking.register(board, bilik)
        taking.start()
        try:
            await asyncio.wait_for(talk(taking, board, bilik), 30)
        finally:
            await taking.stop()
        return board, bilik

    return asyncio.run(all_of_it())


def letter(text: str, position: int) -> tuple[str, Letter]:
    return str(position), Letter("papan", CHAT, TEXT, position, text)


async def until(board: Board, *shown: str) -> None:
    while not set(shown) <= set(board.shown):
        await asyncio.sleep(0.01)


def test_an_answer_that_comes_late_is_sent_without_being_asked_for(database: Database) -> None:
    async def talk(taking: Intake, board: Board, bilik: SlowBilik) -> None:
        await taking.take([letter("2", 1)])
        await until(board, CHECKING)
        bilik.go_on.set()
        await until(board, "[2]")

    board, _ = run(database, talk)
    assert board.shown == [CHECKING, "[2]"]


def test_a_yes_to_an_answer_that_is_still_to_come_is_none(database: Database) -> None:
    async def talk(taking: Intake, board: Board, bilik: SlowBilik) -> None:
        await taking.take([letter("2", 1)])
        await until(board, CHECKING)
        await taking.take([letter("ya", 2)])
        bilik.go_on.set()
        await until(board, "[2]", f"[{AGAIN}]")
        await asyncio.to_thread(_idle, database)
        await taking.take([letter("ya", 3)])
        await until(board, "[ya]")

    _, bilik = run(database, talk)
    assert bilik.heard == ["2", AGAIN, "ya"]


def test_a_yes_that_was_sent_before_what_is_answered_already_is_none(database: Database) -> None:
    async def talk(taking: Intake, board: Board, bilik: SlowBilik) -> None:
        await taking.take([letter("1", 5)])
        await until(board, "[1]")
        await asyncio.to_thread(_idle, database)
        await taking.take([letter("ya", 4)])
        await until(board, f"[{AGAIN}]")

    _, bilik = run(database, talk)
    assert bilik.heard == ["1", AGAIN]


@pytest.mark.parametrize(
    ("received", "answered", "now", "is_early"),
    [
        (900, 1000, 1100, True),
        (1000, 1000, 1100, True),
        (1050, 1000, 1100, False),
        # The clock was set back: after the answer, or after both.
        (50, 1000, 100, False),
        (900, 1000, 100, True),
    ],
)
def test_a_message_is_early_if_it_was_there_before_the_answer_whatever_the_clock_does(
    received: int, answered: int, now: int, is_early: bool
) -> None:
    letter = Letter("papan", CHAT, TEXT, 1, "ya", received=received)
    assert intake._came_too_early(letter, Chat(answered=answered), now) is is_early


def test_messages_of_the_future_do_not_make_the_present_one_come_too_fast() -> None:
    times, too_fast = heard([2 * MINUTE] * PER_MINUTE, MINUTE)
    assert (times, too_fast) == ([MINUTE], False)


def test_what_stays_on_the_phone_is_told_with_the_receipt(database: Database) -> None:
    async def talk(taking: Intake, board: Board, bilik: SlowBilik) -> None:
        await taking.take([letter("ya", 1)])
        await until(board, "[ya]")
        await asyncio.to_thread(_idle, database)

    board, _ = run(database, talk)
    assert "Bersihkan chat" in board.shown[1]


def test_a_busy_platform_gets_the_rest_of_an_answer_and_bilik_is_not_asked_again(
    database: Database,
) -> None:
    async def talk(taking: Intake, board: Board, bilik: SlowBilik) -> None:
        board.trouble = [PlatformBusy("papan", "503", 0.0)] * 3
        await taking.take([letter("1", 1), letter("3", 2)])
        await until(board, "[1]", "[3]")

    board, bilik = run(database, talk)
    assert board.shown == ["[1]", "[3]"]
    assert bilik.heard == ["1", "3"]


def test_an_answer_that_is_refused_or_cannot_be_made_holds_up_nothing(database: Database) -> None:
    async def talk(taking: Intake, board: Board, bilik: SlowBilik) -> None:
        board.trouble = [PlatformRefused("papan", 400, "x"), *[RuntimeError("x")] * 3]
        await taking.take([letter("1", 1), letter("3", 2), letter("4", 3)])
        await until(board, "[4]")

    board, _ = run(database, talk)
    assert board.shown == ["[4]"]


def test_what_a_server_leaves_is_answered_by_the_next(database: Database) -> None:
    async def take_only(taking: Intake, board: Board, bilik: SlowBilik) -> None:
        await taking.take([letter("2", 1), letter("3", 2)])
        while not bilik.heard:
            await asyncio.sleep(0.01)

    async def answer(taking: Intake, board: Board, bilik: SlowBilik) -> None:
        bilik.go_on.set()
        await until(board, "[2]", "[3]")

    left, _ = run(database, take_only)
    assert left.shown == []
    board, bilik = run(database, answer)
    assert board.shown == ["[2]", "[3]"]
    assert bilik.heard == ["2", "3"]


def _idle(database: Database) -> None:
    """Return once no message waits in the database."""
    mailbox = intake.Mailbox(database, Keys(SECRET), "test", system_clock)
    while mailbox.waiting():
        time.sleep(0.01)
