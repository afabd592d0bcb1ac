"""What all commands share: the desk, the options, and how they speak."""

from __future__ import annotations

import getpass
import json
import os
from typing import Annotated, Any

import typer

from bilik import settings
from bilik.domain.confirmation import is_clear_yes
from bilik.keys import Keys
from bilik.services.desk import Desk
from bilik.storage.database import Database
from bilik.storage.schema import upgrade

ElectionOption = Annotated[
    str | None,
    typer.Option("--election", metavar="KODE", help="Kode pemilihan, kalau ada lebih dari satu."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Keluaran JSON, untuk skrip.")]
ByOption = Annotated[
    str,
    typer.Option(
        "--oleh", metavar="NAMA", help="Nama Anda, untuk jejak panitia. Atau isi BILIK_PANITIA."
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Tanpa bertanya lagi.")]


def the_desk(by: str = "") -> Desk:
    """The desk over the database that is set, brought up to date; ``by`` works at it."""
    configured = settings.load()
    database = Database(configured.database_url)
    upgrade(database)
    return Desk(
        database,
        Keys(configured.secret_key),
        configured.trustee_dir,
        actor=by or configured.panitia or _login_name(),
    )


def _login_name() -> str:
    """Who is logged in; the user's number where the system has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def show(as_json: bool, content: dict[str, Any], *lines: str) -> None:
    """Print what was done, as one JSON object or as lines."""
    typer.echo(json.dumps(content, ensure_ascii=False) if as_json else "\n".join(lines))


def confirm(question: str) -> None:
    """Go on only after a clear yes.

    Raises:
        typer.Abort: it was none.
    """
    answer = typer.prompt(f"{question} (ya/tidak)", default="tidak")
    if not is_clear_yes(answer):
        raise typer.Abort
