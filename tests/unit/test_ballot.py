import hashlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bilik.belenios import ballot, credentials, election, trustees
from bilik.domain import crockford
from bilik.domain.ballot import places
from bilik.domain.election import BLANK, Selections
from bilik.domain.receipt import find_receipt, is_like_receipt, is_plain, receipt_of
from bilik.domain.tally import by_candidate
from bilik.services.ballot_box import MadeBallot, Maker
from bilik.services.record import questions_of
from tests.elections import region

ELECTION = region()
ballots = st.fixed_dictionaries(
    {
        contest.id: st.sampled_from([BLANK, *(one.number for one in contest.candidates)])
        for contest in ELECTION.contests
    }
)


KEY = trustees.new_private_key()
BOX = election.create(
    election.new_uuid(), ELECTION.title, "", trustees.publish(KEY).public_key,
    questions_of(ELECTION),
)  # fmt: skip
CREDENTIAL = credentials.generate()


def shape(selections: Selections) -> str:
    """A ballot without the digits of its numbers and the letters of its hashes."""
    made = Maker(BOX, ELECTION, CREDENTIAL, selections).make()
    assert is_plain(made.receipt)
    assert ballot.verify(BOX, made.content)
    return re.sub(r'"(?:\d+|[A-Za-z0-9+/]{43})"', '""', made.content.decode())


@given(ballots)
def test_a_selection_keeps_its_candidate(selections: Selections) -> None:
    for contest, place in zip(ELECTION.contests, places(selections, ELECTION), strict=True):
        chosen = BLANK if place is None else contest.candidates[place].number
        assert chosen == selections[contest.id]


@settings(max_examples=10)
@given(ballots, ballots)
def test_all_ballots_have_the_same_shape(one: Selections, other: Selections) -> None:
    assert shape(one) == shape(other)


@pytest.mark.parametrize(
    "selections",
    [
        {},
        {"gubernur": 1},
        {"gubernur": 3, "bupati": 1},
        {"gubernur": 1, "bupati": 1, "desa": 1},
    ],
)
def test_what_fits_no_ballot_is_refused(selections: Selections) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Maker(BOX, ELECTION, CREDENTIAL, selections).make()


def test_two_ballots_of_the_same_choice_have_nothing_in_common() -> None:
    maker = Maker(BOX, ELECTION, CREDENTIAL, {"gubernur": 1, "bupati": BLANK})
    numbers = [set(re.findall(r"\d{40,}", maker.make().content.decode())) for _ in range(2)]
    public = credentials.public_key(credentials.secret_key(CREDENTIAL, BOX.uuid))
    assert numbers[0] & numbers[1] == {public.digits()}


@given(st.lists(ballots))
def test_for_every_contest_votes_and_blanks_add_up_to_the_ballots(cast: list[Selections]) -> None:
    rows = [[0] * (len(contest.candidates) + 1) for contest in ELECTION.contests]
    for selections in cast:
        for row, place in zip(rows, places(selections, ELECTION), strict=True):
            row[0 if place is None else place + 1] += 1
    for contest in by_candidate(ELECTION, rows):
        assert contest.valid + contest.blank == len(cast)
        for number, votes in contest.votes.items():
            assert votes == sum(one[contest.contest] == number for one in cast)


def test_a_result_of_another_election_is_refused() -> None:
    for rows in ([], [[0, 0, 0]], [[0, 0, 0], [0, 0]]):
        with pytest.raises(ValueError, match="zip"):
            by_candidate(ELECTION, rows)


@given(st.binary(max_size=100))
def test_a_receipt_is_found_again_in_a_message(content: bytes) -> None:
    receipt = MadeBallot(content, b"").receipt
    assert receipt == receipt_of(hashlib.sha256(content).digest())
    if is_plain(receipt):
        assert find_receipt(f"cek tanda terima {receipt.lower()} dong") == receipt


@given(st.binary(max_size=100), st.integers(0, 7), st.sampled_from(crockford.ALPHABET))
def test_one_wrong_symbol_makes_a_receipt_invalid(content: bytes, place: int, other: str) -> None:
    receipt = MadeBallot(content, b"").receipt
    at = place + (place > 3)
    if is_plain(receipt) and receipt[at] != other:
        assert find_receipt(receipt[:at] + other + receipt[at + 1 :]) is None


@pytest.mark.parametrize(
    "message", ["panitiaaa tolooong", "maaf salah kirim, mau ke istri", "saya pamit dulu, selamat"]
)
def test_plain_words_are_no_receipt(message: str) -> None:
    assert find_receipt(message) is None


def test_a_mistyped_receipt_is_known_by_its_form() -> None:
    for message in ("8F3K-Q9XM-2", "cek 8f3k-q9xm-3 dong", "tanda terima: AEEE-WAY3-M."):
        assert is_like_receipt(message)
    for message in ("nomor 2", "ya-nomor-2", "8F3K-Q9XM-22", "SAYA-MILIH-A", "1234-5678-9", ""):
        assert not is_like_receipt(message)


def test_a_receipt_takes_its_symbols_as_crockford_reads_them() -> None:
    assert crockford.read("o-i-l") == "011"
    assert crockford.read("7KQ2-M9XU") is None
