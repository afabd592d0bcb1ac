"""A village's whole election at the desk, in a browser, from an account to the published record."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bilik.demo import read_pairs
from bilik.domain.accounts import Role
from bilik.keys import Keys
from bilik.services.booth import Booth
from bilik.services.desk import Desk as Panitia
from bilik.services.outcomes import Kind
from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from tests.booth import SECRET
from tests.browser.desk import Desk, enrol, invited, opened, sign_in
from tests.elections import VILLAGE, open_now
from tests.pages import Pages, serve
from tests.trustees import held_by
from tests.web.desk import Person, enrolled

ELECTION = open_now(VILLAGE)
BAD_ROLL = """\
nik,nama,no_hp,tps
3329015203900001,Siti Rahayu,0812-0000-0001,01
332901520390002,Budi Santoso,,01
3329015203900003,,,02
3329015203900001,Dewi Lestari,,02
"""
GOOD_ROLL = "nik,nama,no_hp,tps\n" + "".join(
    f"33290152039{10 + at:05d},{name} {chr(65 + at // 5)}.,,{1 + at % 3:02d}\n"
    for at, name in enumerate(
        ["Siti Rahayu", "Budi Santoso", "Dewi Lestari", "Agus Wibowo", "Nur Hidayah"] * 18
    )
)


OpenDesk = Callable[[], Desk]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk")


@pytest.fixture(scope="module")
def database(directory: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{directory / 'bilik.db'}")
    upgrade(database)
    yield database
    database.close()


@pytest.fixture(scope="module")
def pages(directory: Path, database: Database) -> Iterator[Pages]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BILIK_PUBLIC_URL", "https://pilih.desa.id")
        with serve(directory, str(database.engine.url), directory / "trustee") as running:
            yield running


@pytest.fixture
def open_desk(browser: Browser, pages: Pages, pictures: Path) -> Iterator[OpenDesk]:
    desks: list[Desk] = []

    def open_one() -> Desk:
        desks.append(opened(browser, pages.url, pictures))
        return desks[-1]

    yield open_one
    for desk in desks:
        desk.page.context.close()
    assert [error for desk in desks for error in desk.errors] == []


def vote(database: Database, pairs: list[tuple[str, str]]) -> None:
    booth = Booth(database, Keys(SECRET))
    for at, (nik, code) in enumerate(pairs):
        assert booth.identify(f"web:{at}", f"{nik} {code}").kind is Kind.IDENTIFIED
        readback = booth.choose(f"web:{at}", str(1 + at % 3)).scene.readback
        assert booth.confirm(f"web:{at}", "ya", readback).kind is Kind.RECORDED


def load_the_file(desk: Desk) -> None:
    """First with mistakes; and another election that is answered for instead."""
    desk.go("/panitia/baru")
    desk.take("baru")
    desk.follow("OSIS")
    desk.page.get_by_label("Sekolah mana?").fill("SMA Negeri 1 Sukamaju")
    desk.page.get_by_label("Tanggal pemungutan suara").fill("2099-12-30")
    desk.page.get_by_label("Ke mana pemilih bertanya?").fill("Bu Guru, 0800-0000-000")
    desk.page.get_by_label("Calon Ketua OSIS").fill("Rara\nBimo\nRara")
    desk.press("Simpan rancangan")
    desk.sees("ditulis dua kali")
    desk.take("buat")
    desk.page.get_by_label("Calon Ketua OSIS").fill("Rara\nBimo")
    desk.press("Simpan rancangan")
    desk.sees("Pemilihan Ketua OSIS SMA Negeri 1 Sukamaju")
    desk.go("/panitia/baru")
    file = desk.page.get_by_label("Berkas pemilihan (pemilihan.yml)")
    wrong = ELECTION.replace("WIB", "WIBB").replace("nomor: 2", "nomor: 1")
    file.set_input_files({"name": "pemilihan.yml", "mimeType": "", "buffer": wrong.encode()})
    desk.press("Periksa dan muat")
    desk.sees("perlu diperbaiki")
    desk.take("berkas-keliru")
    file.set_input_files({"name": "pemilihan.yml", "mimeType": "", "buffer": ELECTION.encode()})
    desk.press("Periksa dan muat")
    desk.sees("sudah dimuat")
    desk.take("berkas-dimuat")
    desk.follow("Lanjut")
    desk.take("pemilihan-persiapan")
    desk.follow("Berkas pemilihan")
    desk.take("berkas")
    desk.page.go_back()


def import_the_roll(desk: Desk, directory: Path) -> None:
    """A bad spreadsheet, what to mend in it, and a good one."""
    desk.follow("Unggah daftar")
    desk.take("pemilih")
    roll = desk.page.get_by_label("Berkas .xlsx atau .csv")
    roll.set_input_files({"name": "dpt.csv", "mimeType": "", "buffer": BAD_ROLL.encode()})
    desk.press("Periksa dulu")
    desk.sees("baris di dpt.csv perlu diperbaiki")
    desk.take("pemilih-keliru")
    mend = desk.download("Unduh berkas perbaikan", directory / "perbaikan.xlsx")
    assert mend.read_bytes().startswith(b"PK")
    desk.press("Unggah lagi")
    roll.set_input_files({"name": "dpt.csv", "mimeType": "", "buffer": GOOD_ROLL.encode()})
    desk.press("Periksa dulu")
    desk.sees("Belum ada yang disimpan")
    desk.take("pemilih-periksa")
    desk.press("Simpan semuanya")
    desk.sees("Tersimpan: 90 baru")
    desk.take("kerja-selesai")
    desk.follow("Lanjut")


def make_letters(desk: Desk, other: Desk, dedi: Person, directory: Path) -> Path:
    """Another member takes them, and removes them from the server; the file of codes."""
    desk.follow("Buat kode dan surat")
    desk.take("surat-belum")
    desk.press("Buat kode dan surat")
    desk.sees("Berkas di server")
    desk.take("surat-di-server")
    sign_in(other, dedi)
    other.go("/panitia/p/sukamaju-2026/surat")
    other.page.get_by_label("Angka dari aplikasi").fill(dedi.code())
    other.press("Tampilkan unduhan")
    other.sees("Daftar kode")
    other.take("surat-unduh")
    letters = other.download("Unduh Surat undangan", directory / "surat.pdf")
    assert letters.read_bytes().startswith(b"%PDF")
    codes = other.download("Unduh Daftar kode", directory / "kode.csv")
    with codes.open(encoding="utf-8") as rows:
        assert len(list(csv.DictReader(rows))) == 90
    other.follow("Hapus dari server")
    other.take("surat-hapus")
    other.page.get_by_role("checkbox").check()
    other.press("Ya, hapus")
    other.sees("Kode dan surat sudah dihapus dari server.")
    other.go("/panitia/p/sukamaju-2026/surat")
    other.take("surat-selesai")

    return codes


def open_and_watch(desk: Desk, database: Database, directory: Path, codes: Path) -> None:
    """While people vote in the booth."""
    desk.go("/panitia/p/sukamaju-2026")
    desk.follow("Buka pemilihan")
    desk.take("buka")
    desk.press("Ya, buka")
    desk.sees("Pemilihan sudah dibuka.")
    (directory / "dpt.csv").write_text(GOOD_ROLL, encoding="utf-8")
    vote(database, read_pairs(directory / "dpt.csv", codes)[:33])
    desk.sees("33 suara masuk")  # the page is up to date by itself
    desk.take("pemilihan-buka")
    desk.go("/panitia")
    desk.take("beranda")
    desk.go("/panitia/p/sukamaju-2026/belum-memilih")
    desk.take("belum-memilih")
    desk.page.get_by_label("Nama").fill("dewi")
    desk.page.get_by_label("TPS").select_option("03")
    desk.press("Cari")
    desk.sees("orang cocok")


def replace_a_letter(desk: Desk, other: Desk) -> None:
    """One asks, another one gives."""
    desk.go("/panitia/p/sukamaju-2026/cadangan")
    desk.page.get_by_label("NIK pemilih").fill("3329015203900099")
    desk.press("Minta surat pengganti")
    desk.sees("Permintaan 1 dicatat")
    desk.take("cadangan")
    expect(desk.page.get_by_role("button", name="Setujui")).to_have_count(0)
    other.go("/panitia/p/sukamaju-2026/cadangan")
    other.press("Setujui")
    other.sees("amplop cadangan nomor 1")
    other.take("cadangan-diberi")


def close_and_count(desk: Desk) -> None:
    desk.go("/panitia/p/sukamaju-2026/jeda")
    desk.take("jeda")
    desk.go("/panitia/p/sukamaju-2026")
    desk.follow("Tutup pemilihan")
    desk.take("tutup")
    desk.press("Ya, tutup")
    desk.sees("Pemilihan ditutup.")
    desk.follow("Hitung suara")
    desk.take("hitung")
    desk.press("Hitung suara")
    desk.sees("33 suara dihitung.")
    desk.follow("Lanjut")
    desk.take("hasil")


def publish(desk: Desk, directory: Path) -> None:
    desk.follow("Terbitkan")
    desk.press("Siapkan terbitan")
    desk.sees("Sudah diperiksa, dan bisa diunduh siapa pun")
    desk.press("Buat berita acara")
    minutes = desk.download("Unduh berita acara (PDF)", directory / "berita-acara.pdf")
    assert minutes.read_bytes().startswith(b"%PDF")
    desk.take("terbitan")
    record = desk.download("Unduh terbitan (zip)", directory / "terbitan.zip")
    assert record.read_bytes().startswith(b"PK")
    desk.go("/panitia/p/sukamaju-2026")
    desk.sees("Suara terbanyak")
    desk.take("pemilihan-dihitung")
    desk.go("/panitia/p/sukamaju-2026/jejak")
    desk.sees("Mengunduh kode atau surat")
    desk.take("jejak")
    desk.go("/panitia/p/sukamaju-2026")
    desk.take("pemilihan-selesai")


def look_at_the_rest(desk: Desk, database: Database, directory: Path) -> None:
    """Pages off the way of this village: another one, whose key trustees will hold."""
    file = directory / "bersaksi.yml"
    text = held_by(definition=ELECTION.replace("sukamaju-2026", "sukasari-2026"))
    file.write_text(text.replace("Sukamaju", "Sukasari"), encoding="utf-8")
    Panitia(database, Keys(SECRET), directory / "trustee").load_election(file)
    for page in ("", "saksi", "saksi/ulang", "hapus"):
        desk.go(f"/panitia/p/sukasari-2026/{page}".rstrip("/"))
        desk.take(f"rancangan-{page or 'bersaksi'}".replace("/", "-"))
    desk.go("/panitia")
    desk.take("beranda-dua")
    desk.go("/panitia/kerja/0")
    desk.take("kerja-hilang")
    desk.go("/panitia/p/tidak-ada")
    desk.take("belum-bisa")


def test_a_village_holds_its_election_at_the_desk(
    open_desk: OpenDesk, directory: Path, database: Database
) -> None:
    desk = open_desk()
    dedi = enrolled(database, "Pak Dedi", Role.PANITIA)
    enrolled(database, "Bu Sri", Role.SAKSI)
    desk.go("/panitia")
    desk.take("masuk")
    siti = enrol(desk, invited(str(database.engine.url), "Bu Siti"), "Bu Siti")
    sign_in(desk, siti)
    desk.take("beranda-kosong")
    desk.follow("Akun")
    desk.take("akun")
    load_the_file(desk)
    import_the_roll(desk, directory)
    other = open_desk()
    codes = make_letters(desk, other, dedi, directory)
    open_and_watch(desk, database, directory, codes)
    replace_a_letter(desk, other)
    close_and_count(desk)
    publish(desk, directory)
    look_at_the_rest(desk, database, directory)
    desk.press("Keluar")
    desk.sees("Enam angka")
    desk.page.get_by_label("Nama").fill("Bu Siti")
    desk.page.get_by_label("Kata sandi").fill("bukan yang ini")
    desk.page.get_by_label("Angka dari aplikasi").fill("123456")
    desk.press("Masuk")
    desk.sees("belum cocok")
    desk.take("masuk-salah")
