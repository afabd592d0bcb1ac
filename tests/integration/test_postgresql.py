"""What only PostgreSQL can do: lock rows and not the whole box, see others commit, go away."""

from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import synchronize
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.engine import Connection

from actions.questions import Status
from actions.voter_action import Heard, Response
from bilik.cli.common import the_desk
from bilik.domain.delay import SENDER_RULE
from bilik.errors import BoxUnavailable
from bilik.services import ballot_box
from bilik.services.attempts import count_failure
from bilik.services.booth import Booth
from bilik.services.elections import all_elections, pick
from bilik.services.outcomes import Kind
from bilik.services.sessions import load, sweep
from bilik.settings import new_secret
from bilik.storage.database import Database, is_writing
from bilik.storage.patience import PatientConnection
from bilik.storage.schema import upgrade
from bilik.storage.tables import attempts, elections, sessions
from tests.booth import Polling, set_up
from tests.databases import ONLY_POSTGRES, Backend, PostgresServer, postgres_server
from tests.elections import REGION, VILLAGE
from tests.forked import PROCESSES


@ONLY_POSTGRES
@pytest.mark.parametrize("setting", ["statement_timeout", "lock_timeout"])
def test_a_voter_waits_for_nothing_longer_than_patience(url: str, setting: str) -> None:
    database = Database(url)
    with database.read() as connection:
        assert connection.exec_driver_sql(f"SHOW {setting}").scalar_one() == "4s"
    database.close()


@ONLY_POSTGRES
def test_the_desk_may_go_through_a_whole_roll(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILIK_DATABASE_URL", url)
    monkeypatch.setenv("BILIK_SECRET_KEY", new_secret())
    with the_desk()._database.read() as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "0"
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "4s"


@ONLY_POSTGRES
def test_a_statement_that_takes_longer_is_given_up(url: str) -> None:
    database = Database(url)
    with pytest.raises(BoxUnavailable, match="QueryCanceled"), database.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM generate_series(1, 1000000000)")
    database.close()


@ONLY_POSTGRES
def test_a_server_that_hangs_is_given_up_and_found_again(
    village: Polling, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientConnection, "patience", 0.2)
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    with postgres.hanging():
        for _ in range(2):  # on a connection that is open, and on a new one
            with pytest.raises(BoxUnavailable):
                village.booth.confirm("web:1", "ya", readback)
    assert village.booth.confirm("web:1", "ya", readback).kind is Kind.RECORDED


@ONLY_POSTGRES
def test_nobody_hears_that_there_is_no_vote_while_it_is_being_recorded(village: Polling) -> None:
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    asking = Database(village.url)
    booth = Booth(asking, village.keys, village.clock)
    heard = Heard("web:1", "status", told_stage="confirming", told_readback=readback, greeted=True)

    def ask_just_before(committing: Connection) -> None:
        if is_writing(committing):
            answers.append(pool.submit(Status().respond, booth, heard))
            wait_for_waiting(village, answers[0])

    answers: list[Future[Response]] = []
    with ThreadPoolExecutor(1) as pool:
        event.listen(village.database.engine, "commit", ask_just_before)
        receipt = village.booth.confirm("web:1", "ya", readback).scene.receipt
        told = "\n".join(answers[0].result().texts)
    assert f"sudah masuk kotak. Tanda terima: *{receipt}*" in told
    assert "elum ada suara" not in told
    asking.close()


@ONLY_POSTGRES
def test_what_is_read_is_one_state_though_others_commit_meanwhile(village: Polling) -> None:
    with village.database.read() as connection:
        (stored,) = all_elections(connection)
        assert ballot_box.ballots_in(connection, stored) == 0
        village.vote("web:1", "2")
        assert ballot_box.ballots_in(connection, stored) == 0
        assert ballot_box.voters_marked(connection, stored.id) == 0
    with village.database.read() as connection:
        assert ballot_box.ballots_in(connection, stored) == 1


def make_tables(url: str, together: synchronize.Barrier) -> None:
    database = Database(url)
    together.wait()
    upgrade(database)


@ONLY_POSTGRES
def test_servers_that_start_together_make_the_tables_once(backend: Backend) -> None:
    together = PROCESSES.Barrier(4)
    servers = [
        PROCESSES.Process(target=make_tables, args=(url, together)) for url in [backend.empty()] * 4
    ]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert [server.exitcode for server in servers] == [0] * 4


@ONLY_POSTGRES
def test_voters_who_come_back_late_at_the_same_moment_do_not_stop_each_other(
    village: Polling,
) -> None:
    senders = ["web:1", "web:2"]
    for voter, sender in enumerate(senders):
        village.identify(sender, voter)
    village.clock.forward(minutes=16)
    now, together = village.clock(), Barrier(2)

    def come_back(sender: str) -> None:
        with village.database.write() as connection:
            load(connection, village.keys, village.keys.sender_hash(sender), now)
            together.wait()
            sweep(connection, now)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(come_back, senders))
    with village.database.read() as connection:
        wiped = select(func.count()).where(sessions.c.sealed.is_(None))
        assert connection.execute(wiped).scalar_one() == 2


