"""Many voters at once, in several processes of many threads, over one database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context, synchronize
from multiprocessing.queues import Queue
from pathlib import Path

from bilik.errors import BoxUnavailable
from bilik.keys import Keys
from bilik.services.booth import Booth
from bilik.services.desk import Desk
from bilik.services.outcomes import Kind
from bilik.services.sessions import Stage
from bilik.storage.database import Database
from tests.booth import SECRET, HandClock, Polling, set_up
from tests.databases import copy_rows
from tests.elections import VILLAGE

PROCESSES = 2
THREADS = 100
"""In each process; the voters beyond wait in line, as they do before a real server's threads."""
CROWD = 2000


@dataclass(frozen=True)
class Ready:
    """A voter before whom stands a read-back."""

    sender: str
    readback: str


@dataclass(frozen=True)
class Heard:
    """What a voter who said *ya* was told in the end, and how often it had to be said."""

    sender: str
    kind: Kind
    receipt: str | None
    tries: int


@dataclass(frozen=True)
class Crowd:
    """An open election, and its voters at their read-backs; tests take copies of its database."""

    polling: Polling
    voters: Sequence[Ready]

    def on(self, url: str) -> Polling:
        """The same election in another database, which has the tables already and no rows."""
        copy_rows(self.polling.url, url)
        database, old = Database(url), self.polling
        return replace(
            old,
            database=database,
            url=url,
            desk=Desk(database, old.keys, old.trustee_dir, old.clock),
            booth=Booth(database, old.keys, old.clock),
        )


def gather(directory: Path) -> Crowd:
    """A village of :data:`CROWD` voters; voter ``n`` is about to vote for number ``1 + n % 3``."""
    polling = set_up(directory, VILLAGE, CROWD)
    voters = _read_back(polling, range(CROWD), lambda number: str(1 + number % 3))
    polling.database.close()
    return Crowd(polling, voters)


def insist(booth: Booth, ready: Ready) -> Heard:
    """Do what a voter does: say *ya*; told that it is being looked into, ask, and say it again."""
    tries = 0
    while True:
        tries += 1
        try:
            if tries > 1:
                scene = booth.look(ready.sender)
                if scene.stage is Stage.DONE:
                    return Heard(ready.sender, Kind.RECORDED, scene.receipt, tries)
            outcome = booth.confirm(ready.sender, "ya", ready.readback)
        except BoxUnavailable:
            continue
        return Heard(ready.sender, outcome.kind, outcome.scene.receipt, tries)


def _read_back(
    polling: Polling, numbers: Iterable[int], choose: Callable[[int], str]
) -> list[Ready]:
    """Bring voters to their read-backs, each in a chat of their own."""

    def go(number: int) -> Ready:
        sender = f"web:{number}"
        assert polling.identify(sender, number).kind is Kind.IDENTIFIED
        outcome = polling.booth.choose(sender, choose(number))
        assert outcome.kind is Kind.READ_BACK
        return Ready(sender, outcome.scene.readback or "")

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(go, numbers))


def cast_at_once(polling: Polling, voters: Sequence[Ready]) -> list[Heard]:
    """Let all say *ya*, so many as there are threads at the same moment; what they were told."""
    with casting(polling, voters) as answers:
        return answers()


@contextmanager
def casting(polling: Polling, voters: Sequence[Ready]) -> Iterator[Callable[[], list[Heard]]]:
    """While all say *ya* at the same moment; what is yielded waits for what they were told."""
    processes = get_context("forkserver")
    together, told = processes.Barrier(PROCESSES), processes.Queue()
    servers = [
        processes.Process(
            target=_serve,
            args=(polling.url, polling.clock(), voters[part::PROCESSES], together, told),
        )
        for part in range(PROCESSES)
    ]
    for server in servers:
        server.start()
    try:
        yield lambda: [one for _ in servers for one in told.get()]
    except BaseException:
        for server in servers:
            server.kill()
        raise
    finally:
        for server in servers:
            server.join()


def _serve(
    url: str,
    now: datetime,
    voters: Sequence[Ready],
    together: synchronize.Barrier,
    told: Queue[list[Heard]],
) -> None:
    database = Database(url)
    booth = Booth(database, Keys(SECRET), HandClock(now))
    together.wait()
    with ThreadPoolExecutor(THREADS) as pool:
        told.put(list(pool.map(lambda ready: insist(booth, ready), voters)))
    database.close()
