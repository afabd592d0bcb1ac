"""A village's whole election as its people see it: nobody needs more than a browser and a letter.

The panitia at their desk, voters in the chat, trustees at their own screens, and everybody else at
the public page: all on the servers that `make run` starts, up to a record that others verify.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from bilik.domain.accounts import Role
from tests import printed
from tests.browser import desk
from tests.browser.chat import Chat, opened
from tests.browser.desk import Desk, enrol, invited, sign_in
from tests.browser.trustee import Screen, at_screen
from tests.installation import Installation
from tests.integration.test_trustees_cli import Saksi
from tests.web.desk import Person

SLUG = "desa-karangsari-2099"
HOME = f"/panitia/p/{SLUG}"
CANDIDATES = ("Hartono Wirawan", "Ratna Kusumaningrum", "Gunawan Setiadi")
HARJO, NINGSIH, JOKO = SAKSI = ("Pak Harjo", "Bu Ningsih", "Mas Joko")
FIRST = (
    "Agus", "Bayu", "Citra", "Dewi", "Eko", "Fitri", "Gilang", "Hesti", "Indah", "Jaka", "Kartini",
    "Lestari", "Mulyono", "Nur", "Oki", "Puji", "Rini", "Slamet", "Tuti", "Umar", "Vina", "Wahyu",
    "Yanti", "Zainal", "Aminah",
)  # fmt: skip
LAST = (
    "Rahayu", "Santoso", "Wibowo", "Hidayah", "Saputra", "Utami", "Nugroho", "Handayani",
    "Purnomo", "Wulandari", "Prasetyo", "Suryani", "Kurniawan", "Anggraini", "Susanto", "Pertiwi",
    "Hakim", "Maryati", "Firmansyah", "Astuti", "Ramadhan", "Yuliani", "Siregar", "Harahap",
    "Lubis", "Manik", "Tarigan", "Simanjuntak", "Pasaribu", "Sitorus", "Hutabarat", "Nasution",
    "Pulungan", "Daulay", "Batubara", "Ritonga", "Rangkuti", "Hasibuan", "Pohan", "Dalimunthe",
)  # fmt: skip
VOTERS = [
    (f"332901520390{7000 + at}", f"{first} {last}", f"{1 + at % 4:02d}")
    for at, (first, last) in enumerate(product(FIRST, LAST))
]
"""NIK, name and TPS: a thousand."""
MANY = 39
"""Of them vote in the chat while others look on, and one before them in the browser."""
AT_ONCE = 3
LEAVE_BLANK = "kosongkan"
WAYS_TO_SAY = (
    "nomor 2", CANDIDATES[1], "1", "saya pilih nomor 3 ya", CANDIDATES[0], "coblos no 2 aja",
    "dua", LEAVE_BLANK,
)  # fmt: skip
"""What they choose, in turn."""
CHOSEN: tuple[int | None, ...] = (2, 2, 1, 3, 1, 2, 2, None)
EXPECTED = Counter([2, *(CHOSEN[at % len(CHOSEN)] for at in range(MANY))])
"""The browser's voter takes number 2."""


def sheet(path: Path, spoilt: bool) -> Path:
    """The roll as a spreadsheet with a heading above it.

    If ``spoilt``, one NIK was typed as a number, one person stands there twice, one has no name.
    """
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["DAFTAR PEMILIH TETAP DESA KARANGSARI"])
    page.append([])
    page.append(["No", "NIK", "Nama", "TPS"])
    for at, (nik, name, station) in enumerate(VOTERS):
        page.append([at + 1, nik, name, station])
    if spoilt:
        page["B14"] = int(VOTERS[10][0])
        page["C24"] = None
        page.append([len(VOTERS) + 1, VOTERS[30][0], VOTERS[30][1], VOTERS[30][2]])
    book.save(path)
    return path