@ONLY_POSTGRES
def test_of_two_wrong_codes_at_once_both_are_counted(village: Polling) -> None:
    subjects, now = {b"1" * 32: SENDER_RULE}, village.clock()

    def count() -> None:
        with village.database.write() as connection:
            count_failure(connection, subjects, now)

    with ThreadPoolExecutor(1) as pool:
        with village.database.write() as connection:
            count_failure(connection, subjects, now)
            second = pool.submit(count)
            wait_for_waiting(village)
        second.result()
    with village.database.read() as connection:
        assert connection.execute(select(attempts.c.failures)).scalar_one() == 2


def wait_for_waiting(polling: Polling, waiter: Future[Any] | None = None) -> None:
    """Until a transaction waits for a lock that another one has, or the waiter is done without."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    while waiter is None or not waiter.done():
        with polling.database.read() as connection:
            if connection.exec_driver_sql(waiting).scalar_one():
                return


@ONLY_POSTGRES
def test_watching_an_election_neither_waits_for_a_cast_nor_holds_one_up(village: Polling) -> None:
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    with village.database.write() as casting:
        casting.execute(select(elections.c.id).with_for_update(read=True))
        assert village.desk.standing().ballots == 0
    with village.database.read() as watching:
        pick(watching, None)
        assert village.booth.confirm("web:1", "ya", readback).kind is Kind.RECORDED


@ONLY_POSTGRES
def test_an_act_on_one_election_does_not_hold_up_another(village: Polling, tmp_path: Path) -> None:
    other = set_up(tmp_path, REGION, url=village.url, first=100)
    with village.database.write() as connection:
        pick(connection, village.election.slug)
        assert other.vote("web:1", "gubernur 1, bupati 1").kind is Kind.RECORDED
        assert other.desk.pause(other.election.slug).slug == other.election.slug
    other.database.close()


def test_after_a_crash_of_the_server_all_that_was_told_is_there(tmp_path: Path) -> None:
    with postgres_server() as server:
        polling = set_up(tmp_path, VILLAGE, url=server.url("bilik_schema"))
        told = [polling.vote(f"web:{voter}", "2", voter).scene.receipt for voter in range(3)]
        polling.identify("web:3", 3)
        readback = polling.booth.choose("web:3", "3").scene.readback
        server.crash()
        with pytest.raises(BoxUnavailable):
            polling.booth.confirm("web:3", "ya", readback)
        server.start()
        assert all(polling.desk.holds_receipt(one or "") for one in told)
        assert polling.booth.confirm("web:3", "ya", readback).kind is Kind.RECORDED
        assert polling.counts()["kades"] == {1: 0, 2: 3, 3: 1, "blank": 0}
        polling.database.close()
