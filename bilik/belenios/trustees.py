"""Who holds an election's key: mandatory trustees, and groups of whom some suffice.

Specification, 4.5, 4.6.7 and 4.7. The election's key is the product of the items' sub-keys; a tally
needs every mandatory trustee (``Single``) and ``threshold`` members of every group (``Pedersen``).
Trustees are numbered from 1, through all items in order; a tally's shares name their ``owner`` so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bilik.belenios import channels, group, proofs, wire
from bilik.belenios.channels import SignedMessage
from bilik.belenios.group import Element, Exponent
from bilik.belenios.proofs import Proof
from bilik.errors import InvalidRecord


@dataclass(frozen=True)
class TrusteePublicKey:
    """A public key and the proof that its private half is known."""

    pok: Proof
    public_key: Element


@dataclass(frozen=True)
class CertificateKeys:
    """What a certificate says of a group's member."""

    verification: Element
    encryption: Element


@dataclass(frozen=True)
class RawCoefexps:
    """The public half of a member's secret polynomial: g to the power of each coefficient."""

    coefexps: tuple[Element, ...]


@dataclass(frozen=True)
class Threshold:
    """A group of trustees of whom ``threshold`` suffice."""

    threshold: int
    certs: tuple[SignedMessage, ...]
    coefexps: tuple[SignedMessage, ...]
    verification_keys: tuple[TrusteePublicKey, ...]


Trustees = tuple[TrusteePublicKey | Threshold, ...]
"""The items of an election's trustees, in order."""

_SINGLE, _PEDERSEN = "Single", "Pedersen"


def new_private_key() -> Exponent:
    """A mandatory trustee's private key."""
    return group.random_exponent()


def publish(private_key: Exponent) -> TrusteePublicKey:
    """The public half of a private key, with the proof that it is known."""
    public = group.generator().power(private_key)
    pok = proofs.prove_knowledge(private_key, lambda one: _pok_challenge(public, one))
    return TrusteePublicKey(pok, public)


def encode(trustees: Trustees) -> bytes:
    """The published form."""
    return wire.encode(_tagged(trustees))


def read(data: bytes) -> Trustees:
    """The trustees in a published file, with all proofs and signatures verified.

    Raises:
        InvalidRecord: the file is malformed or does not verify.
    """
    items = wire.load(data)
    if not isinstance(items, list) or not items:
        raise InvalidRecord("daftar saksi pemegang kunci kosong atau tidak terbaca")
    trustees = tuple(_item(one) for one in items)
    wire.check_canonical(_tagged(trustees), data)
    for item in trustees:
        if isinstance(item, Threshold):
            check_threshold(item)
        else:
            check_public_key(item)
    return trustees


def election_key(trustees: Trustees) -> Element:
    """The key that an election with these trustees is encrypted under (3.1.1)."""
    return group.product(
        combined_coefexps(item)[0] if isinstance(item, Threshold) else item.public_key
        for item in trustees
    )


def public_keys(trustees: Trustees) -> list[Element]:
    """Every trustee's public key; the one of owner 1 comes first."""
    keys: list[Element] = []
    for item in trustees:
        members = item.verification_keys if isinstance(item, Threshold) else (item,)
        keys += [member.public_key for member in members]
    return keys


def check_public_key(key: TrusteePublicKey) -> None:
    """Verify a trustee's public key.

    Raises:
        InvalidRecord: it is no member of the group, or its proof does not hold.
    """
    if not group.is_member(key.public_key):
        raise InvalidRecord("kunci publik saksi bukan anggota grup")
    if not proofs.knows(key.pok, key.public_key, lambda one: _pok_challenge(key.public_key, one)):
        raise InvalidRecord("bukti kunci publik saksi tidak berlaku")


def check_threshold(item: Threshold) -> None:
    """Verify everything that a group published.

    Raises:
        InvalidRecord: something is missing, unsigned or inconsistent.
    """
    members = len(item.certs)
    if not len(item.coefexps) == len(item.verification_keys) == members:
        raise InvalidRecord("jumlah sertifikat, polinom dan kunci saksi tidak sama")
    if not 1 <= item.threshold <= members:
        raise InvalidRecord("ambang saksi tidak sesuai jumlahnya")
    coefexps = combined_coefexps(item)
    for place, key in enumerate(item.verification_keys, start=1):
        check_public_key(key)
        if key.public_key != evaluate(coefexps, place):
            raise InvalidRecord("kunci publik saksi tidak sesuai dengan polinomnya")


def combined_coefexps(item: Threshold) -> list[Element]:
    """The public half of the sum of all members' polynomials; the first is the group's key.

    Raises:
        InvalidRecord: a member's part is not signed by the member, or malformed.
    """
    parts = [
        read_coefexps(signed, read_certificate(cert), item.threshold)
        for cert, signed in zip(item.certs, item.coefexps, strict=True)
    ]
    return [group.product(column) for column in zip(*parts, strict=True)]


def read_certificate(cert: SignedMessage) -> CertificateKeys:
    """The keys in a member's certificate.

    Raises:
        InvalidRecord: it is malformed or not signed with its own key.
    """
    keys = wire.decode(CertificateKeys, cert.message.encode())
    if not (group.is_member(keys.verification) and group.is_member(keys.encryption)):
        raise InvalidRecord("kunci dalam sertifikat saksi bukan anggota grup")
    if not channels.is_signed_by(cert, keys.verification):
        raise InvalidRecord("sertifikat saksi tidak ditandatangani dengan kuncinya sendiri")
    return keys


def read_coefexps(
    signed: SignedMessage, author: CertificateKeys, threshold: int
) -> tuple[Element, ...]:
    """The public half of a member's polynomial.

    Raises:
        InvalidRecord: it is malformed, of another threshold, or not signed by ``author``.
    """
    if not channels.is_signed_by(signed, author.verification):
        raise InvalidRecord("polinom saksi tidak ditandatangani olehnya")
    coefexps = wire.decode(RawCoefexps, signed.message.encode()).coefexps
    if len(coefexps) != threshold:
        raise InvalidRecord("polinom saksi tidak sesuai dengan ambangnya")
    if not all(group.is_member(one) for one in coefexps):
        raise InvalidRecord("polinom saksi bukan anggota grup")
    return coefexps


def evaluate(coefexps: Sequence[Element], place: int) -> Element:
    """g to the power of the polynomial's value at ``place`` (4.6.5)."""
    value = coefexps[-1]
    for coefexp in reversed(coefexps[:-1]):
        value = group.power(value, place) * coefexp % group.P
    return value


def _tagged(trustees: Trustees) -> tuple[tuple[str, TrusteePublicKey | Threshold], ...]:
    return tuple((_PEDERSEN if isinstance(item, Threshold) else _SINGLE, item) for item in trustees)


def _item(value: object) -> TrusteePublicKey | Threshold:
    if isinstance(value, list) and len(value) == 2:
        tag, content = value
        if tag == _SINGLE:
            return wire.build(TrusteePublicKey, content)
        if tag == _PEDERSEN:
            return wire.build(Threshold, content)
    raise InvalidRecord("daftar saksi berisi jenis yang tidak dikenal")


def _pok_challenge(public: Element, commitment: Element) -> Exponent:
    return group.hash_to_exponent(f"pok|{group.NAME}|{public.digits()}|{commitment.digits()}")