@dataclass
class Village:
    """Who takes part, each at a screen of their own."""

    bilik: Installation
    browser: Browser
    directory: Path
    siti: Desk
    dedi: Desk
    harjo: Desk
    joko: Saksi
    people: dict[str, Person] = field(default_factory=dict)
    screens: dict[str, Screen] = field(default_factory=dict)
    keys: dict[str, Path] = field(default_factory=dict)
    chats: list[Chat] = field(default_factory=list)

    @property
    def public(self) -> Page:
        return self.chats[0].page

    def open(self, url: str) -> Chat:
        """A page of what is for everybody."""
        self.chats.append(opened(self.browser, url))
        return self.chats[-1]

    def errors(self) -> list[str]:
        chats = [*self.chats, *(one.chat for one in self.screens.values())]
        desks = (self.siti, self.dedi, self.harjo)
        return [error for one in (*chats, *desks) for error in one.errors]


@pytest.fixture
def village(browser: Browser, bilik: Installation, tmp_path: Path) -> Iterator[Village]:
    desks = [desk.opened(browser, bilik.pages) for _ in range(3)]
    made = Village(bilik, browser, tmp_path, *desks, Saksi(tmp_path / "terminal", JOKO))
    yield made
    for page in (
        *(one.page for one in (*desks, *made.chats)),
        *(one.chat.page for one in made.screens.values()),
    ):
        page.context.close()
    assert made.errors() == []


def come_in(village: Village) -> None:
    """Two of the panitia and a trustee are given accounts, complete them, and sign in."""
    database = village.bilik.village.url
    for at, name, role in (
        (village.dedi, "Pak Dedi", Role.PANITIA),
        (village.siti, "Bu Siti", Role.PANITIA),
        (village.harjo, HARJO, Role.SAKSI),
    ):
        village.people[name] = enrol(at, invited(database, name, role), name)
    sign_in(village.siti, village.people["Bu Siti"])
    sign_in(village.harjo, village.people[HARJO])


def make_the_election(village: Village) -> None:
    """A few questions first; then trustees are added in the file that came of the answers."""
    siti = village.siti
    siti.go("/panitia/baru")
    siti.follow("Pilkades")
    for label, text in (
        ("Desa mana?", "Desa Karangsari"),
        ("Tanggal pemungutan suara", "2099-12-30"),
        ("Ke mana pemilih bertanya?", "Bu Siti, 0800-0000-000"),
        ("Calon Kepala Desa", "\n".join(CANDIDATES)),
    ):
        siti.page.get_by_label(label).fill(text)
    siti.press("Simpan rancangan")
    siti.sees("Pemilihan Kepala Desa Karangsari")
    siti.follow("Berkas pemilihan")
    file = siti.download("Unduh berkasnya", village.directory / "pemilihan.yml")
    text = file.read_text(encoding="utf-8")
    text = re.sub(
        r"# saksi:\n#   ambang: 2\n#   nama: \[.*\]",
        f"saksi:\n  ambang: 2\n  nama: [{', '.join(SAKSI)}]",
        text,
    ).replace("dibuka: 2099-12-30", "dibuka: 2020-01-01")
    file.write_text(text, encoding="utf-8")
    siti.page.get_by_label("Berkas pemilihan (pemilihan.yml)").set_input_files(file)
    siti.press("Periksa dan muat")
    siti.sees("Pemilihan Kepala Desa Karangsari sudah dimuat.")
    siti.follow("Lanjut")


def import_the_roll(village: Village) -> None:
    """A spreadsheet as such sheets are, and the mended one."""
    siti, upload = village.siti, "Berkas .xlsx atau .csv"
    siti.follow("Unggah daftar")
    bad = sheet(village.directory / "DPT Karangsari.xlsx", spoilt=True)
    siti.page.get_by_label(upload).set_input_files(bad)
    siti.press("Periksa dulu")
    siti.sees("3 baris di DPT Karangsari.xlsx perlu diperbaiki, 998 baris sudah baik.")
    siti.sees("NIK dirusak spreadsheet (seperti 3,32E+15)")
    siti.sees("nama belum diisi")
    siti.sees("NIK sama dengan baris 34; hapus salah satu")
    mend = siti.download("Unduh berkas perbaikan", village.directory / "perbaikan.xlsx")
    rows = list(openpyxl.load_workbook(mend, read_only=True).worksheets[0].values)
    assert [str(row[0]) for row in rows[1:]] == ["14", "24", "1004"]
    siti.press("Unggah lagi")
    good = sheet(village.directory / "DPT Karangsari 2.xlsx", spoilt=False)
    siti.page.get_by_label(upload).set_input_files(good)
    siti.press("Periksa dulu")
    siti.sees("Belum ada yang disimpan")
    siti.press("Simpan semuanya")
    siti.sees("Tersimpan: 1.000 baru")
    siti.follow("Lanjut")


