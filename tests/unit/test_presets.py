from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilik.domain.definition import read_definition
from bilik.domain.presets import PRESETS, Answers, Preset, title_of, written

BY_LABEL = {preset.label.split()[0]: preset for preset in PRESETS}
_PRINTABLE = st.characters(exclude_categories=("C", "Z"), include_characters=" ")
LINES = st.text(_PRINTABLE, min_size=1, max_size=60).map(str.strip).filter(bool)


def answers(preset: Preset, place: str, names: list[str]) -> Answers:
    candidates = {
        office.code: [(name, f"{name} II") if office.pairs else (name,) for name in names]
        for office in preset.offices(place)
    }
    return Answers(
        place, "WITA", date(2026, 11, 29), time(7), time(13, 30), "Panitia, 0812", candidates
    )


@given(
    st.sampled_from(PRESETS), LINES,
    st.lists(LINES, min_size=1, max_size=5, unique_by=lambda name: " ".join(name.split())),
)  # fmt: skip
def test_whatever_was_answered_the_file_is_an_election_that_says_so(
    preset: Preset, place: str, names: list[str]
) -> None:
    election = read_definition(written(preset, answers(preset, place, names)))
    assert election.title == title_of(preset, place)
    assert election.least_age == preset.least_age
    assert election.closes - election.opens == timedelta(hours=6, minutes=30)
    for contest, office in zip(election.contests, preset.offices(place), strict=True):
        assert (contest.id, contest.title, contest.aliases) == (
            office.code, office.title, office.aliases,
        )  # fmt: skip
        people = [one for one in contest.candidates if not one.empty_box]
        assert [one.names[0] for one in people] == names
        assert [one.number for one in contest.candidates] == list(range(1, max(2, len(names)) + 1))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.label)
def test_every_setting_that_is_commented_out_can_be_used(preset: Preset) -> None:
    text = written(preset, answers(preset, preset.place_example, ["Siti", "Budi"]))
    lines = []
    for line in text.splitlines():
        plain = line.replace("# ", "", 1)
        is_setting = ": " in plain and plain.split(":")[0].strip() in (
            "pilih_ulang", "wajib_nomor_terdaftar", "cadangan_persen", "simpan_data_hari",
            "panggilan", "tempat", "panitia", "jenis_kelamin", "visi", "misi", "foto", "ambang",
            "nama",
        )  # fmt: skip
        lines.append(plain if is_setting or line == "# saksi:" else line)
    election = read_definition("\n".join(lines))
    first = election.contests[0].candidates[0]
    assert (election.allows_revote, election.needs_known_number) == (True, True)
    assert election.trustees is not None
    assert (election.place, len(election.committee)) == ("Balai Desa Sukamaju", 3)
    assert election.kept_days == 30
    assert (first.nicknames, first.gender, first.photos) == (
        ("Pak Haji", "Bang Ali"), "L", ("foto/calon-1.jpg",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("preset", "place", "codes", "slug"),
    [
        ("RT/RW", "RT 05 RW 09 Kenanga", ["rt"], "rt-05-rw-09-kenanga-2026"),
        ("RT/RW", "RW 09 Kenanga", ["rw"], "rw-09-kenanga-2026"),
        ("Pilkades", "Desa Sukamaju", ["kades"], "desa-sukamaju-2026"),
        ("Pilkada", "Kabupaten Rimba Jaya", ["gubernur", "bupati"], "kabupaten-rimba-jaya-2026"),
        ("Pilkada", "Kota Bogor", ["gubernur", "walikota"], "kota-bogor-2026"),
        ("OSIS", "SMA 1", ["ketos"], "sma-1-2026"),
        ("Koperasi", "«»", ["ketua"], "koperasi-2026"),
        ("OSIS", "«»", ["ketos"], "pemilihan-2026"),
    ],
)
def test_a_place_leads_to_its_contests_and_its_code(
    preset: str, place: str, codes: list[str], slug: str
) -> None:
    chosen = BY_LABEL[preset]
    election = read_definition(written(chosen, answers(chosen, place, ["A", "B"])))
    assert [one.id for one in election.contests] == codes
    assert election.slug == slug


@pytest.mark.parametrize(
    ("label", "said", "title"),
    [
        ("Pilkades", "Sukamaju", "Pemilihan Kepala Desa Sukamaju"),
        ("Pilkades", "Nagari Koto Baru", "Pemilihan Kepala Nagari Koto Baru"),
        ("RT/RW", "05", "Pemilihan Ketua RT 05"),
        ("RT/RW", "RW 09", "Pemilihan Ketua RW 09"),
        ("Koperasi", "Mitra Bahari", "Pemilihan Ketua Koperasi Mitra Bahari"),
        ("Koperasi", "KUD Tani Makmur", "Pemilihan Ketua KUD Tani Makmur"),
        ("OSIS", "SMA Negeri 1", "Pemilihan Ketua OSIS SMA Negeri 1"),
    ],
)
def test_a_place_that_was_said_in_short_is_named_in_full(label: str, said: str, title: str) -> None:
    preset = next(one for one in PRESETS if one.label == label)
    assert title_of(preset, said) == title
