"""What all commands share: the desk, the options, and how they speak."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from bilik import settings
from bilik.domain.confirmation import is_clear_yes
from bilik.domain.election import Election, Phase
from bilik.domain.indonesian import figure
from bilik.domain.outcome import sentence
from bilik.domain.tally import ContestCount
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

PHASES = {
    Phase.DRAFT: "belum dibuka",
    Phase.UPCOMING: "menunggu jam buka",
    Phase.OPEN: "sedang buka",
    Phase.PAUSED: "dijeda",
    Phase.GRACE: "jam tutup sudah lewat, pemilih terakhir sedang menyelesaikan",
    Phase.CLOSED: "ditutup",
    Phase.TALLIED: "sudah dihitung",
}


def the_desk(by: str = "") -> Desk:
    """The desk over the database that is set, brought up to date; ``by`` works at it."""
    configured = settings.load()
    return Desk(
        the_database(), Keys(configured.secret_key), configured.trustee_dir, actor=who_acts(by)
    )


def pages_address() -> str:
    """Where the pages are: as everybody reaches them or, without that, on this machine."""
    configured = settings.load()
    return configured.pages_url or f"http://{configured.host}:{configured.web_port}"


def who_acts(by: str) -> str:
    """The name for the log: as stated with the command, as set, or who is logged in."""
    return by or settings.load().panitia or _login_name()


def the_database() -> Database:
    """The database that is set, brought up to date."""
    database = Database(settings.load().database_url, statement_seconds=None)
    upgrade(database)
    return database


def _login_name() -> str:
    """Who is logged in; the user's number where the system has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def show(as_json: bool, content: dict[str, Any], *lines: str) -> None:
    """Print what was done, as one JSON object or as lines."""
    typer.echo(json.dumps(content, ensure_ascii=False) if as_json else "\n".join(lines))


def counts_json(counts: Sequence[ContestCount]) -> dict[str, Any]:
    """Counts by contest."""
    return {one.contest: {"votes": one.votes, "blank": one.blank} for one in counts}


def count_lines(
    election: Election, counts: Sequence[ContestCount], final: bool = False
) -> list[str]:
    """Counts as lines, each contest under its title; how it ended too if they are ``final``."""
    lines = []
    for contest, count in zip(election.contests, counts, strict=True):
        lines.append(f"\n{contest.title}")
        lines.extend(
            f"  {one.number:>2}. {one.full_name}: {figure(count.votes[one.number])}"
            for one in contest.candidates
        )
        lines.append(f"      Dikosongkan: {figure(count.blank)}")
        if final:
            lines.append(f"      {sentence(contest, count)}")
    return lines


def confirm(question: str) -> None:
    """Go on only after a clear yes.

    Raises:
        typer.Abort: it was none.
    """
    answer = typer.prompt(f"{question} (ya/tidak)", default="tidak")
    if not is_clear_yes(answer):
        raise typer.Abort
