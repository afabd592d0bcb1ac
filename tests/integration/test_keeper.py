"""What happens by itself while people vote and at the closing, with a keeper and without one."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bilik.clock import system_clock
from bilik.domain.election import Phase
from bilik.services.batches import BATCH
from bilik.services.keeper import Keeper
from bilik.services.outcomes import Kind
from bilik.storage.tables import ballots, elections, sessions
from tests.booth import SECRET, Polling, set_up
from tests.elections import LIVE, VILLAGE, open_now


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Polling]:
    polling = set_up(tmp_path, LIVE, voters=54)
    yield polling
    polling.database.close()


def keeper(polling: Polling, told: list[str] | None = None) -> Keeper:
    return Keeper(polling.desk, (told if told is not None else []).append)


def state(polling: Polling) -> str:
    with polling.database.read() as connection:
        return str(connection.execute(select(elections.c.state)).scalar_one())


def to_the_closing(polling: Polling) -> None:
    polling.clock.now = polling.election.closes + polling.election.grace


def test_the_keeper_closes_when_hours_and_grace_are_over_and_not_before(village: Polling) -> None:
    village.vote("web:1", "2")
    village.identify("web:2", voter=1)
    look_after = keeper(village).look_after
    for moment in (
        village.election.closes - timedelta(seconds=1),
        village.election.closes,
        village.election.closes + village.election.grace - timedelta(seconds=1),
    ):
        village.clock.now = moment
        look_after()
        assert state(village) == "open"
    to_the_closing(village)
    look_after()
    assert state(village) == "tallied"  # The server has the key, so nobody has to ask.
    assert village.seen.result.counts[0].votes == {1: 0, 2: 1, 3: 0}
    with village.database.read() as connection:
        assert connection.execute(select(sessions.c.sealed)).scalars().all() == [None]
    assert positions(village) == [1]


def test_a_voter_who_is_in_finishes_within_grace_and_not_after(village: Polling) -> None:
    village.clock.now = village.election.closes - timedelta(minutes=1)
    for voter in range(2):
        village.identify(f"web:{voter}", voter)
    look_after = keeper(village).look_after
    village.clock.forward(minutes=2)
    look_after()
    readback = village.booth.choose("web:0", "2").scene.readback
    assert village.booth.confirm("web:0", "ya", readback).kind is Kind.RECORDED
    readback = village.booth.choose("web:1", "2").scene.readback
    to_the_closing(village)
    look_after()
    assert village.booth.confirm("web:1", "ya", readback).kind is Kind.CLOSED
    assert village.counts()["kades"][2] == 1


def test_an_election_that_was_paused_at_its_closing_is_closed_too(village: Polling) -> None:
    village.desk.pause()
    to_the_closing(village)
    assert village.identify("web:1").kind is Kind.CLOSED
    keeper(village).look_after()
    assert state(village) == "tallied"


def test_an_election_with_live_results_is_counted_by_itself(live: Polling) -> None:
    for first in (0, BATCH):
        live.vote_each(range(first, first + BATCH))
        keeper(live).look_after()
    assert live.seen.interim.ballots == BATCH
    live.vote_each(range(2 * BATCH, 54))
    to_the_closing(live)
    told: list[str] = []
    keeper(live, told).look_after()
    assert (state(live), told) == ("tallied", [])
    assert live.seen.result.counts[0].votes == {1: 18, 2: 18, 3: 18}
    assert live.seen.interim is None


def test_what_cannot_be_counted_is_told_once_and_left_to_people(live: Polling) -> None:
    live.vote_each(range(3))
    (file,) = live.trustee_dir.iterdir()
    key = file.read_bytes()
    file.unlink()
    to_the_closing(live)
    told: list[str] = []
    one = keeper(live, told)
    for _ in range(3):
        one.look_after()
    assert len(told) == 1
    assert told[0].startswith("sukamaju-2026: Kunci pemilihan")
    file.write_bytes(key)
    one.look_after()
    assert state(live) == "closed"
    keeper(live).look_after()
    assert state(live) == "tallied"


def test_a_database_that_does_not_answer_is_told_once_and_tried_again(village: Polling) -> None:
    told: list[str] = []
    one = keeper(village, told)
    with village.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE sessions RENAME TO lain")
    one.look_after()
    one.look_after()
    assert len(told) == 1
    assert told[0].startswith("Basis data tidak menjawab")
    with village.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE lain RENAME TO sessions")
    to_the_closing(village)
    one.look_after()
    assert state(village) == "tallied"


def test_without_a_keeper_the_count_publishes_all_by_itself(village: Polling) -> None:
    village.vote_each(range(5))
    to_the_closing(village)
    assert village.desk.standing().phase is Phase.CLOSED
    assert state(village) == "closed"
    standing = village.desk.standing()
    assert (standing.published, standing.ballots) == (5, 5)
    assert sum(village.desk.tally().counts[0].votes.values()) == 5


def test_the_keeper_is_a_command_that_goes_on_until_it_is_told_to_stop(tmp_path: Path) -> None:
    polling = set_up(tmp_path, open_now(VILLAGE), BATCH, clock=system_clock)
    polling.vote_each(range(BATCH))
    process = start_keeper(polling, tmp_path)
    try:
        wait_until(process, lambda: positions(polling) == list(range(1, BATCH + 1)))
        with polling.database.write() as connection:
            over = datetime(2020, 1, 2).strftime("%Y-%m-%d %H:%M")
            definition = open_now(VILLAGE).replace("2099-12-31 13:00", over)
            connection.execute(update(elections).values(definition=definition))
        wait_until(process, lambda: state(polling) == "tallied")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    polling.database.close()


def start_keeper(polling: Polling, directory: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "bilik.cli", "keep", "--every", "0.1"],
        cwd=directory, stderr=subprocess.PIPE,
        env={
            **os.environ,
            "BILIK_SECRET_KEY": base64.urlsafe_b64encode(SECRET).decode(),
            "BILIK_DATABASE_URL": polling.url,
            "BILIK_TRUSTEE_DIR": str(polling.trustee_dir),
        },
    )  # fmt: skip


def wait_until(process: subprocess.Popen[bytes], holds: Callable[[], bool]) -> None:
    """Wait for what the process brings about; it must not end before."""
    while not holds():
        with suppress(subprocess.TimeoutExpired):
            raise AssertionError(f"the keeper ended with {process.wait(0.1)}")


def positions(polling: Polling) -> list[int | None]:
    with polling.database.read() as connection:
        query = select(ballots.c.position).order_by(ballots.c.position)
        return list(connection.execute(query).scalars())
