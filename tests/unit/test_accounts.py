"""Names and passwords at the desk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilik.domain.accounts import account_name, check_password, key_of
from bilik.domain.audit import ACTOR_CHARACTERS
from bilik.errors import BilikError


@pytest.mark.parametrize(
    "password",
    [
        "kopi hangat di serambi",
        "hujan turun di sawah",
        "tugu-becak-92",
        "q8#Zm2!pLw",
        "пароль и соль",
    ],
)
def test_long_passwords_will_do_whatever_they_are_made_of(password: str) -> None:
    check_password(password, "Bu Siti")


@pytest.mark.parametrize(
    "password",
    [
        "", "pendek", "123456789", "1234567890", "12345678901234567890", "aaaaaaaaaaaa",
        "abababababab", "qwertyuiop", "Bu Siti Rahmawati", "siti rahmawati 1", "rahmawatisiti!",
        "panitia2026", "bismillah123", "katasandi1", "x" * 201,
    ],
)  # fmt: skip
def test_short_ones_and_those_that_everybody_tries_first_will_not(password: str) -> None:
    with pytest.raises(BilikError):
        check_password(password, "Bu Siti Rahmawati")


@pytest.mark.parametrize("name", ["", "  ", "12", "jam server", "Jam  Server", "halaman", "a" * 81])
def test_a_name_is_somebodys(name: str) -> None:
    with pytest.raises(BilikError):
        account_name(name)


def test_a_name_is_found_however_it_is_typed() -> None:
    assert key_of("  BU \u200b SITI ") == key_of("Bu Siti") == key_of("ｂｕ ｓｉｔｉ")
    assert key_of("Bu Siti") != key_of("Bu Sita")


@given(st.text(max_size=ACTOR_CHARACTERS))
def test_a_name_that_is_taken_stands_in_the_log_as_it_is(stated: str) -> None:
    try:
        name = account_name(stated)
    except BilikError:
        return
    assert account_name(name) == name
    assert key_of(name) == key_of(stated)
    assert len(key_of(name)) <= 3 * ACTOR_CHARACTERS
