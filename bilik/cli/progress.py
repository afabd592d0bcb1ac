"""A progress bar for what takes long: on the terminal, and only if there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_COLUMNS = (
    TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
)  # fmt: skip


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Takes how much is done of how much; shown on standard error if that is a terminal."""
    with progress_of_steps(title) as step:
        yield lambda done, of: step(title, done, of)


@contextmanager
def progress_of_steps(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """The same for work of several steps: takes the step's name, and how much of it is done."""
    console = Console(stderr=True)
    with Progress(
        *_COLUMNS, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task(title, total=None)
        yield lambda what, done, of: progress.update(
            task, description=what, completed=done, total=of
        )
