"""The same work on many items, by one process or several, with results in the items' order."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any

Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]

_CHUNK = 32


@contextmanager
def mapper(workers: int) -> Iterator[Map]:
    """Something like :func:`map`, by so many processes; never far ahead of who takes its results.

    What it is given must be picklable if there is more than one.
    """
    if workers == 1:
        yield map
        return
    with ProcessPoolExecutor(workers, initializer=_leave_interrupts_to_the_parent) as pool:

        def each(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
            # A pool takes all its jobs at once; they need not fit into memory.
            jobs = iter(items)
            while batch := list(islice(jobs, _CHUNK * workers * 4)):
                yield from pool.map(function, batch, chunksize=_CHUNK)

        yield each


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
