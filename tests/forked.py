"""Processes for tests, forked from one that has read what they need and done nothing else."""

from __future__ import annotations

from multiprocessing import get_context

PROCESSES = get_context("forkserver")
_modules: list[str] = []


def preload(*modules: str) -> None:
    """Have these modules read once for all; at the top of a file, before any process starts."""
    _modules.extend(modules)
    PROCESSES.set_forkserver_preload(_modules)
