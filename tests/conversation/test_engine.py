"""Rasa made quicker: the same conversations as with Rasa's own code."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
from typing import Any

import jsonschema
import pytest
import rasa.core.actions.action
import rasa.core.agent
import rasa.core.processor
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.events import Event
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog

from assistant import rasa_patches
from assistant.engine import rules
from assistant.engine.processor import LeanProcessor
from assistant.engine.remote import QuickAction, is_usual
from assistant.engine.runner import OrderedGraphRunner
from assistant.tracker_store import StructureStore
from assistant.trackers.shelves import MemoryShelf
from bilik.keys import Keys
from tests.booth import SECRET
from tests.installation import ROOT, Installation, free_port

RASAS_OWN = (
    (rasa.core.processor, "DaskGraphRunner", DaskGraphRunner),
    (rasa.core.agent, "MessageProcessor", rasa.core.processor.MessageProcessor),
    (rasa.core.actions.action, "RemoteAction", QuickAction.__base__),
    (RulePolicy, "_get_possible_keys", rules._look_through),
    (Event, "resolve_by_type", staticmethod(rasa_patches._search_event_type)),
)
SAYINGS = (
    "halo", "siapa saja calonnya?", "saya pilih nomor 2", "visi nomor 1 apa", "kapan ditutup",
    "hmm", "bukan 1, tapi 3", "nomor 9", "ya", "ya udah kirim", "jangan", "batal", "stop",
    "/affirm", '/choose{"nomor": "2"}', "asdf qwerty", "rahasia gak sih", "kosongkan saja",
    "makasih", "tombol:0123456789abcdef", "surat saya hilang", "status", "", "tolong ulangi",
)  # fmt: skip
PASSES = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\b|(?:Bu|Pak) \S•••(?: \S•••)*|TPS \d+")
"""What is each voter's own: receipt, masked name, polling station."""


class Side:
    """One agent, with the events that it has kept of each chat."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent

    async def say(self, sender: str, text: str) -> list[Any]:
        """The answers, and what is kept of the conversation after them."""
        collector = CollectingOutputChannel()
        message = UserMessage(text, collector, sender, input_channel="web")
        await self.agent.handle_message(message)
        kept = await self.agent.tracker_store.retrieve(sender)
        events = [] if kept is None else [one.as_dict() for one in kept.events]
        return [
            [
                (PASSES.sub("…", one.get("text") or ""), one.get("custom"))
                for one in collector.messages
            ],
            [
                (one["event"], one.get("name") if one.get("name") != "readback" else "")
                for one in events
            ],
            kept
            and {name: value is not None for name, value in kept.current_slot_values().items()},
        ]


def agent(actions_port: int) -> Agent:
    configure_structlog(logging.ERROR)
    store = StructureStore(shelf=MemoryShelf(None), keys=Keys(SECRET))
    return Agent.load(
        ROOT / "models" / "bilik.tar.gz",
        tracker_store=store,
        action_endpoint=EndpointConfig(f"http://127.0.0.1:{actions_port}/webhook"),
    )


@pytest.fixture
def sides(bilik: Installation, monkeypatch: pytest.MonkeyPatch) -> tuple[Side, Side]:
    """Rasa's own code, and the quick one; which of them runs is switched by the patches."""
    quick = Side(agent(bilik.actions_port))
    assert isinstance(quick.agent.processor, LeanProcessor)
    assert isinstance(quick.agent.processor.graph_runner, OrderedGraphRunner)
    for place, name, own in RASAS_OWN:
        monkeypatch.setattr(place, name, own)
    plain = Side(agent(bilik.actions_port))
    assert not isinstance(plain.agent.processor, LeanProcessor)
    assert not isinstance(plain.agent.processor.graph_runner, OrderedGraphRunner)
    return plain, quick


def switched(quick: bool) -> None:
    if quick:
        rasa_patches.quicken()
    else:
        for place, name, own in RASAS_OWN:
            setattr(place, name, own)


