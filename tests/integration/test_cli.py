"""The `bilik` command as the panitia types it, each call a process of its own but for the help."""

import base64
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from bilik import settings
from bilik.cli import app
from bilik.clock import system_clock
from bilik.demo import read_pairs
from bilik.keys import Keys
from bilik.services.batches import BATCH
from bilik.services.booth import Booth
from bilik.services.outcomes import Kind
from bilik.settings import new_secret
from bilik.storage.database import Database
from tests.booth import SECRET, set_up
from tests.command import call
from tests.databases import ONLY_SQLITE
from tests.elections import LIVE, VILLAGE, open_now

GUIDES = Path(__file__).parent.parent.parent / "docs"


class Shell:
    def __init__(self, directory: Path, url: str) -> None:
        self.directory = directory
        self.url = url
        self.environ = {
            **os.environ,
            "BILIK_SECRET_KEY": new_secret(),
            "BILIK_DATABASE_URL": url,
            "BILIK_TRUSTEE_DIR": f"{directory}/trustee",
        }

    def __call__(self, *arguments: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        return call(*arguments, directory=self.directory, environ=self.environ, answer=answer)

    def ok(self, *arguments: str, answer: str = "") -> str:
        done = self(*arguments, answer=answer)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def bilik(url: str, tmp_path: Path) -> Shell:
    (tmp_path / "pemilihan.yml").write_text(open_now(VILLAGE), encoding="utf-8")
    (tmp_path / "dpt.csv").write_text("nik,nama\n3329015203900001,Siti\n", encoding="utf-8")
    return Shell(tmp_path, url)


def vote_in(bilik: Shell, choice: str) -> str:
    """The only voter votes, as the action server would let them; the receipt."""
    database = Database(bilik.url)
    booth = Booth(database, Keys(settings.load(bilik.environ).secret_key))
    ((nik, code),) = read_pairs(bilik.directory / "dpt.csv", bilik.directory / "kode.csv")
    assert booth.identify("web:1", f"{nik} {code}").kind is Kind.IDENTIFIED
    readback = booth.choose("web:1", choice).scene.readback
    recorded = booth.confirm("web:1", "ya", readback)
    assert recorded.kind is Kind.RECORDED
    database.close()
    return recorded.scene.receipt or ""


@ONLY_SQLITE  # on PostgreSQL three saksi hold one, in test_trustees_cli
def test_an_election_from_its_file_to_its_count(bilik: Shell) -> None:
    assert "Dimuat" in bilik.ok("election", "load", "pemilihan.yml")
    assert "Belum ada yang disimpan" in bilik.ok("roll", "import", "dpt.csv", "--dry-run")
    assert json.loads(bilik.ok("roll", "import", "dpt.csv", "--json"))["added"] == 1
    coded = bilik("roll", "codes", "--out", "kode.csv")
    assert "1 kode undangan" in coded.stdout
    assert "2 surat cadangan" in coded.stdout
    assert coded.stderr == ""  # a progress bar is for terminals
    opened = bilik.ok("open")
    assert "dibuka" in opened
    receipt = vote_in(bilik, "2")
    assert "dipegang server sendiri" in opened
    assert f"{bilik.directory}/trustee: simpan salinannya" in opened
    standing = json.loads(bilik.ok("status", "--json"))
    assert (standing["phase"], standing["voters"], standing["ballots"]) == ("open", 1, 1)
    assert "dijeda" in bilik.ok("pause")
    bilik.ok("open")
    refused = bilik("close", answer="tidak\n")
    assert (refused.returncode, "tidak ada yang berubah" in refused.stderr) == (1, True)
    assert "ditutup" in bilik.ok("close", answer="ya\n")
    result = json.loads(bilik.ok("tally", "--oleh", "Bu Siti", "--json"))
    assert result["contests"]["kades"] == {"votes": {"1": 0, "2": 1, "3": 0}, "blank": 0}
    bilik.environ["BILIK_PANITIA"] = "Pak RT"
    made = bilik.ok("report", "--tempat", "Balai Desa")
    assert "berita-acara.pdf" in made
    assert "Suara terbanyak: nomor 2, Siti Rahmawati, S.Pd." in made
    assert "sudah ada" in bilik("report").stderr
    assert "https://" in bilik("report", "dua.pdf", "--url", "sukamaju").stderr
    exported = bilik.ok("export", "terbitan")
    assert "SHA-256 arsip" in exported
    assert "SHA-256 jejak panitia" in exported
    log = json.loads(bilik.ok("audit", "--json"))
    assert (log["whole"], [one["tindakan"] for one in log["logs"][0]["entries"]]) == (
        True, ["muat", "impor", "kode", "buka", "jeda", "lanjut", "tutup", "hitung",
        "berita-acara", "terbit"],
    )  # fmt: skip
    assert [one["panitia"] for one in log["logs"][0]["entries"]][-2:] == ["Pak RT", "Pak RT"]
    shown = bilik.ok("audit")
    assert "Utuh. SHA-256" in shown
    assert shown.count(" WIB  ") == len(log["logs"][0]["entries"])
    assert "tercatat" in bilik.ok("receipt", receipt)
    del bilik.environ["BILIK_SECRET_KEY"]
    assert json.loads(bilik.ok("verify", "terbitan", "--json"))["pemilih"] == 1
    assert "benar. 1 surat suara sah" in bilik.ok("verify", "terbitan")
    (archive,) = (bilik.directory / "terbitan").glob("*.bel")
    archive.write_bytes(archive.read_bytes()[:-1])
    broken = bilik("verify", "terbitan")
    assert (broken.returncode, broken.stderr.count("\n")) == (1, 1)
    assert "arsip rusak" in broken.stderr


@ONLY_SQLITE
def test_accounts_are_made_changed_and_removed(bilik: Shell) -> None:
    assert "Belum ada akun" in bilik.ok("accounts", "list")
    made = bilik.ok("accounts", "add", "Bu Siti", "--role", "panitia", "--oleh", "Pak RT")
    assert "/panitia/daftar" in made
    assert "menunggu orangnya" in made
    again = bilik("accounts", "add", "bu siti", "--role", "saksi")
    assert (again.returncode, "sudah ada" in again.stderr) == (1, True)
    changed = json.loads(bilik.ok("accounts", "role", "Bu Siti", "--role", "saksi", "--json"))
    assert (changed["role"], changed["ready"]) == ("saksi", False)
    refused = bilik("accounts", "reset", "Bu Siti", answer="tidak\n")
    assert "tidak ada yang berubah" in refused.stderr
    invited = json.loads(bilik.ok("accounts", "reset", "Bu Siti", "--yes", "--json"))
    assert len(invited["code"].replace("-", "")) == 20
    assert invited["code"] not in made
    assert "saksi): menunggu pendaftaran" in bilik.ok("accounts", "list")
    bilik.ok("accounts", "remove", "Bu Siti", "--yes")
    assert "bilik accounts list" in bilik("accounts", "remove", "Bu Siti", "--yes").stderr
    log = json.loads(bilik.ok("audit", "--json"))["logs"][0]
    assert (log["election"], log["entries"][0]["panitia"]) == ("(akun)", "Pak RT")
    assert [one["tindakan"] for one in log["entries"]] == [
        "akun-baru", "akun-peran", "akun-ulang", "akun-hapus",
    ]  # fmt: skip


@ONLY_SQLITE
def test_a_receipt_is_recorded_not_found_or_none(bilik: Shell) -> None:
    polling = set_up(bilik.directory, open_now(VILLAGE), url=bilik.url, clock=system_clock)
    bilik.environ["BILIK_SECRET_KEY"] = base64.urlsafe_b64encode(SECRET).decode()
    receipt = polling.vote("web:1", "2").scene.receipt or ""
    polling.database.close()
    assert bilik.ok("receipt", receipt.lower()) == f"{receipt}: tercatat.\n"
    assert json.loads(bilik.ok("receipt", receipt, "--json"))["recorded"] is True
    other = bilik("receipt", "8F3K-Q9XM-5")
    assert (other.returncode, other.stdout) == (1, "8F3K-Q9XM-5: tidak ditemukan.\n")
    assert "bukan tanda terima" in bilik("receipt", "8F3K-Q9XM-6").stderr


@ONLY_SQLITE
def test_witnesses_follow_an_election_while_it_goes_on(bilik: Shell) -> None:
    polling = set_up(bilik.directory, open_now(LIVE), 2 * BATCH + 1, bilik.url, system_clock)
    bilik.environ["BILIK_SECRET_KEY"] = base64.urlsafe_b64encode(SECRET).decode()
    polling.vote_each(range(BATCH))
    bilik.ok("keep", "--once")
    polling.vote_each(range(BATCH, 2 * BATCH + 1))
    polling.database.close()
    bilik.ok("keep", "--once")
    said = bilik.ok("status")
    assert "Sudah diterbitkan 51" in said
    assert "Hasil sementara, dari 25 suara yang sudah masuk hitungan" in said
    assert " 1. H. Ahmad Fauzi, S.E.: 9" in said
    standing = json.loads(bilik.ok("status", "--json"))
    assert standing["interim"]["contests"]["kades"]["votes"] == {"1": 9, "2": 8, "3": 8}
    assert "cuplikan 51 suara" in bilik.ok("export", "--snapshot", "satu")
    assert "cuplikan ini benar. 51 surat suara sah, belum ada hasil" in bilik.ok("verify", "satu")
    bilik.ok("close", "--yes")
    bilik.ok("keep", "--once")
    assert json.loads(bilik.ok("status", "--json"))["phase"] == "tallied"
    bilik.ok("export", "akhir")
    checked = bilik.ok("verify", "--since", "satu", "akhir")
    assert "hasilnya sesuai" in checked
    assert "Sejak satu: bertambah 0 surat suara, tidak ada yang hilang" in checked
    backwards = bilik("verify", "--since", "akhir", "satu")
    assert (backwards.returncode, backwards.stderr.count("\n")) == (1, 1)
    assert standing["chain_head"] in (bilik.directory / "satu" / "cuplikan.json").read_text()


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["status"], "bilik election load"),
        (["election", "load", "tiada.yml"], "tidak ada"),
        (["election", "load", "."], "folder"),
        (["open", "--foo"], "bilik open --help"),
        (["roll", "import"], "bilik roll import --help"),
        (["hitung"], "bilik --help"),
    ],
)
def test_every_error_is_one_line_that_says_what_to_do(
    bilik: Shell, arguments: list[str], says: str
) -> None:
    done = bilik(*arguments)
    assert done.returncode in (1, 2)
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("bilik: ")
    assert says in done.stderr


