"""How a group of trustees makes a threshold key, with a server that only carries messages.

Specification, 3.1.1 and 4.6.2 to 4.6.7 (Pedersen's distributed key generation). Steps and files are
those of ``belenios-tool setup generate-trustee-key-threshold``, so that each trustee may use it:

    1  trustee  certify    ``.key``, a secret seed, gives the certificate ``.cert``
    2  server   gather     ``certs.jsons``: the certificates are checked together
    3  trustee  deal       ``polynomials.jsons``: a secret polynomial, a share of it for everyone
    4  server   route      ``.vinput``: everyone gets the shares meant for them
    5  trustee  accept     ``.voutput``: shares are checked and added up
    6  server   conclude   ``threshold.json`` is published; ``.dkey`` holds a member's encrypted key

A trustee decrypts with :func:`decryption_key`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from gmpy2 import mpz

from bilik.belenios import channels, group, trustees, wire
from bilik.belenios.channels import SignedMessage
from bilik.belenios.group import Element, Exponent
from bilik.belenios.trustees import CertificateKeys, RawCoefexps, Threshold, TrusteePublicKey
from bilik.belenios.wire import Natural
from bilik.errors import InvalidRecord

Share = Annotated[mpz, Natural(1 << 512)]
"""A value of a polynomial, or a sum of such, which not every program reduces modulo Q."""


@dataclass(frozen=True)
class Polynomial:
    """Step 3: a member's polynomial for itself, a share for everyone, and the public half."""

    polynomial: str
    secrets: tuple[str, ...]
    coefexps: SignedMessage


@dataclass(frozen=True)
class Vinput:
    """Step 4: the shares meant for one member, and everyone's public halves."""

    polynomial: str
    secrets: tuple[str, ...]
    coefexps: tuple[SignedMessage, ...]


@dataclass(frozen=True)
class Voutput:
    """Step 5: a member's key, encrypted to the member, and its public half."""

    private_key: str
    public_key: TrusteePublicKey


@dataclass(frozen=True)
class RawPolynomial:
    """The coefficients of a secret polynomial."""

    polynomial: tuple[Exponent, ...]


@dataclass(frozen=True)
class Secret:
    """One value of a secret polynomial."""

    secret: Share


@dataclass(frozen=True)
class DecryptionKey:
    """The sum of the shares that a member got."""

    decryption_key: Share


class InvalidShare(InvalidRecord):
    """A share is not what its dealer published, or was damaged; ``dealer`` is who dealt it."""

    def __init__(self, dealer: int, reason: str) -> None:
        """``dealer`` counts from 1."""
        super().__init__(f"titipan dari saksi {dealer}: {reason}")
        self.dealer = dealer
        self.reason = reason


Certificates = Sequence[SignedMessage]


def certify(seed: str) -> SignedMessage:
    """Step 1: the certificate of a seed, see :func:`channels.new_seed`."""
    keys = channels.private_keys(seed)
    g = group.generator()
    public = CertificateKeys(g.power(keys.signing), g.power(keys.decryption))
    return channels.sign(keys.signing, wire.encode(public).decode())


def gather(certs: Certificates) -> list[CertificateKeys]:
    """Step 2: the keys of all certificates.

    Raises:
        InvalidRecord: one is not valid, or two are of the same trustee.
    """
    members = [trustees.read_certificate(cert) for cert in certs]
    if len({member.verification for member in members}) < len(members):
        raise InvalidRecord("ada sertifikat saksi yang sama")
    return members


def deal(seed: str, certs: Certificates, threshold: int) -> Polynomial:
    """Step 3: a fresh polynomial of degree ``threshold - 1``, shared out to all.

    Raises:
        InvalidRecord: a certificate is not valid, or none is of this seed.
        ValueError: no such threshold is possible.
    """
    if not 1 <= threshold <= len(certs):
        raise ValueError("threshold must be between 1 and the number of trustees")
    members = gather(certs)
    place = _own_place(seed, members)
    signing = channels.private_keys(seed).signing
    coefficients = tuple(group.random_exponent() for _ in range(threshold))
    coefexps = RawCoefexps(tuple(group.generator().power(one) for one in coefficients))
    return Polynomial(
        channels.send(signing, members[place].encryption, _text(RawPolynomial(coefficients))),
        tuple(
            channels.send(signing, member.encryption, _text(Secret(_value(coefficients, x))))
            for x, member in enumerate(members, start=1)
        ),
        channels.sign(signing, _text(coefexps)),
    )


def is_of(polynomial: Polynomial, member: CertificateKeys) -> bool:
    """Whether a member dealt a polynomial: its public half is signed by the member."""
    return channels.is_signed_by(polynomial.coefexps, member.verification)


