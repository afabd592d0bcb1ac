"""What was found by fuzzing, each at the lowest level at which it can be told."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from bilik.cli import main
from bilik.domain.code_file import read_code_file
from bilik.domain.roll import RollReader, find_columns
from bilik.errors import BilikError, FileProblems
from bilik.services import portraits
from bilik.services.definition_files import photo_check
from bilik.services.roll_import import read_entries
from bilik.services.sheets import open_sheets
from bilik.web.guard import _HOST
from tests.fuzz.test_files import WORKBOOK_BOMBS


@pytest.mark.parametrize("start", ["sep=\0\n", 'sep="\0\n'])
def test_a_note_of_excels_that_names_no_delimiter_is_refused(tmp_path: Path, start: str) -> None:
    (tmp_path / "dpt.csv").write_text(start + "nik,nama\n")
    with pytest.raises(BilikError, match="bukan CSV yang bisa dibaca"):
        read_entries(tmp_path / "dpt.csv", 5)


@pytest.mark.parametrize("name", ["a text that is not there", "no types", "a billion laughs"])
def test_a_damaged_workbook_is_told_to_be_one(tmp_path: Path, name: str) -> None:
    (tmp_path / "dpt.xlsx").write_bytes(WORKBOOK_BOMBS[name]())
    with pytest.raises(BilikError, match=r"bukan \.xlsx yang bisa dibaca"):
        read_entries(tmp_path / "dpt.xlsx", 5)


def test_rows_are_no_wider_than_a_roll_can_be(tmp_path: Path) -> None:
    (tmp_path / "dpt.csv").write_text("nik,nama" + "," * 20_000 + "\n")
    with open_sheets(tmp_path / "dpt.csv") as (sheet,):
        assert [len(cells) for _, cells in sheet.rows] == [256]


@pytest.mark.parametrize("name", ["=1+1", "+62 Siti", "-2+3", "@SUM(A1)"])
def test_a_name_or_station_that_is_a_formula_is_refused(name: str) -> None:
    columns = find_columns(["nik", "nama", "tps"])
    assert columns
    for cells in (["3329015203900001", name, "01"], ["3329015203900001", "Siti", name]):
        row = RollReader(columns).read(cells)
        assert row.entry is None
        assert "tanda rumus" in " ".join(row.mistakes)
    assert RollReader(columns).read(["3329015203900001", "Siti", "-"]).entry


def test_a_number_of_five_thousand_digits_is_no_spare_letters() -> None:
    rows = iter([(1, ["nomor_cadangan", "kode_undangan"]), (2, ["9" * 5000, "7KQ2M9XD3"])])
    with pytest.raises(FileProblems, match="nomor cadangan harus angka"):
        read_code_file(rows, "kode-cadangan.csv")


@pytest.mark.parametrize("path", ["a" * 5000, "\0", "../../etc/passwd"])
def test_a_photos_path_that_is_none_is_told(tmp_path: Path, path: str) -> None:
    assert photo_check(tmp_path)(path)


def test_a_photo_of_one_endless_line_is_refused() -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 20_000, 1, 0, 0, 0, 0))
    lines = chunk(b"IDAT", zlib.compress(bytes(40_000)))
    with pytest.raises(ValueError, match="too many pixels"):
        portraits.small(b"\x89PNG\r\n\x1a\n" + header + lines + chunk(b"IEND", b""))


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["election", "check", "\udcff"], "bukan teks UTF-8"),
        (["election", "check", "a" * 300], "terlalu panjang"),
        (["verify", "\x1b[31m"], "di folder ?[31m"),
    ],
)
def test_a_command_answers_odd_names_in_one_plain_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert line in said


@pytest.mark.parametrize("host", ["[", "[::1", "a b", "a:b:c", "", "x" * 300, "<script>"])
def test_a_servers_name_that_is_none_is_refused(host: str) -> None:
    assert _HOST.fullmatch(host) is None
    assert _HOST.fullmatch("[::1]:5080")
    assert _HOST.fullmatch("pilih.desa.id")
