"""The panitia's log: noted with each act, refused to change, and found out where it was changed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from bilik.domain.audit import Act
from bilik.errors import BilikError, BoxUnavailable, InvalidRecord, NotFound, WrongState
from bilik.keys import Keys
from bilik.services import audit
from bilik.services.desk import Desk
from bilik.services.publication import DEFINITION, LOG, RESULT, check
from bilik.storage.database import Database
from bilik.storage.tables import audit_log
from tests.booth import DURING_VOTING, SECRET, HandClock, Polling, set_up
from tests.elections import VILLAGE


@pytest.fixture
def polling(url: str, tmp_path: Path) -> Iterator[Polling]:
    """An open village of three voters."""
    polling = set_up(tmp_path, VILLAGE, voters=3, url=url)
    yield polling
    polling.database.close()


def acts(desk: Desk) -> list[str]:
    (log,) = desk.logs()
    assert log.problem is None
    return [one.act for one in log.entries]


UNTIL_OPEN = ["muat", "impor", "kode", "buka"]


def test_every_act_is_noted_with_who_and_when(polling: Polling, tmp_path: Path) -> None:
    desk = Desk(polling.database, polling.keys, polling.trustee_dir, polling.clock, "Bu Siti")
    desk.pause()
    desk.open()
    polling.vote("web:1", "2")
    polling.clock.forward(minutes=5)
    desk.close()
    desk.tally()
    desk.tally()
    desk.export(tmp_path / "terbitan")
    assert acts(desk) == [
        *UNTIL_OPEN, "jeda", "lanjut", "tutup", "hitung", "hitung-ulang", "terbit",
    ]  # fmt: skip
    (log,) = desk.logs("sukamaju-2026")
    assert [one.actor for one in log.entries] == ["panitia"] * 4 + ["Bu Siti"] * 6
    assert log.entries[6].at == polling.clock()
    assert log.entries[3].details["pemilih"] == 3
    assert log.entries[7].details == {"suara_masuk": 1, "disisihkan": 0}


def test_nothing_in_it_is_of_a_voter(polling: Polling) -> None:
    polling.vote("web:1", "2")
    (log,) = polling.desk.logs()
    said = "".join(one.line for one in log.entries)
    for nik, code in polling.pairs:
        assert nik not in said
        assert code not in said
    assert "Pemilih A" not in said


def test_an_act_that_failed_is_not_noted(polling: Polling) -> None:
    with pytest.raises(WrongState):
        polling.desk.tally()
    with pytest.raises(WrongState):
        polling.desk.load_election(polling.trustee_dir.parent / "pemilihan.yml")
    assert acts(polling.desk) == UNTIL_OPEN


def test_nobody_acts_without_a_name(polling: Polling) -> None:
    nobody = Desk(polling.database, polling.keys, polling.trustee_dir, polling.clock, " \n")
    with pytest.raises(BilikError, match="--oleh"):
        nobody.pause()
    polling.desk.pause()


@pytest.mark.parametrize("change", ["UPDATE audit_log SET actor = 'X'", "DELETE FROM audit_log"])
def test_the_database_refuses_to_change_it(polling: Polling, change: str) -> None:
    with pytest.raises((DBAPIError, BoxUnavailable)), polling.database.write() as connection:
        connection.exec_driver_sql(change)
    assert acts(polling.desk) == UNTIL_OPEN


def unguard(polling: Polling) -> None:
    """Take the triggers away, as whoever owns the database can."""
    with polling.database.write() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_log_no_update")
            connection.exec_driver_sql("DROP TRIGGER audit_log_no_delete")
        else:
            connection.exec_driver_sql("DROP TRIGGER audit_log_append_only ON audit_log")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (["UPDATE audit_log SET actor = 'X' WHERE number = 2"], "ke-2 diubah"),
        (["UPDATE audit_log SET details = '{}' WHERE number = 2"], "ke-2 diubah"),
        (["UPDATE audit_log SET details = 'rusak' WHERE number = 2"], "ke-2 diubah"),
        (["DELETE FROM audit_log WHERE number = 1"], "ke-1 hilang"),
        (["DELETE FROM audit_log WHERE number = 3"], "ke-3 hilang"),
        (["DELETE FROM audit_log WHERE number = 4"], "pembukaan"),
        ([f"UPDATE audit_log SET number = {new} WHERE number = {old}"
          for old, new in ((2, 9), (3, 2), (9, 3))], "ke-2 diubah"),
    ],
)  # fmt: skip
def test_what_was_altered_taken_out_or_swapped_is_named(
    polling: Polling, changes: list[str], says: str
) -> None:
    unguard(polling)
    with polling.database.write() as connection:
        for change in changes:
            connection.exec_driver_sql(change)
    (log,) = polling.desk.logs()
    assert says in (log.problem or "")


def test_a_count_cut_off_the_end_is_missed(polling: Polling) -> None:
    polling.desk.close()
    polling.desk.tally()
    unguard(polling)
    with polling.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM audit_log WHERE number = 6")
    (log,) = polling.desk.logs()
    assert "penghitungan hilang" in (log.problem or "")


def test_a_past_that_was_written_anew_does_not_fit_the_box(polling: Polling) -> None:
    unguard(polling)
    with polling.database.write() as connection:
        entries = audit.published(connection, "sukamaju-2026")
        connection.exec_driver_sql("DELETE FROM audit_log")
        for one in entries:
            audit.append(connection, one.at, "Orang lain", Act(one.act), one.election, one.details)
    (log,) = polling.desk.logs()
    assert "pembukaan bukan yang ditetapkan" in (log.problem or "")


def test_many_who_write_at_once_make_one_chain(polling: Polling) -> None:
    def note(number: int) -> None:
        with polling.database.write() as connection:
            audit.append(
                connection, polling.clock(), f"P{number}", Act.RECOUNT, "sukamaju-2026", {}
            )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, range(24)))
    (log,) = polling.desk.logs()
    assert log.problem is None
    assert {one.actor for one in log.entries[4:]} == {f"P{number}" for number in range(24)}


def test_elections_have_logs_of_their_own_which_outlive_a_draft(
    polling: Polling, tmp_path: Path
) -> None:
    polling.clock.forward(hours=1)
    draft = tmp_path / "lain.yml"
    draft.write_text(VILLAGE.replace("sukamaju-2026", "lain"), encoding="utf-8")
    polling.desk.load_election(draft)
    polling.desk.remove_draft("lain")
    polling.desk.load_election(draft)
    village, other = polling.desk.logs()
    assert [one.act for one in village.entries] == UNTIL_OPEN
    assert [one.act for one in other.entries] == ["muat", "hapus", "muat"]
    with pytest.raises(NotFound):
        polling.desk.logs("tiada")


def test_a_forged_row_is_named(village: Polling) -> None:
    with village.database.write() as connection:
        last = connection.execute(select(audit_log).where(audit_log.c.number == 4)).one()
        connection.execute(
            insert(audit_log).values({**last._mapping, "number": 5, "previous": last.hash})
        )
    (log,) = village.desk.logs()
    assert "ke-5 diubah" in (log.problem or "")


class TestPublished:
    """What of it is published, and checked."""

    @pytest.fixture
    def published(self, village: Polling, tmp_path: Path) -> Path:
        village.vote("web:1", "2")
        village.desk.close()
        village.desk.tally()
        village.desk.tally()
        village.desk.export(tmp_path / "terbitan")
        return tmp_path / "terbitan"

    def test_it_ends_with_the_count_and_its_head_is_in_the_result(self, published: Path) -> None:
        lines = (published / LOG).read_text(encoding="utf-8").splitlines()
        assert len(lines) == len(UNTIL_OPEN) + 2
        assert '"tindakan":"hitung"' in lines[-1]
        assert len(check(published)["sha256_jejak"]) == 64

    @pytest.mark.parametrize(
        ("line", "old", "new", "says"),
        [
            (0, ':"panitia"', ':"panitja"', "ke-2 tidak menyambung"),
            (5, '"suara_masuk":1', '"suara_masuk":2', "sha256_jejak"),
            (3, '"tindakan":"buka"', '"tindakan":"jeda"', "ke-5 tidak menyambung"),
            (5, '"tindakan":"hitung"', '"tindakan":"jeda"', "sampai hitungannya"),
            (5, "sukamaju-2026", "sukamaju-2027", "bukan jejak pemilihan ini"),
            (2, '"nomor"', '"nomer"', "tidak terbaca"),
        ],
    )
    def test_what_does_not_hold_is_said(
        self, published: Path, line: int, old: str, new: str, says: str
    ) -> None:
        lines = (published / LOG).read_text(encoding="utf-8").split("\n")
        assert old in lines[line]
        lines[line] = lines[line].replace(old, new, 1)
        (published / LOG).write_text("\n".join(lines), encoding="utf-8")
        with pytest.raises(InvalidRecord, match=says):
            check(published)

    def test_one_without_its_log_or_with_another_is_refused(
        self, published: Path, tmp_path: Path
    ) -> None:
        (published / LOG).write_bytes(b"")
        with pytest.raises(InvalidRecord, match="ditetapkan saat"):
            check(published)
        definition, clock = (published / DEFINITION).read_text(), HandClock(DURING_VOTING)
        other = set_up(tmp_path, definition, url=f"sqlite:///{tmp_path}/x", clock=clock)
        other.desk.close()
        other.desk.tally()
        other.desk.export(tmp_path / "lain")
        (published / LOG).write_bytes((tmp_path / "lain" / LOG).read_bytes())
        with pytest.raises(InvalidRecord, match="ditetapkan saat"):
            check(published)
        assert (published / RESULT).exists()
        other.database.close()


def test_an_interrupted_act_leaves_neither_act_nor_note(
    village: Polling, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = Desk(village.database, Keys(SECRET), village.trustee_dir, village.clock, "Budi")
    monkeypatch.setattr(audit, "insert", lambda _: (_ for _ in ()).throw(RuntimeError))
    with pytest.raises(RuntimeError):
        stranger.close()
    monkeypatch.undo()
    assert village.desk.standing().phase.value == "open"
    assert acts(village.desk) == UNTIL_OPEN


def test_a_database_from_before_the_log_gets_one(tmp_path: Path) -> None:
    from bilik.storage.schema import upgrade

    database = Database(f"sqlite:///{tmp_path / 'bilik.db'}")
    upgrade(database, "0008")
    upgrade(database)
    with database.read() as connection:
        assert audit.logs(connection) == []
    database.close()
