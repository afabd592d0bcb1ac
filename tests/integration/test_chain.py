"""The chain grows in batches while people vote: on SQLite, and on a real PostgreSQL."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, update

from bilik.belenios import credentials
from bilik.belenios.archive import Archive, EventType
from bilik.belenios.verify import verify
from bilik.errors import BilikError
from bilik.services import ballot_box, chain, record
from bilik.services.ballot_box import Maker
from bilik.services.batches import BATCH, Publisher
from bilik.services.booth import Booth
from bilik.services.credentials import credential_of
from bilik.services.desk import Desk
from bilik.services.elections import all_elections
from bilik.services.keeper import Keeper
from bilik.services.outcomes import Kind
from bilik.storage.database import Database
from bilik.storage.tables import (
    ballots,
    chains,
    elections,
    listed_credentials,
    participations,
    voters,
)
from tests.booth import HandClock, Polling, set_up
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE, Backend
from tests.elections import LIVE, VILLAGE

VOTERS = 60


@pytest.fixture
def village(backend: Backend, tmp_path: Path) -> Iterator[Polling]:
    """An open village election of its own."""
    polling = set_up(tmp_path, VILLAGE, VOTERS, backend.new())
    yield polling
    polling.database.close()


@pytest.fixture(scope="module")
def one_batch(tmp_path_factory: pytest.TempPathFactory) -> Polling:
    """A village in which a batch of ballots is published; to be copied."""
    polling = set_up(tmp_path_factory.mktemp("batch"), VILLAGE, VOTERS)
    polling.vote_each(range(BATCH))
    assert publish(polling) == BATCH
    polling.database.close()
    return polling


@pytest.fixture
def published(one_batch: Polling, tmp_path: Path) -> Iterator[Polling]:
    """A copy of it, to go on with."""
    url = f"sqlite:///{tmp_path / 'bilik.db'}"
    shutil.copy(one_batch.url.removeprefix("sqlite:///"), tmp_path / "bilik.db")
    database, keys, clock = Database(url), one_batch.keys, HandClock(one_batch.clock.now)
    yield dataclasses.replace(
        one_batch, database=database, url=url, clock=clock, booth=Booth(database, keys, clock),
        desk=Desk(database, keys, one_batch.trustee_dir, clock),
    )  # fmt: skip
    database.close()


def publish(polling: Polling) -> int:
    return Publisher(polling.database, polling.keys).publish(1)


def archive_of(polling: Polling) -> bytes:
    """The archive as far as it has come."""
    file = BytesIO()
    with polling.database.read() as connection:
        (stored,) = all_elections(connection)
        record.write_snapshot(connection, stored, file)
    return file.getvalue()


def trackers(archive: bytes) -> list[str]:
    return list(Archive(BytesIO(archive)).payloads(EventType.BALLOT))


def rows(polling: Polling, *columns: Any) -> list[Any]:
    """Of all ballots, in the order of the chain."""
    with polling.database.read() as connection:
        return list(connection.execute(select(*columns).order_by(ballots.c.position)).all())


def change(polling: Polling, statement: Any) -> None:
    with polling.database.write() as connection:
        connection.execute(statement)


def test_ballots_are_published_in_batches_and_the_archive_only_grows(village: Polling) -> None:
    empty = archive_of(village)
    village.vote_each(range(BATCH - 1))
    assert publish(village) == 0
    assert archive_of(village) == empty
    village.vote_each(range(BATCH - 1, BATCH))
    assert publish(village) == BATCH
    first = archive_of(village)
    village.vote_each(range(BATCH, 55))
    assert publish(village) == 55 - BATCH
    second = archive_of(village)
    village.vote_each(range(55, 57))
    assert publish(village) == 0
    assert archive_of(village) == second
    village.desk.close()
    assert publish(village) == 2
    last = archive_of(village)
    assert first.startswith(empty)
    assert second.startswith(first)
    assert last.startswith(second)
    assert verify(Archive(BytesIO(last))).ballots == 57
    for batch in (range(25), range(25, 55), range(55, 57)):
        published = [trackers(last)[place] for place in batch]
        assert published == sorted(published)


@ONLY_SQLITE
def test_the_order_of_voting_is_in_no_batch(village: Polling) -> None:
    receipts = village.vote_each(range(BATCH))
    publish(village)
    published = rows(village, ballots.c.receipt, ballots.c.tracker)
    assert sorted(row.receipt for row in published) == sorted(receipts)
    assert published == sorted(published, key=lambda row: row.tracker)


def test_the_published_archive_begins_with_every_snapshot_and_is_the_same_again(
    village: Polling, tmp_path: Path
) -> None:
    village.vote_each(range(BATCH))
    publish(village)
    snapshot = archive_of(village)
    village.vote_each(range(BATCH, 30))
    village.desk.close()
    assert sum(village.desk.tally().counts[0].votes.values()) == 30
    village.desk.export(tmp_path / "terbitan")
    village.desk.export(tmp_path / "lagi")
    (file,) = (tmp_path / "terbitan").glob("*.bel")
    assert file.read_bytes().startswith(snapshot)
    assert (tmp_path / "lagi" / file.name).read_bytes() == file.read_bytes()


def test_what_was_counted_before_there_was_a_chain_is_published_in_the_same_bytes(
    village: Polling, tmp_path: Path
) -> None:
    village.vote_each(range(5))
    change(village, update(ballots).where(spoilt(village, 3)).values(sealed=b"rusak"))
    village.desk.close()
    counted = village.desk.tally()
    assert counted.set_aside == 1
    village.desk.export(tmp_path / "dulu")
    change(village, update(ballots).values(position=None, credential_hash=None))
    change(village, chains.delete())
    village.desk.export(tmp_path / "sekarang")
    for file in (tmp_path / "dulu").iterdir():
        assert (tmp_path / "sekarang" / file.name).read_bytes() == file.read_bytes()
    assert village.desk.tally() == counted


def spoilt(polling: Polling, number: int) -> Any:
    """The condition for one of the ballots."""
    return ballots.c.tracker == sorted(rows(polling, ballots.c.tracker))[number][0]


def test_many_publishers_and_voters_at_once_give_one_chain_with_every_ballot_once(
    village: Polling,
) -> None:
    over = threading.Event()
    publishers = [Database(village.url) for _ in range(4)]

    def keep_publishing(database: Database) -> int:
        publisher, published = Publisher(database, village.keys), 0
        while not over.is_set():
            published += publisher.publish(1)
        return published

    with ThreadPoolExecutor(6) as pool:
        running = [pool.submit(keep_publishing, one) for one in publishers]
        halves = [pool.submit(village.vote_each, half) for half in (range(30), range(30, VOTERS))]
        receipts = [receipt for half in halves for receipt in half.result()]
        over.set()
        published = sum(one.result() for one in running)
    for one in publishers:
        one.close()
    assert published <= VOTERS
    village.desk.close()
    assert publish(village) == VOTERS - published
    assert verify(Archive(BytesIO(archive_of(village)))).ballots == VOTERS
    assert [row.position for row in rows(village, ballots.c.position)] == list(range(1, VOTERS + 1))
    assert sorted(row.receipt for row in rows(village, ballots.c.receipt)) == sorted(receipts)
    assert village.counts()["kades"] == {1: 20, 2: 20, 3: 20, "blank": 0}


def test_several_keepers_at_once_do_what_one_does(village: Polling) -> None:
    live = village
    change(live, update(elections).values(definition=LIVE))
    databases = [Database(live.url) for _ in range(4)]
    told: list[str] = []
    keepers = [
        Keeper(Desk(one, live.keys, live.trustee_dir, live.clock), told.append) for one in databases
    ]
    with ThreadPoolExecutor(4) as pool:
        for first, after in ((0, BATCH), (BATCH, 2 * BATCH + 3)):
            live.vote_each(range(first, after))
            for _ in range(2):
                list(pool.map(Keeper.look_after, keepers))
        assert live.seen.interim.ballots == BATCH
        live.clock.now = live.election.closes + live.election.grace
        for _ in range(2):
            list(pool.map(Keeper.look_after, keepers))
    for one in databases:
        one.close()
    assert told == []
    assert sum(live.seen.result.counts[0].votes.values()) == 2 * BATCH + 3


@ONLY_POSTGRES
def test_a_cast_does_not_wait_for_a_publisher(village: Polling) -> None:
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    with village.database.write() as connection:
        chain.lock(connection, 1)
        assert village.booth.confirm("web:1", "ya", readback).kind is Kind.RECORDED


def test_a_publisher_that_fails_at_any_statement_leaves_whole_batches(village: Polling) -> None:
    village.vote_each(range(BATCH))
    before = archive_of(village)
    for fatal in count(1):
        statements = count(1)

        def fail(*_: Any, at: int = fatal, seen: Iterator[int] = statements) -> None:
            if next(seen) == at:
                raise KeyboardInterrupt

        event.listen(village.database.engine, "before_cursor_execute", fail)
        try:
            publish(village)
        except KeyboardInterrupt:
            pass
        finally:
            event.remove(village.database.engine, "before_cursor_execute", fail)
        now = archive_of(village)
        assert now == before or (now.startswith(before) and len(trackers(now)) == BATCH)
        if now != before:  # What followed the commit failed; once more from the beginning.
            assert publish(village) == 0
            break
    assert fatal > 10
    assert verify(Archive(BytesIO(archive_of(village)))).ballots == BATCH


def test_a_ballot_that_does_not_verify_is_set_aside_and_the_others_go_on(village: Polling) -> None:
    village.vote_each(range(BATCH))
    change(village, update(ballots).where(spoilt(village, 7)).values(sealed=b"rusak"))
    standing = village.desk.standing()
    assert (standing.ballots, standing.published, standing.set_aside) == (BATCH, 0, 1)
    village.vote_each(range(BATCH, BATCH + 1))
    standing = village.desk.standing()
    assert (standing.ballots, standing.published, standing.set_aside) == (BATCH + 1, BATCH, 1)
    assert standing.head == Archive(BytesIO(archive_of(village))).head
    village.desk.close()
    result = village.desk.tally()
    assert (result.ballots, result.set_aside) == (BATCH + 1, 1)


@ONLY_SQLITE
def test_a_ballot_set_aside_by_mistake_is_looked_at_again_at_the_closing(village: Polling) -> None:
    village.vote_each(range(3))
    change(village, update(ballots).values(set_aside=True))
    village.desk.close()
    result = village.desk.tally()
    assert (result.ballots, result.set_aside) == (3, 0)


def test_a_second_ballot_of_a_published_credential_is_set_aside(published: Polling) -> None:
    again(published, voter=0)
    stranger(published)
    published.desk.close()
    result = published.desk.tally()
    assert (result.ballots, result.set_aside) == (BATCH + 2, 2)
    assert verify(Archive(BytesIO(archive_after_count(published)))).ballots == BATCH


def archive_after_count(polling: Polling) -> bytes:
    file = BytesIO()
    with polling.database.read() as connection:
        (stored,) = all_elections(connection)
        record.write_archive(connection, stored, file)
    return file.getvalue()


def again(polling: Polling, voter: int) -> None:
    """Another ballot of the voter's credential, and a mark to go with it."""
    nik, code = polling.pairs[voter]
    with polling.database.read() as connection:
        (stored,) = all_elections(connection)
    secrets = polling.keys.code_secrets(polling.keys.nik_hash(nik), code.replace("-", ""))
    stuff(polling, credential_of(secrets.seed, stored.uuid))


