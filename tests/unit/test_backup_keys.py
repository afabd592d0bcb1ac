"""Keys of backups as files and as lines."""

from __future__ import annotations

import re
from pathlib import Path

import pyrage
import pytest
from pyrage.x25519 import Identity

from bilik.errors import BilikError, NotFound
from bilik.services import backup_keys


def never() -> str:
    raise AssertionError("nobody is to be asked")


def test_a_key_as_age_makes_it_is_read_and_nobody_is_asked(tmp_path: Path) -> None:
    identity, file = Identity.generate(), tmp_path / "kunci.txt"
    file.write_text(f"# created: 2026-11-29\n# public key: {identity.to_public()}\n{identity}\n")
    assert str(backup_keys.unlock(file, never)) == str(identity)
    recipient = backup_keys.recipient(f" {identity.to_public()}\n")
    assert pyrage.decrypt(pyrage.encrypt(b"isi", [recipient]), [identity]) == b"isi"


@pytest.mark.parametrize(
    "public", ["", "age1x", str(Identity.generate())], ids=["empty", "short", "private"]
)
def test_what_is_no_public_key_gets_one_line_that_does_not_repeat_it(public: str) -> None:
    with pytest.raises(BilikError) as caught:
        backup_keys.recipient(public)
    assert "\n" not in str(caught.value)
    assert "AGE-SECRET" not in str(caught.value)


def test_a_key_that_this_computer_would_open_for_hours_is_not_called_a_wrong_passphrase(
    tmp_path: Path,
) -> None:
    sealed = pyrage.passphrase.encrypt(b"isi", "empat kata yang baik")
    file = tmp_path / "kunci.age"
    file.write_bytes(re.sub(rb"(-> scrypt \S+) \d+", rb"\1 30", sealed))
    with pytest.raises(BilikError, match="terlalu berat"):
        backup_keys.unlock(file, lambda: "empat kata yang baik")


def test_what_is_no_private_key_is_refused_and_none_is_written_over(tmp_path: Path) -> None:
    file = tmp_path / "kunci.txt"
    for content in (b"", b"age1x", b"AGE-SECRET-KEY-1XYZ", bytes(20_000)):
        file.write_bytes(content)
        with pytest.raises(BilikError, match="bukan kunci cadangan"):
            backup_keys.unlock(file, never)
    with pytest.raises(BilikError, match="sudah ada"):
        backup_keys.create(file, never)
    assert file.read_bytes() == bytes(20_000)
    with pytest.raises(NotFound):
        backup_keys.unlock(tmp_path / "tiada", never)
    with pytest.raises(BilikError, match="terlalu pendek"):
        backup_keys.create(tmp_path / "baru", lambda: "pendek")
    assert not (tmp_path / "baru").exists()
