"""Ballots: made from selections and a credential, verified by anyone.

Specification, 4.11.1, 4.13 to 4.15. An answer encrypts one number per choice, 0 or 1, the blank
first. Its proofs say that each is 0 or 1 (individual), that a blank goes with no choice (blank),
and that without a blank exactly one choice is made (overall). The credential's signature covers all
of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gmpy2 import mpz

from bilik.belenios import credentials, group, proofs, wire
from bilik.belenios.election import Election, Question
from bilik.belenios.group import BriefBase, Element, Exponent
from bilik.belenios.proofs import Ciphertext, Claim, Opening, Proof, Statement
from bilik.errors import InvalidRecord

Selection = int | None
"""An answer's place in its question, from 0; None for a blank."""


@dataclass(frozen=True)
class Answer:
    """The encrypted answer to one question, with its proofs."""

    choices: tuple[Ciphertext, ...]
    individual_proofs: tuple[tuple[Proof, ...], ...]
    overall_proof: tuple[Proof, ...]
    blank_proof: tuple[Proof, ...]


@dataclass(frozen=True)
class Signature:
    """The hash of the unsigned ballot, and the proof that the credential's holder made it."""

    hash: str
    proof: Proof


@dataclass(frozen=True)
class Ballot:
    """A vote. Without ``signature`` it is what the signature's hash is made of."""

    election_uuid: str
    election_hash: str
    credential: Element
    answers: tuple[Answer, ...]
    signature: Signature | None = None


def make(election: Election, secret: Exponent, selections: Sequence[Selection]) -> bytes:
    """A ballot in its published form.

    ``secret`` is the voter's secret key, ``selections`` has one entry per question.

    Raises:
        ValueError: the selections do not fit the questions.
    """
    public = credentials.public_key(secret)
    answers = tuple(
        _answer(election, public, question, selection)
        for question, selection in zip(election.questions, selections, strict=True)
    )
    return sign(Ballot(election.uuid, election.fingerprint, public, answers), secret)


def sign(unsigned: Ballot, secret: Exponent) -> bytes:
    """The published form of a ballot without signature, signed with its credential's secret key."""
    digest = wire.sha256_base64(wire.encode(unsigned))
    proof = proofs.prove_knowledge(secret, lambda one: _signature_challenge(digest, one))
    return wire.encode(replace(unsigned, signature=Signature(digest, proof)))


def verify(election: Election, data: bytes) -> Ballot:
    """The ballot in its published form, with every proof and the signature verified.

    Whether its credential may vote is for the caller to look up; that it belongs to the group is
    not tested, for the list of credentials was tested as a whole.

    Raises:
        InvalidRecord: the ballot is malformed, of another election, or a proof does not hold.
    """
    ballot = wire.decode(Ballot, data)
    if ballot.signature is None:
        raise InvalidRecord("surat suara tidak bertanda tangan")
    if (ballot.election_uuid, ballot.election_hash) != (election.uuid, election.fingerprint):
        raise InvalidRecord("surat suara milik pemilihan lain")
    _check_signature(ballot, ballot.signature, data)
    if len(ballot.answers) != len(election.questions):
        raise InvalidRecord("jumlah jawaban surat suara tidak sama dengan jumlah pertanyaan")
    for answer, question in zip(ballot.answers, election.questions, strict=True):
        _check_answer(election, ballot.credential, question, answer)
    return ballot


def tracker(data: bytes) -> str:
    """The ballot's hash as trackers are published; in hexadecimal, its file's name is the same."""
    return wire.sha256_base64(data)


def _answer(
    election: Election, credential: Element, question: Question, selection: Selection
) -> Answer:
    places = range(len(question.answers))
    if selection is not None and selection not in places:
        raise ValueError("no such answer")
    numbers = [int(selection is None), *(int(place == selection) for place in places)]
    key = election.key
    choices, openings = zip(*(proofs.encrypt(number, key) for number in numbers), strict=True)
    individual = _individual_context(election, credential)
    blank, total = openings[0], sum(openings[1:], Opening(mpz(0), 0))
    combined = _combined_context(individual, choices)
    return Answer(
        choices,
        tuple(
            proofs.prove_one_of(
                f"prove|{individual}|{choice}|", key, (Claim(opening, 0), Claim(opening, 1))
            )
            for choice, opening in zip(choices, openings, strict=True)
        ),
        proofs.prove_one_of(f"bproof1|{combined}|", key, (Claim(blank, 1), Claim(total, 1))),
        proofs.prove_one_of(f"bproof0|{combined}|", key, (Claim(blank, 0), Claim(total, 0))),
    )


def _check_signature(ballot: Ballot, signature: Signature, data: bytes) -> None:
    # The signature is the last field; in the canonical form, what is left without it is the form
    # of the ballot without it.
    unsigned = data[: data.rindex(b',"signature":')] + b"}"
    if signature.hash != wire.sha256_base64(unsigned):
        raise InvalidRecord("isi surat suara tidak sama dengan yang ditandatangani")
    if not proofs.knows(
        signature.proof,
        ballot.credential,
        lambda one: _signature_challenge(signature.hash, one),
    ):
        raise InvalidRecord("tanda tangan surat suara tidak cocok dengan kredensialnya")


def _check_answer(
    election: Election, credential: Element, question: Question, answer: Answer
) -> None:
    if not len(answer.choices) == len(answer.individual_proofs) == len(question.answers) + 1:
        raise InvalidRecord("jumlah pilihan surat suara tidak sama dengan jumlah jawaban")
    key = election.key
    bases = [(BriefBase(one.alpha), BriefBase(one.beta)) for one in answer.choices]
    if any(base.power(group.Q) != 1 for pair in bases for base in pair):
        raise InvalidRecord("pilihan surat suara bukan anggota grup")
    individual = _individual_context(election, credential)
    for choice, (alpha, beta), proof in zip(
        answer.choices, bases, answer.individual_proofs, strict=True
    ):
        statements = (Statement(alpha, beta, 0), Statement(alpha, beta, 1))
        if not proofs.is_one_of(f"prove|{individual}|{choice}|", key, statements, proof):
            raise InvalidRecord("bukti bahwa pilihan bernilai 0 atau 1 tidak berlaku")
    combined = _combined_context(individual, answer.choices)
    blank = bases[0]
    alphas, betas = zip(*bases[1:], strict=True)
    total = (BriefBase.product(alphas), BriefBase.product(betas))
    for prefix, number, proof in (
        ("bproof1", 1, answer.overall_proof),
        ("bproof0", 0, answer.blank_proof),
    ):
        statements = (Statement(*blank, number), Statement(*total, number))
        if not proofs.is_one_of(f"{prefix}|{combined}|", key, statements, proof):
            raise InvalidRecord("bukti bahwa tepat satu pilihan diambil tidak berlaku")


def _individual_context(election: Election, credential: Element) -> str:
    return f"{election.fingerprint}|{credential.digits()}"


def _combined_context(individual: str, choices: Sequence[Ciphertext]) -> str:
    return f"{individual}|{','.join(str(choice) for choice in choices)}"


def _signature_challenge(digest: str, commitment: Element) -> Exponent:
    return group.hash_to_exponent(f"sig|{digest}|{commitment.digits()}")
