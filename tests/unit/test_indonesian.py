"""Figures, percentages, dates and hours as Indonesians write them."""

import re
from datetime import datetime, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilik.domain.indonesian import (
    day_in_words,
    figure,
    in_words,
    moment_text,
    month_names,
    percent,
)

DIGITS = dict(
    zip("nol satu dua tiga empat lima enam tujuh delapan sembilan".split(), range(10), strict=True)
)
SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}


def value_of(words: str) -> int:
    """What figures in words say, read from left to right."""
    total = group = 0
    spelt = re.sub("se(puluh|belas|ratus|ribu)", r"satu \1", words)
    last = 0
    for word in spelt.split():
        if word in DIGITS:
            last = DIGITS[word]
            group += last
        elif word == "belas":
            group += 10
        elif word in ("puluh", "ratus"):
            group += last * (9 if word == "puluh" else 99)
        else:
            total += group * SCALES[word]
            group = 0
    return total + group


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (1, "satu"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (101, "seratus satu"),
        (111, "seratus sebelas"),
        (999, "sembilan ratus sembilan puluh sembilan"),
        (1000, "seribu"),
        (1001, "seribu satu"),
        (1100, "seribu seratus"),
        (2026, "dua ribu dua puluh enam"),
        (11_000, "sebelas ribu"),
        (21_000, "dua puluh satu ribu"),
        (101_000, "seratus satu ribu"),
        (1_000_000, "satu juta"),
        (1_001_731, "satu juta seribu tujuh ratus tiga puluh satu"),
        (10_000_000, "sepuluh juta"),
        (204_022_181, "dua ratus empat juta dua puluh dua ribu seratus delapan puluh satu"),
    ],
)  # fmt: skip
def test_a_figure_is_told_in_words(number: int, words: str) -> None:
    assert in_words(number) == words


@given(st.integers(0, 10**15 - 1) | st.integers(0, 10**7))
def test_figures_in_words_can_be_read_back(number: int) -> None:
    assert value_of(in_words(number)) == number
    assert not re.search(r"\bsatu (puluh|belas|ratus)\b|(^|juta )satu ribu", in_words(number))


@pytest.mark.parametrize("number", [-1, 10**15])
def test_what_has_no_name_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        in_words(number)


def test_figures_have_dots_and_percentages_a_comma() -> None:
    assert [figure(one) for one in (0, 999, 1000, 1_234_567)] == ["0", "999", "1.000", "1.234.567"]
    assert [percent(5, 8), percent(0, 3), percent(7, 7), percent(2, 3, 2)] == [
        "62,5%", "0,0%", "100,0%", "66,67%",
    ]  # fmt: skip
    assert percent(1, 16, 1) == "6,3%"  # a half is rounded up


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(1, 4))
def test_a_percentage_is_never_off_by_more_than_half_of_its_last_digit(
    part: int, whole: int, decimals: int
) -> None:
    text = percent(part, whole, decimals).removesuffix("%").replace(".", "").replace(",", ".")
    assert len(text.partition(".")[2]) == decimals
    assert abs(Fraction(text) - Fraction(100 * part, whole)) <= Fraction(1, 2 * 10**decimals)


def test_dates_and_hours_are_local_and_in_words() -> None:
    midnight = datetime(2026, 11, 28, 17, 5, tzinfo=timezone.utc)
    assert moment_text(midnight, "WIB") == "Minggu, 29 November 2026 pukul 00.05 WIB"
    assert moment_text(midnight, "WIT") == "Minggu, 29 November 2026 pukul 02.05 WIT"
    assert (
        day_in_words(midnight, "WIB")
        == "Minggu tanggal dua puluh sembilan November tahun dua ribu dua puluh enam"
    )
    assert month_names()[0] == "Januari"
    assert month_names()[7] == "Agustus"
