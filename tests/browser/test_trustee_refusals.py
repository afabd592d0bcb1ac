"""What a trustee's screen refuses at the count, each in one clear line."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from gmpy2 import mpz
from playwright.sync_api import Browser, Route, expect

from bilik.belenios import ceremony, channels, group, trustees, wire
from bilik.belenios.proofs import Ciphertext
from bilik.services import counting, trustee_key
from bilik.services.trustee_files import TallyFile
from bilik.services.trustee_key import Secret
from tests.booth import Polling, set_up
from tests.browser.trustee import Screen, at_screen
from tests.pages import Pages, serve
from tests.trustees import Group, Member, held_by

BUDI, SITI = NAMES = ("Pak Budi", "Bu Siti")


@dataclass
class Waiting:
    """A count that waits for both of two trustees."""

    polling: Polling
    pages: Pages
    group: Group
    tally: TallyFile

    @property
    def address(self) -> str:
        return f"{self.pages.url}/saksi/{self.polling.election.slug}"

    def member(self, name: str) -> Member:
        return self.group.members[NAMES.index(name)]

    def link(self, name: str) -> str:
        links = self.polling.desk.trustee_links(self.pages.url)
        return links[NAMES.index(name)].url

    def send(self, content: bytes) -> httpx.Response:
        return httpx.post(f"{self.address}/kirim", content=content, timeout=30)


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Waiting]:
    directory = tmp_path_factory.mktemp("waiting")
    group = Group(directory, NAMES)
    polling = set_up(directory, held_by(NAMES, 2), voters=3, before_opening=group.make_key)
    polling.vote_each(range(3))
    polling.desk.close()
    polling.desk.tally()
    files = polling.desk.write_for_trustees(group.panitia)
    tally = wire.decode(TallyFile, files.tally.read_bytes().strip())
    with serve(directory, polling.url, polling.trustee_dir) as pages:
        yield Waiting(polling, pages, group, tally)


@pytest.fixture
def screen(browser: Browser, waiting: Waiting, tmp_path: Path, pictures: Path) -> Iterator[Screen]:
    """Pak Budi's, who opened the page without his link: his key says who he is."""
    budi = waiting.member(BUDI)
    screen = at_screen(browser, waiting.address, tmp_path / "unduhan")
    screen.passphrase = budi.passphrase()
    screen.album = str(pictures / "saksi-phone")
    yield screen
    assert screen.violations == []
    screen.chat.page.context.close()
    assert screen.chat.errors == []


def copied(waiting: Waiting, name: str, folder: Path) -> Path:
    return Path(shutil.copy(waiting.member(name).key, folder / "saya.kunci"))


def foreign(waiting: Waiting, folder: Path) -> Path:
    """A key of the same person's for another election."""
    file = trustee_key.read(waiting.member(BUDI).key)
    seed, passphrase = channels.new_seed(), waiting.member(BUDI).passphrase
    invitation = replace(file.invitation, uuid="2" * 14, title="Ketua RT")
    path = folder / "lain.kunci"
    trustee_key.create(path, invitation, BUDI, ceremony.certify(seed), Secret(seed), passphrase)
    return path


def of_before(waiting: Waiting, folder: Path) -> Path:
    content = json.loads(waiting.member(BUDI).key.read_text(encoding="utf-8"))
    content["stretching"] = {
        "algorithm": "argon2id", "memory_kib": 131072, "passes": 4, "salt": "00" * 16,
    }  # fmt: skip
    path = folder / "lama.kunci"
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")))
    return path


def of_another_tally(waiting: Waiting, folder: Path) -> Path:
    path = copied(waiting, BUDI, folder)
    trustee_key.unlock(path, waiting.member(BUDI).passphrase).save(tally="00" * 32)
    return path