def route(certs: Certificates, polynomials: Sequence[Polynomial], threshold: int) -> list[Vinput]:
    """Step 4: what each member needs next.

    Raises:
        InvalidRecord: a polynomial is missing, or not valid for these certificates.
    """
    members = gather(certs)
    counts = {len(polynomials), *(len(polynomial.secrets) for polynomial in polynomials)}
    if counts != {len(members)}:
        raise InvalidRecord("jumlah polinom saksi tidak sama dengan jumlah sertifikat")
    for member, polynomial in zip(members, polynomials, strict=True):
        trustees.read_coefexps(polynomial.coefexps, member, threshold)
    return [
        Vinput(
            own.polynomial,
            tuple(polynomial.secrets[place] for polynomial in polynomials),
            tuple(polynomial.coefexps for polynomial in polynomials),
        )
        for place, own in enumerate(polynomials)
    ]


def accept(seed: str, certs: Certificates, vinput: Vinput, threshold: int) -> Voutput:
    """Step 5: check every share against its dealer's public half, and add them up.

    Raises:
        InvalidShare: a share is not what its dealer published. InvalidRecord: the rest is not valid
        for this seed and these certificates.
    """
    members = gather(certs)
    place = _own_place(seed, members)
    keys = channels.private_keys(seed)
    own = members[place]
    polynomial = wire.decode(
        RawPolynomial,
        channels.receive(keys.decryption, own.verification, vinput.polynomial).encode(),
    )
    if not len(vinput.secrets) == len(vinput.coefexps) == len(members):
        raise InvalidRecord("jumlah bagian kunci tidak sama dengan jumlah sertifikat")
    own_coefexps = tuple(group.generator().power(one) for one in polynomial.polynomial)
    if trustees.read_coefexps(vinput.coefexps[place], own, threshold) != own_coefexps:
        raise InvalidRecord("polinom yang diterima bukan polinom saksi ini")
    total = mpz(0)
    dealt = zip(members, vinput.secrets, vinput.coefexps, strict=True)
    for number, (dealer, sealed, signed) in enumerate(dealt, start=1):
        try:
            text = channels.receive(keys.decryption, dealer.verification, sealed)
            share = wire.decode(Secret, text.encode()).secret % group.Q
            coefexps = trustees.read_coefexps(signed, dealer, threshold)
            if group.generator().power(share) != trustees.evaluate(coefexps, place + 1):
                raise InvalidRecord("bagian kunci tidak sesuai dengan polinom pembuatnya")
        except InvalidRecord as error:
            raise InvalidShare(number, str(error)) from None
        total += share
    total %= group.Q
    return Voutput(
        channels.send(keys.signing, own.encryption, _text(DecryptionKey(total))),
        trustees.publish(total),
    )


def public_keys(
    certs: Certificates, polynomials: Sequence[Polynomial], threshold: int
) -> list[Element]:
    """What every member's public key must come to, from the public halves of step 3.

    Raises:
        InvalidRecord: a polynomial is not valid for these certificates.
    """
    signed = tuple(polynomial.coefexps for polynomial in polynomials)
    coefexps = trustees.combined_coefexps(Threshold(threshold, tuple(certs), signed, ()))
    return [trustees.evaluate(coefexps, place) for place in range(1, len(certs) + 1)]


def conclude(
    certs: Certificates,
    polynomials: Sequence[Polynomial],
    voutputs: Sequence[Voutput],
    threshold: int,
) -> Threshold:
    """Step 6: the group, fully verified.

    Each ``private_key`` of the voutputs is kept for its member, see :func:`decryption_key`.

    Raises:
        InvalidRecord: a member's public key does not fit the polynomials.
    """
    item = Threshold(
        threshold,
        tuple(certs),
        tuple(polynomial.coefexps for polynomial in polynomials),
        tuple(voutput.public_key for voutput in voutputs),
    )
    trustees.check_threshold(item)
    return item


def decryption_key(seed: str, cert: SignedMessage, private_key: str) -> Exponent:
    """What a member decrypts with, from the seed and the encrypted key of step 6.

    Raises:
        InvalidRecord: it was damaged or is another member's.
    """
    own = trustees.read_certificate(cert)
    text = channels.receive(channels.private_keys(seed).decryption, own.verification, private_key)
    return wire.decode(DecryptionKey, text.encode()).decryption_key % group.Q


def _own_place(seed: str, members: Sequence[CertificateKeys]) -> int:
    keys = channels.private_keys(seed)
    g = group.generator()
    own = CertificateKeys(g.power(keys.signing), g.power(keys.decryption))
    if own not in members:
        raise InvalidRecord("kunci saksi ini tidak ada di antara sertifikat")
    return members.index(own)


def _value(coefficients: Sequence[Exponent], x: int) -> Exponent:
    value = mpz(0)
    for coefficient in reversed(coefficients):
        value = (value * x + coefficient) % group.Q
    return value


def _text(message: object) -> str:
    return wire.encode(message).decode()
