"""`bilik trustees` as panitia and saksi type it, each saksi in a folder without any settings."""

import json
import os
import pty
import sys
from pathlib import Path

import pytest

from bilik.demo import read_pairs
from bilik.keys import Keys
from bilik.services.booth import Booth
from bilik.services.outcomes import Kind
from bilik.settings import load
from bilik.storage.database import Database
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE
from tests.elections import VILLAGE, open_now
from tests.integration.test_cli import Shell
from tests.trustees import held_by

BILIK = str(Path(sys.executable).parent / "bilik")
NAMES = ("Pak Budi", "Bu Siti", "Mas Joko")


class Saksi(Shell):
    """A machine with `bilik` on it, and nothing else: no `.env`, no database."""

    def __init__(self, directory: Path, name: str) -> None:
        super().__init__(directory, url="")
        self.name = name
        self.directory.mkdir()
        for setting in [one for one in self.environ if one.startswith("BILIK_")]:
            del self.environ[setting]
        (directory / "sandi").write_text(f"sandi panjang {name}\n", encoding="utf-8")

    def trustees(self, *arguments: str) -> dict[str, object]:
        said = self.ok("trustees", *arguments, "--passphrase-file", "sandi", "--json")
        made: dict[str, object] = json.loads(said)
        return made

    def file(self, *arguments: str) -> str:
        """Run a command; the file for the panitia."""
        return str(self.directory / str(self.trustees(*arguments)["file"]))


@pytest.fixture
def panitia(tmp_path: Path, url: str) -> Shell:
    shell = Shell(tmp_path, url)
    (tmp_path / "pemilihan.yml").write_text(held_by(NAMES, 2, open_now(VILLAGE)), encoding="utf-8")
    (tmp_path / "dpt.csv").write_text(
        "nik,nama\n3329015203900001,Siti\n3329015203900002,Budi\n", encoding="utf-8"
    )
    return shell


def vote(panitia: Shell, choices: list[str]) -> None:
    configured = load(panitia.environ)
    database = Database(configured.database_url)
    booth = Booth(database, Keys(configured.secret_key))
    pairs = read_pairs(panitia.directory / "dpt.csv", panitia.directory / "kode.csv")
    for number, ((nik, code), choice) in enumerate(zip(pairs, choices, strict=True)):
        sender = f"web:{number}"
        booth.identify(sender, f"{nik} {code}")
        read_back = booth.choose(sender, choice)
        assert booth.confirm(sender, "ya", read_back.scene.readback).kind is Kind.RECORDED
    database.close()


@ONLY_POSTGRES
def test_an_election_that_three_saksi_hold_from_its_file_to_its_count(panitia: Shell) -> None:
    here = panitia.directory
    assert "bilik trustees links" in panitia.ok("election", "load", "pemilihan.yml")
    panitia.ok("roll", "import", "dpt.csv")
    panitia.ok("roll", "codes", "--out", "kode.csv")
    refused = panitia("open")
    assert "Kunci saksi belum jadi: sertifikat masih ditunggu dari Pak Budi" in refused.stderr
    assert refused.stderr.count("\n") == 1

    invitation = str(here / json.loads(panitia.ok("trustees", "invite", "--json"))["file"])
    saksi = [Saksi(here / f"saksi-{number}", name) for number, name in enumerate(NAMES)]
    said = panitia.ok("trustees", "collect", saksi[0].file("join", invitation, NAMES[0]))
    assert "Pak Budi: sertifikat diterima." in said
    assert "Ditunggu: sertifikat dari Bu Siti, Mas Joko." in said
    (everyone,) = json.loads(
        panitia.ok(
            "trustees", "collect", "--json",
            *(one.file("join", invitation, one.name) for one in saksi[1:]),
        )
    )["files"]  # fmt: skip
    answers = [one.trustees("answer", str(here / everyone)) for one in saksi]
    status = json.loads(panitia.ok("trustees", "status", "--json"))
    assert {answer["check_number"] for answer in answers} == {status["check_number"]}
    sent = [
        str(one.directory / str(answer["file"])) for one, answer in zip(saksi, answers, strict=True)
    ]
    shares = json.loads(panitia.ok("trustees", "collect", "--json", *sent))["files"]
    said = panitia.ok(
        "trustees", "collect",
        *(one.file("answer", str(here / share)) for one, share in zip(saksi, shares, strict=True)),
    )  # fmt: skip
    assert "Kunci saksi jadi." in said
    published = str(here / "sukamaju-2026.4-saksi.json")
    assert saksi[2].trustees("rehearse", published)["works"] is True

    assert "Kuncinya dipegang 3 saksi; sesudah ditutup perlu 2" in panitia.ok("open")
    vote(panitia, ["2", "3"])
    assert "belum ditutup" in panitia("tally").stderr
    panitia.ok("close", "--yes")
    said = panitia.ok("tally")
    assert "2 suara dijumlahkan tanpa dibuka" in said
    assert "Saksi menghitung di halamannya" in said
    assert "Menunggu saksi: 0 dari 2; yang belum: Pak Budi, Bu Siti, Mas Joko" in said
    (tally,) = here.glob("hitung-*.json")
    first, third = (one.file("decrypt", str(tally), "--yes") for one in (saksi[0], saksi[2]))
    waiting = json.loads(panitia.ok("tally", first, "--json"))
    assert (waiting["shares"], waiting["threshold"]) == ([1], 2)
    assert "Menunggu saksi: 1 dari 2; yang belum: Bu Siti, Mas Joko." in panitia.ok("status")
    repeated = panitia("tally", first)
    assert "Bagian Pak Budi sudah diterima sebelumnya" in repeated.stderr
    assert repeated.stderr.count("\n") == 1
    result = json.loads(panitia.ok("tally", third, "--json"))
    assert result["contests"]["kades"] == {"votes": {"1": 0, "2": 1, "3": 1}, "blank": 0}
    panitia.ok("export", "terbitan")
    assert "benar. 2 surat suara sah" in saksi[1].ok("verify", str(here / "terbitan"))
    assert not (here / "trustee").exists()


