"""What is published of an election, and what is found in it that does not hold."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bilik.errors import BilikError, InvalidRecord, NotFound, WrongState
from bilik.services.batches import BATCH
from bilik.services.desk import Desk
from bilik.services.publication import (
    DEFINITION,
    MANUAL,
    RECEIPTS,
    RESULT,
    SNAPSHOT,
    check,
    check_since,
)
from bilik.storage.database import Database
from bilik.storage.tables import ballots
from tests.booth import Polling, held_by_25, set_up
from tests.databases import ONLY_POSTGRES, copy_rows
from tests.elections import VILLAGE


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Polling, Path]:
    directory = tmp_path_factory.mktemp("held")
    polling = held_by_25(directory)
    polling.desk.export(directory / "terbitan")
    return polling, directory / "terbitan"


@pytest.fixture
def published(held: tuple[Polling, Path], tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(held[1], tmp_path / "terbitan"))


@ONLY_POSTGRES
def test_the_same_rows_give_the_same_bytes_on_either_database(
    held: tuple[Polling, Path], url: str, tmp_path: Path
) -> None:
    polling, directory = held
    copy_rows(polling.url, url)
    other = Database(url)
    desk = Desk(other, polling.keys, polling.trustee_dir, polling.clock)
    desk.export(tmp_path / "terbitan")
    other.close()
    names = {file.name for file in directory.iterdir()}
    assert {file.name for file in (tmp_path / "terbitan").iterdir()} == names
    for name in names:
        assert (tmp_path / "terbitan" / name).read_bytes() == (directory / name).read_bytes()


def test_the_summary_says_what_was_counted(held: tuple[Polling, Path]) -> None:
    polling, directory = held
    said = check(directory, workers=2)
    assert said == json.loads((directory / RESULT).read_text(encoding="utf-8"))
    assert (said["kode"], said["pemilih"], said["suara_masuk"], said["disisihkan"]) == (
        "pilkada-2026", 25, 23, 0,
    )  # fmt: skip
    assert said["partisipasi"] == 0.92
    assert [one["suara"] for one in said["hasil"][0]["calon"]] == [12, 11]
    assert said["hasil"][1]["dikosongkan"] == 5
    (archive,) = directory.glob("*.bel")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert said["sha256_arsip"] == digest
    assert digest in (directory / MANUAL).read_text(encoding="utf-8")
    with polling.database.read() as connection:
        receipts = connection.execute(select(ballots.c.receipt)).scalars().all()
    assert (directory / RECEIPTS).read_text().split() == sorted(receipts)


def test_the_same_record_is_published_in_the_same_bytes(
    held: tuple[Polling, Path], tmp_path: Path
) -> None:
    polling, directory = held
    polling.desk.tally()
    polling.desk.export(tmp_path / "lagi")
    for file in directory.iterdir():
        assert (tmp_path / "lagi" / file.name).read_bytes() == file.read_bytes()


def test_nothing_published_holds_a_nik_a_code_or_a_name(held: tuple[Polling, Path]) -> None:
    polling, directory = held
    content = b"".join(file.read_bytes() for file in directory.iterdir())
    for nik, code in polling.pairs:
        assert nik.encode() not in content
        assert code.encode() not in content
    assert b"Pemilih A" not in content


def replace(file: str, old: str, new: str) -> Callable[[Path], None]:
    def spoil(directory: Path) -> None:
        text = (directory / file).read_text(encoding="utf-8")
        assert old in text
        (directory / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil


def swap_two_receipts(directory: Path) -> None:
    lines = (directory / RECEIPTS).read_text().splitlines()
    (directory / RECEIPTS).write_text("\n".join([lines[1], lines[0], *lines[2:]]))


def rename_the_archive(directory: Path) -> None:
    (archive,) = directory.glob("*.bel")
    archive.rename(directory / "11111111111111.bel")


def add_an_archive(directory: Path) -> None:
    (directory / "lain.bel").write_bytes(b"")


def cut_the_result_off(directory: Path) -> None:
    (archive,) = directory.glob("*.bel")
    content = archive.read_bytes()
    # The last event and its data: two files of a header and one or two blocks each.
    for length in range(512, len(content), 512):
        archive.write_bytes(content[:-length])
        try:
            check(directory)
        except InvalidRecord as error:
            if "belum berisi hasil" in str(error):
                return
    raise AssertionError("no shorter archive is whole")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (replace(RESULT, '"suara": 12', '"suara": 13'), "`hasil`"),
        (replace(RESULT, '"pemilih": 25', '"pemilih": 26'), "`pemilih`"),
        (replace(RESULT, '"suara_masuk": 23', '"suara_masuk": 24'), "`"),
        (replace(RESULT, '"sidik_daftar_pemilih": "', '"sidik_daftar_pemilih": "0'), "sidik"),
        (replace(RESULT, '"sha256_arsip": "', '"sha256_arsip": "0'), "sha256_arsip"),
        (replace(RESULT, "{", "["), "tidak terbaca"),
        (replace(RESULT, '"suara_masuk": 23', '"suara_masuk": "23"'), "kurang"),
        (replace(DEFINITION, "Dewi Kartika", "Dewi Kartini"), "bukan yang ditetapkan"),
        (replace(DEFINITION, "KPU", "Kpu"), "bukan yang ditetapkan"),
        (replace(DEFINITION, "kode:", "kodee:"), "tidak terbaca"),
        (swap_two_receipts, "tanda terima"),
        (rename_the_archive, "nama arsip"),
        (add_an_archive, "tepat satu"),
        (cut_the_result_off, "belum berisi hasil"),
    ],
)
def test_what_does_not_hold_is_said_in_one_line(
    published: Path, spoil: Callable[[Path], None], says: str
) -> None:
    spoil(published)
    with pytest.raises(InvalidRecord, match=says) as caught:
        check(published)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(published: Path) -> None:
    (published / RESULT).unlink()
    with pytest.raises(NotFound, match=RESULT):
        check(published)


def test_only_a_counted_election_is_published_and_only_into_a_new_folder(
    village: Polling, tmp_path: Path
) -> None:
    village.vote("web:1", "2")
    village.desk.close()
    with pytest.raises(WrongState, match="bilik tally"):
        village.desk.export(tmp_path / "terbitan")
    assert not (tmp_path / "terbitan").exists()
    village.desk.tally()
    (tmp_path / "berisi").mkdir()
    (tmp_path / "berisi" / "catatan").write_text("")
    with pytest.raises(BilikError, match="tidak kosong"):
        village.desk.export(tmp_path / "berisi")
    with pytest.raises(BilikError, match="bukan folder"):
        village.desk.export(tmp_path / "berisi" / "catatan")


def test_a_ballot_set_aside_is_not_in_the_archive_and_is_told(
    village: Polling, tmp_path: Path
) -> None:
    for voter in range(3):
        village.vote(f"web:{voter}", "2", voter)
    with village.database.write() as connection:
        one = connection.execute(select(ballots.c.tracker)).scalars().first()
        connection.execute(update(ballots).where(ballots.c.tracker == one).values(sealed=b"rusak"))
    village.desk.close()
    village.desk.tally()
    village.desk.export(tmp_path / "terbitan")
    said = check(tmp_path / "terbitan")
    assert (said["suara_masuk"], said["disisihkan"]) == (3, 1)
    assert said["hasil"][0]["calon"][1]["suara"] == 2


def test_an_election_without_a_single_vote_is_published_too(
    village: Polling, tmp_path: Path
) -> None:
    village.desk.close()
    village.desk.tally()
    village.desk.export(tmp_path / "terbitan")
    assert check(tmp_path / "terbitan")["partisipasi"] == 0


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one election: two snapshots while it goes on, `satu` and `dua`, and the end, `akhir`."""
    directory = tmp_path_factory.mktemp("three")
    polling = set_up(directory, VILLAGE, 2 * BATCH + 1)
    polling.vote_each(range(BATCH))
    polling.desk.snapshot(directory / "satu")
    polling.vote_each(range(BATCH, 2 * BATCH + 1))
    polling.desk.snapshot(directory / "dua")
    polling.desk.close()
    polling.desk.tally()
    polling.desk.export(directory / "akhir")
    polling.database.close()
    return directory


