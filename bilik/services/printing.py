"""Letters printed from a file of codes: all of them, or none, in files for their owner's eyes only.

The database knows no code and cannot tell whether one is right. It knows who is on the roll, and
which spares there are: a file of another election, or an old one, is so told before it is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bilik.domain.code_file import Invitation, by_place, read_code_file
from bilik.domain.doors import Door
from bilik.errors import FileProblems, Problem
from bilik.printing import sheets, typeset
from bilik.services.elections import StoredElection
from bilik.services.secret_files import new_secret_files
from bilik.services.sheets import open_sheets
from bilik.storage.tables import spares, voters

Progress = Callable[[int, int], object]
"""Is told how many are printed, of how many."""


@dataclass(frozen=True)
class Printed:
    """What was printed: letters, TPS, sheets of A4, and the files they are in."""

    letters: int
    places: int
    sheets: int
    files: Sequence[Path]
    of_spares: bool


def read_invitations(
    connection: Connection, stored: StoredElection, path: Path
) -> list[Invitation]:
    """The letters of a file of codes, each as the roll has it.

    Raises:
        NotFound: the file cannot be read. BilikError: it is no table. FileProblems: rows need
        mending, or belong to another election.
    """
    with open_sheets(path) as tables:
        invitations = read_code_file(tables[0].rows, str(path))
    found, problems = (
        _spares(connection, stored, invitations)
        if invitations[0].spare is not None
        else _voters(connection, stored, invitations)
    )
    for one in invitations:
        if typeset.missing(one.name + one.tps):
            problems.append(Problem(one.line, "nama atau TPS tidak ditulis dengan huruf Latin"))
    if problems:
        raise FileProblems(str(path), problems)
    return found


def print_letters(
    stored: StoredElection,
    invitations: Sequence[Invitation],
    doors: Sequence[Door],
    out: Path,
    per_page: int,
    progress: Progress = lambda done, of: None,
) -> Printed:
    """Write the letters to a new file, or, if they need more than a ream of paper, to several.

    Raises:
        BilikError: a file exists already or cannot be written, or the election's texts are too
        long for letters of that size.
    """
    places = by_place(invitations)
    parts = sheets.in_files(places, per_page)
    paths = _paths(out, len(parts))
    done = 0

    def drawn() -> None:
        nonlocal done
        done += 1
        progress(done, len(invitations))

    with new_secret_files(paths) as files:
        for file, runs in zip(files.binaries, parts, strict=True):
            sheets.write_file(file, runs, per_page, stored.election, doors, drawn)
        files.complete()
    count = sum(run.sheets(per_page) for runs in parts for run in runs)
    of_spares = invitations[0].spare is not None
    return Printed(len(invitations), len(places), count, paths, of_spares)


def _paths(out: Path, count: int) -> list[Path]:
    if count == 1:
        return [out]
    digits = len(str(count))
    return [out.with_name(f"{out.stem}-{at:0{digits}}{out.suffix}") for at in range(1, count + 1)]


def _voters(
    connection: Connection, stored: StoredElection, invitations: Sequence[Invitation]
) -> tuple[list[Invitation], list[Problem]]:
    """With the roll's TPS, for a spreadsheet makes ``01`` into ``1``."""
    wanted = {(one.nik, one.name) for one in invitations}
    table = voters.c
    rows = connection.execute(
        select(table.nik_masked, table.name, table.tps)
        .where(table.election_id == stored.id)
        .execution_options(stream_results=True)
    )
    on_roll: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if (row.nik_masked, row.name) in wanted:
            on_roll.setdefault((row.nik_masked, row.name), set()).add(row.tps)
    problems = [
        Problem(
            one.line,
            f"nama dan NIK itu tidak ada di daftar pemilih `{stored.election.slug}`; pakai berkas "
            "kode pemilihan ini, dengan nama seperti di daftar",
        )
        for one in invitations
        if (one.nik, one.name) not in on_roll
    ]
    if problems:
        return [], problems
    # Of two voters with one name and one masked NIK the file alone says which TPS is whose.
    known = {key: min(tps) for key, tps in on_roll.items() if len(tps) == 1}
    return [replace(one, tps=known.get((one.nik, one.name), one.tps)) for one in invitations], []


def _spares(
    connection: Connection, stored: StoredElection, invitations: Sequence[Invitation]
) -> tuple[list[Invitation], list[Problem]]:
    query = select(spares.c.number).where(spares.c.election_id == stored.id)
    numbers = set(connection.execute(query).scalars())
    return list(invitations), [
        Problem(one.line, f"`{stored.election.slug}` tidak punya surat cadangan {one.spare}")
        for one in invitations
        if one.spare not in numbers
    ]
