"""Counting and verifying whole boxes: over cores, and in how much memory.

- cores: one archive, verified by one process and by two in turn; what counts is the ratio.
- memory: boxes of 2,000 and of 10,000 ballots are counted from the database and verified from the
  archive, each in a process of its own, whose peak (resident set) is compared with that of one that
  has only loaded the program. Smaller boxes tell less: up to 1,000 ballots, two batches of
  publishing, are in memory at once.

Voters are put into the database with random credentials, since their codes would take longer than
all the rest, and so are their ballots; opening, closing, counting and publishing are the desk's.
Run with `make bench-box`; it takes some ten minutes.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import insert, select

from bilik.belenios import ballot, credentials
from bilik.belenios.archive import Archive
from bilik.belenios.verify import verify
from bilik.domain.receipt import receipt_of
from bilik.keys import Keys
from bilik.services import record
from bilik.services.ballot_box import MadeBallot
from bilik.services.credentials import credential_hash, public_of
from bilik.services.desk import Desk
from bilik.services.elections import all_elections
from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from bilik.storage.tables import ballots, participations, voters
from tests.booth import DURING_VOTING, SECRET, HandClock
from tests.box import Box, single
from tests.elections import VILLAGE

ROUNDS = 5
ON_CORES = 300
SIZES = (2_000, 10_000)


def desk_in(directory: Path) -> tuple[Desk, Database]:
    """The desk over the database in a directory."""
    database = Database(f"sqlite:///{directory}/bilik.db", statement_seconds=None)
    return Desk(database, Keys(SECRET), directory / "trustee", HandClock(DURING_VOTING)), database


def fill(directory: Path, size: int) -> None:
    """Make a closed election with so many ballots."""
    desk, database = desk_in(directory)
    upgrade(database)
    file = directory / "pemilihan.yml"
    file.write_text(VILLAGE, encoding="utf-8")
    desk.load_election(file)
    private = [credentials.generate() for _ in range(size)]
    with database.write() as connection:
        (stored,) = all_elections(connection)
        rows = [
            {
                "election_id": stored.id, "nik_hash": number.to_bytes(32, "big"),
                "nik_masked": "", "name": f"Pemilih {number}", "tps": "",
                "code_verifier": bytes(32), "public_credential": public_of(one, stored.uuid),
            }
            for number, one in enumerate(private)
        ]  # fmt: skip
        connection.execute(insert(voters), rows)
    desk.open()
    with database.write() as connection:
        box = record.election_of(connection, stored)
        for number, one in enumerate(private):
            secret = credentials.secret_key(one, stored.uuid)
            holder = credential_hash(credentials.public_key(secret))
            made = MadeBallot(ballot.make(box, secret, [number % 3]), holder)
            connection.execute(
                insert(ballots).values(
                    tracker=made.tracker, election_id=stored.id,
                    receipt=receipt_of(made.tracker), sealed=made.content,
                    credential_hash=holder,
                )
            )  # fmt: skip
        marked = connection.execute(select(voters.c.id)).scalars()
        connection.execute(insert(participations), [{"voter_id": one} for one in marked])
    desk.close()
    database.close()


def nothing(_: Path) -> None:
    """Load the program."""


def count(directory: Path) -> None:
    """Count from the database."""
    desk_in(directory)[0].tally()


def check(directory: Path) -> None:
    """Verify the archive."""
    (path,) = (directory / "terbitan").glob("*.bel")
    with path.open("rb") as file:
        verify(Archive(file))


WORKS: dict[str, Callable[[Path], None]] = {"load": nothing, "count": count, "verify": check}


def peak(work: str, directory: Path) -> float:
    """The peak memory of a process that does the work, in megabytes."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.box", work, str(directory)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(done.stdout)


def memory() -> list[str]:
    """The table of peaks, in megabytes beyond what the loaded program takes."""
    peaks: dict[str, list[float]] = {"count": [], "verify": []}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            fill(directory, size)
            idle = peak("load", directory)
            peaks["count"].append(peak("count", directory) - idle)
            desk, database = desk_in(directory)
            desk.export(directory / "terbitan", workers=2)
            database.close()
            peaks["verify"].append(peak("verify", directory) - idle)
    small, large = (f"{size:,} ballots" for size in SIZES)
    lines = [
        f"| MB beyond the loaded program | {small} | {large} | more by KB a ballot |",
        "|---|---:|---:|---:|",
    ]
    for work, (few, many) in peaks.items():
        each = (many - few) / (SIZES[1] - SIZES[0]) * 1024
        lines.append(f"| {work} | {few:.1f} | {many:.1f} | {each:.2f} |")
    return lines


def cores() -> list[str]:
    """The table of one process and two."""
    full = Box(single(), ON_CORES)
    for voter in range(ON_CORES):
        full.cast(voter, voter % 3)
    taken: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for workers, times in taken.items():
            began = time.perf_counter()
            verify(full.archive(), workers)
            times.append(time.perf_counter() - began)
    one, two = (statistics.median(taken[workers]) for workers in (1, 2))
    return [
        "| verifying, ms a ballot | 1 process | 2 processes | ratio |",
        "|---|---:|---:|---:|",
        f"| {ON_CORES} ballots | {one / ON_CORES * 1e3:.1f} | {two / ON_CORES * 1e3:.1f} "
        f"| **{two / one:.2f}** |",
    ]


def main() -> None:
    """Measure and print the tables; with a work and a directory, do that and print its peak."""
    if len(sys.argv) == 3:
        WORKS[sys.argv[1]](Path(sys.argv[2]))
        # Not getrusage: its peak begins with that of the process that this one was started from.
        status = Path("/proc/self/status").read_text()
        (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
        print(int(kilobytes) / 1024)
        return
    print("\n".join([*cores(), "", *memory()]))


if __name__ == "__main__":
    main()
