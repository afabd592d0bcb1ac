"""Rasa made quicker: the same conversations as with Rasa's own code."""

from __future__ import annotations

import ast
import asyncio
import copy
import inspect
import logging
import random
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import rasa.core.actions.action
import rasa.core.agent
import rasa.core.processor
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog

from assistant import rasa_patches
from assistant.engine.decisions import Decisions, name_of
from assistant.engine.processor import LeanProcessor, Uncopied
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
    (rasa.core.processor, "copy", copy),
    (ModelMetadata, "from_dict", classmethod(rasa_patches._whole_metadata)),
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

    asyncio.run(play())
    switched(True)
    decisions = sides[1].agent.processor.decisions
    remembered = [part for name in decisions.names() for part in name]
    assert len(decisions.names()) > 10
    said = {*SAYINGS, *(one for voters in pairs for voter in voters for one in voter)}
    kept = {one for part in remembered for one in (part if isinstance(part, tuple) else (part,))}
    assert not (said - set(DOMAIN.intents)) & kept  # not one message stays in memory
    assert not [code for pair in pairs for _, code in pair if code in repr(remembered)]
    assert {"choose", "affirm", "stage", "choosing"} <= kept


def test_a_server_has_nothing_in_memory_of_what_only_training_needs(bilik: Installation) -> None:
    (server,) = bilik.processes("assistant.serve", "run", str(bilik.port))
    libraries = Path(f"/proc/{server}/maps").read_text()
    assert "numpy" in libraries
    assert "tensorflow" not in libraries


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


DOMAIN = Domain.load(ROOT / "domain.yml")


def seen(*events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("web:1", list(events), DOMAIN.slots)


def user(intent: str, text: str = "ya", **more: Any) -> UserUttered:
    return UserUttered(text, {"name": intent, "confidence": 0.9}, **more)


def test_trackers_that_policies_cannot_tell_apart_have_one_name() -> None:
    one = seen(ActionExecuted("action_listen"), user("affirm", "ya"))
    assert name_of(one) == name_of(seen(ActionExecuted("action_listen"), user("affirm", "iya bu")))
    answered = seen(BotUttered("Halo"), *one.events)
    assert name_of(answered) == name_of(one)
    read_back = [seen(SlotSet("readback", value), *one.events) for value in ("0a" * 8, "1b" * 8)]
    assert name_of(read_back[0]) == name_of(read_back[1])
    assert "iya bu" not in repr(name_of(one))


@pytest.mark.parametrize(
    "other",
    [
        [ActionExecuted("action_listen"), user("deny")],
        [ActionExecuted("action_greet"), user("affirm")],
        [user("affirm")],
        [ActionExecuted("action_listen", hide_rule_turn=True), user("affirm")],
        [SlotSet("stage", "choosing"), ActionExecuted("action_listen"), user("affirm")],
        [
            ActionExecuted("action_listen"), user("affirm"),
            DefinePrevUserUtteredFeaturization(False),
        ],
    ],
)  # fmt: skip
def test_others_have_another(other: list[Event]) -> None:
    name = name_of(seen(*other))
    assert name is not None
    assert name != name_of(seen(ActionExecuted("action_listen"), user("affirm")))


@pytest.mark.parametrize(
    "event",
    [
        ActionReverted(),
        ActiveLoop("a_form"),
        ActionExecuted(action_text="Halo"),
        user("choose", entities=[{"entity": "number", "value": "2"}]),
        SlotSet("stage", ["choosing"]),
        SlotSet("stage", "bu siti"),
        SlotSet("unheard_of", "x"),
    ],
)
def test_a_tracker_with_anything_else_has_no_name_and_is_decided_each_time(event: Event) -> None:
    tracker, decisions, asked = seen(event), Decisions(), []

    def decide() -> PolicyPrediction:
        asked.append(1)
        return PolicyPrediction([1.0], "RulePolicy")

    assert name_of(tracker) is None
    decisions.about(tracker, decide)
    decisions.about(tracker, decide)
    assert len(asked) == 2
    assert decisions.names() == []


def test_each_tracker_is_given_events_of_its_own() -> None:
    tracker, decisions = seen(user("affirm")), Decisions()
    featurized = DefinePrevUserUtteredFeaturization(False, timestamp=1.0, metadata={})
    decided = PolicyPrediction([0.0, 1.0], "RulePolicy", events=[featurized])
    given = [decisions.about(tracker, lambda: decided) for _ in range(2)]
    for one in given:
        assert one.probabilities == decided.probabilities
        assert one.policy_name == decided.policy_name
        assert one.events == [featurized]
        assert one.events[0].timestamp > 1.0
    given[0].events[0].metadata["model_id"] = "x"
    given[0].events.append(featurized)
    assert given[1].events[0].metadata == featurized.metadata == {}
    assert len(decisions.about(tracker, lambda: decided).events) == 1


def test_rasas_processor_copies_nothing_but_what_it_logs() -> None:
    tree = ast.parse(inspect.getsource(rasa.core.processor))
    logged = {
        part
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "structlogger.debug"
        for part in ast.walk(call)
    }
    copies = [part for part in ast.walk(tree) if isinstance(part, ast.Name) and part.id == "copy"]
    assert copies
    assert logged >= set(copies)
    assert rasa.core.processor.copy is Uncopied
