"""A voter's Belenios credential: made from the letter's code whenever it is needed, never stored.

The box knows public credentials only. They stand with the voters until the election opens; then
they go into the election's list, in the order of their numbers, and the voters' rows forget them.
"""

from __future__ import annotations

from gmpy2 import mpz

from bilik.belenios import credentials
from bilik.belenios.group import Element

_BYTES = 256


def spare_context(uuid: str, number: int) -> bytes:
    """What a spare letter's code is stretched with, since no voter is known yet to hold it."""
    return f"spare|{uuid}|{number}".encode()


def credential_of(seed: bytes, uuid: str) -> str:
    """The credential of the voter whose code came to ``seed``, in the election ``uuid``."""
    return credentials.derive(seed, uuid)


def public_of(credential: str, uuid: str) -> bytes:
    """The public half of a credential, as the database keeps it until the opening."""
    return bytes_of(credentials.public_key(credentials.secret_key(credential, uuid)))


def credential_hash(public: Element) -> bytes:
    """The form in which a ballot's row names its public credential."""
    return credentials.digest(public)


def bytes_of(public: Element) -> bytes:
    """A public credential as the database keeps it: in the order of the numbers."""
    return int(public).to_bytes(_BYTES, "big")


def element_of(content: bytes) -> Element:
    """The inverse of :func:`bytes_of`."""
    return mpz(int.from_bytes(content, "big"))
