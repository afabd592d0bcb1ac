from pathlib import Path

import pytest
from sqlalchemy import select

from bilik.services import ballot_box
from bilik.services.outcomes import Kind
from bilik.storage.rehearsal import RehearsalDatabase
from bilik.storage.tables import participations
from tests.booth import Polling, set_up
from tests.elections import VILLAGE


@pytest.fixture
def polling(url: str, tmp_path: Path) -> Polling:
    made = set_up(tmp_path, VILLAGE, url=url)
    made.database.close()
    return made


def test_a_rehearsed_vote_is_seen_while_it_lasts_and_gone_afterwards(polling: Polling) -> None:
    database = RehearsalDatabase(polling.url)
    booth = type(polling.booth)(database, polling.keys, polling.clock)
    nik, code = polling.pairs[0]
    booth.identify("web:1", f"{nik} {code}")
    readback = booth.choose("web:1", "2").scene.readback
    for _ in range(2):
        with database.rehearsing():
            cast = booth.confirm("web:1", "ya", readback)
            assert cast.kind is Kind.RECORDED
            with database.read() as connection:
                assert ballot_box.holds(connection, cast.scene.receipt or "")
    with database.read() as connection:
        assert connection.execute(select(participations)).all() == []
    database.close()


def test_outside_a_rehearsal_it_is_a_database_like_others(polling: Polling) -> None:
    database = RehearsalDatabase(polling.url)
    booth = type(polling.booth)(database, polling.keys, polling.clock)
    nik, code = polling.pairs[0]
    booth.identify("web:1", f"{nik} {code}")
    readback = booth.choose("web:1", "2").scene.readback
    assert booth.confirm("web:1", "ya", readback).kind is Kind.RECORDED
    with database.read() as connection:
        assert len(connection.execute(select(participations)).all()) == 1
    database.close()
