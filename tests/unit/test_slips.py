import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu.slips import with_slips
from bilik.domain.spelling import mended
from bilik.domain.words import words

SENTENCE = "saya pilih nomor 2 karena orangnya jujur dan rajin bekerja untuk warga"


def test_a_seed_gives_the_same_slips() -> None:
    assert with_slips(SENTENCE, 0.5, random.Random(1)) == with_slips(
        SENTENCE, 0.5, random.Random(1)
    )
    assert with_slips(SENTENCE, 0.5, random.Random(1)) != SENTENCE


@given(st.text(max_size=80), st.integers())
def test_slips_leave_numbers_and_short_words_alone(text: str, seed: int) -> None:
    before = [one for one in text.split(" ") if not one.isalpha()]
    after = with_slips(text, 1.0, random.Random(seed)).split(" ")
    assert all(one in after for one in before if any(sign.isdigit() for sign in one))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("pilih nimor 2", "nomor"), ("cobls 2", "coblos"), ("jngan 2", "jangan"), ("bukn 2", "bukan")],
)
def test_a_slip_is_mended(typed: str, meant: str) -> None:
    assert meant in [word.text for word in mended(words(typed), lambda _: False)]


@pytest.mark.parametrize("typed", ["lina", "amat", "memang", "menang", "rumah", "bimbang"])
def test_a_word_of_its_own_is_no_slip(typed: str) -> None:
    assert [word.text for word in mended(words(typed), lambda _: False)] == [typed]


def test_a_name_is_never_mended() -> None:
    assert [word.text for word in mended(words("pilij"), lambda word: word == "pilij")] == ["pilij"]
