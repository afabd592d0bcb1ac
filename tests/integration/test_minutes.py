"""The minutes of a count on paper, read back from it: text, pages, and the QR code."""

import dataclasses
import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest

from bilik.domain.audit import BY_THE_CLOCK, Act, Entry
from bilik.domain.definition import read_definition
from bilik.domain.election import Candidate, Contest, Election
from bilik.domain.minutes import Fingerprints, Minutes, Particulars
from bilik.domain.tally import ContestCount
from bilik.domain.trustees import TrusteeGroup
from bilik.domain.turnout import MERGED, Station
from bilik.printing import minutes
from tests import printed
from tests.elections import REGION, village
from tests.trustees import NAMES, held_by

PRINTS = Fingerprints(*(hashlib.sha256(bytes([at])).hexdigest() for at in range(4)))
LONG_NAME = "Ni Luh Putu Ayu Sri Wahyuni Ketut Maharani Dewi binti Abdurrahman Wahid"
MANY_DAYS = dataclasses.replace(
    village(),
    title="Pemilihan Kepala Desa Serentak Gelombang Kedua Kecamatan Karangsembung Kabupaten "
    "Pegunungan Bintang Provinsi Papua Pegunungan Tahun 2026",
    closes=village().closes + timedelta(days=2),
    allows_revote=True,
    place="Balai Desa <Karangsembung> & sekitarnya",
    committee=tuple(f"{LONG_NAME[:55]} {at}" for at in range(20)),
    trustees=TrusteeGroup(11, tuple(f"{LONG_NAME[:55]} {at}" for at in range(20))),
    contests=tuple(
        Contest(
            f"c{at}", f"Anggota Badan Permusyawaratan Desa Daerah Pemilihan {at}",
            tuple(Candidate(n, (f"{LONG_NAME} {n}", f"{LONG_NAME} {n}")) for n in range(1, most)),
        )
        for at, most in enumerate((3, 40, 12))
    ),
)  # fmt: skip


def log_of(election: Election) -> list[Entry]:
    """Opened the evening before, paused once, closed by the clock, and counted."""
    acts = [
        (Act.LOAD, -timedelta(days=9), "Bu Siti"),
        (Act.OPEN, -timedelta(hours=12), "Bu Siti"),
        (Act.PAUSE, timedelta(hours=1), "Pak Slamet"),
        (Act.RESUME, timedelta(hours=1, minutes=12), "Pak Slamet"),
        (Act.CLOSE, election.closes - election.opens + timedelta(minutes=15), BY_THE_CLOCK),
        (Act.TALLY, election.closes - election.opens + timedelta(minutes=24), "Bu Siti"),
    ]
    return [
        Entry(number, election.opens + after, actor, act.value, election.slug)
        for number, (act, after, actor) in enumerate(acts, start=1)
    ]


def of(
    election: Election, counts: Sequence[tuple[Sequence[int], int]], stations: Sequence[Station]
) -> Minutes:
    """The minutes of an election with these votes, by contest, and blanks."""
    voters, voted = (sum(one) for one in zip(*((s.voters, s.voted) for s in stations), strict=True))
    return Minutes(
        election=election,
        counts=[
            ContestCount(
                contest.id,
                {one.number: n for one, n in zip(contest.candidates, votes, strict=True)},
                blank,
            )
            for contest, (votes, blank) in zip(election.contests, counts, strict=True)
        ],
        enrolled=voters - 2, added=2, spares=40, given=3, ballots=voted, set_aside=1, replaced=5,
        stations=stations, log=log_of(election), fingerprints=PRINTS,
        decrypted_by=election.trustees.names[:2] if election.trustees else (),
    )  # fmt: skip


def written(said: Minutes, particulars: Particulars) -> bytes:
    file = BytesIO()
    minutes.write_file(file, said, particulars)
    return file.getvalue()


def texts(said: Minutes, particulars: Particulars | None = None) -> list[str]:
    """What stands on each page."""
    document = pypdfium2.PdfDocument(written(said, particulars or Particulars()))
    try:
        return [page.get_textpage().get_text_bounded().replace("\r", "") for page in document]
    finally:
        document.close()


