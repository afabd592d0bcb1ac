"""A voter roll from a panitia's spreadsheet into the database, or back with what is wrong."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from bilik.errors import BilikError, FileProblems
from bilik.keys import Keys
from bilik.services.desk import Desk
from bilik.services.roll_import import RollChange, RollProblems
from bilik.storage.database import Database
from bilik.storage.tables import voters
from tests.booth import SECRET, draft
from tests.databases import ONLY_SQLITE, locked
from tests.elections import VILLAGE

KEYS = Keys(SECRET)
TITLES = ["No", "NIK", "Nama Lengkap", "No. HP", "TPS"]
SITI, BUDI, TINI = "3329015203900001", "3329011203900002", "3329015203900003"


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return draft(tmp_path, database)


def workbook(path: Path, *rows: Sequence[object], more: Callable[[Workbook], object] = id) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    more(book)
    book.save(path)
    return path


def on_the_roll(database: Database) -> dict[bytes, tuple[str, str, bytes | None]]:
    query = select(voters.c.nik_hash, voters.c.name, voters.c.tps, voters.c.phone_hash)
    with database.read() as connection:
        return {row[0]: (row[1], row[2], row[3]) for row in connection.execute(query)}


def test_a_form_with_heading_and_numbered_columns_becomes_the_roll(
    desk: Desk, database: Database, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "dpt.xlsx",
        ["DAFTAR PEMILIH TETAP"], ["Desa Sukamaju, Kecamatan Maju"], [],
        TITLES, ["(1)", "(2)", "(3)", "(4)", "(5)"],
        [1, SITI, "Siti  Rohmah", 81234567890, 3], [], [2, BUDI, "Budi", "0812-3456-7891", "03"],
    )  # fmt: skip
    change = desk.import_roll(path)
    assert change == RollChange(2, 0, 0)
    assert on_the_roll(database) == {
        KEYS.nik_hash(SITI): ("Siti Rohmah", "3", KEYS.phone_hash("+6281234567890")),
        KEYS.nik_hash(BUDI): ("Budi", "03", KEYS.phone_hash("+6281234567891")),
    }
    assert [one.text for one in change.warnings] == ["TPS yang mungkin sama ditulis berbeda: 03, 3"]
    assert change.places == (("03", 1), ("3", 1))


def test_bad_rows_come_back_in_a_workbook_that_says_why_and_none_is_taken(
    desk: Desk, database: Database, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "dpt.xlsx", TITLES, [1, SITI, "Siti", None, "1"], [2, int(BUDI), "Budi"],
        [3, SITI, "Siti lagi"], [4, "12", "", "x"], [5, TINI, "Tini"],
    )  # fmt: skip
    back = tmp_path / "perbaikan.xlsx"
    with pytest.raises(RollProblems) as caught:
        desk.import_roll(path, to_correct=back)
    assert (caught.value.good, caught.value.bad) == (2, 3)
    assert [one.line for one in caught.value.problems] == [3, 4, 5, 5, 5]
    assert "sama dengan baris 2" in caught.value.problems[1].text
    assert all(nik not in str(caught.value) for nik in (SITI, BUDI, TINI))
    rows = list(load_workbook(back).active.iter_rows(values_only=True))
    assert rows[0] == ("baris", *TITLES, "masalah")
    assert [(row[0], row[2], row[3]) for row in rows[1:]] == [
        ("3", "3.32901E+15", "Budi"), ("4", SITI, "Siti lagi"), ("5", "12", None),
    ]  # fmt: skip
    assert "ke Teks" in rows[1][-1]
    assert rows[3][-1].count(";") >= 2
    assert on_the_roll(database) == {}
    with pytest.raises(BilikError, match="tidak ditimpa"):
        desk.import_roll(path, to_correct=back)


def test_what_a_stray_quote_cuts_off_is_told_together_with_the_rest(
    desk: Desk, database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "dpt.csv"
    path.write_text(f'nik,nama\n12,Ani\n{SITI},"Siti\n{BUDI},Budi\n', encoding="utf-8")
    with pytest.raises(RollProblems) as caught:
        desk.import_roll(path, to_correct=tmp_path / "perbaikan.xlsx")
    assert [one.line for one in caught.value.problems] == [2, 3]
    assert "kutip" in caught.value.problems[1].text
    assert on_the_roll(database) == {}


def test_a_row_that_is_bad_otherwise_is_found_to_be_a_twin_too(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "dpt.csv"
    path.write_text(f"nik,nama\n{SITI},\n{SITI},Siti\n{SITI},Siti\n", encoding="utf-8")
    with pytest.raises(RollProblems) as caught:
        desk.import_roll(path)
    assert [(one.line, "baris 2" in one.text) for one in caught.value.problems] == [
        (2, False), (3, True), (4, True),
    ]  # fmt: skip


def test_importing_again_shows_who_changes_and_who_is_not_in_the_file(
    desk: Desk, database: Database, tmp_path: Path
) -> None:
    first = workbook(
        tmp_path / "satu.xlsx", TITLES, [1, SITI, "Siti", "081234567890", "1"],
        [2, BUDI, "Budi", "", "1"], [3, TINI, "Tini", "", "2"],
    )  # fmt: skip
    desk.import_roll(first)
    second = workbook(
        tmp_path / "dua.xlsx", TITLES, [1, SITI, "Siti", "081234567899", "1"],
        [2, BUDI, "Budi Santoso", "", "2"],
    )  # fmt: skip
    change = desk.import_roll(second, dry_run=True)
    assert change == RollChange(0, 2, 0, 1)
    assert {(one.nik[-2:], one.before, one.after) for one in change.corrections} == {
        ("01", "Siti, nomor HP lama", "Siti, nomor HP baru"),
        ("02", "Budi, TPS 1", "Budi Santoso, TPS 2"),
    }
    before = on_the_roll(database)
    assert before[KEYS.nik_hash(BUDI)] == ("Budi", "1", None)
    assert desk.import_roll(second) == change
    after = on_the_roll(database)
    assert after[KEYS.nik_hash(BUDI)] == ("Budi Santoso", "2", None)
    assert after[KEYS.nik_hash(SITI)][2] == KEYS.phone_hash("+6281234567899")
    assert after[KEYS.nik_hash(TINI)] == before[KEYS.nik_hash(TINI)]
    assert desk.import_roll(second) == RollChange(0, 0, 2, 1)


def test_columns_that_the_file_does_not_have_leave_the_roll_as_it_is(
    desk: Desk, database: Database, tmp_path: Path
) -> None:
    desk.import_roll(
        workbook(tmp_path / "satu.xlsx", TITLES, [1, SITI, "Siti", "081234567890", "1"])
    )
    names = workbook(tmp_path / "nama.xlsx", ["NIK", "Nama"], [SITI, "Siti Rohmah"], [BUDI, "Budi"])
    assert desk.import_roll(names) == RollChange(1, 1, 0)
    assert on_the_roll(database) == {
        KEYS.nik_hash(SITI): ("Siti Rohmah", "1", KEYS.phone_hash("+6281234567890")),
        KEYS.nik_hash(BUDI): ("Budi", "", None),
    }
    # A column that is there and empty takes the number away.
    emptied = workbook(tmp_path / "hp.xlsx", TITLES, [1, SITI, "Siti Rohmah", None, "1"])
    assert desk.import_roll(emptied) == RollChange(0, 1, 0, 1)
    assert on_the_roll(database)[KEYS.nik_hash(SITI)] == ("Siti Rohmah", "1", None)


def test_more_rows_than_one_chunk_are_taken_in_and_compared(
    desk: Desk, database: Database, tmp_path: Path
) -> None:
    count = 11_000
    lines = [f"33290152{one:08d},Pemilih {one},{one % 7}" for one in range(count)]
    path = tmp_path / "dpt.csv"
    path.write_text("\n".join(["nik,nama,tps", *lines]), encoding="utf-8")
    told: list[tuple[str, int, int]] = []
    change = desk.import_roll(path, progress=lambda *step: told.append(step))
    assert change == RollChange(count, 0, 0)
    assert told[-1] == ("Menyimpan", count, count)
    assert [done for what, done, _ in told if what == "Membaca"] == [5000, 10000, count]
    lines[3] = lines[3].replace("Pemilih", "Bu")
    path.write_text("\n".join(["nik,nama,tps", *lines[:-2]]), encoding="utf-8")
    assert desk.import_roll(path) == RollChange(0, 1, count - 3, 2)
    assert len(on_the_roll(database)) == count


def test_under_age_and_odd_voters_are_warned_of_and_taken(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "dpt.csv"
    rows = [f"332901{day:02d}0112{one:04d},A" for one, day in enumerate([30, 31, 32])]
    path.write_text("\n".join(["nik,nama", *rows]), encoding="utf-8")
    change = desk.import_roll(path)
    assert change.added == 3
    assert [(one.count, one.lines) for one in change.warnings] == [(1, (4,)), (2, (2, 3))]
    school = VILLAGE.replace("kontak:", "usia_minimum: 0\nkontak:")
    (tmp_path / "pemilihan.yml").write_text(school, encoding="utf-8")
    desk.load_election(tmp_path / "pemilihan.yml")
    assert [one.count for one in desk.import_roll(path).warnings] == [1]


@ONLY_SQLITE
def test_of_several_sheets_with_voters_one_must_be_named(desk: Desk, tmp_path: Path) -> None:
    def second(book: Workbook) -> None:
        book.create_sheet("Keterangan").append(["hanya catatan"])
        sheet = book.create_sheet("TPS 2")
        sheet.append(["NIK", "Nama"])
        sheet.append([BUDI, "Budi"])

    path = workbook(tmp_path / "dpt.xlsx", ["NIK", "Nama"], [SITI, "Siti"], more=second)
    with pytest.raises(BilikError, match="Sheet, TPS 2"):
        desk.import_roll(path)
    with pytest.raises(BilikError, match="Yang ada: Sheet, Keterangan, TPS 2"):
        desk.import_roll(path, sheet="TPS 3")
    assert desk.import_roll(path, sheet="TPS 2") == RollChange(1, 0, 0)


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("content", "line", "says"),
    [("", 1, "kolom `nik` tidak ada"), ("a,b\n1,2\n", 1, "kolom `nama` tidak ada"),
     ("Daftar\n\nnama,hp\nSiti,1\n", 3, "kolom `nik` tidak ada"),
     ("nik,nama\n", 1, "tidak ada satu pun pemilih")],
)  # fmt: skip
def test_a_file_that_is_no_roll_is_refused(
    desk: Desk, tmp_path: Path, content: str, line: int, says: str
) -> None:
    (tmp_path / "dpt.csv").write_text(content, encoding="utf-8")
    with pytest.raises(FileProblems) as caught:
        desk.import_roll(tmp_path / "dpt.csv")
    assert (line, True) in [(one.line, says in one.text) for one in caught.value.problems]


@ONLY_SQLITE
def test_a_roll_is_read_and_compared_while_others_write(
    desk: Desk, url: str, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "dpt.xlsx", TITLES, [1, SITI, "Siti"])
    with locked(url):
        assert desk.import_roll(path, dry_run=True) == RollChange(1, 0, 0)
