import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilik.domain.numbers import number_at
from bilik.domain.words import MAX_CHARACTERS, words


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Gue plh nmr 02 dooong", "gue pilih nomor 02 dong"),
        ("GK JADI YG ITU", "tidak jadi yang itu"),
        ("ibu2", "ibu ibu"),
        ("２", "2"),
        ("pi\u200blih 2", "pilih 2"),
        ("yaaaa betulll", "ya betul"),
        ("makasih ya 🙏", "terima kasih ya"),
        ("1,eh 3", "1 , eh 3"),
    ],
)
def test_chat_writing_becomes_plain_words(typed: str, read: str) -> None:
    assert " ".join(word.text for word in words(typed)) == read


@given(st.text(max_size=3000))
def test_any_text_is_read_without_error(text: str) -> None:
    assert all(word.text for word in words(text))


def test_only_the_beginning_of_an_endless_message_is_read() -> None:
    assert len(words("a " * MAX_CHARACTERS)) <= MAX_CHARACTERS / 2


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("2", 2), ("02", 2), ("dua", 2), ("loro", 2), ("kalih", 2), ("duo", 2), ("kedua", 2),
        ("pertama", 1), ("dua belas", 12), ("sepuluh", 10), ("tilu", 3), ("III", 3),
        ("dua puluh satu", 21), ("papat", 4),
    ],
)  # fmt: skip
def test_numbers_are_read_in_all_their_forms(typed: str, number: int) -> None:
    message = words(typed)
    assert number_at(message, 0) == (number, len(message))


@pytest.mark.parametrize("typed", ["7.30", "12/11", "x", "i", "pilih", "3329015203900001"])
def test_what_is_no_number_is_not_read_as_one(typed: str) -> None:
    assert number_at(words(typed), 0) is None
