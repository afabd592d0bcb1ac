from datetime import datetime, timedelta, timezone

import pytest

from bilik.domain.definition import check_definition, read_definition
from bilik.domain.election import BLANK, Phase, State, Visibility
from bilik.domain.trustees import TrusteeGroup
from bilik.errors import FileProblems
from tests.elections import REGION, VILLAGE, region, village


def test_an_election_is_read_from_its_file() -> None:
    election = village()
    assert election.title == "Pemilihan Kepala Desa Sukamaju"
    assert election.opens.isoformat() == "2026-11-29T00:00:00+00:00"
    assert election.closes - election.opens == timedelta(hours=6)
    assert [one.full_name for one in election.contests[0].candidates] == [
        "H. Ahmad Fauzi, S.E.", "Siti Rahmawati, S.Pd.", "Bambang Sutrisno",
    ]  # fmt: skip


def test_pairs_the_empty_box_and_live_results() -> None:
    election = region()
    assert election.visibility is Visibility.LIVE
    assert election.opens.isoformat() == "2026-11-28T23:00:00+00:00"
    first, second = election.contest("bupati").candidates
    assert first.full_name == "Lukman Hakim & Yuliana Tandi"
    assert second.empty_box
    assert second.full_name == "Kotak Kosong"


def test_every_mistake_is_told_with_its_line_and_all_at_once() -> None:
    text = """\
kode: Suka Maju
judul:
zona_waktu: WIBB
dibuka: besok pagi
ditutup: 2026-11-29 13:00
kontak: Panitia
warna: merah
surat_suara:
  - kode: kades
    jabatan: Kepala Desa
    calon:
      - nomor: satu
        nama: A
      - nomor: 2
        namaa: B
      - nomor: 2
        nama: C
        jenis_kelamin: X
"""
    with pytest.raises(FileProblems) as caught:
        read_definition(text, "pemilihan.yml")
    lines = {problem.line: problem.text for problem in caught.value.problems}
    assert {1, 3, 4, 7, 12, 14, 15, 18} <= set(lines)
    assert "mungkin maksudnya `nama`" in lines[15]
    assert "`judul` belum diisi" in str(caught.value)
    assert "dipakai dua kali" in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a\n- b", "kode: [", "\tkode: x", "kode: 'x", "a: b: c"])
def test_what_is_no_election_file_is_refused_with_a_line(text: str) -> None:
    with pytest.raises(FileProblems) as caught:
        read_definition(text)
    assert all(problem.line >= 1 for problem in caught.value.problems)


def test_a_single_candidate_needs_an_opponent() -> None:
    with pytest.raises(FileProblems, match="kotak_kosong: ya"):
        read_definition(REGION.replace("      - {nomor: 2, kotak_kosong: ya}\n", ""))


@pytest.mark.parametrize(("line", "keeps"), [("", False), ("ya", True), ("tidak", False)])
def test_messages_not_understood_are_kept_only_if_the_file_says_so(line: str, keeps: bool) -> None:
    text = f"simpan_tak_dipahami: {line}\n{VILLAGE}" if line else VILLAGE
    assert read_definition(text).keeps_not_understood is keeps


def test_trustees_are_named_with_their_threshold() -> None:
    assert village().trustees is None
    text = f"saksi:\n  ambang: 2\n  nama:\n    - Pak Budi\n    - Bu Siti R.\n{VILLAGE}"
    group = read_definition(text).trustees
    assert group == TrusteeGroup(2, ("Pak Budi", "Bu Siti R."))
    assert (group.place("bu siti r"), group.place("Pak Camat")) == (2, None)


@pytest.mark.parametrize(
    ("section", "line", "says"),
    [
        ("saksi:\n", 1, "diperlukan isian seperti `ambang"),
        ("saksi: Pak Budi\n", 1, "diperlukan isian seperti `ambang"),
        ("saksi:\n  ambang: 1\n", 2, "`nama` belum diisi"),
        ("saksi:\n  nama: [A, B]\n", 2, "`ambang` belum diisi"),
        ("saksi:\n  ambang: 3\n  nama: [A, B]\n", 2, "`ambang` harus 1 sampai 2"),
        ("saksi:\n  ambang: 0\n  nama: [A, B]\n", 2, "`ambang` harus 1 sampai 2"),
        ("saksi:\n  ambang: dua\n  nama: [A, B]\n", 2, "harus angka"),
        ("saksi:\n  ambang: 1\n  orang: [A]\n", 3, "`orang` tidak dikenal"),
        ("saksi:\n  ambang: 1\n  nama:\n    - Bu Ani\n    - bu  ani\n", 5, "ditulis dua kali"),
        ("saksi:\n  ambang: 1\n  nama:\n    - A\n    - '...'\n", 5, "diisi dengan huruf"),
        ("saksi:\n  ambang: 1\n  nama:\n    - A\n    - Bu: Ani\n", 5, "beri tanda kutip"),
        (f"saksi:\n  ambang: 1\n  nama: [{'a' * 61}]\n", 3, "paling panjang 60"),
        (f"saksi:\n  ambang: 1\n  nama: {[f's{n}' for n in range(21)]}\n", 3, "paling banyak 20"),
        ("saksi:\n  ambang: 1\n  nama: [A]\nhasil: langsung\n", 2, "hapus salah satu"),
    ],
)
def test_mistakes_about_trustees_are_told_with_their_line(
    section: str, line: int, says: str
) -> None:
    with pytest.raises(FileProblems) as caught:
        read_definition(section + VILLAGE)
    assert [(one.line, says in one.text) for one in caught.value.problems if says in one.text] == [
        (line, True)
    ]


def test_closing_before_opening_is_refused() -> None:
    with pytest.raises(FileProblems, match="sesudah"):
        read_definition(VILLAGE.replace("2026-11-29 13:00", "2026-11-29 06:00"))


def test_the_clock_moves_an_open_election_through_its_phases() -> None:
    election = village()
    second = timedelta(seconds=1)
    assert election.phase(State.OPEN, election.opens - second) is Phase.UPCOMING
    assert election.phase(State.OPEN, election.opens) is Phase.OPEN
    assert election.phase(State.OPEN, election.closes - second) is Phase.OPEN
    assert election.phase(State.OPEN, election.closes) is Phase.GRACE
    assert election.phase(State.OPEN, election.closes + election.grace) is Phase.CLOSED
    assert election.phase(State.PAUSED, election.opens) is Phase.PAUSED
    assert election.phase(State.PAUSED, election.closes) is Phase.PAUSED
    assert election.phase(State.PAUSED, election.closes + election.grace) is Phase.CLOSED


def test_only_one_possible_selection_for_every_contest_is_accepted() -> None:
    election = region()
    assert election.accepts({"gubernur": 1, "bupati": BLANK})
    assert not election.accepts({"gubernur": 1})
    assert not election.accepts({"gubernur": 3, "bupati": 1})
    assert not election.accepts({"gubernur": 1, "bupati": 1, "presiden": 1})


BEFORE = datetime(2026, 11, 1, tzinfo=timezone.utc)
TRUSTED = f"saksi: {{ambang: 1, nama: [A]}}\n{VILLAGE}"


def test_a_file_without_anything_odd_is_given_no_advice() -> None:
    checked = check_definition(TRUSTED, BEFORE)
    assert (checked.problems, checked.advice) == ((), ())
    assert checked.election == read_definition(TRUSTED)


@pytest.mark.parametrize(
    ("text", "now", "line", "says"),
    [
        (TRUSTED, datetime(2026, 11, 29, 6, tzinfo=timezone.utc), 6, "`ditutup` sudah lewat"),
        (TRUSTED, datetime(2026, 11, 29, 1, tzinfo=timezone.utc), 5, "`dibuka` sudah lewat"),
        (TRUSTED.replace("13:00", "07:30"), BEFORE, 6, "tidak biasa"),
        (TRUSTED.replace("2026-11-29 13", "2027-11-29 13"), BEFORE, 6, "tidak biasa"),
        (TRUSTED.replace(", 0800-0000-000", ""), BEFORE, 7, "tanpa nomor telepon"),
        (VILLAGE, BEFORE, 1, "tanpa `saksi`"),
        (TRUSTED.replace("Mas Tris", "bu  siti"), BEFORE, 26, "calon nomor 2"),
        (TRUSTED.replace("Mas Tris", "Siti Rahmawati, S.Pd."), BEFORE, 26, "calon nomor 2"),
        (TRUSTED.replace("[Pak Fauzi]", "[Pak Fauzi]\n        foto: a.jpg"), BEFORE, 19, "`foto`"),
    ],
    ids=("over", "begun", "short", "long", "no number", "no saksi", "nickname", "name", "photo"),
)
def test_what_is_seldom_meant_is_pointed_out_with_its_line(
    text: str, now: datetime, line: int, says: str
) -> None:
    text = text.replace("[bu  siti]", "['bu  siti']")
    text = text.replace("[Siti Rahmawati, S.Pd.]", "['Siti Rahmawati, S.Pd.']")
    checked = check_definition(text, now)
    assert checked.problems == ()
    assert (line, True) in [(one.line, says in one.text) for one in checked.advice]


def test_problems_and_advice_are_told_together() -> None:
    text = VILLAGE.replace("jenis_kelamin: P", "jenis_kelamin: X").replace("Mas Tris", "Bu Siti")
    checked = check_definition(text, BEFORE, photo_problem=lambda path: "tidak ada")
    assert checked.election is None
    assert [one.line for one in checked.problems] == [20]
    assert len(checked.advice) == 2


def test_a_photo_that_cannot_be_used_is_told_with_its_line() -> None:
    text = REGION.replace("[Andi Mallarangi, Ruth Sondakh]", "[A, B], foto: [a.jpg, b.jpg, c.jpg]")
    problems = check_definition(
        text, BEFORE, photo_problem=lambda path: "tidak ada" if path == "b.jpg" else None
    ).problems
    assert [(one.line, one.text) for one in problems] == [
        (13, "`foto` paling banyak dua, untuk pasangan calon"), (13, "foto `b.jpg` tidak ada"),
    ]  # fmt: skip
    two = text.replace(", c.jpg", "")
    assert read_definition(two).contests[0].candidates[0].photos == ("a.jpg", "b.jpg")


def test_the_least_age_is_seventeen_unless_the_file_says_otherwise() -> None:
    assert village().least_age == 17
    assert read_definition(f"usia_minimum: 0\n{VILLAGE}").least_age == 0
    with pytest.raises(FileProblems, match="baris 1: `usia_minimum` harus 0 sampai 100"):
        read_definition(f"usia_minimum: 1700\n{VILLAGE}")


def test_place_and_panitia_are_for_the_minutes_and_may_be_left_out() -> None:
    named = read_definition(f"tempat: Balai  Desa\npanitia: [Pak Slamet, Bu Ratna]\n{VILLAGE}")
    assert (named.place, named.committee) == ("Balai Desa", ("Pak Slamet", "Bu Ratna"))
    assert (village().place, village().committee) == ("", ())
    for names, problem in (
        ("['']", "nama panitia diisi"),
        (f"[{'a' * 61}]", "paling panjang 60"),
        (str([f"A{at}" for at in range(21)]), "`panitia` paling banyak 20"),
    ):
        with pytest.raises(FileProblems, match=f"baris 1: .*{problem}"):
            read_definition(f"panitia: {names}\n{VILLAGE}")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 3000, "a: " + "{b: " * 3000, '"\\U00110000"',
        VILLAGE.replace("nomor: 1", "nomor: " + "9" * 5000),
        VILLAGE.replace("kontak:", f"tenggang_menit: {'9' * 30}\nkontak:"),
        VILLAGE.replace("2026-11-29 07:00", "0001-01-01 00:00"),
        VILLAGE.replace("2026-11-29 13:00", "9999-12-31 23:59"),
        VILLAGE.replace("Bambang Sutrisno", '"Bambang\\0"'),
        VILLAGE.replace("Bambang Sutrisno", '"\\u202eonsirtuS gnabmaB"'),
        VILLAGE.replace("Bambang Sutrisno", '"\\ud800"'),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_nobody_writes_by_hand_is_a_mistake_like_any_other(text: str) -> None:
    with pytest.raises(FileProblems, match="perlu diperbaiki"):
        read_definition(text)