def typed(directory: Path, arguments: list[str], answers: list[str]) -> tuple[int, str]:
    """A command in a terminal of its own, with what is typed there; what it shows."""
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover
        os.chdir(directory)
        os.execve(BILIK, [BILIK, *arguments], {"PATH": os.environ["PATH"], **_PYTHON})
    shown = ""
    answered = 0
    while True:
        try:
            piece = os.read(terminal, 1024)
        except OSError:
            break
        if not piece:
            break
        shown += piece.decode(errors="replace")
        # A question ends in a colon, without a line break.
        if answered < len(answers) and shown.endswith(": "):
            os.write(terminal, f"{answers[answered]}\n".encode())
            answered += 1
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), shown


_PYTHON = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}


@ONLY_SQLITE
def test_a_saksi_types_the_passphrase_twice_and_nobody_sees_it(panitia: Shell) -> None:
    panitia.ok("election", "load", "pemilihan.yml")
    invitation = json.loads(panitia.ok("trustees", "invite", "--json"))["file"]
    join = ["trustees", "join", invitation, "bu siti"]
    key = panitia.directory / "saksi-bu-siti.kunci"
    for answers, says in [
        (["pendek"], "terlalu pendek"),
        (["empat kata yang acak", "empat kata yang lain"], "tidak sama"),
    ]:
        code, shown = typed(panitia.directory, join, answers)
        assert (code, says in shown, key.exists()) == (1, True, False)
    code, shown = typed(panitia.directory, join, ["empat kata yang acak"] * 2)
    assert code == 0, shown
    assert "Bu Siti, saksi Pemilihan Kepala Desa Sukamaju" in shown
    assert "acak" not in shown
    assert key.exists()
    code, shown = typed(panitia.directory, ["trustees", "reveal"], ["bukan kata sandinya"])
    assert (code, "salah, atau berkasnya sudah berubah" in shown) == (1, True)
    assert "bukan kata" not in shown
    assert typed(panitia.directory, ["trustees", "reveal"], ["empat kata yang acak"])[0] == 0
    assert (panitia.directory / "saksi-bu-siti.key").exists()


@ONLY_SQLITE
def test_every_saksi_has_a_link_to_the_page(panitia: Shell) -> None:
    panitia.ok("election", "load", "pemilihan.yml")
    links = json.loads(panitia.ok("trustees", "links", "--url", "https://desa.id", "--json"))
    assert list(links) == list(NAMES)
    said = panitia.ok("trustees", "links", "--url", "https://desa.id")
    assert all(f"{name}: {url}" in said for name, url in links.items())
    here = {**panitia.environ, "BILIK_WEB_PORT": "5999"}
    panitia.environ = here
    assert "http://127.0.0.1:5999/saksi/sukamaju-2026#1-" in panitia.ok("trustees", "links")
    panitia.environ = {
        **here, "BILIK_PUBLIC_URL": "https://obrolan.desa.id", "BILIK_PAGES_URL": "https://desa.id/"
    }  # fmt: skip
    assert json.loads(panitia.ok("trustees", "links", "--json")) == links
    panitia.ok("trustees", "restart", "--yes")
    assert set(json.loads(panitia.ok("trustees", "links", "--json")).values()).isdisjoint(
        links.values()
    )


@ONLY_SQLITE
def test_a_key_of_today_needs_no_rewriting(panitia: Shell) -> None:
    panitia.ok("election", "load", "pemilihan.yml")
    invitation = json.loads(panitia.ok("trustees", "invite", "--json"))["file"]
    saksi = Saksi(panitia.directory / "saksi", "Bu Siti")
    saksi.file("join", str(panitia.directory / invitation), "Bu Siti")
    assert saksi.trustees("repack")["rewritten"] is False
    said = saksi.ok("trustees", "repack", "--passphrase-file", "sandi")
    assert "tidak ada yang diubah" in said
    (saksi.directory / "sandi").write_text("kata sandi yang lain", encoding="utf-8")
    assert "salah" in saksi("trustees", "repack", "--passphrase-file", "sandi").stderr


@ONLY_SQLITE
def test_mistakes_of_a_saksi_are_one_line(panitia: Shell) -> None:
    saksi = Saksi(panitia.directory / "saksi", "Bu Siti")
    for arguments, says in [
        (["join", "tiada.json", "Bu Siti"], "tidak ada"),
        (["answer", "tiada.json"], "Kunci saksi tidak ada di folder ini"),
        (["answer", "tiada.json", "--key", "sandi"], "bukan kunci saksi"),
        (["decrypt"], "bilik trustees decrypt --help"),
        (["reveal", "--passphrase-file", "tiada", "--key", "x.kunci"], "x.kunci"),
        (["status"], "BILIK_SECRET_KEY"),
    ]:
        done = saksi("trustees", *arguments)
        assert done.returncode in (1, 2)
        assert says in done.stderr
        assert done.stderr.count("\n") == 1
    assert sorted(file.name for file in saksi.directory.iterdir()) == ["sandi"]


def test_beginning_anew_asks_first(panitia: Shell) -> None:
    panitia.ok("election", "load", "pemilihan.yml")
    refused = panitia("trustees", "restart", answer="tidak\n")
    assert "tidak ada yang berubah" in refused.stderr
    assert "0 berkas saksi dilupakan" in panitia.ok("trustees", "restart", answer="ya\n")