def make_the_key(village: Village) -> None:
    """Two in browsers, by links from the desk; the third one's files go over the desk, too."""
    siti, joko = village.siti, village.joko
    siti.follow("Ke para saksi")
    names = siti.page.locator(".links dt").all_inner_texts()
    links = dict(zip(names, siti.page.locator(".links dd").all_inner_texts(), strict=True))
    assert tuple(names) == SAKSI
    village.harjo.go(f"{HOME}/saksi")
    village.harjo.sees("3 saksi, 2 di antaranya cukup untuk menghitung.")
    expect(village.harjo.page.locator(".links")).to_have_count(0)
    for name in (HARJO, NINGSIH):
        folder = village.directory / name
        village.screens[name] = at_screen(village.browser, links[name], folder)
        village.keys[name] = village.screens[name].join()
    harjo, ningsih = village.screens.values()

    hand_in(village, joko.file("join", handed_out(village, "1-undangan"), JOKO))
    number = siti.page.locator("strong.code")
    answer = joko.trustees("answer", handed_out(village, "2-sertifikat"))
    numbers = {harjo.deal(), ningsih.deal(), str(answer["check_number"])}
    for screen in (harjo, ningsih):
        screen.sees("Bagian Anda sudah diterima")
    hand_in(village, str(joko.directory / str(answer["file"])))
    assert {*numbers, number.inner_text()} == numbers
    assert len(numbers) == 1
    for name in (HARJO, NINGSIH):
        village.keys[name] = village.screens[name].accept()
    hand_in(village, joko.file("answer", handed_out(village, "3-untuk-mas-joko")))
    siti.sees("Kunci saksi sudah jadi")
    village.harjo.sees("Kunci saksi sudah jadi")  # the page was open all the while
    for screen in (harjo, ningsih):
        screen.sees("Kunci saksi sudah jadi")


def handed_out(village: Village, of: str) -> str:
    """The file for the trustee in the terminal, out of what the desk has for trustees."""
    packed = village.siti.download("Unduh berkas untuk saksi", village.directory / "saksi.zip")
    with zipfile.ZipFile(packed) as files:
        name = next(one for one in files.namelist() if of in one)
        return files.extract(name, village.joko.directory)


def hand_in(village: Village, file: str) -> None:
    page = village.siti.page
    page.get_by_label("Berkas dari saksi, boleh beberapa sekaligus").set_input_files(file)
    village.siti.press("Terima berkas")
    expect(page.get_by_role("status").first).to_contain_text(JOKO)


def make_letters(village: Village) -> dict[str, str]:
    """Bu Siti has them made, Pak Dedi takes them; name → code.

    Those of the first sheet of letters, which says the same to a camera, come first.
    """
    siti, dedi = village.siti, village.dedi
    siti.go(HOME)
    siti.follow("Buat kode dan surat")
    siti.press("Buat kode dan surat")
    siti.sees("Berkas di server")
    sign_in(dedi, village.people["Pak Dedi"])
    dedi.go(f"{HOME}/surat")
    dedi.page.get_by_label("Angka dari aplikasi").fill(village.people["Pak Dedi"].code())
    dedi.press("Tampilkan unduhan")
    letters = dedi.download("Unduh Surat undangan", village.directory / "surat.pdf")
    listed = dedi.download("Unduh Daftar kode", village.directory / "kode.csv")
    dedi.follow("Hapus dari server")
    dedi.page.get_by_role("checkbox").check()
    dedi.press("Ya, hapus")
    dedi.sees("Kode dan surat sudah dihapus dari server.")
    with listed.open(encoding="utf-8") as rows:
        codes = {row["nama"]: row["kode_undangan"] for row in csv.DictReader(rows)}
    assert set(codes) == {name for _, name, _ in VOTERS}
    first = printed.read(letters, most=1)[0]
    names = [name for name in codes if name in first.text]
    assert len(names) == 2
    assert set(first.codes) == {f"{village.bilik.url}/chat#{codes[name]}" for name in names}
    return {**{name: codes[name] for name in names}, **codes}


