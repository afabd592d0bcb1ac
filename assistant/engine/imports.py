"""What only training needs is not imported where people vote.

Rasa imports TensorFlow by way of one module of helpers for models of its own, of which Bilik has
none. Here that module waits until something of it is used, which is never. It was half of a
server's memory, and half of the time until it answered.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

POSTPONED = "rasa.utils.train_utils"


def postpone() -> None:
    """From now on; to be called before anything of Rasa is imported."""
    if POSTPONED not in sys.modules:
        sys.meta_path.insert(0, _Postponing())


class _Postponing(MetaPathFinder):
    """Finds one module, once, as all others do, and lets it wait for its first use."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != POSTPONED:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec
