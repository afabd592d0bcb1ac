"""Passphrases of keys, as commands ask for them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bilik.errors import BilikError
from bilik.services import trustee_key
from bilik.services.files import read_text
from bilik.services.trustee_key import Passphrase

PassphraseOption = Annotated[
    Path | None,
    typer.Option("--passphrase-file", metavar="BERKAS", help="Kata sandi, untuk skrip."),
]


def passphrase(file: Path | None) -> Passphrase:
    """That of a key that is there: out of a file, or asked for."""
    if file is not None:
        return lambda: _first_line(file)
    return lambda: _asked("Kata sandi kunci Anda")


def new_passphrase(file: Path | None) -> Passphrase:
    """That of a new key: out of a file, or asked for twice."""
    if file is not None:
        return lambda: _first_line(file)

    def ask_twice() -> str:
        typed = _asked(
            f"Kata sandi baru, paling sedikit {trustee_key.SHORTEST_PASSPHRASE} karakter"
        )
        trustee_key.check_passphrase(typed)
        if _asked("Sekali lagi") != typed:
            raise BilikError("Kedua kata sandi itu tidak sama. Ulangi pelan-pelan.")
        return typed

    return ask_twice


def _first_line(file: Path) -> str:
    return read_text(file).split("\n", 1)[0].rstrip("\r")


def _asked(question: str) -> str:
    return str(typer.prompt(question, hide_input=True))
