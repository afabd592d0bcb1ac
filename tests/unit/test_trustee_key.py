"""A trustee's key file opens with its passphrase only, and only as it was written."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bilik.belenios import ceremony, channels, wire
from bilik.errors import BilikError, NotFound
from bilik.services import trustee_key, trustee_member
from bilik.services.trustee_files import INVITATION, Invitation
from bilik.services.trustee_key import KeyFile, Secret, Stretching, TrusteeKey

SEED = channels.new_seed()
CERT = ceremony.certify(SEED)
INVITED = Invitation(INVITATION, "1" * 14, "Ketua RT", 1, ("Bu Siti", "Pak Budi"))
PASSPHRASE = "empat kata yang acak"


def make(path: Path, passphrase: str = PASSPHRASE) -> Path:
    trustee_key.create(path, INVITED, "Bu Siti", CERT, Secret(SEED), lambda: passphrase)
    return path


def unlock(path: Path, passphrase: str = PASSPHRASE) -> TrusteeKey:
    return trustee_key.unlock(path, lambda: passphrase)


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("saksi") / "saksi-bu-siti.kunci")


def test_the_passphrase_opens_it_however_its_letters_are_encoded(tmp_path: Path) -> None:
    path = make(tmp_path / "a.kunci", "kafe\u0301 dan be\u0301cak")
    assert unlock(path, " kafé dan bécak\n").secret == Secret(SEED)


def test_the_secret_is_not_in_the_file_nor_in_words_about_it(key: Path) -> None:
    opened = unlock(key)
    assert SEED not in key.read_text(encoding="utf-8")
    assert PASSPHRASE not in key.read_text(encoding="utf-8")
    assert SEED not in repr(opened.secret) + repr(opened.file)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_how_the_passphrase_is_stretched_stands_in_the_file(key: Path) -> None:
    stretching = json.loads(key.read_text(encoding="utf-8"))["stretching"]
    assert stretching["algorithm"] == "pbkdf2-hmac-sha-256"
    assert stretching["iterations"] >= 600_000


@pytest.mark.parametrize("passphrase", ["", "empat kata yang acak!", "Empat kata yang acak"])
def test_a_wrong_passphrase_is_one_clear_line(key: Path, passphrase: str) -> None:
    with pytest.raises(BilikError, match="salah, atau berkasnya sudah berubah") as caught:
        unlock(key, passphrase)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("passphrase", ["", "sebelas ttk", " " * 20])
def test_a_short_passphrase_makes_no_key(tmp_path: Path, passphrase: str) -> None:
    with pytest.raises(BilikError, match="terlalu pendek"):
        make(tmp_path / "a.kunci", passphrase)
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_never_overwritten(key: Path) -> None:
    before = key.read_bytes()
    with pytest.raises(BilikError, match="tidak pernah ditimpa"):
        make(key)
    assert key.read_bytes() == before


def test_what_is_saved_is_there_and_the_rest_stays(tmp_path: Path) -> None:
    path = make(tmp_path / "a.kunci")
    unlock(path).save(certs=(CERT, CERT))
    unlock(path).save(secret=Secret(SEED, "{}"))
    opened = unlock(path)
    opened.save(tally="00")
    assert trustee_key.read(path) == opened.file
    assert (opened.file.certs, opened.file.tally) == ((CERT, CERT), "00")
    assert unlock(path).secret == Secret(SEED, "{}")
    assert [file.name for file in tmp_path.iterdir()] == ["a.kunci"]


def test_a_key_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BilikError, match="tidak bisa ditulis"):
        make(tmp_path / "tiada" / "a.kunci")
    with pytest.raises(NotFound):
        unlock(tmp_path / "a.kunci")


@given(data=st.data())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_file_with_any_other_byte_is_refused_in_one_line(
    key: Path, tmp_path: Path, data: st.DataObject
) -> None:
    whole = key.read_bytes().rstrip(b"\n")
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "ubah.kunci"
    path.write_bytes(changed)
    if bytes(changed).strip() == whole:
        return
    with pytest.raises(BilikError) as caught:
        unlock(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("algorithm", "md5"),
        ("iterations", 599_999),
        ("iterations", 10**9),
        ("salt", "00"),
        ("salt", "zz"),
    ],
)
def test_costs_that_nobody_set_are_not_paid(
    key: Path, tmp_path: Path, name: str, value: object
) -> None:
    refused(key, tmp_path, name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("memory_kib", 2**40),
        ("memory_kib", 0),
        ("passes", 0),
        ("passes", 10**9),
        ("algorithm", "pbkdf2-hmac-sha-256"),
    ],
)
def test_nor_those_of_a_file_of_before(tmp_path: Path, name: str, value: object) -> None:
    refused(of_before(tmp_path / "lama.kunci"), tmp_path, name, value)


def refused(key: Path, folder: Path, name: str, value: object) -> None:
    content = json.loads(key.read_text(encoding="utf-8"))
    content["stretching"][name] = value
    path = folder / "ubah.kunci"
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")))
    with pytest.raises(BilikError, match="bukan kunci saksi"):
        unlock(path)


def of_before(path: Path) -> Path:
    """A key file with Argon2id and ChaCha20-Poly1305, as they were written first."""
    stretching = {"algorithm": "argon2id", "memory_kib": 64, "passes": 1, "salt": "5a" * 16}
    file = KeyFile(
        trustee_key.KIND, INVITED, "Bu Siti", CERT, wire.build(Stretching, stretching), ""
    )
    key = hash_secret_raw(PASSPHRASE.encode(), b"\x5a" * 16, 1, 64, 1, 32, Type.ID)
    hidden = ChaCha20Poly1305(key).encrypt(bytes(12), wire.encode(Secret(SEED)), wire.encode(file))
    path.write_bytes(wire.encode(replace(file, sealed=(bytes(12) + hidden).hex())) + b"\n")
    return path


def test_a_file_of_before_opens_and_takes_the_form_of_today_when_it_is_written(
    tmp_path: Path,
) -> None:
    path = of_before(tmp_path / "lama.kunci")
    before = trustee_key.read(path)
    with pytest.raises(BilikError, match="salah, atau berkasnya sudah berubah"):
        trustee_member.repack(path, lambda: "kata sandi yang lain")
    assert trustee_key.read(path) == before
    assert trustee_member.repack(path, lambda: PASSPHRASE)
    after = trustee_key.read(path)
    assert after.stretching.algorithm == "pbkdf2-hmac-sha-256"
    assert replace(after, stretching=before.stretching, sealed=before.sealed) == before
    assert unlock(path).secret == Secret(SEED)
    assert not trustee_member.repack(path, lambda: PASSPHRASE)
    assert trustee_key.read(path) == after


def test_the_file_is_of_the_one_form(key: Path) -> None:
    content = key.read_bytes()
    assert wire.encode(wire.decode(KeyFile, content.strip())) + b"\n" == content
