"""`bilik election`: an election and its candidates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bilik.cli.common import ByOption, JsonOption, show, the_desk
from bilik.clock import system_clock
from bilik.domain.indonesian import moment_text
from bilik.services.definition_files import check_file

app = typer.Typer(help="Pemilihan dan calonnya.", no_args_is_help=True)


@app.command("load")
def election_load(
    file: Annotated[Path, typer.Argument(metavar="BERKAS", help="pemilihan.yml")],
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Muat pemilihan dari berkas, atau ganti rancangannya selama belum dibuka.

    Contoh: bilik election load pemilihan.yml
    """
    election, new = the_desk(by).load_election(file)
    contests = [
        {"id": contest.id, "candidates": len(contest.candidates)} for contest in election.contests
    ]
    lines = [
        f"{'Dimuat' if new else 'Diganti'}: {election.title} ({election.slug})",
        f"Buka  {moment_text(election.opens, election.zone)}",
        f"Tutup {moment_text(election.closes, election.zone)}",
        *(f"{one.title}: {len(one.candidates)} calon" for one in election.contests),
        "Berikutnya: bilik roll import DPT.csv",
    ]
    if group := election.trustees:
        lines.append(
            f"Kunci dipegang {len(group.names)} saksi, perlu {group.threshold} untuk menghitung. "
            "Tautan pribadi mereka: bilik trustees links"
        )
    show(as_json, {"election": election.slug, "new": new, "contests": contests}, *lines)


@app.command("check")
def election_check(
    file: Annotated[Path, typer.Argument(metavar="BERKAS", help="pemilihan.yml")],
    as_json: JsonOption = False,
) -> None:
    """Periksa berkas pemilihan: semua yang keliru sekaligus, dengan baris dan cara membetulkannya.

    Contoh: bilik election check pemilihan.yml
    """
    checked = check_file(file, system_clock())
    content = {
        "ok": not checked.problems,
        "problems": [{"line": one.line, "text": one.text} for one in checked.problems],
        "warnings": [{"line": one.line, "text": one.text} for one in checked.advice],
    }
    if checked.problems:
        lines = [f"{file}: {len(checked.problems)} hal perlu diperbaiki"]
        lines += [f"  {one}" for one in checked.problems]
    else:
        lines = [f"{file}: tidak ada yang keliru."]
    if checked.advice:
        lines += ["Sebaiknya dilihat lagi (tidak menghalangi):"]
        lines += [f"  {one}" for one in checked.advice]
    if not checked.problems:
        lines.append(f"Berikutnya: bilik election load {file}")
    show(as_json, content, *lines)
    if checked.problems:
        raise typer.Exit(1)
