"""ElGamal ciphertexts, and the zero-knowledge proofs about them.

Specification, 4.3, 4.5, 4.12 to 4.14. Two kinds of proof cover all of it:

- *knowledge*: the maker knows the exponent of a public element (trustees' keys, signatures);
- *one of*: at least one of several ciphertexts encrypts the number that its branch states. Interval
  proofs and both proofs of possibly-blank votes are of this kind; they differ in the branches and
  in the text that is hashed with the commitments.

A verifier recomputes the commitments and compares hashes, so nothing here can be verified in bulk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gmpy2 import mpz

from bilik.belenios import group
from bilik.belenios.group import BriefBase, Element, Exponent, FixedBase


@dataclass(frozen=True)
class Proof:
    """A challenge and the response to it."""

    challenge: Exponent
    response: Exponent


@dataclass(frozen=True)
class Ciphertext:
    """An encryption of a small number m under the key y: ``(g^r, y^r g^m)``."""

    alpha: Element
    beta: Element

    def __str__(self) -> str:
        """The form that is hashed: both numbers with a comma."""
        return f"{self.alpha.digits()},{self.beta.digits()}"


@dataclass(frozen=True)
class Opening:
    """What the maker of a ciphertext knows of it: the randomness r and the number m."""

    randomness: Exponent
    number: int

    def __add__(self, other: Opening) -> Opening:
        """The opening of the product of both ciphertexts."""
        randomness = (self.randomness + other.randomness) % group.Q
        return Opening(randomness, self.number + other.number)


@dataclass(frozen=True)
class Claim:
    """One branch of a proof, for its maker: the ciphertext of ``opening`` encrypts ``number``."""

    opening: Opening
    number: int


@dataclass(frozen=True)
class Statement:
    """One branch of a proof, for a verifier: the ciphertext (alpha, beta) encrypts ``number``."""

    alpha: BriefBase
    beta: BriefBase
    number: int


def encrypt(number: int, key: FixedBase) -> tuple[Ciphertext, Opening]:
    """Encrypt 0 or 1 under an election's key (4.11.1)."""
    randomness = group.random_exponent()
    beta = key.power(randomness)
    if number:
        beta = beta * group.G % group.P
    return Ciphertext(group.generator().power(randomness), beta), Opening(randomness, number)


def prove_knowledge(secret: Exponent, challenge: Callable[[Element], Exponent]) -> Proof:
    """Prove to know ``secret``; ``challenge`` hashes the commitment (4.5, 4.6.1, 4.14)."""
    nonce = group.random_exponent()
    value = challenge(group.generator().power(nonce))
    return Proof(value, (nonce - secret * value) % group.Q)


def knows(proof: Proof, public: Element, challenge: Callable[[Element], Exponent]) -> bool:
    """Whether a proof shows knowledge of the exponent of ``public``."""
    power = group.power(public, proof.challenge)
    commitment = group.generator().power(proof.response) * power % group.P
    return bool(challenge(commitment) == proof.challenge)


def prove_one_of(context: str, key: FixedBase, claims: Sequence[Claim]) -> tuple[Proof, ...]:
    """Prove that one of the claims is true without telling which; exactly one must be.

    The other branches are simulated: their challenge and response are chosen first. Since the maker
    knows how each ciphertext was made, all powers are of ``g`` and the key. ``context`` is the text
    to be hashed before the commitments.

    Raises:
        ValueError: not exactly one claim is true.
    """
    (true,) = (place for place, claim in enumerate(claims) if _is_true(claim))
    g = group.generator()
    commitments: list[Element] = []
    proofs: list[Proof] = []
    nonce = mpz(0)
    for place, claim in enumerate(claims):
        proof = Proof(group.random_exponent(), group.random_exponent())
        exponent = (proof.response + claim.opening.randomness * proof.challenge) % group.Q
        commitments.append(g.power(exponent))
        commitment = key.power(exponent)
        if place == true:
            nonce = exponent
        else:
            excess = (claim.opening.number - claim.number) * proof.challenge % group.Q
            commitment = commitment * g.power(excess) % group.P
        commitments.append(commitment)
        proofs.append(proof)
    others = sum(proof.challenge for place, proof in enumerate(proofs) if place != true)
    challenge = (_challenge(context, commitments) - others) % group.Q
    response = (nonce - claims[true].opening.randomness * challenge) % group.Q
    proofs[true] = Proof(challenge, response)
    return tuple(proofs)


def is_one_of(
    context: str, key: FixedBase, statements: Sequence[Statement], proofs: Sequence[Proof]
) -> bool:
    """Whether the proofs show that one of the statements holds (4.12, 4.13.3)."""
    if len(statements) != len(proofs):
        return False
    g = group.generator()
    commitments: list[Element] = []
    for statement, proof in zip(statements, proofs, strict=True):
        # (beta / g^number)^challenge, with the power of g taken separately: its table is at hand.
        beta = statement.beta.power(proof.challenge)
        if statement.number:
            beta = beta * g.power(-statement.number * proof.challenge % group.Q) % group.P
        alpha = statement.alpha.power(proof.challenge)
        commitments.append(g.power(proof.response) * alpha % group.P)
        commitments.append(key.power(proof.response) * beta % group.P)
    total = sum(proof.challenge for proof in proofs) % group.Q
    return bool(_challenge(context, commitments) == total)


def _is_true(claim: Claim) -> bool:
    return claim.opening.number == claim.number


def _challenge(context: str, commitments: Sequence[Element]) -> Exponent:
    return group.hash_to_exponent(context + ",".join(one.digits() for one in commitments))