def stranger(polling: Polling) -> None:
    """A ballot of a credential that is not in the list."""
    stuff(polling, credentials.generate())


def stuff(polling: Polling, credential: str) -> None:
    """A ballot of that credential, and the mark of somebody who stayed away."""
    with polling.database.write() as connection:
        (stored,) = all_elections(connection)
        box = record.election_of(connection, stored)
        maker = Maker(box, stored.election, credential, {"kades": 1})
        voted = select(participations.c.voter_id)
        absent = select(func.min(voters.c.id)).where(voters.c.id.not_in(voted))
        marked = connection.execute(absent).scalar_one()
        ballot_box.cast(connection, stored, marked, None, maker, maker.make())


def remove(polling: Polling, position: int) -> None:
    """Take a ballot out, and a mark with it, so that their numbers agree."""
    change(polling, ballots.delete().where(ballots.c.position == position))
    with polling.database.write() as connection:
        one = connection.execute(select(participations.c.voter_id)).scalars().first()
        connection.execute(participations.delete().where(participations.c.voter_id == one))


def alter(polling: Polling, position: int) -> None:
    change(polling, update(ballots).where(ballots.c.position == position).values(sealed=b"lain"))


def exchange(polling: Polling, position: int) -> None:
    """Two ballots change places."""
    for here, there in ((position, -1), (position + 1, position), (-1, position + 1)):
        change(polling, update(ballots).where(ballots.c.position == here).values(position=there))