@ONLY_SQLITE
def test_a_bad_roll_comes_back_to_be_corrected_and_then_goes_in(bilik: Shell) -> None:
    bilik.ok("election", "load", "pemilihan.yml")
    roll = bilik.directory / "dpt.csv"
    good = roll.read_text(encoding="utf-8")
    roll.write_text(f"{good}3.33E+15,Budi\n33,[b]Tini[/b]\n", encoding="utf-8")
    refused = bilik("roll", "import", "dpt.csv")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "2 baris perlu diperbaiki, 1 baris sudah baik" in refused.stderr
    assert "dpt-perbaikan.xlsx" in refused.stderr
    assert "3,32E+15" in refused.stderr
    content = json.loads(bilik("roll", "import", "dpt.csv", "--json").stdout)
    assert (content["good"], content["bad"], content["to_correct"]) == (
        1, 2, "dpt-perbaikan-2.xlsx",
    )  # fmt: skip
    assert [one["line"] for one in content["problems"]] == [3, 4]
    assert all((bilik.directory / name).exists() for name in (
        "dpt-perbaikan.xlsx", "dpt-perbaikan-2.xlsx",
    ))  # fmt: skip
    bilik("roll", "import", "dpt.csv", "--perbaikan", "salah.xlsx")
    assert (bilik.directory / "salah.xlsx").exists()
    roll.write_text(good + "9999013002150002,Budi\n", encoding="utf-8")
    done = bilik.ok("roll", "import", "dpt.csv", "--dry-run")
    assert "Akan masuk: 2 baru" in done
    assert "kode wilayah di NIK tidak dikenal" in done
    bilik.ok("roll", "import", "dpt.csv")
    roll.write_text(good.replace("Siti", "Siti [bold]Aminah"), encoding="utf-8")
    again = bilik.ok("roll", "import", "dpt.csv")
    assert "Pemilih di berkas" not in again
    assert "Siti [bold]Aminah" in again
    assert "0 baru, 1 diperbaiki, 0 tetap" in again
    assert "1 orang di daftar tidak ada di berkas ini" in again
    nik = "332901520390{:04d},Warga,{:02d}".format
    rows = "\n".join(nik(at + 2, 1 + at % 25) for at in range(50))
    roll.write_text(f"nik,nama,tps\n{rows}\n", encoding="utf-8")
    stations = bilik.ok("roll", "import", "dpt.csv", "--dry-run")
    assert re.search(r"^ TPS 01 +2 *$.*^ TPS 20 +2 *$.*dan 5 TPS lagi", stations, re.M | re.S)


