"""Files are there whole or not at all."""

import stat
from pathlib import Path

import pytest

from bilik.errors import BilikError
from bilik.services import whole_files


def test_a_new_file_is_its_owner_s_alone_and_the_same_may_be_written_again(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    whole_files.write_once(path, b"isi")
    whole_files.write_once(path, b"isi")
    assert path.read_bytes() == b"isi"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_content_is_never_written_over_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"lama")
    with pytest.raises(BilikError, match="isinya lain"):
        whole_files.write_once(path, b"baru")
    assert path.read_bytes() == b"lama"


def test_what_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"lama")

    def fail() -> None:
        with whole_files.replacing(path) as file:
            file.write(b"setengah")
            raise BilikError("berhenti")

    with pytest.raises(BilikError, match="berhenti"):
        fail()
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("a.json", b"lama")]


def test_where_nothing_can_be_written_the_reason_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "tiada" / "a.json", tmp_path):
        with pytest.raises(BilikError) as caught:
            whole_files.write_once(path, b"isi")
        assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