def replace(polling: Polling, position: int) -> None:
    """Another good ballot in the place of one, under its own tracker."""
    again(polling, voter=0)
    remove(polling, position)
    mine = {"position": position, "version": 1, "credential_hash": None}
    change(polling, update(ballots).where(ballots.c.position.is_(None)).values(mine))


def take_back(polling: Polling, position: int) -> None:
    """A ballot that was published is so no more."""
    change(polling, update(ballots).where(ballots.c.position == position).values(position=None))


@pytest.mark.parametrize(
    ("spoil", "position", "says"),
    [
        (remove, 1, "ke-1 yang sudah diterbitkan tidak ada lagi"),
        (remove, 9, "ke-9 yang sudah diterbitkan tidak ada lagi"),
        (remove, BATCH, f"ke-{BATCH} yang sudah diterbitkan tidak ada lagi"),
        (alter, 9, "ke-9 yang sudah diterbitkan isinya sudah berubah"),
        (exchange, 9, "bukan lagi yang dulu, atau urutannya berubah"),
        (replace, 9, "bukan lagi yang dulu, atau urutannya berubah"),
        (take_back, 9, "ke-9 yang sudah diterbitkan tidak ada lagi"),
    ],
)
def test_a_published_ballot_that_was_tampered_with_stops_count_and_snapshot(
    published: Polling, spoil: Callable[[Polling, int], None], position: int, says: str
) -> None:
    spoil(published, position)
    with pytest.raises(BilikError, match=says):
        archive_of(published)
    published.desk.close()
    with pytest.raises(BilikError, match="Jangan umumkan hasil") as caught:
        published.desk.tally()
    assert "\n" not in str(caught.value)
    assert published.seen.result is None


