"""Text that fits, and letters that lie in order on the sheets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilik.domain.code_file import Invitation
from bilik.printing import sheets, typeset
from bilik.printing.typeset import SANS

WORDS = st.text(st.characters(codec="latin-1", categories=("L", "N", "P")), min_size=1, max_size=60)
TEXTS = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)


@given(TEXTS, st.integers(30, 300))
def test_no_line_is_too_wide_and_no_sign_is_lost(text: str, room: int) -> None:
    lines = typeset.wrapped(text, SANS, 9, room)
    assert all(typeset.width(line, SANS, 9) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(TEXTS, st.integers(30, 300), st.integers(1, 3))
def test_what_is_cut_has_so_many_lines_that_fit_and_shows_it(
    text: str, room: int, most: int
) -> None:
    whole = typeset.fit(text, SANS, (12, 9), room, most)
    short = typeset.cut(whole, SANS, room, most)
    assert len(short.lines) <= most
    assert all(typeset.width(line, SANS, short.size) <= room for line in short.lines)
    assert (short == whole) is (len(whole.lines) <= most)
    assert short == whole or short.lines[-1].endswith("…")


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("pilih.sukamaju.desa.id/chat", ["pilih.sukamaju.", "desa.id/chat"]),
        ("BilikKarangsembungWetanPilkades", ["BilikKarangsembung", "WetanPilkades"]),
    ],
)
def test_an_address_is_broken_where_one_reads_a_pause(address: str, lines: list[str]) -> None:
    assert typeset.wrapped(address, SANS, 9, 86) == lines


def test_names_have_their_accents_and_other_scripts_are_told() -> None:
    assert not typeset.missing("José Ḥasan Ōmar Ma’ruf D'Ávila-Łukasz, S.Pd.")
    assert typeset.missing("Siti 王") == {"王"}


PLACES = st.lists(st.integers(1, 60), min_size=1, max_size=12)


@given(PLACES, st.sampled_from(sheets.PER_PAGE), st.integers(1, 7))
def test_piles_put_on_one_another_are_in_order_and_no_file_has_more_than_a_ream(
    sizes: list[int], per_page: int, ream: int
) -> None:
    places = [
        [Invitation(f"{tps}-{number}", tps=str(tps)) for number in range(size)]
        for tps, size in enumerate(sizes)
    ]
    files = sheets.in_files(places, per_page, ream)
    cut = []
    for runs in files:
        assert 0 < sum(run.sheets(per_page) for run in runs) <= ream
        for run in runs:
            piles: list[list[Invitation]] = [[] for _ in range(per_page)]
            for sheet in sheets.lying(run, per_page):
                for place, number in sheet:
                    piles[place].append(run.letters[number])
            cut += [one for pile in piles for one in pile]
            assert run.letters[0] is places[int(run.letters[0].tps)][run.start - 1]
            assert run.of == len(places[int(run.letters[0].tps)])
    assert cut == [one for letters in places for one in letters]


def test_a_tps_that_fits_into_one_file_is_not_divided() -> None:
    places = [[Invitation("x", tps=str(tps))] * 6 for tps in range(3)]
    files = sheets.in_files(places, per_page=2, ream=5)
    assert [[run.start for run in runs] for runs in files] == [[1], [1], [1]]
