"""What the policies have decided, remembered: the same few states come again with every voter.

Policies are asked with the whole tracker, but of its events they see only kinds, names, intents and
the slots that have features. Two trackers alike in these get the same decision. No text and no
value of another slot is remembered; a tracker in which there is anything else is decided by Rasa.

What policies log while they decide would tell, at the level of debugging, that nobody has been at
this point before: that this voter is the first to leave a contest blank. So they do not log it.
"""

from __future__ import annotations

import copy
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import CategoricalSlot, Slot
from rasa.shared.core.trackers import DialogueStateTracker

ROOM = 4096
"""Decisions that are remembered; there are some hundreds, of stage, intent and action."""

Name = tuple[Hashable, ...]
_UNSEEN = (BotUttered, FollowupAction)
"""Not in a state: the answer before, and an order that has been carried out."""


class Decisions:
    """The newest decisions, each by the :func:`name_of` the tracker that it was made for."""

    def __init__(self) -> None:
        """Nothing is decided yet."""
        logging.getLogger("rasa.core.policies").setLevel(logging.WARNING)
        self._known: OrderedDict[Name, PolicyPrediction] = OrderedDict()

    def about(
        self, tracker: DialogueStateTracker, decide: Callable[[], PolicyPrediction]
    ) -> PolicyPrediction:
        """What was decided about such a tracker, or what ``decide`` decides now."""
        name = name_of(tracker)
        if name is None:
            return decide()
        decision = self._known.get(name)
        if decision is None:
            decision = self._known[name] = decide()
            if len(self._known) > ROOM:
                self._known.popitem(last=False)
        return _anew(decision)

    def names(self) -> list[Name]:
        """All that is kept besides the decisions themselves."""
        return list(self._known)


def name_of(tracker: DialogueStateTracker) -> Name | None:
    """All that policies without text see of ``tracker``; None if there is more than is known here.

    A followup action is in it no more: Rasa takes that without asking anybody.
    """
    parts: list[Hashable] = []
    for event in tracker.events:
        if isinstance(event, _UNSEEN):
            continue
        part = _part(event, tracker.slots)
        if part is None:
            return None
        parts.append(part)
    return tuple(parts)


def _part(event: Event, slots: Mapping[str, Slot]) -> Hashable | None:
    kind = type(event)
    if kind is ActionExecuted and event.action_text is None:
        return "action", event.action_name, event.hide_rule_turn
    if kind is UserUttered and not event.entities:
        return "user", event.intent_name, event.use_text_for_featurization
    if kind is SlotSet and (slot := slots.get(event.key)) is not None:
        value = event.value if slot.has_features() else None
        if value is None or isinstance(value, bool) or _is_of_a_few(slot, value):
            return "slot", event.key, value
    if kind is SessionStarted:
        return "session"
    if kind is DefinePrevUserUtteredFeaturization:
        return "features", event.use_text_for_featurization
    return None


def _is_of_a_few(slot: Slot, value: Any) -> bool:
    """Whether the domain names the value: nothing that anybody said is kept."""
    return isinstance(slot, CategoricalSlot) and value in slot.values


def _anew(decision: PolicyPrediction) -> PolicyPrediction:
    """The decision with events of its own, which a tracker takes over and adds to."""
    made = copy.copy(decision)
    made.events = [_now(event) for event in decision.events]
    return made


def _now(event: Any) -> Any:
    made = copy.copy(event)
    made.timestamp, made.metadata = time.time(), {}
    return made
