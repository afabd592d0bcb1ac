"""Files as spreadsheets really save them."""

import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from bilik.errors import BilikError, FileProblems, NotFound
from bilik.services.sheets import open_sheets, write_texts

ROWS = [["NIK", "Nama", "Catatan"], ["3329015203900001", "Siti “Ros” Rohmah", "Jl. Mawar, 3"]]


def read(path: Path) -> list[list[str]]:
    with open_sheets(path) as (sheet,):
        return [cells for _, cells in sheet.rows]


def line(between: str, quote: str = "") -> str:
    rows = [[f"{quote}{cell}{quote}" for cell in row] for row in ROWS]
    return "".join(between.join(row) + "\r\n" for row in rows)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(line(";").encode("utf-8-sig"), id="Excel, CSV UTF-8"),
        pytest.param(line(";").encode("cp1252"), id="Excel, CSV"),
        pytest.param(line("\t").encode("utf-16"), id="Excel, Unicode Text"),
        pytest.param(line("\t").encode("utf-16-be"), id="UTF-16 without its mark"),
        pytest.param(line(",", quote='"').encode(), id="LibreOffice, all texts quoted"),
        pytest.param(line(";").replace("\r\n", "\n").encode(), id="LibreOffice, semicolons"),
        pytest.param(b"sep=;\r\n" + line(";").encode("cp1252"), id="Excel's note of the separator"),
        pytest.param(line("\t").replace("\r\n", "\r").encode(), id="Mac"),
    ],
)
def test_a_text_file_is_read_however_it_was_saved(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "dpt.csv").write_bytes(content)
    assert read(tmp_path / "dpt.csv") == ROWS


def test_a_character_between_two_blocks_is_read_whole(tmp_path: Path) -> None:
    content = "x" * ((1 << 20) - 1) + "é\r\n"
    (tmp_path / "dpt.csv").write_bytes(content.encode())
    with open_sheets(tmp_path / "dpt.csv") as (sheet,):
        assert sheet.size == 1
    cells = "\r\n".join(["x" * 1000] * 1048 + ["x" * 523 + "é", "ü"])
    (tmp_path / "dpt.csv").write_bytes(cells.encode())
    assert read(tmp_path / "dpt.csv")[-2:] == [["x" * 523 + "é"], ["ü"]]


def test_a_stray_quote_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "dpt.csv").write_text('nik,nama\n1,"Siti\n2,Budi\n', encoding="utf-8")
    with pytest.raises(FileProblems, match=r"baris 2: .*kutip"):
        read(tmp_path / "dpt.csv")


def test_rows_are_counted_as_the_spreadsheet_shows_them(tmp_path: Path) -> None:
    content = 'sep=,\nnik,alamat\n\n1,"Jl. Mawar\nRT 1"\n2,x\n'
    (tmp_path / "dpt.csv").write_text(content, encoding="utf-8")
    with open_sheets(tmp_path / "dpt.csv") as (sheet,):
        assert [at for at, cells in sheet.rows if cells] == [2, 4, 5]


def test_a_workbooks_cells_are_texts_and_damaged_numbers_look_damaged(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["NIK", "Nama", "TPS", "HP", "Lain"])
    sheet.append(["3329015203900001", " Siti ", 3, 81234567890.0, True])
    sheet.append([3329015203900001, None, datetime(2026, 2, 1), 6281234567890, 1.5])
    sheet.append([332901520390000, "Budi", "03"])
    book.save(tmp_path / "dpt.xlsx")
    assert read(tmp_path / "dpt.xlsx") == [
        ["NIK", "Nama", "TPS", "HP", "Lain"],
        ["3329015203900001", "Siti", "3", "81234567890", "True"],
        ["3.32902E+15", "", "2026-02-01", "6281234567890", "1.5"],
        ["332901520390000", "Budi", "03"],
    ]


def test_hidden_sheets_are_not_read_and_others_keep_their_names(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "TPS 1"
    book.create_sheet("TPS 2")
    book.create_sheet("Rahasia").sheet_state = "hidden"
    book.save(tmp_path / "dpt.xlsx")
    with open_sheets(tmp_path / "dpt.xlsx") as sheets:
        assert [sheet.name for sheet in sheets] == ["TPS 1", "TPS 2"]


def test_a_workbook_is_known_by_its_content(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["nik"])
    book.save(tmp_path / "dpt.xlsx")
    renamed = (tmp_path / "dpt.xlsx").rename(tmp_path / "dpt.csv")
    assert read(renamed) == [["nik"]]


def damaged(path: Path) -> Path:
    """A workbook whose sheet breaks off."""
    book = Workbook()
    for number in range(500):
        book.active.append([f"nama {number}"])
    book.save(path)
    with ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:5000]
    with ZipFile(path, "w") as broken:
        for name, content in parts.items():
            broken.writestr(name, content)
    return path


def other_zip(path: Path) -> Path:
    with ZipFile(path, "w") as made:
        made.writestr("content.xml", "<x/>")
    return path


def with_bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("make", [damaged, other_zip, lambda path: with_bytes(path, b"PK\3\4xyz")])
def test_what_is_no_whole_workbook_is_refused_in_one_line(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = make(tmp_path / "dpt.xlsx")
    with pytest.raises(BilikError, match="simpan lagi sebagai"):
        read(path)


def test_an_old_or_locked_workbook_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = with_bytes(tmp_path / "dpt.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))
    with pytest.raises(BilikError, match=r"\.xlsx tanpa kata sandi"):
        read(path)
    with pytest.raises(NotFound, match="tidak ada"):
        read(tmp_path / "tiada.xlsx")
    with pytest.raises(NotFound, match="folder"):
        read(tmp_path)


def test_texts_that_are_written_stay_texts_and_are_the_owners(tmp_path: Path) -> None:
    path = tmp_path / "perbaikan.xlsx"
    write_texts(path, [["nik", "nama"], ["3329015203900001", "=1+1"], ["3.3E+15", "a\x07b"]])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    cells = list(load_workbook(path).active.iter_rows())
    assert [[cell.value for cell in row] for row in cells] == [
        ["nik", "nama"], ["3329015203900001", "=1+1"], ["3.3E+15", "ab"],
    ]  # fmt: skip
    assert {(cell.data_type, cell.number_format) for row in cells for cell in row} == {("s", "@")}
    with pytest.raises(BilikError, match="tidak ditimpa"):
        write_texts(path, [])