def flowing(text: str) -> str:
    return " ".join(text.split())


ONE_STATION = [Station("", 2070, 1655)]
VILLAGE_COUNT = [((620, 1002, 18), 14)]


def test_a_village_has_all_of_it_on_two_pages() -> None:
    election = dataclasses.replace(
        village(), place="Balai Desa Sukamaju", committee=("H. Slamet Riyadi, S.Sos.", "Ratna Dewi")
    )
    stations = [Station("01", 1000, 800), Station("02", 1070, 855)]
    first, second = map(
        flowing, texts(of(election, VILLAGE_COUNT, stations), Particulars("141/07"))
    )
    for said in (
        "BERITA ACARA PENGHITUNGAN SUARA Pemilihan Kepala Desa Sukamaju Nomor: 141/07",
        "Pada hari Minggu tanggal dua puluh sembilan November tahun dua ribu dua puluh enam "
        "(29-11-2026), pukul 13.24 WIB, bertempat di Balai Desa Sukamaju",
        "Pemilih di daftar saat dibuka 2.068 dua ribu enam puluh delapan",
        "Pemilih tambahan sesudah dibuka 2 dua",
        "Jumlah pemilih 2.070 dua ribu tujuh puluh",
        "Surat undangan cadangan dibuat 40 empat puluh",
        "Surat undangan cadangan diserahkan 3 tiga",
        "Suara masuk 1.655 seribu enam ratus lima puluh lima",
        "Partisipasi 79,95% dari jumlah pemilih",
        "Pemilih yang tidak memberikan suara 415 empat ratus lima belas",
        "Surat suara disisihkan karena rusak 1 satu",
        "Suara yang dihitung 1.654 seribu enam ratus lima puluh empat",
        "1 H. Ahmad Fauzi, S.E. 620 37,80% enam ratus dua puluh",
        "2 Siti Rahmawati, S.Pd. 1.002 61,10% seribu dua",
        "Jumlah suara sah 1.640 seribu enam ratus empat puluh",
        "Dikosongkan, tidak memilih siapa pun 14 empat belas",
        "Jumlah seluruhnya 1.654",
        "Suara terbanyak: nomor 2, Siti Rahmawati, S.Pd. 3.",
        "Jadwal pemungutan suara Minggu, 29 November 2026 pukul 07.00–13.00 WIB",
        "Daftar dikunci, kotak dibuka Sabtu, 28 November 2026 pukul 19.00 WIB Bu Siti",
        "Suara mulai diterima Minggu, 29 November 2026 pukul 07.00 WIB jam server",
        "Pemungutan suara dijeda Minggu, 29 November 2026 pukul 08.00 WIB Pak Slamet",
        "Pemungutan suara dilanjutkan Minggu, 29 November 2026 pukul 08.12 WIB Pak Slamet",
        "Pemungutan suara ditutup Minggu, 29 November 2026 pukul 13.15 WIB jam server",
        "Suara dihitung Minggu, 29 November 2026 pukul 13.24 WIB Bu Siti",
        "Halaman 1 dari 2",
    ):  # fmt: skip
        assert said in first
    for said in (
        "dipegang server panitia sendiri",
        "TPS 01 1.000 800 80,00% TPS 02 1.070 855 79,91% Jumlah 2.070 1.655 79,95%",
        "belenios-tool election verify",
        "bilik verify FOLDER",
        "H. Slamet Riyadi, S.Sos. Ketua",
        "Ratna Dewi Anggota",
        "Nama: Saksi",
        "Halaman 2 dari 2",
    ):
        assert said in second
    for one in dataclasses.astuple(PRINTS):
        assert one in second.replace(" ", "")
    assert "lainnya" not in second
    assert "muat" not in first + second


