import pytest
from gmpy2 import mpz
from hypothesis import given
from hypothesis import strategies as st

from bilik.belenios import credentials, group, wire
from bilik.belenios.credentials import ALPHABET
from bilik.errors import InvalidRecord
from tests.unit.belenios.made_elsewhere import the_archive, the_credentials, the_election

UUID = "EndyRzxyLUxDRt"
seeds = st.binary(min_size=16, max_size=40)


def test_the_tool_s_credentials_have_the_public_keys_that_it_published() -> None:
    archive = the_archive()
    published = list(credentials.read_list(archive.pieces(archive.setup.credentials)))
    uuid = the_election().uuid
    secrets = [credentials.secret_key(one, uuid) for one in the_credentials()]
    assert {credentials.public_key(one) for one in secrets} == set(published)
    assert credentials.encode_list(reversed(published)) == the_archive().data(
        the_archive().setup.credentials
    )


@given(seeds)
def test_a_derived_credential_is_well_formed_and_always_the_same(seed: bytes) -> None:
    credential = credentials.derive(seed, UUID)
    assert len(credential) == 19
    assert credential == credentials.derive(seed, UUID)
    assert credentials.secret_key(credential, UUID) < group.Q


@given(seeds, seeds)
def test_other_seeds_and_other_elections_have_other_credentials(one: bytes, other: bytes) -> None:
    assert credentials.derive(one, UUID) != credentials.derive(one, UUID[::-1])
    if one != other:
        assert credentials.derive(one, UUID) != credentials.derive(other, UUID)


def test_a_short_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        credentials.derive(bytes(15), UUID)


@given(seeds, st.integers(0, 14), st.sampled_from(ALPHABET))
def test_one_wrong_symbol_is_noticed(seed: bytes, place: int, symbol: str) -> None:
    credential = credentials.derive(seed, UUID).replace("-", "")
    wrong = credential[:place] + symbol + credential[place + 1 :]
    # The checksum counts modulo 53, so symbols 53 apart in the alphabet of 58 pass for each other.
    if abs(ALPHABET.index(symbol) - ALPHABET.index(credential[place])) % 53:
        with pytest.raises(InvalidRecord, match="salah ketik"):
            credentials.secret_key(wrong, UUID)


@pytest.mark.parametrize("text", ["", "1", "0OIl-0OIl", "x" * 15, "siti-rahmawati-"])
def test_what_is_no_credential_is_refused(text: str) -> None:
    with pytest.raises(InvalidRecord, match="salah ketik"):
        credentials.secret_key(text, UUID)


def test_hyphens_may_be_left_out_when_typing() -> None:
    credential = credentials.generate()
    plain = credential.replace("-", "")
    assert credentials.secret_key(plain, UUID) == credentials.secret_key(credential, UUID)


def test_a_credential_means_another_key_in_another_election() -> None:
    credential = credentials.generate()
    assert credentials.secret_key(credential, UUID) != credentials.secret_key(credential, "1" * 14)


def test_a_list_in_pieces_is_the_whole_list() -> None:
    numbers = sorted(group.power(group.G, mpz(number)) for number in range(250))
    for size in (0, 1, 100, 101, 250):
        whole = credentials.encode_list(reversed(numbers[:size]))
        pieces = list(credentials.list_pieces(numbers[:size]))
        assert b"".join(pieces) == whole == wire.encode(tuple(numbers[:size]))
        assert list(credentials.read_list(pieces)) == numbers[:size]
