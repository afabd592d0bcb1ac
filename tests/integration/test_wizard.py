"""From nothing to an election that is loaded, as the panitia types it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import ONLY_SQLITE
from tests.integration.test_cli import Shell
from tests.pictures import photo

pytestmark = ONLY_SQLITE

NAMES = "Siti\nBudi\n\n"
PAIRS = "Andi & Ruth\nDewi & Hasan\n\nLukman & Yuli\n\n"
JPEG, PNG = photo(), photo("PNG")


@pytest.fixture
def bilik(url: str, tmp_path: Path) -> Shell:
    return Shell(tmp_path, url)


def answers(kind: str, names: str, place: str = "Sukamaju") -> str:
    return f"{kind}\n{place}\nwit\n29 November 2030\n\n\nPanitia, 0812-0000-000\n{names}"


@pytest.mark.parametrize(
    ("kind", "names", "contests"),
    [("1", NAMES, 1), ("2", NAMES, 1), ("3", PAIRS, 2), ("4", NAMES, 1), ("5", NAMES, 1)],
)
def test_a_few_answers_make_a_file_that_passes_the_check_and_loads(
    bilik: Shell, kind: str, names: str, contests: int
) -> None:
    said = bilik.ok("init", answer=answers(kind, names))
    assert "Jumat, 29 November 2030" in said
    assert "Berikutnya: bilik election check pemilihan.yml" in said
    checked = json.loads(bilik.ok("election", "check", "pemilihan.yml", "--json"))
    assert (checked["ok"], checked["problems"]) == (True, [])
    loaded = json.loads(bilik.ok("election", "load", "pemilihan.yml", "--json"))
    assert [one["candidates"] for one in loaded["contests"]] == [2] * contests


def test_an_answer_that_cannot_be_used_is_asked_for_again(bilik: Shell) -> None:
    said = bilik.ok(
        "init", "desa.yml",
        answer="9\nPilkades\n2\n  \nDesa Sukamaju\nWIBB\n\n31-2-2030\n1-1-2020\n1-1-2999\nbesok\n"
        "29/11/2030\n25\n7.30\n7.00\n13.15\n\x07\nPanitia\n\nSiti & Budi\nSiti\nSiti\n\n",
    )  # fmt: skip
    for remedy in (
        "angka 1 sampai 5", "Isi dulu", "salah satu: WIB", "seperti 29-11-2026", "sudah lewat",
        "terlalu jauh", "seperti 07:00", "sesudah jam buka, 07:30", "Paling sedikit satu calon",
        "satu nama saja", "Nama itu sudah ada", "kotak kosong",
    ):  # fmt: skip
        assert remedy in said
    text = (bilik.directory / "desa.yml").read_text(encoding="utf-8")
    assert "dibuka: 2030-11-29 07:30\nditutup: 2030-11-29 13:15" in text


def test_a_file_that_is_there_is_never_overwritten(bilik: Shell) -> None:
    (bilik.directory / "pemilihan.yml").write_text("milik saya", encoding="utf-8")
    refused = bilik("init", answer=answers("2", NAMES))
    assert (refused.returncode, "tidak ditimpa" in refused.stderr) == (1, True)
    assert (bilik.directory / "pemilihan.yml").read_text(encoding="utf-8") == "milik saya"


def test_answers_that_end_too_early_leave_nothing(bilik: Shell) -> None:
    stopped = bilik("init", answer=answers("2", "Siti\n"))
    assert (stopped.returncode, "tidak ada yang berubah" in stopped.stderr) == (1, True)
    assert list(bilik.directory.iterdir()) == []


def test_an_interrupt_leaves_nothing(bilik: Shell) -> None:
    with subprocess.Popen(
        [str(Path(sys.executable).parent / "bilik"), "init"], cwd=bilik.directory, text=True,
        env={**bilik.environ, "PYTHONUNBUFFERED": "1"}, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(answers("2", "Siti\n"))
        running.stdin.flush()
        said = ""
        while "Nomor 2" not in said:
            said += running.stdout.read(1)
        os.kill(running.pid, signal.SIGINT)
        stderr = running.stderr.read() if running.stderr else ""
        running.wait()
    assert (running.returncode, "tidak ada yang berubah" in stderr) == (1, True)
    assert list(bilik.directory.iterdir()) == []


def with_photo(bilik: Shell, photo: str) -> Path:
    bilik.ok("init", answer=answers("2", NAMES))
    path = bilik.directory / "pemilihan.yml"
    text = path.read_text(encoding="utf-8")
    setting = "# foto: foto/calon-1.jpg"
    assert setting in text
    path.write_text(text.replace(setting, f"foto: {photo}"), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("photo", "content", "size", "says"),
    [
        ("siti.jpg", JPEG, 0, None),
        ("foto/siti.png", PNG, 0, None),
        ("siti.jpg", JPEG[:40], 100, "tidak bisa dibuka"),
        ("siti.jpg", JPEG, 1 << 20, None),
        ("siti.jpg", JPEG, (1 << 20) + 1, "lebih dari 1 MB"),
        ("siti.jpg", b"RIFF....WEBP", 100, "bukan JPEG atau PNG"),
        ("siti.jpg", b"", 0, "bukan JPEG atau PNG"),
        ("siti.jpg", None, 0, "tidak ada"),
        ("../siti.jpg", None, 0, "folder yang sama"),
        ("/etc/hostname", None, 0, "folder yang sama"),
    ],
)
def test_photos_are_checked_before_the_election_is_loaded(
    bilik: Shell, photo: str, content: bytes | None, size: int, says: str | None
) -> None:
    with_photo(bilik, photo)
    if content is not None:
        (bilik.directory / photo).parent.mkdir(exist_ok=True)
        (bilik.directory / photo).write_bytes(content.ljust(size, b"\0"))
    checked = bilik("election", "check", "pemilihan.yml")
    loaded = bilik("election", "load", "pemilihan.yml")
    if says is None:
        assert (checked.returncode, loaded.returncode) == (0, 0)
        assert "calon ini tanpa `foto`" in checked.stdout
    else:
        assert (checked.returncode, loaded.returncode) == (1, 1)
        assert says in checked.stdout
        assert says in loaded.stderr


def test_the_check_needs_no_key_and_tells_everything_at_once(bilik: Shell) -> None:
    del bilik.environ["BILIK_SECRET_KEY"]
    path = with_photo(bilik, "tiada.jpg")
    text = path.read_text(encoding="utf-8").replace("nomor: 2", "nomor: dua")
    path.write_text(text.replace("zona_waktu: WIT", "zona_waktu: WITT"), encoding="utf-8")
    done = bilik("election", "check", "pemilihan.yml")
    assert done.returncode == 1
    assert "pemilihan.yml: 4 hal perlu diperbaiki" in done.stdout
    content = json.loads(bilik("election", "check", "pemilihan.yml", "--json").stdout)
    assert content["ok"] is False
    lines = path.read_text(encoding="utf-8").splitlines()
    named = [lines[one["line"] - 1].split(":")[0].strip(" -") for one in content["problems"]]
    assert named == ["zona_waktu", "foto", "nomor", "nomor"]
    assert [one["line"] for one in content["warnings"]] != []
    assert "tidak ada" in bilik("election", "check", "lain.yml").stderr
