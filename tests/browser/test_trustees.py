"""Trustees at their own screens: they make a key, one of them in a terminal, and count with it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bilik.belenios import ceremony, channels
from bilik.demo import read_pairs
from bilik.keys import Keys
from bilik.services import trustee_key
from bilik.services.booth import Booth
from bilik.services.counting import Result, Waiting
from bilik.services.desk import Desk, TrusteeFiles
from bilik.services.key_ceremony import KeyCeremony
from bilik.services.outcomes import Kind
from bilik.services.publication import check
from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from tests import canaries
from tests.booth import SECRET
from tests.browser.chat import DESKTOP, PHONE
from tests.browser.trustee import PASSPHRASE, Screen, at_screen
from tests.elections import VILLAGE, open_now
from tests.integration.test_trustees_cli import Saksi
from tests.pages import Pages, serve
from tests.trustees import held_by

BUDI, SITI, JOKO = NAMES = ("Pak Budi", "Bu Siti", "Mas Joko")
VOTES = ["1", "2", "2", "3", "2"]
SIZES = {"desktop": DESKTOP, "phone": PHONE}


class Village:
    """A village whose key three trustees will hold, and its pages' server."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.url = f"sqlite:///{directory / 'bilik.db'}"
        self.database = Database(self.url)
        upgrade(self.database)
        self.desk = Desk(self.database, Keys(SECRET), directory / "trustee")
        self.lead = KeyCeremony(self.database)
        definition = directory / "pemilihan.yml"
        definition.write_text(held_by(NAMES, 2, open_now(VILLAGE)), encoding="utf-8")
        roll = [f"332901520390{index:04d},Pemilih {index}" for index in range(len(VOTES))]
        (directory / "dpt.csv").write_text("\n".join(["nik,nama", *roll]), encoding="utf-8")
        self.desk.load_election(definition)
        self.desk.import_roll(directory / "dpt.csv")
        self.desk.make_codes(directory / "kode.csv")

    def vote(self) -> None:
        booth = Booth(self.database, Keys(SECRET))
        pairs = read_pairs(self.directory / "dpt.csv", self.directory / "kode.csv")
        for voter, ((nik, code), choice) in enumerate(zip(pairs, VOTES, strict=True)):
            booth.identify(f"web:{voter}", f"{nik} {code}")
            read_back = booth.choose(f"web:{voter}", choice)
            recorded = booth.confirm(f"web:{voter}", "ya", read_back.scene.readback)
            assert recorded.kind is Kind.RECORDED


@dataclass
class Held:
    """What was seen while a village's key was made and used."""

    village: Village
    pages: Pages
    screens: dict[str, Screen] = field(default_factory=dict)
    keys: dict[str, Path] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    files: TrusteeFiles | None = None
    count_numbers: list[str] = field(default_factory=list)
    result: Result | Waiting | None = None

    def photograph(self, step: str) -> None:
        for screen in self.screens.values():
            screen.photograph(step)

    def both_see(self, heading: str, step: str) -> None:
        for screen in self.screens.values():
            screen.sees(heading)
        self.photograph(step)


@pytest.fixture(scope="module")
def held(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, pictures: Path
) -> Iterator[Held]:
    """The whole way: Pak Budi at a laptop, Bu Siti at a phone, Mas Joko in a terminal."""
    directory = tmp_path_factory.mktemp("village")
    village = Village(directory)
    with serve(directory, village.url, directory / "trustee") as pages:
        held = Held(village, pages)
        links = {one.name: one.url for one in village.desk.trustee_links(pages.url)}
        for name, (kind, size) in zip((BUDI, SITI), SIZES.items(), strict=True):
            held.screens[name] = at_screen(browser, links[name], directory / kind, size)
            held.screens[name].album = str(pictures / f"saksi-{kind}")
        _make_the_key(held)
        village.desk.open()
        village.vote()
        village.desk.close()
        held.both_see("Pemungutan suara sudah ditutup", "6-ditutup")
        _count(held)
        yield held
        for screen in held.screens.values():
            screen.chat.page.context.close()


def _make_the_key(held: Held) -> None:
    lead, panitia = held.village.lead, held.village.directory
    joko = Saksi(panitia / "terminal", JOKO)
    budi, siti = held.screens.values()
    held.both_see("Buat kunci Anda", "1-buat")
    held.keys = {BUDI: budi.join(), SITI: siti.join(interrupted=True)}
    held.both_see("Bagian Anda sudah diterima", "2-menunggu")
    expect(siti.card).to_contain_text("Masih ditunggu: Mas Joko.")
    invitation = lead.write_invitation(lead.standing(), panitia)
    lead.collect([Path(joko.file("join", str(invitation), JOKO))])
    (everyone,) = lead.write_next(lead.standing(), panitia)

    for screen in held.screens.values():
        expect(screen.card.locator("[data-number]")).to_be_visible()
    held.both_see("Cocokkan angka", "3-cocokkan")
    answer = joko.trustees("answer", str(everyone))
    held.numbers = [siti.deal(), budi.deal(), str(answer["check_number"])]
    siti.sees("Bagian Anda sudah diterima")
    budi.sees("Bagian Anda sudah diterima")
    found, _ = lead.collect([joko.directory / str(answer["file"])])
    held.numbers.append(found.number or "")

    held.both_see("Lengkapi kunci Anda", "4-lengkapi")
    # Bu Siti comes back later, and has to choose her file again.
    siti.chat.page.reload()
    held.keys[BUDI] = budi.accept()
    siti.accept(held.keys[SITI])
    for_joko = lead.write_next(lead.standing(), panitia)[2]
    lead.collect([Path(joko.file("answer", str(for_joko)))])
    (published,) = lead.write_next(lead.standing(), panitia)
    assert joko.trustees("rehearse", str(published))["works"] is True

    held.both_see("Kunci saksi sudah jadi", "5-coba")
    budi.rehearse()
    # The file of the first step still is enough: the rest is with the server, sealed for her alone.
    siti.rehearse(held.keys[SITI])


