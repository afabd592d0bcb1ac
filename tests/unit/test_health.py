"""Whether a server says truly that it can answer voters."""

import threading
from pathlib import Path

import pytest

from bilik.errors import BoxUnavailable
from bilik.services.health import FRESH_SECONDS, Health, database_check
from bilik.storage.database import Database
from bilik.storage.schema import upgrade


class Watch:
    """A clock that is set by hand, in seconds."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_server_is_ready_while_all_that_it_needs_answers() -> None:
    watch, down = Watch(), [False]

    def check() -> None:
        if down[0]:
            raise ConnectionError

    health = Health([lambda: None, check], seconds=watch)
    for is_down in (False, True, False):
        down[0] = is_down
        watch.now += 2 * FRESH_SECONDS
        assert health.is_ready() is not is_down


def test_however_many_ask_it_is_looked_at_now_and_then() -> None:
    watch, asked = Watch(), []
    health = Health([lambda: asked.append(1)], seconds=watch)
    assert all(health.is_ready() for _ in range(100))
    assert len(asked) == 1
    watch.now += FRESH_SECONDS
    assert health.is_ready()
    assert len(asked) == 2


def test_what_does_not_answer_in_time_makes_nobody_wait_and_is_not_asked_again_meanwhile() -> None:
    asked, go_on = [], threading.Event()

    def hangs() -> None:
        asked.append(1)
        go_on.wait()

    health = Health([hangs], patience_seconds=0.05)
    assert not health.is_ready()
    health._until = 0.0
    assert not health.is_ready()
    assert len(asked) == 1
    go_on.set()


def test_a_database_without_its_tables_or_away_is_not_ready(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bilik.db'}")
    with pytest.raises(BoxUnavailable):
        database_check(database)()
    upgrade(database)
    database_check(database)()
    database.close()
