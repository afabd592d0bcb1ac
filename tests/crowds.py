"""Many voters at once, in several processes of many threads, over one database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import synchronize
from multiprocessing.queues import Queue
from pathlib import Path

from sqlalchemy import bindparam, select, update

from bilik.belenios import credentials, tally, trustees, wire
from bilik.belenios.ballot import Ballot
from bilik.errors import BoxUnavailable
from bilik.keys import Keys
from bilik.services import record, sessions, trustee
from bilik.services.booth import Booth
from bilik.services.credentials import public_of
from bilik.services.desk import Desk
from bilik.services.elections import all_elections
from bilik.services.outcomes import Kind
from bilik.services.sessions import Session, Stage
from bilik.storage.database import Database
from bilik.storage.tables import ballots, records, voters
from tests.booth import DURING_VOTING, SECRET, HandClock, Polling, draft
from tests.databases import copy_rows
from tests.forked import PROCESSES

SERVERS = 2
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
    """A village of :data:`CROWD` voters; voter ``n`` is about to vote for number ``1 + n % 3``.

    They have just proved who they are. That, and the codes of their letters, would take longer than
    all that they do afterwards, so their credentials are random.
    """
    database, clock = Database(f"sqlite:///{directory / 'bilik.db'}"), HandClock(DURING_VOTING)
    desk = draft(directory, database, clock)
    roll = directory / "dpt.csv"
    rows = [f"332901520390{number:04d},Pemilih {number}" for number in range(CROWD)]
    roll.write_text("\n".join(["nik,nama", *rows]), encoding="utf-8")
    desk.import_roll(roll)
    own = [credentials.generate() for _ in range(CROWD)]
    with database.write() as connection:
        (stored,) = all_elections(connection)
        ids = connection.execute(select(voters.c.id)).scalars().all()
        letters = update(voters).where(voters.c.id == bindparam("voter"))
        connection.execute(
            letters.values(code_verifier=bytes(32), public_credential=bindparam("public")),
            [
                {"voter": one, "public": public_of(credential, stored.uuid)}
                for one, credential in zip(ids, own, strict=True)
            ],
        )
    desk.open()
    keys = Keys(SECRET)
    with database.write() as connection:
        for number, (voter, credential) in enumerate(zip(ids, own, strict=True)):
            session = Session(Stage.CHOOSING, stored.id, voter, credential=credential)
            sender = keys.sender_hash(f"web:{number}")
            sessions.save(connection, keys, sender, session, clock())
    polling = Polling(
        database, str(database.engine.url), keys, clock, stored.election, desk,
        Booth(database, keys, clock), [], directory / "trustee",
    )  # fmt: skip
    ready = [_read_back(polling, f"web:{number}", 1 + number % 3) for number in range(CROWD)]
    database.close()
    return Crowd(polling, ready)


def _read_back(polling: Polling, sender: str, choice: int) -> Ready:
    outcome = polling.booth.choose(sender, str(choice))
    assert outcome.kind is Kind.READ_BACK
    return Ready(sender, outcome.scene.readback or "")


def in_the_box(polling: Polling) -> tuple[int, ...]:
    """What the box's ballots add up to, decrypted, whatever their proofs say: blank, 1, 2, 3.

    The desk's count verifies every ballot twice, and so takes a hundred times as long.
    """
    with polling.database.read() as connection:
        (stored,) = all_elections(connection)
        the_election = record.election_of(connection, stored)
        holders = trustees.read(connection.execute(select(records.c.trustees)).scalar_one())
        contents = connection.execute(select(ballots.c.sealed)).scalars().all()
    encrypted = tally.add_up(the_election, (wire.decode(Ballot, one) for one in contents))
    key = trustee.private_key(polling.trustee_dir, stored.uuid)
    share = tally.decrypt(the_election, encrypted, key)
    (row,) = tally.combine(holders, encrypted, {trustee.OWNER: share}, len(contents)).result
    return row


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


def cast_at_once(polling: Polling, voters: Sequence[Ready]) -> list[Heard]:
    """Let all say *ya*, so many as there are threads at the same moment; what they were told."""
    with casting(polling, voters) as answers:
        return answers()


@contextmanager
def casting(polling: Polling, voters: Sequence[Ready]) -> Iterator[Callable[[], list[Heard]]]:
    """While all say *ya* at the same moment; what is yielded waits for what they were told."""
    together, told = PROCESSES.Barrier(SERVERS), PROCESSES.Queue()
    servers = [
        PROCESSES.Process(
            target=_serve,
            args=(polling.url, polling.clock(), voters[part::SERVERS], together, told),
        )
        for part in range(SERVERS)
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
