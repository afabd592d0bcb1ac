from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bilik.belenios import ballot, credentials, group, proofs, wire
from bilik.belenios.ballot import Ballot
from bilik.belenios.proofs import Claim, Opening, Statement
from bilik.errors import InvalidRecord
from tests.forgeries import BOX, FORGERIES, MADE
from tests.unit.belenios.made_elsewhere import the_ballots, the_election

ELECTION = BOX.election
SECRET = BOX.secrets[0]


@pytest.mark.parametrize("chief", [None, 0, 1, 2])
@pytest.mark.parametrize("treasurer", [None, 1])
def test_a_ballot_verifies_whatever_it_says(chief: int | None, treasurer: int | None) -> None:
    made = ballot.make(ELECTION, SECRET, [chief, treasurer])
    assert ballot.verify(ELECTION, made).credential == credentials.public_key(SECRET)


def test_ballots_of_the_tool_verify() -> None:
    assert len({ballot.verify(the_election(), one).credential for one in the_ballots()}) == 3


@given(st.lists(st.sampled_from([None, 0, 1]), min_size=2, max_size=2))
@settings(max_examples=10)
def test_a_ballot_s_length_does_not_tell_its_choices(selections: list[int | None]) -> None:
    made = wire.encode(wire.decode(Ballot, ballot.make(ELECTION, SECRET, selections)))
    # Numbers are written without leading zeros, which shortens some at random.
    assert abs(len(made) - len(wire.encode(MADE))) < 60


def test_the_same_choice_never_looks_the_same() -> None:
    one, other = (ballot.make(ELECTION, SECRET, [0, 0]) for _ in range(2))
    assert ballot.tracker(one) != ballot.tracker(other)


@pytest.mark.parametrize("selections", [[], [0], [0, 0, 0], [3, 0], [0, 2], [-1, 0]])
def test_selections_must_fit_the_questions(selections: list[int]) -> None:
    with pytest.raises(ValueError, match=r"zip\(\)|no such answer"):
        ballot.make(ELECTION, SECRET, selections)


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused_though_a_voter_signed_it(name: str) -> None:
    forged, reason = FORGERIES[name]
    with pytest.raises(InvalidRecord, match=reason):
        ballot.verify(ELECTION, forged)


def test_a_ballot_of_another_election_is_refused() -> None:
    with pytest.raises(InvalidRecord, match="pemilihan lain"):
        ballot.verify(ELECTION, the_ballots()[0])


@pytest.mark.parametrize("number", [-1, 2, 1000])
def test_no_other_number_can_be_proved(number: int) -> None:
    choice, opening = proofs.encrypt(0, ELECTION.key)
    cheat = replace(choice, beta=choice.beta * group.generator().power(number % group.Q) % group.P)
    with pytest.raises(ValueError, match="unpack"):
        proofs.prove_one_of(
            "x|", ELECTION.key, [Claim(Opening(opening.randomness, number), one) for one in (0, 1)]
        )
    made = proofs.prove_one_of("x|", ELECTION.key, [Claim(opening, 0), Claim(opening, 1)])
    alpha, beta = group.BriefBase(cheat.alpha), group.BriefBase(cheat.beta)
    statements = [Statement(alpha, beta, 0), Statement(alpha, beta, 1)]
    assert not proofs.is_one_of("x|", ELECTION.key, statements, made)


@given(st.integers(0, len(wire.encode(MADE)) - 1), st.integers(0, 6))
@settings(max_examples=50)
def test_any_changed_bit_is_found(place: int, bit: int) -> None:
    changed = bytearray(wire.encode(MADE))
    changed[place] ^= 1 << bit
    with pytest.raises(InvalidRecord):
        ballot.verify(ELECTION, bytes(changed))
