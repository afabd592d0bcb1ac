"""Signed and encrypted messages between trustees, carried by a server that cannot read them.

Specification, 4.6.1 and 4.6.3. A trustee keeps one seed of 22 Base58 symbols; signing and
decryption keys come from it. Such messages are only met while a threshold key is made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from bilik.belenios import credentials, group, proofs, wire
from bilik.belenios.group import Element, Exponent
from bilik.belenios.proofs import Proof
from bilik.errors import InvalidRecord

_SEED_LENGTH = 22
_TAG_BYTES = 8
# CCM's nonce leaves two bytes of a block for the length of the text (RFC 3610, 2.2): 64 KiB, enough
# for groups of hundreds.
_NONCE_BYTES = 13


@dataclass(frozen=True)
class SignedMessage:
    """A text and its author's signature."""

    message: str
    signature: Proof


@dataclass(frozen=True)
class EncryptedMessage:
    """A text under a fresh symmetric key, which is itself encrypted to the recipient."""

    alpha: Element
    beta: Element
    data: str


@dataclass(frozen=True)
class ChannelMessage:
    """A text that names its recipient, so that it cannot be passed on as meant for another."""

    recipient: Element
    message: str


@dataclass(frozen=True)
class PrivateKeys:
    """A trustee's two private keys."""

    signing: Exponent
    decryption: Exponent


def new_seed() -> str:
    """A fresh seed, to be kept by the trustee alone."""
    return credentials.token(_SEED_LENGTH)


def private_keys(seed: str) -> PrivateKeys:
    """The keys that a seed stands for.

    Raises:
        InvalidRecord: the text is no seed.
    """
    if len(seed) != _SEED_LENGTH or not set(seed) <= set(credentials.ALPHABET):
        raise InvalidRecord("kunci saksi salah ketik: periksa kembali ke-22 hurufnya")
    return PrivateKeys(group.hash_to_exponent(f"sk|{seed}"), group.hash_to_exponent(f"dk|{seed}"))


def sign(signing: Exponent, message: str) -> SignedMessage:
    """Sign a text."""
    signature = proofs.prove_knowledge(signing, lambda one: _signature_challenge(message, one))
    return SignedMessage(message, signature)


def is_signed_by(signed: SignedMessage, verification: Element) -> bool:
    """Whether a text was signed with the private half of ``verification``."""
    return proofs.knows(
        signed.signature, verification, lambda one: _signature_challenge(signed.message, one)
    )


def send(signing: Exponent, recipient: Element, message: str) -> str:
    """A text, signed and then encrypted to a recipient's encryption key."""
    channel = _text(ChannelMessage(recipient, message))
    return _encrypt(recipient, _text(sign(signing, channel)))


def receive(decryption: Exponent, sender: Element, sealed: str) -> str:
    """The text that ``sender`` (a verification key) sent to the holder of ``decryption``.

    Raises:
        InvalidRecord: it was damaged, signed by somebody else, or meant for somebody else.
    """
    signed = wire.decode(SignedMessage, _decrypt(decryption, sealed))
    if not is_signed_by(signed, sender):
        raise InvalidRecord("pesan antarsaksi tidak ditandatangani oleh pengirimnya")
    channel = wire.decode(ChannelMessage, signed.message.encode())
    if channel.recipient != group.generator().power(decryption):
        raise InvalidRecord("pesan antarsaksi ditujukan kepada saksi lain")
    return channel.message


def _text(message: object) -> str:
    return wire.encode(message).decode()


def _encrypt(recipient: Element, text: str) -> str:
    g = group.generator()
    randomness, secret = group.random_exponent(), group.random_exponent()
    alpha, shared = g.power(randomness), g.power(secret)
    beta = group.power(recipient, randomness) * shared % group.P
    data = _cipher(shared).encrypt(_nonce(alpha), text.encode(), None)
    return _text(EncryptedMessage(alpha, beta, data.hex()))


def _decrypt(decryption: Exponent, sealed: str) -> bytes:
    message = wire.decode(EncryptedMessage, sealed.encode())
    if not (group.is_member(message.alpha) and group.is_member(message.beta)):
        raise InvalidRecord("pesan antarsaksi bukan anggota grup")
    shared = group.power(message.alpha, group.Q - decryption) * message.beta % group.P
    try:
        data = bytes.fromhex(message.data)
        return _cipher(shared).decrypt(_nonce(message.alpha), data, None)
    except (ValueError, InvalidTag):
        raise InvalidRecord("pesan antarsaksi rusak atau untuk saksi lain") from None


def _cipher(shared: Element) -> AESCCM:
    key = hashlib.sha256(f"key|{shared.digits()}".encode()).digest()
    return AESCCM(key, tag_length=_TAG_BYTES)


def _nonce(alpha: Element) -> bytes:
    return hashlib.sha256(f"iv|{alpha.digits()}".encode()).digest()[:_NONCE_BYTES]


def _signature_challenge(message: str, commitment: Element) -> Exponent:
    return group.hash_to_exponent(f"sigmsg|{message}|{commitment.digits()}")
