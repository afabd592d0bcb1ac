"""The voting code's check symbol, and what codes cannot be taken for."""

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilik.domain import crockford, voting_code
from bilik.domain.identity import find_credentials
from bilik.domain.receipt import find_receipt, is_plain, receipt_of

SYMBOLS = st.sampled_from(crockford.ALPHABET)
PLACES = range(voting_code.SYMBOLS)
CODES = st.integers().map(lambda seed: voting_code.new_code(random.Random(seed).choice))


def test_every_single_wrong_symbol_is_seen() -> None:
    # The check is linear: what one wrong symbol does depends on its place and difference only.
    zero = "0" * voting_code.SYMBOLS
    assert voting_code.is_valid(zero)
    for place in PLACES:
        for symbol in crockford.ALPHABET[1:]:
            assert not voting_code.is_valid(zero[:place] + symbol + zero[place + 1 :])


def test_every_swap_of_any_two_symbols_is_seen() -> None:
    # For the same reason: a swap puts one difference at both places.
    zero = "0" * voting_code.SYMBOLS
    for one, other in combinations(PLACES, 2):
        for symbol in crockford.ALPHABET[1:]:
            swapped = list(zero)
            swapped[one] = swapped[other] = symbol
            assert not voting_code.is_valid("".join(swapped))


@given(st.lists(SYMBOLS, min_size=9, max_size=9), st.lists(SYMBOLS, min_size=9, max_size=9))
def test_the_check_is_linear(one: list[str], other: list[str]) -> None:
    def complete(symbols: list[str]) -> str:
        first = "".join(symbols[:-1])
        return first + voting_code.check_symbol(first)

    def added(a: str, b: str) -> str:
        at = crockford.ALPHABET.index
        return "".join(crockford.ALPHABET[at(x) ^ at(y)] for x, y in zip(a, b, strict=True))

    assert voting_code.is_valid(complete(one))
    assert voting_code.is_valid(added(complete(one), complete(other)))
    assert voting_code.is_valid(added("".join(one), complete(other))) == voting_code.is_valid(
        "".join(one)
    )


@given(CODES, st.sampled_from(PLACES), SYMBOLS)
def test_a_slip_in_a_code_is_told_from_a_code(code: str, place: int, symbol: str) -> None:
    slipped = code[:place] + symbol + code[place + 1 :]
    assert voting_code.is_valid(slipped) == (slipped == code)
    found = find_credentials(f"kode {voting_code.printed(slipped)}")
    assert found.code == (code if slipped == code else None)


@given(CODES, st.sampled_from(PLACES[:-1]))
def test_a_swap_of_neighbours_is_seen(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert voting_code.is_valid(swapped) == (swapped == code)


_FRAMES = (
    "{}", "kode {}", "{} 3329015203900001", "nik 3329015203900001 kodenya {} ya kak",
    "kode undangan saya adalah {}, mohon dicek",
)  # fmt: skip


@given(CODES, st.sampled_from(_FRAMES), st.data())
def test_a_code_is_read_however_it_is_typed(code: str, frame: str, data: st.DataObject) -> None:
    def typed(symbol: str) -> str:
        return data.draw(st.sampled_from({"0": "0Oo", "1": "1IiLl"}.get(symbol, symbol)))

    written = "".join(map(typed, code))
    written = data.draw(st.sampled_from([written, written.lower(), written.upper()]))
    groups = [written[:3], written[3:6], written[6:]]
    said = data.draw(st.sampled_from([written, "-".join(groups), " ".join(groups)]))
    assert find_credentials(frame.format(said)).code == code


@pytest.mark.parametrize(
    "frame",
    ["NIK 3329015203900001 {} pak", "kode nya {}", "kode saya ini {}", "kodenya kak {} ya",
     "kode saya adalah {}"],
)  # fmt: skip
def test_no_word_beside_a_code_becomes_a_part_of_it(frame: str) -> None:
    source = random.Random(2)
    for _ in range(2000):
        code = voting_code.new_code(source.choice)
        said = frame.format(" ".join((code[:3], code[3:6], code[6:])))
        assert find_credentials(said).code == code


def test_a_nik_of_the_wrong_length_takes_nothing_from_the_code() -> None:
    source = random.Random(2)
    for _ in range(2000):
        code = voting_code.new_code(source.choice)
        for frame in ("332901520390001 {}", "{} 332901520390001", "{} 33290152039000111"):
            found = find_credentials(frame.format(voting_code.printed(code)))
            assert (found.code, found.odd_digits in (15, 17)) == (code, True)


@given(CODES)
def test_no_code_passes_for_a_receipt_or_a_word(code: str) -> None:
    assert find_receipt(code) is None
    assert any(symbol in "23456789" for symbol in code)
    assert any(symbol.isalpha() for symbol in code)


@given(st.binary(min_size=5, max_size=5))
def test_no_plain_receipt_passes_for_a_code(tracker: bytes) -> None:
    receipt = receipt_of(tracker)
    if is_plain(receipt):
        assert find_credentials(receipt.replace("-", "")).code is None


def test_codes_are_as_many_as_they_are_said_to_be() -> None:
    """39.5 bits: the share of those that pass for nothing else, measured."""
    source = random.Random(1)
    fit = 0
    for _ in range(20_000):
        symbols = "".join(source.choices(crockford.ALPHABET, k=8))
        fit += voting_code.is_distinct(symbols + voting_code.check_symbol(symbols))
    assert 0.70 < fit / 20_000 < 0.73


@pytest.mark.parametrize(
    "message",
    [
        "nomor3aja", "paslon02", "nomer 3 aja deh", "4 apa 5 yaaa", "silahkan",
        "terdaftar", "KOTAKKOSONG", "kode dari surat udah gw ketik persis", "2periode",
        "kodenya cuma kebaca 4 huruf depan", "kodenya ada di tps 003 dan hilang",
        "gw pilih no2 titik", "teman2nya udah semua", "cek 8F3K-Q9XM-5", "08123456789",
    ],
)  # fmt: skip
def test_what_is_no_code_is_neither_code_nor_slip(message: str) -> None:
    found = find_credentials(message)
    assert (found.code, found.code_slip) == (None, False)


@pytest.mark.parametrize(
    "message",
    [
        "kode 7KQ-2M9-XDN", "7KQ-2M9-XDN", "7kq2m9xdn", "kode 7KQ2-M9XD", "kodenya 7kq2m9xdmm",
        "3329015203900001 7KQ2M9XDN", "kode 7KQ 2M9 XDN", "3329015203900001, 7KQ-2M9-XD",
    ],
)  # fmt: skip
def test_what_was_meant_as_a_code_is_a_slip(message: str) -> None:
    found = find_credentials(message)
    assert (found.code, found.code_slip) == (None, True)
