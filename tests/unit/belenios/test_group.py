import hashlib

import pytest
from gmpy2 import is_prime, mpz, powmod
from hypothesis import given
from hypothesis import strategies as st

from bilik.belenios import group
from bilik.belenios.group import BriefBase, FixedBase

exponents = st.integers(0, int(group.Q) - 1).map(mpz)
BASE = powmod(group.G, 20240214, group.P)
BRIEF, FIXED = BriefBase(BASE), FixedBase(BASE)


def test_the_parameters_are_those_of_a_prime_order_group() -> None:
    assert is_prime(group.P)
    assert is_prime(group.Q)
    assert powmod(group.G, group.Q, group.P) == 1 != group.G


@given(exponents)
def test_tables_give_the_powers(exponent: mpz) -> None:
    expected = powmod(BASE, exponent, group.P)
    assert FIXED.power(exponent) == BRIEF.power(exponent) == expected


@pytest.mark.parametrize("exponent", [0, 1, 255, 256, int(group.Q) - 1, int(group.Q)])
def test_tables_give_the_powers_at_the_edges(exponent: int) -> None:
    expected = powmod(BASE, exponent, group.P)
    assert FIXED.power(mpz(exponent)) == BRIEF.power(mpz(exponent)) == expected


def test_membership_is_more_than_size() -> None:
    assert group.is_member(BASE)
    for outsider in (mpz(0), mpz(2), group.P - 1, group.P - BASE):
        assert not group.is_member(outsider)


def test_an_inverse_undoes() -> None:
    assert BASE * group.inverse(BASE) % group.P == 1


def test_a_challenge_is_a_hash_modulo_q() -> None:
    expected = int(hashlib.sha256(b"sig|x").hexdigest(), 16) % int(group.Q)
    assert group.hash_to_exponent("sig|x") == expected


def test_random_exponents_differ() -> None:
    assert len({group.random_exponent() for _ in range(50)}) == 50
