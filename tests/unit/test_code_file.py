"""Files of codes, as they were written and as spreadsheets save them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bilik.domain import voting_code
from bilik.domain.code_file import Invitation, by_place, read_code_file
from bilik.errors import FileProblems
from bilik.services.sheets import open_sheets

NIK = "332901********01"
ROWS = [("nama", "tps", "nik", "kode_undangan"), ("Siti Zubaidah", "01", NIK, "KODE")]


def code() -> str:
    return voting_code.printed(voting_code.new_code())


def read(directory: Path, content: bytes) -> list[Invitation]:
    """What is read of a file with that content."""
    file = directory / "kode.csv"
    file.write_bytes(content)
    with open_sheets(file) as tables:
        return read_code_file(tables[0].rows, str(file))


def as_text(rows: list[tuple[str, ...]], delimiter: str = ",", end: str = "\n") -> str:
    return end.join(delimiter.join(row) for row in rows) + end


def with_code(rows: list[tuple[str, ...]], one: str) -> list[tuple[str, ...]]:
    return [tuple(one if cell == "KODE" else cell for cell in row) for row in rows]


@pytest.mark.parametrize(
    ("delimiter", "end", "encoding"),
    [(",", "\n", "utf-8"), (";", "\r\n", "utf-8-sig"), ("\t", "\r\n", "utf-8-sig"),
     (";", "\r\n", "cp1252")],
)  # fmt: skip
def test_a_file_is_read_as_a_spreadsheet_saves_it(
    tmp_path: Path, delimiter: str, end: str, encoding: str
) -> None:
    one = code()
    rows = [*with_code(ROWS, one), ("André", "", NIK, code())]
    found = read(tmp_path, as_text(rows, delimiter, end).encode(encoding))
    assert found[0] == Invitation(one.replace("-", ""), "Siti Zubaidah", "01", NIK, line=2)
    assert (found[1].name, found[1].tps) == ("André", "")


def test_a_file_that_was_saved_as_a_workbook_is_read_too(tmp_path: Path) -> None:
    one, book = code(), Workbook()
    for row in with_code(ROWS, one):
        book.active.append(row)
    book.save(tmp_path / "kode.xlsx")
    with open_sheets(tmp_path / "kode.xlsx") as tables:
        (only,) = read_code_file(tables[0].rows, "kode.xlsx")
    assert only == Invitation(one.replace("-", ""), "Siti Zubaidah", "01", NIK, line=2)


def test_columns_may_come_in_any_order_with_others_between_and_empty_rows_below(
    tmp_path: Path,
) -> None:
    one = code()
    text = f"No;Kode_Undangan;NIK;Nama;TPS\r\n1;{one};{NIK};Siti;3\r\n;;;;\r\n"
    (only,) = read(tmp_path, text.encode())
    assert (only.code, only.name, only.tps, only.nik) == (
        one.replace("-", ""),
        "Siti",
        "3",
        NIK,
    )


def test_a_file_of_spares_has_numbers_and_no_names(
    tmp_path: Path,
) -> None:
    one = code()
    (only,) = read(tmp_path, f"nomor_cadangan,kode_undangan\n3,{one}\n".encode())
    assert only == Invitation(one.replace("-", ""), spare=3, line=2)


def test_every_row_that_needs_mending_is_told_and_none_of_its_contents(
    tmp_path: Path,
) -> None:
    good = code()
    slipped = good[:-1] + ("2" if good[-1] != "2" else "3")
    rows = [
        ROWS[0],
        ("Siti", "01", NIK, good),
        ("Agus", "01", NIK, good),
        ("Dewi", "01", NIK, slipped),
        ("", "01", NIK, code()),
        ("Joko", "01", "3329015203900001", code()),
        ("Nur", "01", "3,32901E+15", code()),
    ]
    with pytest.raises(FileProblems) as caught:
        read(tmp_path, as_text(rows, ";").encode())
    assert [problem.line for problem in caught.value.problems] == [3, 4, 5, 6, 7]
    said = str(caught.value)
    assert "sama dengan baris 2" in said
    assert not any(secret in said for secret in (good, slipped, "3329015203900001", "Joko"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "bukan berkas kode"),
        (b"nik,nama\n3329015203900001,Siti\n", "bukan berkas kode"),
        (b"nama,tps,nik,kode_undangan\n", "tidak ada satu pun kode"),
        (b'nama,tps,nik,kode_undangan\n"Siti,01,x,y\n', "tanda kutip"),
        (b"nomor_cadangan,kode_undangan\ntiga,x\n", "nomor cadangan harus angka"),
    ],
)
def test_what_is_no_file_of_codes_is_told(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(FileProblems, match=says):
        read(tmp_path, content)


def test_letters_go_by_tps_as_people_count_and_by_name_without_regard_to_capitals() -> None:
    mixed = [("budi", "10"), ("Ani", "2"), ("Cici", "10"), ("Zul", ""), ("Ayu", "RT 2"),
             ("Abi", "RT 10")]  # fmt: skip
    groups = by_place(Invitation("x", name, tps, NIK) for name, tps in mixed)
    assert [[(one.tps, one.name) for one in group] for group in groups] == [
        [("", "Zul")], [("2", "Ani")], [("10", "budi"), ("10", "Cici")],
        [("RT 2", "Ayu")], [("RT 10", "Abi")],
    ]  # fmt: skip


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=30))
def test_no_letter_is_lost_or_doubled_and_each_tps_stands_once(
    mixed: list[tuple[str, str]],
) -> None:
    all_of_them = [Invitation(str(at), name, tps) for at, (name, tps) in enumerate(mixed)]
    groups = by_place(all_of_them)
    assert sorted(one.code for group in groups for one in group) == sorted(
        one.code for one in all_of_them
    )
    heads = [group[0].tps for group in groups]
    assert len(heads) == len(set(heads))


def test_an_invitation_shows_nothing_in_a_log() -> None:
    assert repr(Invitation("7KQ2M9XDM", "Siti", "01", NIK, line=4)) == "Invitation(line=4)"
