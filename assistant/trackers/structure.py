"""What is kept of a conversation: its structure, as small as the policies allow.

The policies look at the message being answered and at slots, and at nothing that lies before
(`config.yml`: ``max_history: 1``; no rule spans two messages, see `data/rules`). So of a
conversation that waits for the next message, this is all they could ask for:

- that it has begun, and that Bilik listens;
- the slots that are set, where their values are of a closed kind;
- the last action, by which a message that is not understood twice is known.

No message, intent, entity or answer is kept, and with them go button payloads, metadata and message
ids. Whatever came before, a kept conversation has the same few events.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet
from rasa.shared.core.slots import BooleanSlot, CategoricalSlot, Slot
from rasa.shared.core.trackers import DialogueStateTracker

COARSE_SECONDS = 3600
"""Kept events bear the hour alone: enough to clear away old ones, too little to order votes by."""

MASK = "-"
"""Stands for a value that is not kept."""

ALIKE = {"action_leave_blank": "action_choose"}
"""Actions whose names alone would tell a choice, and what they are kept as."""

_TOKEN = re.compile(r"[0-9a-f]{16}")
_NO_ANSWER = {ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME}


def structure(tracker: DialogueStateTracker, name: str, now: float) -> DialogueStateTracker:
    """What is kept of ``tracker``, under ``name``; empty as long as nothing has been done in it.

    Only of a conversation between two messages: one that is being answered cannot be taken up.
    """
    hour = now - now % COARSE_SECONDS
    executed = [event.action_name for event in tracker.events if isinstance(event, ActionExecuted)]
    kept: list[Event] = []
    if executed:
        kept += [ActionExecuted(ACTION_SESSION_START_NAME, timestamp=hour), SessionStarted(hour)]
        kept += [
            SlotSet(slot.name, _value(slot), hour)
            for slot in tracker.slots.values()
            if slot.value != slot.initial_value
        ]
        answers = [one for one in executed if one and one not in _NO_ANSWER][-1:]
        # After a broken-off answer the last action is not the listening one, and decides.
        last = [executed[-1]] if executed[-1] not in (*answers, ACTION_SESSION_START_NAME) else []
        kept += [
            ActionExecuted(ALIKE.get(one, one), timestamp=hour) for one in (*answers, *last) if one
        ]
    return DialogueStateTracker.from_events(name, kept, tracker.slots.values())


def _value(slot: Slot) -> Any:
    """The slot's value, if it can hold nothing that a voter said."""
    value = slot.value
    if value is None or (isinstance(slot, BooleanSlot) and isinstance(value, bool)):
        return value
    if isinstance(slot, CategoricalSlot) and value in slot.values:
        return value
    return value if isinstance(value, str) and _TOKEN.fullmatch(value) else MASK
