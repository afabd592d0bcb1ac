"""Answers that come late, and what a yes may mean meanwhile."""

import asyncio

import pytest
from rasa.core.channels.channel import UserMessage

from assistant.channels import delivery
from assistant.channels.delivery import AGAIN, ASK_LATER, FINISHED, Answers, Delivery, Message
from bilik.services import metrics


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


def said(*texts: str, finished: bool = False) -> Answers:
    return Answers([Message(text) for text in texts], finished)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "PATIENCE_SECONDS", 0.1)


def test_silence_is_never_the_answer_and_is_counted() -> None:
    answers = asyncio.run(Delivery("sunyi").answer(SlowBilik(), "a", "bisu"))
    told = metrics.registry.get_sample_value("bilik_checking_answers_total", {"channel": "sunyi"})
    assert told == 1
    assert answers == ASK_LATER


def test_a_late_answer_comes_with_the_next_and_a_yes_before_it_is_none() -> None:
    async def talk() -> tuple[list[str], list[Answers]]:
        bilik, channel = SlowBilik(), Delivery("web")
        answers = [await channel.answer(bilik, "a", "2")]
        await asyncio.sleep(0.4)
        answers += [await channel.answer(bilik, "a", "ya") for _ in range(2)]
        return bilik.heard, answers

    heard, answers = asyncio.run(talk())
    assert heard == ["2", AGAIN, "ya"]
    assert answers == [ASK_LATER, said("[2]", f"[{AGAIN}]"), said("[ya]", finished=True)]


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

    assert asyncio.run(talk()) == said("[2]", "[halo]")


def test_a_channel_that_can_speak_unasked_is_given_what_comes_late() -> None:
    late: list[tuple[str, Answers]] = []

    async def talk() -> list[Answers]:
        bilik, channel = SlowBilik(), Delivery("web", lambda *one: late.append(one))
        first = await channel.answer(bilik, "a", "2")
        await asyncio.sleep(0.4)
        return [first, await channel.answer(bilik, "a", "halo")]

    assert asyncio.run(talk()) == [ASK_LATER, said("[halo]")]
    assert late == [("a", said("[2]"))]


def test_a_yes_to_what_the_channel_knows_to_be_unseen_is_none() -> None:
    bilik = SlowBilik()
    asyncio.run(Delivery("web").answer(bilik, "a", "ya", unseen=True))
    asyncio.run(Delivery("web").answer(bilik, "a", "nomor 2", unseen=True))
    assert bilik.heard == [AGAIN, "nomor 2"]


def test_buttons_and_what_is_sent_beside_the_words_stay_with_them() -> None:
    async def bilik(message: UserMessage) -> None:
        answers, sender = message.output_channel, message.sender_id
        buttons = [{"title": "Kosongkan", "payload": "tombol:1"}]
        await answers.send_text_with_buttons(sender, "Siapa?", buttons)
        await answers.send_custom_json(sender, {"candidates": [2]})
        await answers.send_text_message(sender, "Silakan.")

    assert asyncio.run(Delivery("web").answer(bilik, "a", "halo")) == Answers(
        [
            Message(
                "Siapa?", ({"title": "Kosongkan", "payload": "tombol:1"},), {"candidates": [2]}
            ),
            Message("Silakan."),
        ]
    )