async def both(sides: tuple[Side, Side], texts: list[tuple[str, str]], name: str) -> None:
    """The same conversation on both sides; each voter has the own identity."""
    for at, pair in enumerate(texts):
        said = []
        for quick, (side, text) in enumerate(zip(sides, pair, strict=True)):
            switched(bool(quick))
            said.append(await side.say(f"web:{name}{quick}", text))
        assert said[0] == said[1], f"message {at} of {[one for one, _ in texts][: at + 1]}"


def test_conversations_run_alike_with_rasas_own_code_and_with_the_quick_one(
    bilik: Installation, sides: tuple[Side, Side]
) -> None:
    source = random.Random(7)
    pairs = [(bilik.pair(bilik.village), bilik.pair(bilik.village)) for _ in range(6)]

    async def play() -> None:
        for number, voters in enumerate(pairs):
            identity = [f"nik {nik} kode {code}" for nik, code in voters]
            texts = [(text, text) for text in source.choices(SAYINGS, k=3)]
            texts.append((identity[0], identity[1]))
            texts += [(text, text) for text in source.choices(SAYINGS, k=7)]
            texts += [("saya pilih nomor 2",) * 2, ("ya",) * 2, ("ya",) * 2]
            await both(sides, texts, f"engine-{number}-")

    rules._remembered.clear()
    asyncio.run(play())
    switched(True)
    remembered = [name for known in rules._remembered.values() for _, _, name in known]
    assert remembered
    said = [*SAYINGS, *(one for voters in pairs for voter in voters for one in voter)]
    for text in filter(None, said):  # not one message stays in memory
        assert json.dumps(text)[1:-1] not in {
            state[part].get("text")
            for name in remembered
            for state in json.loads(name)
            for part in state
            if isinstance(state[part], dict)
        }
    assert not any(code in name for name in remembered for pair in pairs for _, code in pair)


def test_an_action_server_that_is_down_leaves_both_alike(sides: tuple[Side, Side]) -> None:
    nowhere = EndpointConfig(f"http://127.0.0.1:{free_port()}/webhook")
    for side in sides:
        assert side.agent.processor
        side.agent.processor.action_endpoint = nowhere
    asyncio.run(both(sides, [("halo",) * 2, ("halo",) * 2], "engine-down-"))
    switched(True)


EVENT = {"event": "slot", "timestamp": None, "name": "stage", "value": "choosing"}


@pytest.mark.parametrize(
    ("answer", "usual"),
    [
        ({"events": [], "responses": []}, True),
        ({"events": [EVENT], "responses": [{"text": "Halo"}]}, True),
        ({"events": [{**EVENT, "timestamp": 1.5}], "responses": []}, True),
        (
            {"events": [{"event": "followup", "timestamp": None, "name": "x"}], "responses": []},
            True,
        ),
        ({"events": [{"event": "pause", "timestamp": None}], "responses": []}, False),
        ({"events": [{**EVENT, "more": 1}], "responses": []}, False),
        ({"events": [{**EVENT, "name": 1}], "responses": []}, False),
        ({"events": [{**EVENT, "timestamp": "soon"}], "responses": []}, False),
        ({"events": [{**EVENT, "timestamp": True}], "responses": []}, False),
        ({"events": ["slot"], "responses": []}, False),
        ({"events": [], "responses": ["Halo"]}, False),
        ({"responses": []}, False),
        ([], False),
    ],
)
def test_only_usual_answers_are_known_at_sight_and_rasas_schema_takes_each_of_them(
    answer: Any, usual: bool
) -> None:
    assert is_usual(answer) is usual
    if usual:
        jsonschema.validate(answer, QuickAction.action_response_format_spec())


def test_an_answer_that_the_schema_refuses_is_refused() -> None:
    with pytest.raises(jsonschema.ValidationError):
        QuickAction("x", None)._validate_action_result({"events": [{"event": "nonsense"}]})
    assert QuickAction("x", None)._validate_action_result(
        {"events": [{"event": "pause", "timestamp": None}], "responses": []}
    )


def test_an_input_with_the_name_of_a_node_is_refused(sides: tuple[Side, Side]) -> None:
    processor = sides[1].agent.processor
    assert processor
    with pytest.raises(GraphRunError):
        processor.graph_runner.run(inputs={"domain_provider": 1}, targets=["domain_provider"])
