"""Changes to Rasa 3.6.21 where it leaves no other way. Each names its reason; tests hold them.

Rasa wraps every tracker store in one that, when saving fails, goes on with a second store in
memory, into which it puts the whole tracker, messages and all. Bilik's own store is used as it is.
"""

from __future__ import annotations

from importlib.metadata import version

import rasa.core.agent
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain

RASA = "3.6.21"


def apply() -> None:
    """Apply them, once for the process.

    Raises:
        RuntimeError: this is another Rasa; read the new one's code first.
    """
    if version("rasa") != RASA:
        raise RuntimeError(f"assistant/rasa_patches.py was written for Rasa {RASA}")
    rasa.core.agent.Agent._create_tracker_store = staticmethod(_the_store_itself)


_rasas_own = rasa.core.agent.Agent._create_tracker_store


def _the_store_itself(store: TrackerStore | None, domain: Domain) -> TrackerStore:
    from assistant.tracker_store import StructureStore

    if not isinstance(store, StructureStore):
        return _rasas_own(store, domain)
    store.domain = domain
    return store
