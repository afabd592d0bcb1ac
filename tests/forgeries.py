"""Ballots that are wrong in one thing each, and signed all the same by the voter who made them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bilik.belenios import ballot, credentials, group, wire
from bilik.belenios.ballot import Answer, Ballot
from tests.box import CHIEF, TREASURER, Box, single

BOX = Box(single(), 2, [CHIEF, TREASURER])
MADE = wire.decode(Ballot, ballot.make(BOX.election, BOX.secrets[0], [1, None]))
UNSIGNED = replace(MADE, signature=None)


def with_answer(change: Callable[[Answer], Answer]) -> Ballot:
    first, second = UNSIGNED.answers
    return replace(UNSIGNED, answers=(change(first), second))


def with_alpha_negated(answer: Answer) -> Answer:
    first, *others = answer.choices
    return replace(answer, choices=(replace(first, alpha=group.P - first.alpha), *others))


def with_beta_negated(answer: Answer) -> Answer:
    *others, final = answer.choices
    return replace(answer, choices=(*others, replace(final, beta=group.P - final.beta)))


_UNSIGNED_FORGERIES: dict[str, tuple[Ballot, str]] = {
    "choices in another order": (
        with_answer(lambda one: replace(one, choices=one.choices[::-1])), "0 atau 1",
    ),
    "proofs in another order": (
        with_answer(lambda one: replace(one, individual_proofs=one.individual_proofs[::-1])),
        "0 atau 1",
    ),
    "a choice less": (
        with_answer(lambda one: replace(one, choices=one.choices[1:])), "jumlah pilihan",
    ),
    "a proof less": (
        with_answer(lambda one: replace(one, individual_proofs=one.individual_proofs[1:])),
        "jumlah pilihan",
    ),
    "half a proof": (
        with_answer(lambda one: replace(one, blank_proof=one.blank_proof[:1])), "tepat satu",
    ),
    "blank proof for overall proof": (
        with_answer(lambda one: replace(one, overall_proof=one.blank_proof)), "tepat satu",
    ),
    "overall proof for blank proof": (
        with_answer(lambda one: replace(one, blank_proof=one.overall_proof)), "tepat satu",
    ),
    "alpha outside the group": (with_answer(with_alpha_negated), "anggota grup"),
    "beta outside the group": (with_answer(with_beta_negated), "anggota grup"),
    "an answer less": (replace(UNSIGNED, answers=UNSIGNED.answers[:1]), "jumlah jawaban"),
    "answers to other questions": (
        replace(UNSIGNED, answers=UNSIGNED.answers[::-1]), "jumlah pilihan",
    ),
    "another uuid": (replace(UNSIGNED, election_uuid="1" * 14), "pemilihan lain"),
    "another fingerprint": (replace(UNSIGNED, election_hash="x"), "pemilihan lain"),
}  # fmt: skip

FORGERIES: dict[str, tuple[bytes, str]] = {
    **{
        name: (ballot.sign(unsigned, BOX.secrets[0]), reason)
        for name, (unsigned, reason) in _UNSIGNED_FORGERIES.items()
    },
    "a copy of another voter's ballot": (
        ballot.sign(
            replace(UNSIGNED, credential=credentials.public_key(BOX.secrets[1])), BOX.secrets[1]
        ),
        "0 atau 1",
    ),
    "another voter's signature": (ballot.sign(UNSIGNED, BOX.secrets[1]), "kredensialnya"),
    "no signature": (wire.encode(UNSIGNED), "tidak bertanda tangan"),
    "answers swapped after signing": (
        wire.encode(replace(MADE, answers=MADE.answers[::-1])), "yang ditandatangani",
    ),
    "a space more": (wire.encode(MADE).replace(b",", b", ", 1), "bentuk bakunya"),
}  # fmt: skip
"""What is wrong: the ballot, and a part of the reason that Bilik gives."""
