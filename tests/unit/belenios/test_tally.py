from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from bilik.belenios import group, tally, wire
from bilik.belenios.ballot import Ballot
from bilik.belenios.tally import DiscreteLogarithm, PartialDecryption
from bilik.errors import InvalidRecord
from tests.box import Box, group_of, single

HOLDERS = group_of(3, 5)
BOX = Box(HOLDERS, 6)
CAST = [0, 1, 1, 2, None, 1]
for voter, selection in enumerate(CAST):
    BOX.cast(voter, selection)
BOX.close()
SHARES = {
    owner: tally.decrypt(BOX.election, BOX.encrypted, key)
    for owner, key in HOLDERS.private_keys.items()
}
COUNT = ((1, 1, 3, 1),)


@pytest.mark.parametrize("owners", combinations(range(1, 6), 3))
def test_any_three_of_five_find_the_count(owners: tuple[int, ...]) -> None:
    shares = {owner: SHARES[owner] for owner in owners}
    assert tally.combine(HOLDERS.trustees, BOX.encrypted, shares, 6).result == COUNT


@pytest.mark.parametrize("owners", [(), (1,), *combinations(range(1, 6), 2)])
def test_fewer_do_not(owners: tuple[int, ...]) -> None:
    shares = {owner: SHARES[owner] for owner in owners}
    with pytest.raises(InvalidRecord, match=f"ada {len(owners)}, perlu 3"):
        tally.combine(HOLDERS.trustees, BOX.encrypted, shares, 6)


def test_two_shares_taken_for_enough_decrypt_nothing() -> None:
    (item,) = HOLDERS.trustees
    shares = {owner: SHARES[owner] for owner in (1, 2)}
    with pytest.raises(InvalidRecord, match="melebihi"):
        tally.combine((replace(item, threshold=2),), BOX.encrypted, shares, 6)


def test_a_mandatory_trustee_beside_a_group_is_needed_too() -> None:
    alone = single()
    both = replace(
        HOLDERS,
        trustees=alone.trustees + HOLDERS.trustees,
        private_keys={
            1: alone.private_keys[1],
            **{owner + 1: key for owner, key in HOLDERS.private_keys.items()},
        },
    )
    box = Box(both, 2)
    box.cast(0, 1)
    box.close()
    assert box.count([1, 3, 4, 6]).result == ((0, 0, 1, 0),)
    with pytest.raises(InvalidRecord, match="ada 0, perlu 1 dari saksi 1"):
        tally.combine(both.trustees, box.encrypted, {}, 1)


@given(st.lists(st.sampled_from([None, 0, 1, 2]), max_size=5))
@settings(max_examples=10)
def test_the_count_is_the_sum_of_the_ballots(cast: list[int | None]) -> None:
    box = Box(single(), len(cast))
    for voter, selection in enumerate(cast):
        box.cast(voter, selection)
    box.close()
    counts = Counter(cast)
    expected = tuple(counts[selection] for selection in (None, 0, 1, 2))
    assert box.count([1]).result == (expected,)


def test_the_order_of_ballots_does_not_matter() -> None:
    ballots = [wire.decode(Ballot, one) for one in BOX.ballots]
    assert tally.add_up(BOX.election, reversed(ballots)) == BOX.encrypted


def changed_factor(share: PartialDecryption) -> PartialDecryption:
    ((first, *others),) = share.decryption_factors
    return replace(share, decryption_factors=((first * group.G % group.P, *others),))


def negated_factor(share: PartialDecryption) -> PartialDecryption:
    ((first, *others),) = share.decryption_factors
    return replace(share, decryption_factors=((group.P - first, *others),))


@pytest.mark.parametrize(
    ("share", "reason"),
    [
        (SHARES[2], "bukti"),
        (changed_factor(SHARES[1]), "bukti"),
        (negated_factor(SHARES[1]), "anggota"),
        (replace(SHARES[1], decryption_factors=()), "jumlah"),
        (replace(SHARES[1], decryption_proofs=((),)), "jumlah"),
    ],
    ids=["another's", "another factor", "outside the group", "no factors", "no proofs"],
)
def test_a_false_share_is_refused(share: PartialDecryption, reason: str) -> None:
    public = HOLDERS.trustees[0].verification_keys[0].public_key
    tally.check_decryption(BOX.election, BOX.encrypted, public, SHARES[1])
    with pytest.raises(InvalidRecord, match=reason):
        tally.check_decryption(BOX.election, BOX.encrypted, public, share)


@pytest.mark.parametrize("bound", [0, 1, 2, 3, 24, 25, 26, 1000])
def test_logarithms_are_found_up_to_the_bound_and_not_beyond(bound: int) -> None:
    logarithm = DiscreteLogarithm(bound)
    for number in {0, 1, bound // 2, bound - 1, bound} & set(range(bound + 1)):
        assert logarithm(group.generator().power(mpz(number))) == number
    with pytest.raises(InvalidRecord, match="melebihi"):
        logarithm(group.generator().power(mpz(bound + 1)))


@given(st.sets(st.integers(1, 9), min_size=3, max_size=5), st.lists(st.integers(0), min_size=3))
def test_lagrange_weights_give_a_polynomial_s_value_at_zero(
    places: set[int], coefficients: list[int]
) -> None:
    a, b, c = coefficients[:3]
    ordered = sorted(places)
    values = [a + b * place + c * place**2 for place in ordered]
    total = sum(
        value * weight for value, weight in zip(values, tally.lagrange(ordered), strict=True)
    )
    assert total % group.Q == a % group.Q
