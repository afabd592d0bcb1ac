"""Letters printed from a file of codes, read back from the paper: text, and QR codes as a phone."""

import csv
import dataclasses
import io
import json
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bilik.domain import doors, voting_code
from bilik.domain.code_file import Invitation
from bilik.domain.doors import Door
from bilik.domain.election import Election
from bilik.errors import BilikError, FileProblems
from bilik.printing import sheets
from bilik.services.desk import Desk
from tests import printed
from tests.booth import draft
from tests.databases import ONLY_SQLITE
from tests.elections import REGION, VILLAGE, village
from tests.integration.test_cli import Shell
from tests.printed import MM

DOORS = [
    doors.whatsapp("+6281234567890"),
    doors.telegram("BilikSukamajuBot"),
    doors.web("https://pilih.sukamaju.desa.id"),
]
NAMES = (
    "Siti Zubaidah", "agus Wibowo",
    "H. Muhammad Zainal Abidin Syarifuddin Nasution, S.Pd., M.Pd.I.",
    "José Ḥasan", "Ma’ruf <b>&", "Yohana Tefa", "Ni Luh Ayu", "Tigor", "Ōmar", "Zul", "Budi",
)  # fmt: skip
LONG_NAME = (
    "Ni Luh Putu Ayu Sri Wahyuni Ketut Maharani Dewi binti Abdurrahman Wahid Hasyim Asy'ari "
    "Syarifuddin Nasution al-Jawi al-Makassari Tuanku Sutan Mangkuto Rajo Basa"
)


def to(number: int, name: str = "Siti Zubaidah", tps: str = "01") -> Invitation:
    nik = f"332901********{number % 100:02d}"
    return Invitation(voting_code.new_code(), name, tps, nik, line=number + 2)


def write(
    path: Path,
    letters: Sequence[Invitation],
    per_page: int,
    election: Election | None = None,
    leading: Sequence[Door] = DOORS,
) -> list[printed.Page]:
    (runs,) = sheets.in_files([letters], per_page)
    with path.open("wb") as file:
        sheets.write_file(file, runs, per_page, election or village(), leading)
    return printed.read(path)


def long_texts(title: str, contact: str) -> Election:
    """Over several days, for known numbers, with voting again: all sentences that there are."""
    return dataclasses.replace(
        village(), title=title, contact=contact, needs_known_number=True, allows_revote=True,
        closes=village().closes + timedelta(days=2),
    )  # fmt: skip


LONG = long_texts(
    "Pemilihan Kepala Desa Serentak Gelombang Kedua Kecamatan Karangsembung Kabupaten Pegunungan "
    "Bintang Provinsi Papua Pegunungan Tahun 2026",
    "Panitia Pemilihan Kepala Desa Karangsembung Wetan, Balai Desa, 0812-0000-0000, 0813-1111-1111",
)
USUAL = dataclasses.replace(
    village(),
    title="Pemilihan Kepala Desa Antarwaktu Desa Karangsembada Kecamatan Karangsembada Kabupaten "
    "Muaralestari Tahun 2026",
    contact="Panitia & Saksi Karangsembada, 0812-0000-0000",
)