def _count(held: Held) -> None:
    desk = held.village.desk
    budi, siti = held.screens.values()
    assert isinstance(desk.tally(), Waiting)
    held.files = desk.write_for_trustees(held.village.directory)
    for screen in held.screens.values():
        expect(screen.card.locator("form")).to_be_visible()
        expect(screen.card).to_contain_text(f"Surat suara yang dihitung: {len(VOTES)}")
        held.count_numbers.append(screen.number)
    held.both_see("Hitung suara", "7-hitung")
    siti.count(held.keys[SITI])
    siti.sees("Bagian Anda sudah diterima")
    expect(siti.card).to_contain_text("Masih perlu 1 saksi lagi. Yang belum: Pak Budi, Mas Joko.")
    held.keys[SITI] = siti.save()
    held.photograph("8-diterima")
    budi.count(held.keys[BUDI])
    held.both_see("Hasilnya sudah ada", "9-selesai")
    held.result = desk.tally()


def test_all_trustees_see_one_number_wherever_they_sit(held: Held) -> None:
    assert held.files is not None
    assert len(set(held.numbers)) == 1
    assert set(held.count_numbers) == {held.files.number}


def test_two_of_three_count_and_the_result_is_what_was_voted(held: Held) -> None:
    assert isinstance(held.result, Result)
    (count,) = held.result.counts
    assert (count.votes, count.blank) == ({1: 1, 2: 3, 3: 1}, 0)
    link = held.screens[SITI].card.get_by_role("link", name="Lihat hasil")
    assert link.get_attribute("href") == "/hasil/sukamaju-2026"


def test_what_they_counted_is_verified_by_bilik_and_belenios_tool(
    held: Held, tmp_path: Path
) -> None:
    binary = shutil.which("belenios-tool")
    if binary is None:
        pytest.fail("belenios-tool is missing: apt-get install belenios-tool", pytrace=False)
    held.village.desk.export(tmp_path / "terbitan")
    assert check(tmp_path / "terbitan")["suara_masuk"] == len(VOTES)
    verified = subprocess.run(
        [binary, "election", "verify"], cwd=tmp_path / "terbitan", capture_output=True, check=True
    )
    assert b"all checks passed" in verified.stderr


def test_nothing_secret_ever_leaves_a_browser(held: Held) -> None:
    secrets = [PASSPHRASE]
    for path in held.keys.values():
        key = trustee_key.unlock(path, lambda: PASSPHRASE)
        private = channels.private_keys(key.secret.seed)
        secrets += [key.secret.seed, str(private.signing), str(private.decryption)]
        if key.secret.decryption_key:
            share = ceremony.decryption_key(
                key.secret.seed, key.file.cert, key.secret.decryption_key
            )
            secrets.append(str(share))
    assert len(set(secrets)) == 8
    sent = [line for screen in held.screens.values() for line in screen.sent]
    posted = [line for line in sent if line.split(" ", 1)[0].endswith("/kirim")]
    assert len(posted) == 8
    assert all(line.startswith((held.pages.url, "blob:")) for line in sent)
    assert canaries.found("\n".join(sent).encode(), secrets) == []
    served = held.pages.log.read_bytes() + Path(held.village.directory / "bilik.db").read_bytes()
    assert canaries.found(served, secrets) == []


def test_a_key_that_has_counted_says_so_in_its_new_file(held: Held) -> None:
    used = trustee_key.read(held.keys[SITI])
    assert held.files is not None
    assert held.keys[SITI].name == "saksi-bu-siti-terpakai.kunci"
    assert used.tally is not None
    assert trustee_key.read(held.keys[BUDI]).tally is None


def test_no_page_of_the_trustees_breaks_a_rule_of_accessibility_or_meets_an_error(
    held: Held,
) -> None:
    assert [one for screen in held.screens.values() for one in screen.violations] == []
    assert [error for screen in held.screens.values() for error in screen.chat.errors] == []


def test_what_a_number_was_compared_of_is_not_asked_for_again(held: Held) -> None:
    """Else the server could hand out other certificates once the number has been read out."""
    asked = [
        sum(line.split(" ", 1)[0].endswith("/berkas/sertifikat") for line in screen.sent)
        for screen in held.screens.values()
    ]
    # Once for each time that the number was shown: Bu Siti's page was opened anew in between.
    assert asked == [2, 3]
