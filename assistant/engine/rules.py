"""Which rules fit, remembered: the same few states come again with every voter."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from rasa.core.policies.rule_policy import RulePolicy

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
    known = _remembered.setdefault(policy, OrderedDict())
    name = id(lookup), len(lookup), json.dumps(states, sort_keys=True)
    found = known.get(name)
    if found is None:
        found = known[name] = frozenset(_look_through(policy, lookup, states))
        if len(known) > ROOM:
            known.popitem(last=False)
    return set(found)