def open_it(village: Village) -> None:
    village.dedi.follow("Buka pemilihan")
    village.dedi.press("Ya, buka")
    village.dedi.sees("Pemilihan sudah dibuka.")
    village.open(f"{village.bilik.pages}/hasil/{SLUG}")
    village.harjo.go(HOME)
    for page in (village.public, village.harjo.page, village.dedi.page):
        page.evaluate("window.sameAsBefore = true")


def nobody_loaded_again(*pages: Page) -> None:
    """Since the opening."""
    assert all(page.evaluate("window.sameAsBefore") for page in pages)


def sees_turnout(village: Village, voted: int, percent: str) -> None:
    """On the public page, and on two pages of the desk: one who only looks, and one who acts."""
    expect(village.public.locator(".huge")).to_have_text(percent)
    words = f"{voted} dari 1.000 pemilih sudah memilih"
    expect(village.public.get_by_text(words)).to_be_visible()
    for one in (village.harjo, village.dedi):
        figures = one.page.locator(".figures")
        expect(figures).to_contain_text(f"Sudah memilih{percent}")
        expect(figures).to_contain_text(f"Suara masuk{voted}")


def vote(village: Village, codes: dict[str, str]) -> None:
    """One with the letter's QR on a phone, the others by messages, several at a time."""
    niks = {name: nik for nik, name, _ in VOTERS}
    first, *all_others = codes
    others = all_others[:: len(all_others) // MANY][:MANY]
    chat = village.open(f"{village.bilik.url}/chat#{codes[first]}")
    chat.hears("Kode sudah saya terima")
    chat.say(niks[first])
    chat.hears("Siapa pilihan Anda?")
    chat.card(CANDIDATES[1]).click()
    chat.hears("Saya ulangi pilihan Anda")
    chat.say("ya")
    chat.hears("SUDAH tercatat")
    sees_turnout(village, 1, "0,1%")

    def one(at: int) -> str:
        name = others[at]
        said = (f"{niks[name]} {codes[name]}", WAYS_TO_SAY[at % len(WAYS_TO_SAY)], "ya")
        return village.bilik.talk(f"karangsari-{at}", *said)

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        told: list[Future[str]] = [crowd.submit(one, at) for at in range(MANY)]
        expect(village.public.locator(".huge")).not_to_have_text("0,1%")
        expect(village.harjo.page.locator(".figures")).not_to_contain_text("memilih0,1%")
    assert [answer for one in told if "SUDAH tercatat" not in (answer := one.result())] == []
    sees_turnout(village, 1 + MANY, "4,0%")
    nobody_loaded_again(village.public, village.harjo.page, village.dedi.page)


def close_and_count(village: Village) -> None:
    """Two of the three trustees count, with the same number before their eyes as the panitia."""
    dedi, (harjo, ningsih) = village.dedi, village.screens.values()
    dedi.follow("Tutup pemilihan")
    dedi.press("Ya, tutup")
    dedi.sees("Pemilihan ditutup.")
    for screen in (harjo, ningsih):
        screen.sees("Pemungutan suara sudah ditutup")
    expect(village.public.get_by_text("Hasilnya belum ada")).to_be_visible()
    dedi.follow("Hitung suara")
    dedi.press("Hitung suara")
    dedi.sees("40 suara dijumlahkan tanpa dibuka.")
    dedi.follow("Lanjut")
    dedi.sees("Menunggu saksi: 0 dari 2")
    number = dedi.page.locator("strong.code").inner_text()
    for screen in (harjo, ningsih):
        screen.sees("Hitung suara")
        expect(screen.card).to_contain_text("Surat suara yang dihitung: 40")
        assert screen.number == number
    harjo.count(village.keys[HARJO])
    harjo.sees("Bagian Anda sudah diterima")
    dedi.sees("Menunggu saksi: 1 dari 2")
    ningsih.count(village.keys[NINGSIH])
    for screen in (harjo, ningsih):
        screen.sees("Hasilnya sudah ada")
    dedi.sees("40 suara masuk dari 1.000 pemilih (4,0%).")


def sees_the_result(village: Village) -> None:
    """By itself, on the public page that was open since the opening."""
    public = village.public
    winner = f"Suara terbanyak: nomor 2, {CANDIDATES[1]}."
    expect(public.get_by_text(winner)).to_be_visible()
    for number, name in enumerate(CANDIDATES, start=1):
        row = public.get_by_role("listitem").filter(has_text=name)
        expect(row.locator(".votes")).to_have_text(f"{EXPECTED[number]} suara,")
    valid = sum(EXPECTED.values()) - EXPECTED[None]
    shares = f"Persentase dari {valid} suara sah. Dikosongkan: {EXPECTED[None]}."
    expect(public.get_by_text(shares)).to_be_visible()
    expect(public.get_by_text("40 suara masuk; disisihkan karena rusak: 0.")).to_be_visible()
    expect(public.get_by_text("Unduh kotak suara")).to_be_visible()
    nobody_loaded_again(public, village.harjo.page)


def verify(village: Village) -> None:
    """As the public page says it is done, by a program that is not ours, and by ours."""
    binary = shutil.which("belenios-tool")
    if binary is None:
        pytest.fail("belenios-tool is missing: apt-get install belenios-tool", pytrace=False)
    with village.public.expect_download() as coming:
        village.public.get_by_role("link", name="Unduh kotak suara").click()
    packed = village.directory / coming.value.suggested_filename
    coming.value.save_as(packed)
    with zipfile.ZipFile(packed) as files:
        files.extractall(village.directory / "diunduh")
    folder = village.directory / "diunduh" / SLUG
    theirs = subprocess.run(
        [binary, "election", "verify"], cwd=folder, capture_output=True, check=True
    )
    assert b"all checks passed" in theirs.stderr
    ours = subprocess.run(
        [sys.executable, "-m", "bilik.cli", "verify", "."],
        cwd=folder, capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert "benar. 40 surat suara sah, hasilnya sesuai." in ours.stdout
    shown = village.public.locator(".hashes dd").all_inner_texts()
    assert len(shown) == 2
    assert all(one in ours.stdout for one in shown)


def take_the_minutes(village: Village) -> None:
    """Their figures are the votes."""
    siti = village.siti
    siti.go(f"{HOME}/terbitan")
    siti.press("Buat berita acara")
    minutes = siti.download("Unduh berita acara (PDF)", village.directory / "berita-acara.pdf")
    text = " ".join(word for page in printed.read(minutes) for word in page.text.split())
    rows = [f"{at} {name} {EXPECTED[at]} " for at, name in enumerate(CANDIDATES, start=1)]
    for line in (
        "Jumlah pemilih 1.000 seribu", "Suara masuk 40 empat puluh", "Partisipasi 4,00%", *rows,
        f"Jumlah suara sah {40 - EXPECTED[None]} ",
        f"Dikosongkan, tidak memilih siapa pun {EXPECTED[None]} ",
        f"Suara terbanyak: nomor 2, {CANDIDATES[1]}.",
        f"Yang bertindak dalam penghitungan ini: {HARJO} dan {NINGSIH}.",
    ):  # fmt: skip
        assert line in text


def test_a_village_votes_from_its_first_account_to_the_signed_minutes(village: Village) -> None:
    come_in(village)
    make_the_election(village)
    import_the_roll(village)
    make_the_key(village)
    codes = make_letters(village)
    open_it(village)
    vote(village, codes)
    close_and_count(village)
    sees_the_result(village)
    verify(village)
    take_the_minutes(village)
