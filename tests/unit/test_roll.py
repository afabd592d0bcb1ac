import pytest

from bilik.domain.roll import normal_phone, read_roll
from bilik.errors import FileProblems

NIK = "3329015203900001"


@pytest.mark.parametrize(
    "content",
    [
        f"nik,nama,no_hp,tps\n{NIK},Siti Rohmah,081234567890,03\n",
        f"\ufeffNIK;Nama Lengkap;No. HP;TPS\r\n{NIK};Siti  Rohmah;+62 812-3456-7890;03\r\n",
        f"No KTP\tNama\tWA\tNo TPS\n'{NIK}\tSiti Rohmah\t6281234567890\t03\n",
        "nama,nik,no_hp,tps,catatan\nSiti Rohmah,3329 0152 0390 0001,0812 3456 7890,03,x\n\n",
    ],
)
def test_sensible_spreadsheets_are_read(content: str) -> None:
    (entry,) = read_roll(content.encode(), "dpt.csv")
    assert (entry.nik, entry.name, entry.phone, entry.tps) == (
        NIK, "Siti Rohmah", "+6281234567890", "03",
    )  # fmt: skip


def test_every_bad_row_is_told_with_its_line() -> None:
    content = f"nik,nama,no_hp\n{NIK},A,\n123,B,\n3.32E+15,C,\n{NIK},D,\n3329015203900002,,abc\n"
    with pytest.raises(FileProblems) as caught:
        read_roll(content.encode(), "dpt.csv")
    assert [problem.line for problem in caught.value.problems] == [3, 4, 5, 6, 6]
    assert "baris 2" in caught.value.problems[2].text
    assert NIK not in str(caught.value)


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "nik,nama\n"])
def test_a_file_that_is_no_roll_is_refused(content: str) -> None:
    with pytest.raises(FileProblems):
        read_roll(content.encode(), "dpt.csv")


@pytest.mark.parametrize(
    ("typed", "phone"),
    [("0812-3456-7890", "+6281234567890"), ("62812 3456 7890", "+6281234567890"),
     ("8123456789", "+628123456789"), ("", ""), ("021-5551234", None), ("abc", None)],
)  # fmt: skip
def test_telephone_numbers_take_one_form(typed: str, phone: str | None) -> None:
    assert normal_phone(typed) == phone


@pytest.mark.parametrize(
    "row", [f'{NIK},"Ahmad,,01\n3329015203900002,Budi,,02', f'{NIK},"A\n3329015203900002",,01']
)
def test_a_stray_quote_never_swallows_other_voters(row: str) -> None:
    with pytest.raises(FileProblems, match="kutip"):
        read_roll(f"nik,nama,no_hp,tps\n{row}\n".encode(), "dpt.csv")


def test_a_column_tps_goes_before_rt() -> None:
    (entry,) = read_roll(f"nik,nama,tps,rt\n{NIK},Siti,03,07\n".encode(), "dpt.csv")
    assert entry.tps == "03"
