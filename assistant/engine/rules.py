"""Which rules fit, remembered: the same few states come again with every voter.

Rasa asks twice for a message: once with its intent in the state, once with its text, for rules that
are made of texts. No text is remembered. Bilik has no such rules, and then a text is as good as any
other.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import USER
from rasa.shared.nlu.constants import TEXT

ROOM = 4096
"""States that are remembered; there are some hundreds, of stage, intent and action."""

Lookup = Mapping[str, Any]
State = Mapping[str, Any]

_look_through = RulePolicy._get_possible_keys
_remembered: WeakKeyDictionary[RulePolicy, OrderedDict[tuple[int, int, str], frozenset[str]]] = (
    WeakKeyDictionary()
)


def fitting_rules(policy: RulePolicy, lookup: Lookup, states: Sequence[State]) -> set[str]:
    """The rules in ``lookup`` that fit these states, as Rasa's policy finds them once for each."""
    if any(TEXT in state.get(USER, {}) for state in states) and _have_texts(lookup):
        return set(_look_through(policy, lookup, states))
    known = _remembered.setdefault(policy, OrderedDict())
    name = id(lookup), len(lookup), json.dumps([*map(_without_text, states)], sort_keys=True)
    found = known.get(name)
    if found is None:
        found = known[name] = frozenset(_look_through(policy, lookup, states))
        if len(known) > ROOM:
            known.popitem(last=False)
    return set(found)


def _have_texts(lookup: Lookup) -> bool:
    """Whether a rule is made of texts; a rule's key is its states as JSON."""
    return any(f'"{TEXT}":' in rule for rule in lookup)


def _without_text(state: State) -> State:
    user = state.get(USER, {})
    return {**state, USER: {**user, TEXT: ""}} if TEXT in user else state