def another_of_this_name(waiting: Waiting, folder: Path) -> Path:
    """A key that Pak Budi made once more, and nobody has agreed to."""
    member = Member(BUDI, folder / "baru")
    member.folder.mkdir()
    file = trustee_key.read(waiting.member(BUDI).key)
    invitation = folder / "undangan.json"
    invitation.write_bytes(wire.encode(file.invitation))
    member.join(invitation)
    return member.key


def no_key(waiting: Waiting, folder: Path) -> Path:
    path = folder / "foto.jpg"
    path.write_bytes(bytes(range(256)))
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (no_key, "bukan berkas kunci saksi"),
        (foreign, "Berkas kunci itu untuk Ketua RT"),
        (of_before, "bilik trustees repack"),
        (of_another_tally, "sudah dipakai untuk hitungan lain"),
        (another_of_this_name, "dibuat bersama saksi lain"),
    ],
)
def test_a_key_that_may_not_count_here_says_why(
    waiting: Waiting, screen: Screen, tmp_path: Path, make: Callable[..., Path], says: str
) -> None:
    screen.count(make(waiting, tmp_path))
    expect(screen.problem).to_contain_text(says)
    assert "\n" not in screen.problem.inner_text()
    # The same, once the right file is chosen, goes on to the passphrase.
    screen.choose(waiting.member(BUDI).key)
    screen.type_passphrase("bukan kata sandinya")
    screen.press("Hitung sekarang")
    expect(screen.problem).to_contain_text("Kata sandi itu bukan untuk berkas ini.")
    screen.photograph("7b-salah-sandi")
    assert not any(line.split(" ")[0].endswith("/kirim") for line in screen.sent)


def test_a_link_of_one_does_not_take_the_key_of_another(
    browser: Browser, waiting: Waiting, tmp_path: Path
) -> None:
    screen = at_screen(browser, waiting.link(SITI), tmp_path)
    screen.passphrase = waiting.member(BUDI).passphrase()
    expect(screen.chat.page.get_by_text("Selamat datang, Bu Siti.")).to_be_visible()
    screen.count(waiting.member(BUDI).key)
    expect(screen.problem).to_have_text(
        "Berkas kunci itu milik Pak Budi, bukan Bu Siti. Pilih berkas kunci Anda."
    )
    screen.chat.page.context.close()


def bent(tally: TallyFile, **changes: Any) -> str:
    return wire.encode(replace(tally, **changes)).decode()


def handing(text: str) -> Callable[[Route], None]:
    """A server that hands out this in place of the tally."""
    return lambda route: route.fulfill(body=text)


def forged_group(waiting: Waiting) -> str:
    """The sum under a key that one other person holds alone."""
    seed = channels.new_seed()
    certs = [ceremony.certify(seed)]
    polynomials = [ceremony.deal(seed, certs, 1)]
    (vinput,) = ceremony.route(certs, polynomials, 1)
    made = ceremony.accept(seed, certs, vinput, 1)
    holders = (ceremony.conclude(certs, polynomials, [made], 1),)
    tally = waiting.tally
    election = replace(tally.election, public_key=trustees.election_key(holders))
    return bent(tally, election=election, trustees=trustees.encode(holders).decode())


def test_a_tally_that_was_altered_is_not_shown_as_one(waiting: Waiting, screen: Screen) -> None:
    tally = waiting.tally
    first, *others = tally.encrypted_tally[0]
    outside = Ciphertext(group.P - first.alpha, first.beta)
    cases = [
        (wire.encode(tally).decode().replace('"ballots":', '"ballots": '), "bukan hitungan"),
        (bent(tally, encrypted_tally=((outside, *others),)), "bilangan yang tidak sah"),
        (bent(tally, encrypted_tally=(tuple(others),)), "tidak sesuai dengan surat suara"),
        (bent(tally, ballots=-1), "tidak sesuai dengan surat suara"),
        (bent(tally, election=replace(tally.election, uuid="3" * 14)), "pemilihan lain"),
        (
            bent(tally, election=replace(tally.election, public_key=mpz(4))),
            "bukan gabungan kunci saksi",
        ),
    ]
    page = screen.chat.page
    screen.sees("Hitung suara")
    page.get_by_text("Apa yang dikirim dari sini?").click()
    screen.photograph("7c-penjelasan")
    for text, says in cases:
        page.route("**/berkas/hitungan", handing(text))
        page.reload()
        expect(screen.problem).to_contain_text(says)
        expect(screen.card.get_by_role("button")).to_have_count(0)
        page.unroute("**/berkas/hitungan")


