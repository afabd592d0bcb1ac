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


@pytest.mark.parametrize("count", [1, 2, 4, 5, 12])
def test_the_table_of_a_product_is_made_of_its_factors_or_anew(count: int) -> None:
    factors = [powmod(group.G, number + 2, group.P) for number in range(count)]
    product = BriefBase.product([BriefBase(one) for one in factors])
    assert product.value == group.product(factors)
    for exponent in (mpz(1), group.Q - 1, group.random_exponent()):
        assert product.power(exponent) == powmod(product.value, exponent, group.P)


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
