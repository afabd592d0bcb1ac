import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilik.domain import crockford
from bilik.domain.ballot import decode_selections, encode_selections, tracker
from bilik.domain.election import BLANK, Selections
from bilik.domain.receipt import find_receipt, is_plain, receipt_of
from bilik.domain.tally import count
from tests.elections import region

ELECTION = region()
ballots = st.fixed_dictionaries(
    {
        contest.id: st.sampled_from([BLANK, *(one.number for one in contest.candidates)])
        for contest in ELECTION.contests
    }
)


@given(ballots)
def test_a_ballot_survives_encoding(selections: Selections) -> None:
    assert decode_selections(encode_selections(selections, ELECTION), ELECTION) == selections


@given(ballots, ballots)
def test_all_ballots_have_the_same_length(one: Selections, other: Selections) -> None:
    assert len(encode_selections(one, ELECTION)) == len(encode_selections(other, ELECTION))


@pytest.mark.parametrize("content", [b"", b"\x01", b"\x03\x01", b"\x01\x01\x01"])
def test_what_is_no_ballot_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a ballot"):
        decode_selections(content, ELECTION)


@given(st.lists(ballots))
def test_for_every_contest_votes_and_blanks_add_up_to_the_ballots(cast: list[Selections]) -> None:
    for contest in count(ELECTION, cast):
        assert contest.valid + contest.blank == len(cast)


@given(st.binary(max_size=100))
def test_a_receipt_is_found_again_in_a_message(sealed: bytes) -> None:
    receipt = receipt_of(tracker(sealed))
    if is_plain(receipt):
        assert find_receipt(f"cek tanda terima {receipt.lower()} dong") == receipt


@given(st.binary(max_size=100), st.integers(0, 7), st.sampled_from(crockford.ALPHABET))
def test_one_wrong_symbol_makes_a_receipt_invalid(sealed: bytes, place: int, other: str) -> None:
    receipt = receipt_of(tracker(sealed))
    at = place + (place > 3)
    if is_plain(receipt) and receipt[at] != other:
        assert find_receipt(receipt[:at] + other + receipt[at + 1 :]) is None


@pytest.mark.parametrize(
    "message", ["panitiaaa tolooong", "maaf salah kirim, mau ke istri", "saya pamit dulu, selamat"]
)
def test_plain_words_are_no_receipt(message: str) -> None:
    assert find_receipt(message) is None


def test_a_receipt_takes_its_symbols_as_crockford_reads_them() -> None:
    assert crockford.read("o-i-l") == "011"
    assert crockford.read("7KQ2-M9XU") is None