def test_a_sum_of_other_ballots_or_of_another_group_shows_another_number(
    waiting: Waiting, screen: Screen
) -> None:
    page = screen.chat.page
    screen.sees("Hitung suara")
    expect(screen.card.locator("form")).to_be_visible()
    number = screen.number
    assert re.fullmatch(r"(\d{5} ){5}\d{5}", number)
    row = waiting.tally.encrypted_tally[0]
    for text in (bent(waiting.tally, encrypted_tally=(row[::-1],)), forged_group(waiting)):
        page.route("**/berkas/hitungan", handing(text))
        page.reload()
        expect(screen.card.locator("form")).to_be_visible()
        assert screen.number != number
    # Who does not look at the number is still not led to open what another group holds.
    screen.count(waiting.member(BUDI).key)
    expect(screen.problem).to_contain_text("dibuat bersama saksi lain, atau dengan ambang lain")


def test_a_part_is_taken_once_and_an_altered_one_never(
    waiting: Waiting, screen: Screen, tmp_path: Path
) -> None:
    (tally,) = waiting.group.panitia.glob("hitung-*.json")
    content = waiting.member(SITI).decrypt(tally).read_bytes()
    lines = content.split(b"\n")
    # The other trustee's number on a part that holds under the sender's key only.
    wrong = lines[0] + b"\n" + lines[1].replace(b'"owner":2', b'"owner":1') + b"\n"
    for altered, says in [
        (wrong, "bukan bagian Pak Budi untuk hitungan ini"),
        (content.replace(b'"owner":2', b'"owner":3'), "padahal saksinya hanya 2"),
        (content[:-3], "bukan berkas saksi yang dikenal"),
        (b"", "bukan berkas saksi yang dikenal"),
    ]:
        answer = waiting.send(altered)
        assert (answer.status_code, says in answer.json()["line"]) == (400, True)
    counted = waiting.polling.desk.tally()
    assert isinstance(counted, counting.Waiting)
    assert counted.given == ()

    key = copied(waiting, BUDI, tmp_path)
    screen.count(key)
    screen.sees("Bagian Anda sudah diterima")
    expect(screen.card).to_contain_text("Masih perlu 1 saksi lagi. Yang belum: Bu Siti.")
    used = screen.save()
    screen.chat.page.reload()
    for file in (key, used):
        screen.count(file)
        expect(screen.problem).to_have_text(
            "Bagian Pak Budi sudah diterima. Tinggal menunggu saksi lain."
        )
    # The same key, in a page that was told of another tally.
    row = waiting.tally.encrypted_tally[0]
    other = bent(waiting.tally, encrypted_tally=(row[::-1],))
    page = screen.chat.page
    page.route("**/berkas/hitungan", handing(other))
    standing = httpx.get(f"{waiting.address}/keadaan").json() | {"given": []}
    page.route("**/keadaan", lambda route: route.fulfill(json=standing))
    page.reload()
    screen.count(used)
    expect(screen.problem).to_contain_text("sudah dipakai untuk hitungan lain")
    by_hand = waiting.member(BUDI).decrypt(tally)
    repeated = waiting.send(by_hand.read_bytes())
    assert repeated.json()["line"].startswith("Bagian Pak Budi sudah diterima sebelumnya.")
    assert waiting.send(content).json() == {"line": "Hasilnya sudah ada."}
    too_late = waiting.send(content)
    assert (too_late.status_code, "hasilnya sudah ada" in too_late.json()["line"]) == (400, True)
