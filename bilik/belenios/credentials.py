"""What a voter signs a ballot with, and its public half.

Specification, 4.8. A credential is 14 random symbols and a checksum, in the form
``XXX-XXX-XXX-XXX-XXX``. The hyphens are part of what the secret key is derived from; typed without
them it is taken for the same credential. Only who knows it can sign; the box keeps public
credentials only.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator
from itertools import islice

from gmpy2 import mpz

from bilik.belenios import group, wire
from bilik.belenios.group import Element, Exponent
from bilik.errors import InvalidRecord

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_LENGTH = 15
_RANDOM = _LENGTH - 1
_CHECKSUM = 53
_ITERATIONS = 1000
_MINIMUM_SEED = 16
_AT_ONCE = 100


def token(length: int) -> str:
    """Random symbols: the form of an election's uuid (14 of them) and of a trustee's seed (22)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def generate() -> str:
    """A new credential, in hyphenated form."""
    return _complete(token(_RANDOM))


def derive(seed: bytes, election_uuid: str) -> str:
    """The credential that a secret of at least 16 bytes stands for in one election.

    The seed must be hard to guess or costly to compute: this function adds neither.

    Raises:
        ValueError: the seed is shorter.
    """
    if len(seed) < _MINIMUM_SEED:
        raise ValueError(f"a seed has at least {_MINIMUM_SEED} bytes")
    digest = hmac.digest(seed, b"bilik/credential/1|" + election_uuid.encode(), "sha256")
    number = int.from_bytes(digest, "big")
    symbols = ""
    for _ in range(_RANDOM):
        number, digit = divmod(number, len(ALPHABET))
        symbols += ALPHABET[digit]
    return _complete(symbols)


def secret_key(credential: str, election_uuid: str) -> Exponent:
    """The exponent that a credential stands for in one election.

    Raises:
        InvalidRecord: the credential is mistyped.
    """
    symbols = credential.replace("-", "")
    if not _is_well_formed(symbols):
        raise InvalidRecord("kredensial salah ketik: periksa kembali ke-15 hurufnya")
    password = _hyphenated(symbols).encode()
    block = hashlib.pbkdf2_hmac("sha256", password, election_uuid.encode(), _ITERATIONS)
    return mpz(int.from_bytes(block, "big")) % group.Q


def public_key(secret: Exponent) -> Element:
    """The public credential of a secret key: what the list of an election's voters holds."""
    return group.generator().power(secret)


def encode_list(public: Iterable[Element]) -> bytes:
    """The list of public credentials as it is published, in an order that says nothing."""
    return b"".join(list_pieces(sorted(public)))


def list_pieces(public: Iterable[Element]) -> Iterator[bytes]:
    """The same in pieces, of credentials that are in the order of their numbers already."""
    numbers = iter(public)
    begin = b"["
    while some := list(islice(numbers, _AT_ONCE)):
        yield begin + ",".join(f'"{one.digits()}"' for one in some).encode()
        begin = b","
    yield b"[]" if begin == b"[" else b"]"


def read_list(pieces: Iterable[bytes]) -> Iterator[Element]:
    """The public credentials in a published list that comes in pieces.

    That none is named twice is for the caller to see: it takes an index of all of them.

    Raises:
        InvalidRecord: the list is malformed.
    """
    return wire.decode_numbers(Element, pieces)


def digest(public: Element) -> bytes:
    """What a public credential is looked up by: the hash of its number."""
    return hashlib.sha256(public.digits().encode()).digest()


def _is_well_formed(symbols: str) -> bool:
    if len(symbols) != _LENGTH or not set(symbols) <= set(ALPHABET):
        return False
    return symbols[-1] == _checksum(symbols[:-1])


def _complete(symbols: str) -> str:
    return _hyphenated(symbols + _checksum(symbols))


def _hyphenated(symbols: str) -> str:
    return "-".join(symbols[place : place + 3] for place in range(0, _LENGTH, 3))


def _checksum(symbols: str) -> str:
    number = 0
    for symbol in symbols:
        number = number * len(ALPHABET) + ALPHABET.index(symbol)
    return ALPHABET[_CHECKSUM - number % _CHECKSUM]
