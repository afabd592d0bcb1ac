"""All of Bilik's actions by name, for those who run them without an action server."""

from __future__ import annotations

from importlib import import_module
from inspect import isabstract
from pkgutil import iter_modules

from rasa_sdk.utils import all_subclasses

import actions
from actions.voter_action import VoterAction


def all_actions() -> dict[str, VoterAction]:
    """One of each, by the names they have in `domain.yml`."""
    for module in iter_modules(actions.__path__):
        import_module(f"actions.{module.name}")
    found = [kind() for kind in all_subclasses(VoterAction) if not isabstract(kind)]
    return {action.name(): action for action in found}
