"""Making and verifying ballots, beside belenios-tool.

Both do the same work on the same election of one contest with three candidates, in turn, on one
core. The tool makes a ballot per process, as a program that calls it must; a verification is a
whole archive, with what an archive without ballots takes subtracted. Run with `make bench`.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bilik.belenios import ballot
from bilik.belenios.verify import verify
from tests.box import Box, single

ROUNDS = 5
BALLOTS = 40


def seconds(work: Callable[[], object]) -> float:
    """Processor time, of child processes too: what others run meanwhile does not count."""
    began = os.times()
    work()
    return sum(os.times()[:4]) - sum(began[:4])


class Tool:
    """belenios-tool in a directory that holds a box's record."""

    def __init__(self, path: str, box: Box, where: Path) -> None:
        self._path = path
        self._where = where
        where.mkdir()
        (where / f"{box.election.uuid}.bel").write_bytes(box.file.getvalue())
        (where / "credential").write_text(box.credentials[0])
        (where / "choices").write_text("[[0,1,0,0]]")

    def run(self, *arguments: str) -> None:
        subprocess.run(
            [self._path, "election", *arguments], cwd=self._where, check=True, capture_output=True,
            env={**os.environ, "BELENIOS_USE_URANDOM": "1"},
        )  # fmt: skip

    def make(self) -> None:
        for _ in range(BALLOTS):
            self.run("generate-ballot", "--privcred", "credential", "--ballot", "choices")

    def verify(self) -> None:
        self.run("verify")


def measure(path: str, where: Path) -> list[str]:
    """The table's lines: milliseconds a ballot, the median of the rounds."""
    empty, full = Box(single(), BALLOTS), Box(single(), BALLOTS)
    for voter in range(BALLOTS):
        full.cast(voter, voter % 3)
    idle, busy = Tool(path, empty, where / "empty"), Tool(path, full, where / "full")

    def make() -> None:
        for secret in full.secrets:
            ballot.make(full.election, secret, [0])

    figures: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, taken in (
            ("making", seconds(make)),
            ("making, tool", seconds(busy.make)),
            (
                "verifying",
                seconds(lambda: verify(full.archive())) - seconds(lambda: verify(empty.archive())),
            ),
            ("verifying, tool", seconds(busy.verify) - seconds(idle.verify)),
        ):
            figures.setdefault(name, []).append(taken / BALLOTS * 1e3)
    medians = {name: statistics.median(taken) for name, taken in figures.items()}
    lines = ["| ms a ballot | Bilik | belenios-tool | ratio |", "|---|---:|---:|---:|"]
    for name in ("making", "verifying"):
        ours, theirs = medians[name], medians[f"{name}, tool"]
        lines.append(f"| {name} | {ours:.1f} | {theirs:.1f} | **{ours / theirs:.2f}** |")
    return lines


def main() -> None:
    """Measure and print the table."""
    path = shutil.which("belenios-tool")
    if path is None:
        sys.exit("belenios-tool is missing: apt-get install belenios-tool")
    with tempfile.TemporaryDirectory() as directory:
        print("\n".join(measure(path, Path(directory))))


if __name__ == "__main__":
    main()