def test_the_code_leads_to_the_record_or_names_it(tmp_path: Path) -> None:
    said = of(village(), VILLAGE_COUNT, ONE_STATION)
    for particulars, content in (
        (Particulars(url="https://sukamaju.desa.id/hasil"), "https://sukamaju.desa.id/hasil"),
        (Particulars(), PRINTS.archive),
    ):
        (tmp_path / "ba.pdf").write_bytes(written(said, particulars))
        pages = printed.read(tmp_path / "ba.pdf")
        codes = sum((one.codes for one in pages), start=type(pages[0].codes)())
        assert codes == {content: 1}
        assert min(side for one in pages for side in one.sides) > 25


def test_the_same_minutes_are_the_same_bytes() -> None:
    said = of(village(), VILLAGE_COUNT, ONE_STATION)
    assert written(said, Particulars()) == written(said, Particulars())
    assert written(said, Particulars()) != written(said, Particulars(number="2"))


def test_two_contests_each_have_their_count_and_what_it_means() -> None:
    said = flowing(
        "".join(
            texts(of(read_definition(REGION), [((12, 11), 0), ((9, 9), 5)], [Station("1", 50, 24)]))
        )
    )
    assert "1 Andi Mallarangi & Ruth Sondakh 12 52,17% dua belas" in said
    assert "Suara terbanyak: nomor 1, Andi Mallarangi & Ruth Sondakh." in said
    assert "2 Kotak Kosong 9 50,00% sembilan" in said
    assert (
        "Suaranya sama banyak. Calon tunggal, Lukman Hakim & Yuliana Tandi, tidak mendapat lebih "
        "dari setengah suara sah, jadi belum terpilih."
    ) in said
    assert "13.24 WITA" in said


@pytest.mark.parametrize(
    ("votes", "blank", "means"),
    [
        ((0, 0, 0), 0, "Tidak ada suara untuk calon mana pun."),
        ((0, 0, 0), 9, "Tidak ada suara untuk calon mana pun."),
        ((4, 4, 1), 0, "Suara terbanyak sama: nomor 1, H. Ahmad Fauzi, S.E.; dan nomor 2"),
    ],
)
def test_no_votes_and_a_tie_are_told(votes: tuple[int, ...], blank: int, means: str) -> None:
    (first, _) = map(flowing, texts(of(village(), [(votes, blank)], [Station("", 30, 10)])))
    assert means in first
    assert ("%" in first.partition("Perolehan suara")[2]) is any(votes)


def test_trustees_are_named_with_how_many_are_needed_and_who_acted() -> None:
    election = read_definition(held_by())
    last = flowing(texts(of(election, VILLAGE_COUNT, ONE_STATION))[-1])
    assert "dibagi kepada 5 saksi: Pak Budi, Bu Siti R., Mas Joko, Ibu Wayan, dan Pak Made." in last
    assert "setelah sedikitnya 3 dari mereka bertindak" in last
    assert "Yang bertindak dalam penghitungan ini: Pak Budi dan Bu Siti R." in last
    assert all(f"{name} Saksi pemegang kunci" in last for name in NAMES)
    assert last.count("Nama: Saksi") == 1


def test_hundreds_of_stations_go_over_pages_with_their_head_and_add_up_at_the_end() -> None:
    stations = [Station(f"{at:03d}", 400 + at % 90, 300 + at % 70) for at in range(1, 301)]
    stations.append(Station(MERGED, 61, 40))
    pages = texts(of(village(), [((1, 2, 3), 4)], stations))
    assert [
        flowing(one).count(f"Halaman {at} dari {len(pages)}") for at, one in enumerate(pages, 1)
    ] == [1] * len(pages)
    found = [
        row for page in pages for row in re.findall(r"TPS (\d{3}) ([\d.]+) ([\d.]+) [\d,]+%", page)
    ]
    assert sorted(found) == [(one.name, str(one.voters), str(one.voted)) for one in stations[:-1]]
    with_rows = [page for page in pages if re.search(r"TPS \d{3} ", page)]
    assert 3 <= len(with_rows) <= 6
    assert all(
        "TPS Pemilih Memilih Persen TPS Pemilih Memilih Persen" in page for page in with_rows
    )
    everyone = f"{sum(one.voters for one in stations):,}".replace(",", ".")
    merged = rf"TPS lainnya 61 40 65,57%\s.*Jumlah {everyone} "
    assert re.search(merged, with_rows[-1], re.DOTALL)
    assert "gabungan TPS kecil" in with_rows[-1]
    assert "Sidik terbitan" in pages[-1]
    assert "Saksi" in pages[-1]


