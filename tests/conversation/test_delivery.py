"""Answers that come late, and what a yes may mean meanwhile."""

import asyncio

import pytest
from rasa.core.channels.channel import UserMessage

from assistant.channels import delivery
from assistant.channels.delivery import AGAIN, CHECKING, FINISHED, Answers, Delivery


class SlowBilik:
    """Takes its time for "2"; tells what it was asked."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message.text)
        if message.text == "2":
            await asyncio.sleep(0.3)
        if message.text == "ya":
            await message.output_channel.send_custom_json(message.sender_id, FINISHED)
        if message.text != "bisu":
            await message.output_channel.send_text_message(message.sender_id, f"[{message.text}]")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "PATIENCE_SECONDS", 0.1)


def test_silence_is_never_the_answer() -> None:
    answers = asyncio.run(Delivery("web").answer(SlowBilik(), "a", "bisu"))
    assert answers == Answers([CHECKING])


def test_a_late_answer_comes_with_the_next_and_a_yes_before_it_is_none() -> None:
    async def talk() -> tuple[list[str], list[Answers]]:
        bilik, channel = SlowBilik(), Delivery("web")
        said = [await channel.answer(bilik, "a", "2")]
        await asyncio.sleep(0.4)
        said += [await channel.answer(bilik, "a", "ya"), await channel.answer(bilik, "a", "ya")]
        return bilik.heard, said

    heard, said = asyncio.run(talk())
    assert heard == ["2", AGAIN, "ya"]
    assert said == [Answers([CHECKING]), Answers(["[2]", f"[{AGAIN}]"]), Answers(["[ya]"], True)]


def test_a_yes_sent_while_the_read_back_is_being_made_is_none() -> None:
    async def talk() -> list[str]:
        bilik, channel = SlowBilik(), Delivery("web")
        await asyncio.gather(channel.answer(bilik, "a", "2"), channel.answer(bilik, "a", "ya"))
        await asyncio.sleep(0.5)
        return bilik.heard

    assert asyncio.run(talk()) == ["2", AGAIN]


def test_an_answer_to_a_broken_connection_waits_for_the_next() -> None:
    async def talk() -> Answers:
        bilik, channel = SlowBilik(), Delivery("web")
        gone = asyncio.create_task(channel.answer(bilik, "a", "2"))
        await asyncio.sleep(0.05)
        gone.cancel()
        await asyncio.sleep(0.4)
        return await channel.answer(bilik, "a", "halo")

    assert asyncio.run(talk()) == Answers(["[2]", "[halo]"])