@pytest.fixture
def copies(three: Path, tmp_path: Path) -> Path:
    """Copies to spoil."""
    for name in ("satu", "dua", "akhir"):
        shutil.copytree(three / name, tmp_path / name)
    return tmp_path


def test_a_snapshot_holds_and_says_that_it_is_one(three: Path) -> None:
    said = check(three / "satu", workers=2)
    assert said == json.loads((three / "satu" / SNAPSHOT).read_text(encoding="utf-8"))
    assert said["cuplikan"] is True
    assert (said["pemilih"], said["suara_terbit"]) == (2 * BATCH + 1, BATCH)
    assert "hasil" not in said
    assert len((three / "satu" / RECEIPTS).read_text().split()) == BATCH
    assert said["sidik_rantai"] in (three / "satu" / MANUAL).read_text(encoding="utf-8")
    assert "cuplikan" not in check(three / "akhir")


def test_what_comes_later_holds_all_that_was_there(three: Path) -> None:
    for earlier, later, added in (
        ("satu", "dua", BATCH + 1), ("dua", "akhir", 0), ("satu", "akhir", BATCH + 1),
        ("satu", "satu", 0),
    ):  # fmt: skip
        assert check_since(three / earlier, three / later)[1] == added
    with pytest.raises(InvalidRecord, match="tidak memuat semua"):
        check_since(three / "dua", three / "satu")