@pytest.mark.parametrize("count", range(2, 40, 3))
def test_no_station_is_lost_however_many_there_are(count: int) -> None:
    """Where the table breaks differs from count to count; a sum never stands alone on a page."""
    stations = [Station(f"{at:02d}", 100 + at, 50 + at) for at in range(1, count + 1)]
    pages = texts(of(village(), [((1, 2, 3), 4)], stations))
    rows = [re.findall(r"TPS (\d\d) \d+ \d+ ", page) for page in pages]
    assert sorted(name for page in rows for name in page) == [one.name for one in stations]
    (at,) = [
        n for n, page in enumerate(pages) if re.search(r"Jumlah [\d.]+ [\d.]+ \d+,\d\d%", page)
    ]
    assert rows[at]


def test_long_names_and_many_of_all_are_whole_and_nothing_leaves_the_page(tmp_path: Path) -> None:
    stations = [Station(f"Dusun Karangsembung Kulon Wetan RT {at:02d} RW 05", 400, 300)
                for at in range(30)]  # fmt: skip
    counts = [(range(len(one.candidates)), 10) for one in MANY_DAYS.contests]
    said = of(MANY_DAYS, counts, stations)
    (tmp_path / "ba.pdf").write_bytes(written(said, Particulars()))
    document = pypdfium2.PdfDocument(tmp_path / "ba.pdf")
    pages = [page.get_textpage() for page in document]
    whole = flowing(" ".join(page.get_text_bounded() for page in pages))
    assert "Balai Desa <Karangsembung> & sekitarnya" in whole
    for contest in MANY_DAYS.contests:
        assert contest.title in whole
        for one in contest.candidates:
            assert one.full_name in whole
    for name in MANY_DAYS.committee:
        assert name in whole
    assert "Surat suara lama yang sudah diganti pemilihnya 5 lima" in whole
    assert "sampai Selasa, 1 Desember 2026 pukul 13.00 WIB" in whole
    for page in pages:
        for at in range(page.count_rects()):
            left, bottom, right, top = page.get_rect(at)
            assert left >= 20 * printed.MM
            assert right <= 190 * printed.MM
            assert bottom >= 10 * printed.MM
            assert top <= 287 * printed.MM
    document.close()


def test_a_sum_that_waited_for_trustees_is_told_once() -> None:
    said = of(village(), VILLAGE_COUNT, ONE_STATION)
    *before, counted = said.log
    sums = [dataclasses.replace(counted, act=Act.ADD_UP.value) for _ in range(3)]
    first = flowing(texts(dataclasses.replace(said, log=[*before, *sums, counted]))[0])
    assert first.count("Surat suara dijumlahkan tanpa dibuka") == 1


def test_signs_that_cannot_be_printed_do_not_keep_a_count_from_its_minutes() -> None:
    election = dataclasses.replace(village(), title="Pemilihan 🗳 王\nSukamaju", place="\u0007")
    first = flowing(texts(of(election, VILLAGE_COUNT, ONE_STATION))[0])
    assert "Siti Rahmawati, S.Pd. 1.002 61,10% seribu dua" in first


def test_an_election_that_was_opened_without_a_log_leaves_its_hour_to_be_filled_in() -> None:
    said = dataclasses.replace(of(village(), VILLAGE_COUNT, ONE_STATION), log=())
    first = flowing(texts(said)[0])
    assert re.search(r"Pada hari \.{9,} tanggal \.{9,}, bertempat di \.{9,}", first)
    assert "Jadwal pemungutan suara Minggu, 29 November 2026" in first
