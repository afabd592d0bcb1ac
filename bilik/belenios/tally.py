"""From ballots to a result, without opening any ballot.

Specification, 4.16, 4.18 and 4.19. The ballots' ciphertexts are multiplied, which adds
up what they encrypt; trustees decrypt the product only, each with a share and proofs of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

from gmpy2 import invert, mpz

from bilik.belenios import group
from bilik.belenios.ballot import Ballot
from bilik.belenios.election import Election
from bilik.belenios.group import Element, Exponent
from bilik.belenios.proofs import Ciphertext, Proof
from bilik.belenios.trustees import Threshold, Trustees
from bilik.errors import InvalidRecord

EncryptedTally = tuple[tuple[Ciphertext, ...], ...]
"""Per question and choice, the encrypted number of ballots that made it; the blank comes first."""


@dataclass(frozen=True)
class SizedEncryptedTally:
    """How many ballots a tally has, and the hash of its file. Every ballot weighs one."""

    num_tallied: int
    total_weight: int
    encrypted_tally: str


@dataclass(frozen=True)
class PartialDecryption:
    """One trustee's share of a decryption, with a proof for every ciphertext."""

    decryption_factors: tuple[tuple[Element, ...], ...]
    decryption_proofs: tuple[tuple[Proof, ...], ...]


@dataclass(frozen=True)
class OwnedPartialDecryption:
    """Whose share a file holds: the trustee's number and the file's hash."""

    owner: int
    payload: str


@dataclass(frozen=True)
class Result:
    """Per question, how many ballots are blank and how many chose each answer."""

    result: tuple[tuple[int, ...], ...]


def _nothing(election: Election) -> EncryptedTally:
    """The sum of no ballots."""
    return tuple(
        (Ciphertext(mpz(1), mpz(1)),) * (len(question.answers) + 1)
        for question in election.questions
    )


def add_up(
    election: Election, ballots: Iterable[Ballot], onto: EncryptedTally | None = None
) -> EncryptedTally:
    """Multiply the ciphertexts of verified ballots, one per credential, and of the sum ``onto``."""
    start = _nothing(election) if onto is None else onto
    totals = [[(one.alpha, one.beta) for one in row] for row in start]
    for ballot in ballots:
        for answer, total in zip(ballot.answers, totals, strict=True):
            for place, choice in enumerate(answer.choices):
                alpha, beta = total[place]
                total[place] = alpha * choice.alpha % group.P, beta * choice.beta % group.P
    return tuple(tuple(Ciphertext(*one) for one in total) for total in totals)


def decrypt(election: Election, tally: EncryptedTally, private_key: Exponent) -> PartialDecryption:
    """A trustee's share.

    Only of a tally that :func:`bilik.belenios.verify.verify` found to be the sum of all ballots: a
    share of anything else may help to open a single ballot.
    """
    public = group.generator().power(private_key)
    shares = [[_share(election, public, private_key, one.alpha) for one in row] for row in tally]
    return PartialDecryption(
        tuple(tuple(factor for factor, _ in row) for row in shares),
        tuple(tuple(proof for _, proof in row) for row in shares),
    )


def check_decryption(
    election: Election, tally: EncryptedTally, public_key: Element, share: PartialDecryption
) -> None:
    """Verify a trustee's share.

    Raises:
        InvalidRecord: it is of another tally, or a proof does not hold.
    """
    shape = [len(row) for row in tally]
    if not shape == [len(row) for row in share.decryption_factors]:
        raise InvalidRecord("bagian dekripsi tidak sesuai dengan jumlah pilihan")
    if not shape == [len(row) for row in share.decryption_proofs]:
        raise InvalidRecord("bagian dekripsi tidak sesuai dengan jumlah pilihan")
    for row, factors, row_proofs in zip(
        tally, share.decryption_factors, share.decryption_proofs, strict=True
    ):
        for one, factor, proof in zip(row, factors, row_proofs, strict=True):
            _check_share(election, public_key, one.alpha, factor, proof)


