"""Acts that are killed, each in a process of its own, at one step after the other.

A step is whatever others could see the act do next: a statement, the moments before and after a
commit, a file or folder opened, made, forced to disk, renamed or removed. The process is killed by
SIGKILL, so nothing of it runs any more; the product knows nothing of all this.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect

from actions.voter_action import Heard
from actions.voting import CastBallot
from bilik.belenios import group
from bilik.keys import Keys
from bilik.services.booth import Booth
from bilik.services.desk import Desk
from bilik.storage.database import Database
from tests.booth import SECRET, HandClock
from tests.forked import PROCESSES, preload

FILE_EVENTS = {"open", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link"}
MOST_STEPS = 500
# What the children need is imported and computed once, in the process that they are forked from.
group.generator()
preload("pytest", "tests.crashes", "tests.crowds")

Act = Callable[..., Any]


@dataclass(frozen=True)
class Ended:
    """How an act ended: killed, or with what it returned."""

    killed: bool
    answer: Any = None


def do(act: Act, *arguments: Any, directory: Path, kill_at: int = 0) -> Ended:
    """Run the act in a process that is killed just before its step of that number, if it has one.

    Files count as long as they are in ``directory``.
    """
    receiving, sending = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(
        target=_live, args=(act, arguments, str(directory), kill_at, sending)
    )
    process.start()
    sending.close()
    process.join()
    if process.exitcode == -signal.SIGKILL:
        return Ended(killed=True)
    assert process.exitcode == 0, f"the act failed: {process.exitcode}"
    return Ended(False, receiving.recv())


def steps() -> Iterator[int]:
    """The numbers of steps, to be left as soon as an act comes to its end."""
    yield from range(1, MOST_STEPS)
    raise AssertionError("the act does not come to its end")


def cast(url: str, now: datetime, sender: str, readback: str) -> tuple[str, ...]:
    """A *ya* as the action server hears it; what the voter is told."""
    database = Database(url)
    heard = Heard(sender, "ya", told_stage="confirming", told_readback=readback, greeted=True)
    return CastBallot().respond(Booth(database, Keys(SECRET), HandClock(now)), heard).texts


def at_desk(url: str, now: datetime, trustee_dir: Path, act: str, *arguments: Any) -> Any:
    """An act of the panitia's, by its name at the desk."""
    desk = Desk(Database(url, None), Keys(SECRET), trustee_dir, HandClock(now))
    return getattr(desk, act)(*arguments)


def _live(
    act: Act, arguments: tuple[Any, ...], directory: str, kill_at: int, told: Connection
) -> None:
    numbers, whole_commit, whole_fsync = count(1), DefaultDialect.do_commit, os.fsync

    def step(*_: object) -> None:
        if next(numbers) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def commit(dialect: DefaultDialect, connection: Any) -> None:
        step()
        whole_commit(dialect, connection)
        step()

    def fsync(descriptor: int) -> None:
        step()
        whole_fsync(descriptor)
        step()

    def audit(name: str, subjects: tuple[Any, ...]) -> None:
        if name in FILE_EVENTS and (
            isinstance(subjects[0], int) or str(subjects[0]).startswith(directory)
        ):
            step()

    event.listen(Engine, "before_cursor_execute", step)
    DefaultDialect.do_commit = commit
    os.fsync = fsync
    sys.addaudithook(audit)
    told.send(act(*arguments))