@pytest.mark.parametrize("per_page", sheets.PER_PAGE)
def test_each_letter_says_whose_it_is_and_its_qr_codes_open_each_chat_with_the_code(
    tmp_path: Path, per_page: int
) -> None:
    letters = [to(number, name) for number, name in enumerate(NAMES)]
    pages = write(tmp_path / "surat.pdf", letters, per_page)
    assert len(pages) == -(-len(letters) // per_page)
    text = " ".join(" ".join(page.text.split()) for page in pages)
    for number, letter in enumerate(letters, start=1):
        assert text.count(letter.name) >= 1
        assert text.count(voting_code.printed(letter.code)) == 1
        assert text.count(letter.nik) == 1
        assert text.count(f"TPS 01 · {number} dari {len(letters)} ") == 1
    for once in (
        "Pemilihan Kepala Desa Sukamaju", "Minggu, 29 November 2026, pukul 07.00–13.00 WIB",
        "Panitia, 0800-0000-000", "Perlu bantuan?", "Nama pendamping", "Tanda tangan",
        "Jangan berikan kode ini kepada siapa pun, juga tidak kepada panitia.", "+62 812-3456-7890",
        "@BilikSukamajuBot", "hapus percakapannya sesudah memilih",
    ):  # fmt: skip
        assert text.count(once) == len(letters), once
    seen = sum((page.codes for page in pages), Counter())
    assert seen == Counter(door.link(one.code) for one in letters for door in DOORS)
    assert min(side for page in pages for side in page.sides) >= 21.5  # to a dot of the picture


@pytest.mark.parametrize(
    ("per_page", "election"), [(1, LONG), (2, LONG), (4, USUAL), (1, USUAL), (2, USUAL)]
)
def test_long_names_and_titles_stay_in_their_letter_and_nothing_lies_on_anything(
    tmp_path: Path, per_page: int, election: Election
) -> None:
    letters = [
        to(one, LONG_NAME[: 40 + 30 * one].strip(), "RT 03/RW 05 Dusun Krajan Kidul Barat")
        for one in range(5)
    ]
    far = [DOORS[0], DOORS[1], doors.web("https://pilkades.karangsembada.desa.id")]
    pages = write(tmp_path / "surat.pdf", letters, per_page, election, far)
    seen = sum((page.codes for page in pages), Counter())
    assert seen == Counter(door.link(one.code) for one in letters for door in far)
    wide = 210 * MM / (2 if per_page == 4 else 1)
    high = 297 * MM / (1 if per_page == 1 else 2)
    for page in pages:
        text = " ".join(page.text.split())
        assert election.title in text
        assert election.contact in text
        for sign in page.signs:
            assert sign.size >= 9 - 1e-3
            assert 4 * MM <= sign.left % wide <= sign.right % wide <= wide - 4 * MM
            assert 4 * MM <= sign.bottom % high <= sign.top % high <= high - 4 * MM
        assert not [
            (one.text, other.text)
            for at, one in enumerate(page.signs)
            for other in page.signs[at + 1 :]
            if min(one.right, other.right) - max(one.left, other.left) > 1
            and min(one.top, other.top) - max(one.bottom, other.bottom) > 1
        ]


def test_texts_that_do_not_fit_are_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BilikError, match="--per-halaman"):
        write(tmp_path / "surat.pdf", [to(1)], 4, LONG)


def test_a_title_that_cannot_be_printed_is_told_with_the_sign(tmp_path: Path) -> None:
    with pytest.raises(BilikError, match="memuat 🗳 yang"):
        write(tmp_path / "surat.pdf", [to(1)], 2, dataclasses.replace(village(), title="Pilih 🗳"))


@pytest.mark.parametrize("per_page", sheets.PER_PAGE)
def test_with_the_page_alone_there_is_one_qr_code(tmp_path: Path, per_page: int) -> None:
    (page,) = write(tmp_path / "surat.pdf", [one := to(1)], per_page, leading=DOORS[2:])
    assert page.codes == Counter([DOORS[2].link(one.code)])
    assert "Pindai QR ini" in page.text
    assert "Telegram" not in page.text


def test_a_spare_letter_has_a_number_and_nobody_s_name(tmp_path: Path) -> None:
    spares = [Invitation(voting_code.new_code(), spare=number) for number in (7, 8)]
    (page,) = write(tmp_path / "cadangan.pdf", spares, 2)
    assert "Surat cadangan nomor 7" in page.text
    assert "Berlaku sesudah diserahkan panitia kepada Anda." in page.text
    assert "NIK 3" not in page.text
    assert "TPS " not in page.text


