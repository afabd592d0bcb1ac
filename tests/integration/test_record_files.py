"""Records that everybody may download: there whole or not at all, and verified before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import update

from bilik.domain.audit import Act
from bilik.errors import BilikError
from bilik.services import record_files
from bilik.services.keeper import Keeper
from bilik.services.publication import check
from bilik.storage.tables import ballots
from tests.booth import Polling, set_up
from tests.elections import VILLAGE


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[Polling]:
    polling = set_up(tmp_path, VILLAGE)
    polling.vote_each(range(3))
    polling.desk.close()
    polling.desk.tally()
    yield polling
    polling.database.close()


def acts(polling: Polling) -> list[str]:
    (log,) = polling.desk.logs()
    return [one.act for one in log.entries]


def test_the_keeper_puts_out_a_count_that_people_have_made_once(
    counted: Polling, tmp_path: Path
) -> None:
    told: list[str] = []
    keeper, shelf = Keeper(counted.desk, told.append, tmp_path / "rak"), tmp_path / "rak"
    keeper.look_after()
    uuid = counted.seen.uuid
    found = record_files.find(shelf, uuid)
    assert found is not None
    first = found.path.read_bytes()
    with ZipFile(found.path) as packed:
        packed.extractall(tmp_path / "unduhan")
    said = check(tmp_path / "unduhan" / "sukamaju-2026")
    assert (said["sha256_arsip"], said["sha256_jejak"]) == (found.archive_hash, found.log_hash)
    keeper.look_after()
    assert acts(counted).count(Act.EXPORT.value) == 1
    found.path.unlink()
    keeper.look_after()
    assert found.path.read_bytes() == first
    assert (told, sorted(one.name for one in shelf.iterdir())) == ([], [".kunci", f"{uuid}.zip"])


def test_nothing_is_put_out_before_the_count(tmp_path: Path) -> None:
    polling = set_up(tmp_path, VILLAGE)
    Keeper(polling.desk, pytest.fail, tmp_path / "rak").look_after()
    assert not (tmp_path / "rak").exists()
    polling.database.close()


def test_while_one_prepares_a_record_another_lets_it_be(counted: Polling, tmp_path: Path) -> None:
    with record_files.preparing(tmp_path / "rak", "lain") as directory:
        assert directory is not None
        assert counted.desk.put_out(tmp_path / "rak") is False
    assert counted.desk.put_out(tmp_path / "rak") is True


def test_what_a_killed_one_has_left_is_cleared_away(counted: Polling, tmp_path: Path) -> None:
    left = tmp_path / "rak" / f".{counted.seen.uuid}"
    left.mkdir(parents=True)
    (left / "sebagian.bel").write_bytes(b"?")
    assert counted.desk.put_out(tmp_path / "rak")
    assert not left.exists()


def test_a_record_that_does_not_hold_is_not_put_out_and_told_once(
    counted: Polling, tmp_path: Path
) -> None:
    with counted.database.write() as connection:
        connection.execute(update(ballots).values(sealed=b"{}"))
    told: list[str] = []
    keeper = Keeper(counted.desk, told.append, tmp_path / "rak")
    keeper.look_after()
    keeper.look_after()
    assert len(told) == 1
    assert "sudah diterbitkan" in told[0]
    assert record_files.find(tmp_path / "rak", counted.seen.uuid) is None
    assert [one.name for one in (tmp_path / "rak").iterdir()] == [".kunci"]


def test_a_folder_that_cannot_be_is_told_in_words(counted: Polling, tmp_path: Path) -> None:
    (tmp_path / "rak").write_text("berkas")
    with pytest.raises(BilikError, match="tidak bisa ditulis"):
        counted.desk.put_out(tmp_path / "rak")
