"""An election as it is published: questions, public key, fingerprint.

Specification, 4.9.1 and 4.10. Every question is homomorphic, with exactly one answer or a blank.
What is published must stay the same to the byte: ballots and decryptions are bound to its
fingerprint.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bilik.belenios import credentials, group, wire
from bilik.belenios.group import Element, FixedBase
from bilik.errors import InvalidRecord

VERSION = 1
_UUID = re.compile(f"[{credentials.ALPHABET}]{{14,}}")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Question:
    """A contest. In ballots and counts its answers are preceded by the blank."""

    answers: tuple[str, ...]
    blank: bool
    min: int
    max: int
    question: str


@dataclass(frozen=True)
class Election:
    """The public data that ballots are made from."""

    version: int
    description: str
    name: str
    group: str
    public_key: Element
    questions: tuple[Question, ...]
    uuid: str
    administrator: str | None = None
    credential_authority: str | None = None

    @cached_property
    def fingerprint(self) -> str:
        """The election's hash, which stands in every ballot and proof."""
        return wire.sha256_base64(wire.encode(self))

    @property
    def key(self) -> FixedBase:
        """The public key, ready for fast powers."""
        return group.key_base(self.public_key)


def question(text: str, answers: Sequence[str]) -> Question:
    """A contest with exactly one answer, or a blank."""
    return Question(tuple(answers), blank=True, min=1, max=1, question=text)


def new_uuid() -> str:
    """A fresh election identifier."""
    return credentials.token(14)


def create(
    uuid: str,
    name: str,
    description: str,
    public_key: Element,
    questions: Sequence[Question],
    administrator: str | None = None,
    credential_authority: str | None = None,
) -> Election:
    """An election ready to be published.

    Raises:
        InvalidRecord: a text has line breaks or other control characters, or there is no question.
    """
    election = Election(
        VERSION, description, name, group.NAME, public_key, tuple(questions), uuid,
        administrator, credential_authority,
    )  # fmt: skip
    check(election)
    return election


def read(data: bytes) -> Election:
    """The election in a published file.

    Raises:
        InvalidRecord: it is malformed, or of a kind that Bilik has no ballots for.
    """
    election = wire.decode(Election, data)
    check(election)
    return election


def check(election: Election) -> None:
    """See that ballots can be made and verified for an election.

    Raises:
        InvalidRecord: they cannot.
    """
    if election.version != VERSION or election.group != group.NAME:
        raise InvalidRecord("pemilihan memakai versi atau grup yang tidak dikenal")
    if not _UUID.fullmatch(election.uuid):
        raise InvalidRecord("uuid pemilihan tidak berbentuk 14 huruf Base58")
    if not group.is_member(election.public_key):
        raise InvalidRecord("kunci pemilihan bukan anggota grup")
    if not election.questions:
        raise InvalidRecord("pemilihan tidak berisi pertanyaan")
    texts = [election.name, election.description]
    texts += [election.administrator or "", election.credential_authority or ""]
    for one in election.questions:
        if not one.answers or not one.blank or (one.min, one.max) != (1, 1):
            raise InvalidRecord("ada pertanyaan yang bukan satu jawaban atau kosong")
        texts += [one.question, *one.answers]
    if any(_CONTROL.search(text) for text in texts):
        raise InvalidRecord("nama dan teks pemilihan tidak boleh berganti baris")