def test_what_is_in_memory_does_not_grow_with_the_letters(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        letters = [to(number) for number in range(count)]
        files = sheets.in_files([letters], per_page=4, ream=20)
        tracemalloc.start()
        for runs in files:
            with (tmp_path / "surat.pdf").open("wb") as file:
                sheets.write_file(file, runs, 4, village(), DOORS)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(80)  # typefaces are read once
    assert peak(5 * 80) < 1.25 * peak(80)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The desk over a draft with voters in two TPS, who have codes."""
    desk = draft(tmp_path)
    rows = [
        f'332901520390{at:04d},"{name}",{1 + at % 2:02d}'
        for at, name in enumerate(NAMES, start=1)
        if "<" not in name
    ]
    (tmp_path / "dpt.csv").write_text("\n".join(["nik,nama,tps", *rows]), encoding="utf-8")
    desk.import_roll(tmp_path / "dpt.csv")
    desk.make_codes(tmp_path / "kode.csv")
    (tmp_path / "surat").mkdir()
    return desk


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def all_doors(election: Election) -> Sequence[Door]:
    return DOORS


def test_a_file_that_excel_has_saved_prints_the_same_letters_with_the_roll_s_tps(
    desk: Desk, tmp_path: Path
) -> None:
    rows = rows_of(tmp_path / "kode.csv")
    as_excel = io.StringIO(newline="")
    writer = csv.writer(as_excel, delimiter=";", lineterminator="\r\n")
    writer.writerow(rows[0])
    for row in reversed(rows):
        writer.writerow({**row, "tps": row["tps"].lstrip("0")}.values())
    (tmp_path / "excel.csv").write_text(as_excel.getvalue(), encoding="utf-8-sig", newline="")
    for name in ("kode", "excel"):
        desk.print_letters(
            tmp_path / f"{name}.csv", tmp_path / "surat" / f"{name}.pdf", all_doors, 4
        )
    own, saved = (printed.read(tmp_path / "surat" / f"{one}.pdf") for one in ("kode", "excel"))
    assert [page.text for page in own] == [page.text for page in saved]
    assert [page.codes for page in own] == [page.codes for page in saved]
    assert "TPS 01 · 1 dari 5" in own[0].text
    assert "TPS 02 · 1 dari 5" in own[2].text


def test_letters_lie_by_tps_and_name_in_the_order_of_the_piles(desk: Desk, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    out = tmp_path / "surat.pdf"
    made, chosen = desk.print_letters(
        tmp_path / "kode.csv", out, all_doors, 1, progress=lambda *one: told.append(one)
    )
    assert (made.letters, made.places, made.sheets, made.files) == (10, 2, 10, [out])
    assert chosen == DOORS
    assert told == [(done, 10) for done in range(1, 11)]
    wanted = sorted(
        rows_of(tmp_path / "kode.csv"), key=lambda row: (row["tps"], row["nama"].casefold())
    )
    for page, row in zip(printed.read(out), wanted, strict=True):
        assert row["kode_undangan"] in page.text
        assert row["nama"] in " ".join(page.text.split())


def test_more_than_a_ream_is_several_files_for_their_owner_s_eyes(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets.in_files, "__defaults__", (2,))
    made, _ = desk.print_letters(
        tmp_path / "kode.csv", tmp_path / "surat" / "surat.pdf", all_doors, 2
    )
    files = sorted((tmp_path / "surat").iterdir())
    assert [one.name for one in files] == [f"surat-{number}.pdf" for number in range(1, 5)]
    assert list(made.files) == files
    assert {one.stat().st_mode & 0o777 for one in files} == {0o600}
    seen = sum((page.codes for one in files for page in printed.read(one)), Counter())
    codes = [row["kode_undangan"] for row in rows_of(tmp_path / "kode.csv")]
    assert seen == Counter(door.link(one.replace("-", "")) for one in codes for door in DOORS)


@pytest.mark.parametrize("taken", ["surat-1.pdf", "surat-4.pdf"])
def test_a_file_that_is_there_stays_and_none_is_written(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: str
) -> None:
    monkeypatch.setattr(sheets.in_files, "__defaults__", (2,))
    (tmp_path / "surat" / taken).write_text("lama")
    with pytest.raises(BilikError, match="sudah ada"):
        desk.print_letters(tmp_path / "kode.csv", tmp_path / "surat" / "surat.pdf", all_doors, 2)
    assert [one.name for one in (tmp_path / "surat").iterdir()] == [taken]
    assert (tmp_path / "surat" / taken).read_text() == "lama"


def test_texts_too_long_for_the_paper_leave_nothing(desk: Desk, tmp_path: Path) -> None:
    definition = VILLAGE.replace("Pemilihan Kepala Desa Sukamaju", "Pemilihan " * 60)
    (tmp_path / "pemilihan.yml").write_text(definition, encoding="utf-8")
    desk.load_election(tmp_path / "pemilihan.yml")
    with pytest.raises(BilikError, match="--per-halaman"):
        desk.print_letters(tmp_path / "kode.csv", tmp_path / "surat" / "a.pdf", all_doors, 4)
    assert list((tmp_path / "surat").iterdir()) == []


def test_an_interruption_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    def interrupt(done: int, of: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.print_letters(
            tmp_path / "kode.csv", tmp_path / "surat" / "a.pdf", all_doors, 2, progress=interrupt
        )
    assert list((tmp_path / "surat").iterdir()) == []


def test_codes_of_another_election_are_not_printed_under_this_one_s_title(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "lain.yml").write_text(REGION, encoding="utf-8")
    desk.load_election(tmp_path / "lain.yml")
    (tmp_path / "lain.csv").write_text("nik,nama\n3329015203900001,Orang Lain\n", encoding="utf-8")
    desk.import_roll(tmp_path / "lain.csv", "pilkada-2026")
    out = tmp_path / "surat" / "a.pdf"
    with pytest.raises(FileProblems, match="tidak ada di daftar pemilih `pilkada-2026`"):
        desk.print_letters(tmp_path / "kode.csv", out, all_doors, 2, "pilkada-2026")
    with pytest.raises(FileProblems, match="tidak punya surat cadangan 1"):
        desk.print_letters(tmp_path / "kode-cadangan.csv", out, all_doors, 2, "pilkada-2026")
    assert list((tmp_path / "surat").iterdir()) == []


def test_two_voters_of_one_name_and_masked_nik_keep_the_tps_of_the_file(
    desk: Desk, tmp_path: Path
) -> None:
    rows = ["nik,nama,tps", "3329015203900101,Kembar,01", "3329015203910101,Kembar,02"]
    (tmp_path / "dpt.csv").write_text("\n".join(rows), encoding="utf-8")
    desk.import_roll(tmp_path / "dpt.csv")
    desk.make_codes(tmp_path / "susulan.csv")
    desk.print_letters(tmp_path / "susulan.csv", tmp_path / "susulan.pdf", all_doors, 1)
    pages = printed.read(tmp_path / "susulan.pdf")
    for page, row in zip(pages, rows_of(tmp_path / "susulan.csv"), strict=True):
        assert row["kode_undangan"] in page.text
        assert f"TPS {row['tps']} · 1 dari 1" in page.text


def test_a_name_that_cannot_be_printed_is_told_by_its_line(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "dpt.csv").write_text("nik,nama\n3329015203900201,王小明\n", encoding="utf-8")
    desk.import_roll(tmp_path / "dpt.csv")
    desk.make_codes(tmp_path / "susulan.csv")
    with pytest.raises(FileProblems, match=r"baris 2: .*huruf Latin"):
        desk.print_letters(tmp_path / "susulan.csv", tmp_path / "a.pdf", all_doors, 1)


@pytest.fixture
def bilik(url: str, tmp_path: Path) -> Shell:
    (tmp_path / "pemilihan.yml").write_text(VILLAGE, encoding="utf-8")
    rows = "nik,nama,tps\n3329015203900001,Siti Zubaidah,03\n3329015203900002,Agus,03\n"
    (tmp_path / "dpt.csv").write_text(rows, encoding="utf-8")
    shell = Shell(tmp_path, url)
    shell.ok("election", "load", "pemilihan.yml")
    shell.ok("roll", "import", "dpt.csv")
    assert "bilik letters --codes kode.csv" in shell.ok("roll", "codes", "--out", "kode.csv")
    return shell


@ONLY_SQLITE
def test_from_codes_to_letters_at_the_desk(bilik: Shell, tmp_path: Path) -> None:
    refused = bilik("letters", "--codes", "kode.csv")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "BILIK_PUBLIC_URL belum diisi" in refused.stderr
    bilik.environ |= {
        "BILIK_PUBLIC_URL": "https://pilih.desa.id", "BILIK_TELEGRAM_TOKEN": "123:AB",
        "BILIK_TELEGRAM_BOT": "BilikSukamajuBot",
    }  # fmt: skip
    done = bilik("letters", "--codes", "kode.csv", "--per-halaman", "4")
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 surat, 1 lembar A4, ditulis ke kode.pdf." in done.stdout
    assert "QR membuka: Telegram, Halaman web." in done.stdout
    assert "hapus PDF itu dan kode.csv" in done.stdout
    assert (tmp_path / "kode.pdf").stat().st_mode & 0o777 == 0o600
    again = bilik("letters", "--codes", "kode.csv")
    assert (again.returncode, "sudah ada" in again.stderr) == (1, True)
    told = json.loads(
        bilik.ok("letters", "--codes", "kode-cadangan.csv", "--out", "amplop.pdf", "--json")
    )
    assert told == {
        "letters": 2, "places": 1, "sheets": 1, "files": ["amplop.pdf"],
        "qr": ["Telegram", "Halaman web"],
    }  # fmt: skip
    (page,) = printed.read(tmp_path / "kode.pdf")
    assert "TPS 03 · 2 dari 2" in page.text
    assert len(page.codes) == 4
    assert bilik("letters", "--codes", "kode.csv", "--per-halaman", "3").returncode == 2