def combine(
    holders: Trustees, tally: EncryptedTally, shares: Mapping[int, PartialDecryption], ballots: int
) -> Result:
    """The result, from verified shares by owner; ``ballots`` is how many the tally has.

    Raises:
        InvalidRecord: shares are missing, or the result is no count of so many ballots.
    """
    weighted = _weighted_shares(holders, shares)
    logarithm = DiscreteLogarithm(ballots)
    rows = []
    for i, row in enumerate(tally):
        counts = []
        for j, ciphertext in enumerate(row):
            factor = group.product(
                group.power(share.decryption_factors[i][j], coefficient)
                for share, coefficient in weighted
            )
            counts.append(logarithm(ciphertext.beta * group.inverse(factor) % group.P))
        rows.append(tuple(counts))
    return Result(tuple(rows))


class DiscreteLogarithm:
    """Logarithms to base g of small numbers, by baby steps and giant steps."""

    def __init__(self, bound: int) -> None:
        """Prepare for numbers from 0 to ``bound``."""
        self._bound = bound
        self._stride = isqrt(bound) + 1
        self._steps: dict[Element, int] = {}
        element = mpz(1)
        for number in range(self._stride):
            self._steps[element] = number
            element = element * group.G % group.P
        self._giant = group.inverse(element)

    def __call__(self, element: Element) -> int:
        """The number whose power of g is ``element``.

        Raises:
            InvalidRecord: no number up to the bound is.
        """
        for giant in range(self._stride + 1):
            number = self._steps.get(element)
            if number is not None and giant * self._stride + number <= self._bound:
                return giant * self._stride + number
            element = element * self._giant % group.P
        raise InvalidRecord("hasil dekripsi melebihi jumlah surat suara")


def _weighted_shares(
    holders: Trustees, shares: Mapping[int, PartialDecryption]
) -> list[tuple[PartialDecryption, Exponent]]:
    weighted: list[tuple[PartialDecryption, Exponent]] = []
    first = 1
    for item in holders:
        members = len(item.verification_keys) if isinstance(item, Threshold) else 1
        owners = [owner for owner in range(first, first + members) if owner in shares]
        needed = item.threshold if isinstance(item, Threshold) else 1
        if len(owners) < needed:
            raise InvalidRecord(
                f"bagian dekripsi belum cukup: ada {len(owners)}, perlu {needed}"
                f" dari saksi {first} s.d. {first + members - 1}"
            )
        owners = owners[:needed]
        places = [owner - first + 1 for owner in owners]
        coefficients = lagrange(places) if isinstance(item, Threshold) else [mpz(1)]
        weighted += [(shares[owner], one) for owner, one in zip(owners, coefficients, strict=True)]
        first += members
    return weighted


def lagrange(places: Sequence[int]) -> list[Exponent]:
    """For each place, the weight of a polynomial's value there in its value at 0 (4.19)."""
    weights = []
    for place in places:
        weight = mpz(1)
        for other in places:
            if other != place:
                weight = weight * other * invert(other - place, group.Q) % group.Q
        weights.append(weight)
    return weights


def _share(
    election: Election, public: Element, private_key: Exponent, alpha: Element
) -> tuple[Element, Proof]:
    nonce = group.random_exponent()
    challenge = _challenge(
        election, public, group.generator().power(nonce), group.power(alpha, nonce)
    )
    response = (nonce - private_key * challenge) % group.Q
    return group.power(alpha, private_key), Proof(challenge, response)


def _check_share(
    election: Election, public: Element, alpha: Element, factor: Element, proof: Proof
) -> None:
    if not group.is_member(factor):
        raise InvalidRecord("bagian dekripsi bukan anggota grup")
    commitment = (
        group.generator().power(proof.response) * group.power(public, proof.challenge) % group.P
    )
    other = group.power(alpha, proof.response) * group.power(factor, proof.challenge) % group.P
    if _challenge(election, public, commitment, other) != proof.challenge:
        raise InvalidRecord("bukti bagian dekripsi tidak berlaku")


def _challenge(election: Election, public: Element, one: Element, other: Element) -> Exponent:
    return group.hash_to_exponent(
        f"decrypt|{election.fingerprint}|{public.digits()}|{one.digits()},{other.digits()}"
    )