def test_a_list_of_credentials_that_was_added_to_stops_the_count(published: Polling) -> None:
    published.desk.close()
    with published.database.write() as connection:
        stored = all_elections(connection)[0].id
        stranger = insert(listed_credentials).values(election_id=stored, public=bytes(255) + b"\2")
        connection.execute(stranger)
    with pytest.raises(BilikError, match="Daftar kredensial pemilih bukan lagi"):
        published.desk.tally()
    assert published.seen.result is None


def test_a_chain_that_was_cut_at_its_end_and_made_whole_again_differs_from_a_snapshot(
    published: Polling,
) -> None:
    """Without an earlier snapshot nobody could tell; with one, everybody can."""
    snapshot = Archive(BytesIO(archive_of(published)))
    change(published, update(ballots).values(position=None, credential_hash=None))
    change(published, chains.delete())
    remove_unpublished(published)
    published.desk.close()
    published.desk.tally()
    later = Archive(BytesIO(archive_after_count(published)))
    assert verify(later).ballots == BATCH - 1
    assert not later.extends(snapshot)


def remove_unpublished(polling: Polling) -> None:
    with polling.database.write() as connection:
        one = connection.execute(select(ballots.c.tracker)).scalars().first()
        connection.execute(ballots.delete().where(ballots.c.tracker == one))
        connection.execute(participations.delete().where(participations.c.voter_id == 1))