def test_another_election_is_no_continuation(three: Path, held: tuple[Polling, Path]) -> None:
    with pytest.raises(InvalidRecord, match="tidak memuat semua"):
        check_since(three / "satu", held[1])


def say_more(directory: Path) -> None:
    said = json.loads((directory / SNAPSHOT).read_text(encoding="utf-8"))
    said["hasil"] = []
    (directory / SNAPSHOT).write_text(json.dumps(said), encoding="utf-8")


def say_a_snapshot_of_the_end(directory: Path) -> None:
    for file in directory.iterdir():
        file.unlink()
    for file in (directory.parent / "akhir").iterdir():
        if file.name != RESULT:
            shutil.copy(file, directory)
    said = json.loads((directory.parent / "satu" / SNAPSHOT).read_text(encoding="utf-8"))
    (directory / SNAPSHOT).write_text(json.dumps(said), encoding="utf-8")


def drop_a_receipt(directory: Path) -> None:
    lines = (directory / RECEIPTS).read_text().splitlines()
    (directory / RECEIPTS).write_text("\n".join(lines[1:]))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (replace(SNAPSHOT, '"suara_terbit": 51', '"suara_terbit": 50'), "`suara_terbit`"),
        (replace(SNAPSHOT, '"sidik_rantai": "', '"sidik_rantai": "0'), "`sidik_rantai`"),
        (replace(SNAPSHOT, "{", "["), "cuplikan.json tidak terbaca"),
        (replace(DEFINITION, "Desa mandiri", "Desa maju"), "bukan yang ditetapkan"),
        (drop_a_receipt, "tanda terima"),
        (say_more, "`hasil`"),
        (say_a_snapshot_of_the_end, "lebih dari surat suara"),
    ],
)
def test_what_does_not_hold_in_a_snapshot_is_said_in_one_line(
    copies: Path, spoil: Callable[[Path], None], says: str
) -> None:
    spoil(copies / "dua")
    with pytest.raises(InvalidRecord, match=says) as caught:
        check_since(copies / "satu", copies / "dua")
    assert "\n" not in str(caught.value)


def test_a_snapshot_is_of_an_open_election_and_the_end_of_a_counted_one(
    village: Polling, tmp_path: Path
) -> None:
    assert village.desk.snapshot(tmp_path / "awal")["suara_terbit"] == 0
    village.vote("web:1", "2")
    village.desk.close()
    assert village.desk.snapshot(tmp_path / "tutup")["suara_terbit"] == 1
    village.desk.tally()
    with pytest.raises(WrongState, match="sudah dihitung"):
        village.desk.snapshot(tmp_path / "lagi")
    assert not (tmp_path / "lagi").exists()
    village.desk.export(tmp_path / "akhir")
    assert check_since(tmp_path / "awal", tmp_path / "akhir")[1] == 1
    assert check_since(tmp_path / "tutup", tmp_path / "akhir")[1] == 0
