"""Fuzzing guided by coverage: `python -m tests.fuzz.guided TARGET`, with libFuzzer's options.

From the bytes up, with atheris. A target may raise a BilikError; all else is a finding.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from io import BytesIO

import atheris

with atheris.instrument_imports(include=["bilik"]):
    from bilik.belenios import wire
    from bilik.belenios.archive import Archive
    from bilik.belenios.ballot import Ballot
    from bilik.clock import system_clock
    from bilik.domain.choice import resolve
    from bilik.domain.confirmation import is_clear_yes
    from bilik.domain.definition import check_definition, read_definition
    from bilik.domain.identity import find_credentials
    from bilik.domain.masking import masked
    from bilik.domain.receipt import find_receipt
    from bilik.errors import BilikError

from tests.elections import REGION

ELECTION = read_definition(REGION)


def _text(data: bytes) -> str:
    return atheris.FuzzedDataProvider(data).ConsumeUnicode(4000)


def choice(data: bytes) -> None:
    """The resolver: numbers that it reads are candidates' numbers."""
    for contest in ELECTION.contests:
        resolve(_text(data), [contest])


def confirmation(data: bytes) -> None:
    """The gate: a yes has nothing that asks, denies or counts."""
    text = _text(data)
    if is_clear_yes(text):
        assert "?" not in text


def credentials(data: bytes) -> None:
    """NIK, code and receipt in whatever surrounds them, and the mask over them."""
    text = _text(data)
    find_credentials(text)
    find_receipt(text)
    masked(text, ELECTION.contests)


def definition(data: bytes) -> None:
    """The panitia's file."""
    check_definition(_text(data), system_clock())


def wires(data: bytes) -> None:
    """A ballot."""
    wire.decode(Ballot, data)


def archive(data: bytes) -> None:
    """A record."""
    Archive(BytesIO(data))


TARGETS = {
    "choice": choice, "confirmation": confirmation, "credentials": credentials,
    "definition": definition, "wire": wires, "archive": archive,
}  # fmt: skip


def main() -> None:
    """Run one target."""
    target = TARGETS[sys.argv.pop(1)]

    def once(data: bytes) -> None:
        with suppress(BilikError):
            target(data)

    atheris.Setup(sys.argv, once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