@ONLY_SQLITE
def test_without_a_key_nothing_runs_and_the_remedy_is_named(bilik: Shell) -> None:
    del bilik.environ["BILIK_SECRET_KEY"]
    assert "bilik init-key" in bilik("status").stderr
    bilik.ok("init-key")
    assert "bilik election load" in bilik("status").stderr


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command there is, those of other packages too."""
    command = command or typer.main.get_command(app)
    if below := getattr(command, "commands", None):
        for name, one in below.items():
            yield from commands(one, (*path, name))
    else:
        yield " ".join(path)


COMMANDS = list(commands())


def test_the_commands_of_other_packages_are_among_them() -> None:
    assert {"remind", "channels check", "nlu try"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_an_example(command: str) -> None:
    said = CliRunner().invoke(app, [*command.split(), "--help"])
    assert said.exit_code == 0
    assert f"Contoh: bilik {command}" in said.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_line_in_the_reference(command: str) -> None:
    reference = (GUIDES / "perintah.md").read_text(encoding="utf-8")
    assert reference.count(f"| `bilik {command}` |") == 1


def test_the_guides_name_no_command_that_is_not_there() -> None:
    words = {tuple(one.split()) for one in COMMANDS}
    groups = {one[0] for one in words if len(one) == 2}
    named = {
        (guide.name, found)
        for guide in (*GUIDES.glob("*.md"), *GUIDES.parent.glob("README*.md"))
        for found in re.findall(
            r"(?:`|^ {4,}(?:\.venv/bin/)?)bilik ([a-z][a-z-]*)(?: +([a-z][a-z-]*))?",
            guide.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    }
    assert len(named) > len(COMMANDS)
    assert [
        (guide, first, second)
        for guide, (first, second) in sorted(named)
        if (first, second) not in words
        and (first,) not in words
        and not (first in groups and not second)
    ] == []
