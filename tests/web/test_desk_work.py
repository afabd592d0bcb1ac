"""Long work at the desk, and what is left where it was cut off: codes, letters, and the count."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from threading import enumerate as enumerate_threads

import pytest

from bilik.domain.accounts import Role
from bilik.domain.audit import Act
from bilik.errors import BilikError
from bilik.keys import Keys
from bilik.services.desk import Desk
from bilik.services.key_ceremony import KeyCeremony
from bilik.settings import Settings
from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from bilik.web.app import create
from bilik.web.office import Office
from bilik.web.panitia.jobs import Done, Job, Jobs
from tests.booth import SECRET
from tests.elections import VILLAGE, open_now
from tests.pages import Pages, serve
from tests.trustees import NAMES, Group, held_by
from tests.web.desk import Person, Visitor, enrolled, seated, words

SLUG = "sukamaju-2026"


class Gate:
    """Work that waits until it may go on."""

    def __init__(self) -> None:
        self._opened = Event()

    def wait(self, job: Job) -> Done:
        assert self._opened.wait(60)
        return Done("/")

    def open(self) -> None:
        self._opened.set()

    @staticmethod
    def over(job: Job) -> None:
        for thread in enumerate_threads():
            if thread.name == f"desk-{job.id}":
                thread.join(60)
        assert job.is_over


HOME = f"/panitia/p/{SLUG}"
PAIR = NAMES[:2]


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
def siti(database: Database) -> Person:
    enrolled(database, "Bu Sri", Role.SAKSI)
    enrolled(database, "Pak Dedi", Role.PANITIA)
    return enrolled(database, "Bu Siti", Role.PANITIA)


@pytest.fixture(scope="module")
def desk(database: Database, directory: Path) -> Desk:
    return Desk(database, Keys(SECRET), directory / "trustee", actor="Bu Siti")


@pytest.fixture(scope="module")
def pages(directory: Path, database: Database) -> Iterator[Pages]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BILIK_PUBLIC_URL", "https://pilih.desa.id")
        with serve(directory, str(database.engine.url), directory / "trustee") as running:
            yield running


@pytest.fixture
def visitor(pages: Pages, database: Database, siti: Person) -> Visitor:
    return seated(pages.url, database, siti.name)


def entitled(desk: Desk, folder: Path, slug: str, count: int) -> None:
    """A draft with so many voters."""
    (folder / "pemilihan.yml").write_text(open_now(VILLAGE).replace(SLUG, slug), encoding="utf-8")
    rows = "".join(f"3329015203{at:06d},Warga {chr(65 + at % 26)},01\n" for at in range(count))
    (folder / "dpt.csv").write_text(f"nik,nama,tps\n{rows}", encoding="utf-8")
    desk.load_election(folder / "pemilihan.yml")
    desk.import_roll(folder / "dpt.csv", slug)


def test_letters_are_never_drawn_from_codes_that_a_power_cut_left(
    desk: Desk, visitor: Visitor, directory: Path, tmp_path: Path
) -> None:
    slug = "mati-lampu"
    entitled(desk, tmp_path, slug, 30)
    # Codes of the same voters that this database never heard of, as when it did not get to it.
    elsewhere = Database(f"sqlite:///{tmp_path / 'lain.db'}")
    upgrade(elsewhere)
    other = Desk(elsewhere, Keys(SECRET), tmp_path / "kunci")
    entitled(other, tmp_path, slug, 30)
    folder = directory / "meja" / "surat" / slug
    folder.mkdir(mode=0o700, parents=True)
    other.make_codes(folder / "kode.csv", slug)
    elsewhere.close()
    (folder / "kode-cadangan.csv").unlink()
    dead = (folder / "kode.csv").read_text(encoding="utf-8")
    (folder / ".kode-cadangan.csv.x1").write_text("sisa", encoding="utf-8")
    home = f"/panitia/p/{slug}"
    refused = visitor.follow(visitor.post(f"{home}/surat/cetak", {"per_halaman": "2"}))
    assert "Kode di kode.csv tidak dikenal, jadi tidak dicetak." in words(refused)
    assert (folder / "kode.csv").read_text(encoding="utf-8") == dead
    made = visitor.follow(visitor.post(f"{home}/surat/buat", {"per_halaman": "4"}))
    assert "Berkas di server" in words(made)
    assert (folder / "kode.csv").read_text(encoding="utf-8") != dead
    assert desk.unlocks(folder / "kode.csv", slug)
    assert desk.unlocks(folder / "kode-cadangan.csv", slug)
    assert sorted(one.name for one in folder.iterdir()) == [
        "kode-cadangan.csv", "kode.csv", "surat-cadangan.pdf", "surat.pdf",
    ]  # fmt: skip
    assert all(one.stat().st_mode & 0o077 == 0 for one in [folder, *folder.iterdir()])


def test_codes_that_count_are_never_lost_and_letters_follow(
    desk: Desk, visitor: Visitor, directory: Path, tmp_path: Path, siti: Person
) -> None:
    slug = "surat-menyusul"
    entitled(desk, tmp_path, slug, 30)
    folder = directory / "meja" / "surat" / slug
    folder.mkdir(parents=True)
    desk.make_codes(folder / "kode.csv", slug)  # and the power goes before the letters
    kept = (folder / "kode.csv").read_bytes()
    home = f"/panitia/p/{slug}"
    assert "Kodenya aman" in words(visitor.get(f"{home}/surat"))
    again = visitor.follow(visitor.post(f"{home}/surat/buat", {"per_halaman": "2"}))
    assert "Unduh dan hapus itu dulu" in words(again)
    made = visitor.follow(visitor.post(f"{home}/surat/cetak", {"per_halaman": "1"}))
    assert "Kodenya aman" not in words(made)
    assert (folder / "kode.csv").read_bytes() == kept
    # Nothing is taken without a fresh code of one's own, nor removed without saying so.
    assert visitor.post(f"{home}/surat/ambil/surat.pdf").status_code == 403
    assert visitor.post(f"{home}/surat/izin", {"angka": "000000"}).status_code == 400
    assert visitor.post(f"{home}/surat/hapus").status_code == 400
    assert visitor.post(f"{home}/surat/izin", {"angka": siti.code()}).status_code == 303
    taken = visitor.post(f"{home}/surat/ambil/kode.csv")
    assert taken.content == kept
    assert taken.headers["content-disposition"] == f'attachment; filename="{slug}-kode.csv"'
    assert visitor.post(f"{home}/surat/hapus", {"sudah": "ya"}).status_code == 303
    assert not folder.exists()
    (log,) = desk.logs(slug)
    assert [(one.actor, one.act) for one in log.entries][-2:] == [
        ("Bu Siti", Act.LETTERS_TAKEN), ("Bu Siti", Act.LETTERS_REMOVED),
    ]  # fmt: skip
    assert "sudah punya kode" in words(visitor.get(f"{home}/surat"))


@pytest.mark.parametrize(
    ("slug", "name"), [("nama-betul", "Warga Aminah"), ("nama-jawa", "\ua9b1\ua9a0")]
)
def test_codes_stay_whatever_keeps_their_letters_from_being_drawn(
    desk: Desk, visitor: Visitor, directory: Path, tmp_path: Path, slug: str, name: str
) -> None:
    entitled(desk, tmp_path, slug, 30)
    home, folder = f"/panitia/p/{slug}", directory / "meja" / "surat" / slug
    visitor.follow(visitor.post(f"{home}/surat/buat", {"per_halaman": "2"}))
    kept = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert set(kept) == {"kode.csv", "kode-cadangan.csv", "surat.pdf", "surat-cadangan.pdf"}
    (tmp_path / "dpt.csv").write_text(
        f"nik,nama,tps\n3329015203000000,{name},01\n", encoding="utf-8"
    )
    desk.import_roll(tmp_path / "dpt.csv", slug)
    for act in ("cetak", "buat", "cetak"):
        answer = words(visitor.follow(visitor.post(f"{home}/surat/{act}", {"per_halaman": "2"})))
        assert ("Di server masih ada kode" in answer) == (act == "buat")
        assert ("Kodenya tetap ada di server" in answer) == (act == "cetak")
        assert {one.name: one.read_bytes() for one in folder.iterdir()} == kept


def test_two_servers_do_not_work_with_the_same_files(
    pages: Pages, directory: Path, database: Database
) -> None:
    settings = Settings(str(database.engine.url), SECRET, desk_dir=directory / "meja")
    with pytest.raises(BilikError, match="sedang dipakai `bilik web` yang lain"):
        create(Office(database, Keys(SECRET), settings))


def test_trustees_make_their_key_and_count_by_way_of_the_desk(
    desk: Desk, visitor: Visitor, database: Database, pages: Pages, tmp_path: Path
) -> None:
    (tmp_path / "pemilihan.yml").write_text(held_by(PAIR, 2, open_now(VILLAGE)), encoding="utf-8")
    rows = "".join(f"3329015203{at:06d},Warga {at},01\n" for at in range(700, 705))
    (tmp_path / "dpt.csv").write_text(f"nik,nama,tps\n{rows}", encoding="utf-8")
    desk.load_election(tmp_path / "pemilihan.yml")
    desk.import_roll(tmp_path / "dpt.csv", SLUG)
    desk.make_codes(tmp_path / "kode.csv", SLUG)
    assert "Kunci saksi belum jadi" in words(visitor.post(f"{HOME}/buka"))

    group = Group(tmp_path, PAIR)

    def handed_out() -> list[Path]:
        content = visitor.get(f"{HOME}/saksi/berkas.zip").content
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            packed.extractall(group.panitia)
            return [group.panitia / name for name in packed.namelist()]

    def send(files: list[Path], to: str = "saksi") -> str:
        sent = [("berkas", (one.name, one.read_bytes())) for one in files]
        return words(visitor.follow(visitor.post(f"{HOME}/{to}", files=sent)))

    witness = seated(pages.url, database, "Bu Sri")
    links = [f"/saksi/{SLUG}#{place}-" for place in (1, 2)]
    assert all(
        f"https://pilih.desa.id{one}" in words(visitor.get(f"{HOME}/saksi")) for one in links
    )
    assert not any(one in witness.get(f"{HOME}/saksi").text for one in links)
    (invitation,) = handed_out()
    answers = [member.join(invitation) for member in group.members]
    spoilt = tmp_path / "rusak.json"
    spoilt.write_text("{}", encoding="utf-8")
    assert "rusak.json bukan berkas saksi" in send([answers[0], spoilt])
    assert "belum jadi" not in send(answers)
    everyone = next(one for one in handed_out() if "2-sertifikat" in one.name)
    assert "Angka periksa" in send([member.answer(everyone) for member in group.members])
    shares = sorted(one for one in handed_out() if ".3-untuk-" in one.name)
    by_name = {one.name: one for one in shares}
    finals = [
        member.answer(by_name[f"{SLUG}.3-untuk-{member.folder.name}.json"])
        for member in group.members
    ]
    assert "Kunci saksi sudah jadi" in send(finals)
    visitor.post(f"{HOME}/buka")
    assert "sudah dipakai" in words(visitor.post(f"{HOME}/saksi/ulang"))
    visitor.post(f"{HOME}/tutup")

    waiting = words(visitor.follow(visitor.post(f"{HOME}/hitung")))
    assert "Menunggu saksi: 0 dari 2" in waiting
    assert "Angka periksa" in words(witness.get(f"{HOME}/hitung"))
    content = witness.get(f"{HOME}/hitung/untuk-saksi.zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        packed.extractall(group.panitia)
        found = [group.panitia / name for name in packed.namelist()]
    archive, tally = sorted(found, key=lambda one: one.suffix)  # .bel, .json
    parts = [member.decrypt(tally, archive) for member in group.members]
    assert "Menunggu saksi: 1 dari 2" in send(parts[:1], "hitung/bagian")
    assert "sudah diterima sebelumnya" in send(parts[:1], "hitung/bagian")
    assert "0 suara dihitung" in send(parts[1:], "hitung/bagian")
    assert "Bambang Sutrisno" in words(witness.get(f"{HOME}/hitung"))
    assert "Tidak ada suara untuk calon" in words(witness.get(HOME))
    assert KeyCeremony(database).standing(SLUG).step is None


def test_an_election_comes_of_a_few_answers_and_replaces_none(visitor: Visitor, desk: Desk) -> None:
    answers = {
        "tempat": "Kota Bumi Asri", "zona": "WITA", "tanggal": "2099-11-29", "buka": "07:00",
        "tutup": "13:00", "kontak": "Panitia, 0800", "calon1": '1. Rudi "Bang" \\ & Ana: #1',
        "calon0": "Dewi Kartika & Hasan Basri\r\n\r\n Lukman  Hakim & Yuliana Tandi ",
    }  # fmt: skip
    for wrong, told in (
        ({"tempat": ""}, "Isi semua kolom"),
        ({"tanggal": "2020-01-01"}, "sudah lewat"),
        ({"tanggal": "besok"}, "Pilih tanggal"),
        ({"tutup": "06:00"}, "sesudah jam buka"),
        ({"zona": "UTC"}, "zona waktu"),
        ({"calon0": "Dewi Kartika"}, "kedua nama"),
        ({"calon1": " "}, "paling sedikit satu calon"),
    ):
        refused = visitor.post("/panitia/buat/3", {**answers, **wrong})
        assert (refused.status_code, told in words(refused)) == (400, True)
    assert visitor.get("/panitia/buat/9").status_code == 404
    made = visitor.follow(visitor.post("/panitia/buat/3", answers))
    assert "Pilkada Kota Bumi Asri" in words(made)
    election = desk.glance("kota-bumi-asri-2099").election
    assert [len(one.candidates) for one in election.contests] == [2, 2]
    assert election.contests[1].candidates[0].full_name == 'Rudi "Bang" \\ & Ana: #1'
    assert election.contests[1].candidates[1].empty_box
    for asked in (visitor.get, visitor.post):
        early = asked(f"/panitia/p/{election.slug}/buka")
        assert (early.status_code, "masih kosong. Unggah dulu" in words(early)) == (409, True)
        assert f'href="/panitia/p/{election.slug}"' in early.text
    again = visitor.post("/panitia/buat/3", answers)
    assert (again.status_code, "sudah ada" in words(again)) == (400, True)


def test_one_thing_at_a_time_is_done_for_an_election() -> None:
    jobs, gate = Jobs(), Gate()
    first = jobs.start("Memeriksa", "a", "/", gate.wait)
    with pytest.raises(BilikError, match="Masih ada yang sedang dikerjakan: Memeriksa"):
        jobs.start("Menghitung", "a", "/", gate.wait)
    second = jobs.start("Menghitung", "b", "/", gate.wait)
    assert jobs.running("a") is first
    gate.open()
    for job in (first, second):
        gate.over(job)
    assert jobs.running("a") is None
    assert jobs.find(first.id) is first


def test_work_that_fails_says_so_without_saying_what_was_in_it() -> None:
    jobs, gate = Jobs(), Gate()

    def fail(job: Job) -> Done:
        gate.wait(job)
        raise ValueError("3329015203900001")

    job = jobs.start("Memeriksa", "a", "/", fail)
    gate.open()
    gate.over(job)
    assert job.problem is not None
    assert "3329" not in job.problem
