"""Changes to Rasa 3.6.21 where it leaves no other way. Each names its reason; tests hold them.

Kept as it is: Rasa wraps every tracker store in one that, when saving fails, goes on with a second
store in memory, into which it puts the whole tracker, messages and all. Bilik's own store is used
as it is.

Made quicker, with the same outcome (`assistant/engine/`): the model's graph runs in an order that
is found once, and so is what the policies decide in a state; an action's usual answer is known at
sight; its connection stays open; classes of events are looked up and not searched for; what would
be logged is not copied first; and of a model the plan of its training is not read, which would
import all that it was trained with.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import rasa.core.actions.action
import rasa.core.agent
import rasa.core.processor
from rasa.core.tracker_store import TrackerStore
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.utils.common import all_subclasses

from assistant.engine.processor import LeanProcessor, Uncopied
from assistant.engine.remote import QuickAction
from assistant.engine.runner import OrderedGraphRunner

RASA = "3.6.21"


def apply() -> None:
    """Apply them, once for the process.

    Raises:
        RuntimeError: this is another Rasa; read the new one's code first.
    """
    if version("rasa") != RASA:
        raise RuntimeError(f"assistant/rasa_patches.py was written for Rasa {RASA}")
    rasa.core.agent.Agent._create_tracker_store = staticmethod(_the_store_itself)
    quicken()


def quicken() -> None:
    """Apply those that only make Rasa quicker."""
    rasa.core.processor.DaskGraphRunner = OrderedGraphRunner
    rasa.core.processor.copy = Uncopied
    ModelMetadata.from_dict = classmethod(_without_training)
    rasa.core.agent.MessageProcessor = LeanProcessor
    rasa.core.actions.action.RemoteAction = QuickAction
    Event.resolve_by_type = staticmethod(_event_type)


_whole_metadata = ModelMetadata.from_dict.__func__
_rasas_own = rasa.core.agent.Agent._create_tracker_store
_search_event_type = Event.resolve_by_type
_event_types = {kind.type_name: kind for kind in reversed(list(all_subclasses(Event)))}


def _the_store_itself(store: TrackerStore | None, domain: Domain) -> TrackerStore:
    from assistant.tracker_store import StructureStore

    if not isinstance(store, StructureStore):
        return _rasas_own(store, domain)
    store.domain = domain
    return store


def _without_training(cls: type[ModelMetadata], stored: dict[str, Any]) -> ModelMetadata:
    return _whole_metadata(cls, {**stored, "train_schema": {"nodes": {}}})


def _event_type(name: str, default: type[Event] | None = None) -> type[Event] | None:
    return _event_types.get(name) or _search_event_type(name, default)
