"""Making voting codes: how many a second by one process and by two, and in how much memory.

The peer is `belenios-tool setup generate-credentials`, which makes as many credentials with their
public halves, without a slow hash; Bilik's codes cost one Argon2id each on top, on purpose. Memory
is the peak resident size of the process that writes (children of the second process aside), for two
sizes of roll in processes of their own. Run with `make bench`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bilik.keys import Keys
from bilik.services.desk import Desk
from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from tests.elections import VILLAGE

SMALL, LARGE = 2_000, 20_000
MILLION = 1_000_000
PEER = 2_000


def prepare(voters: int, where: Path) -> None:
    """A draft with so many voters."""
    database = Database(f"sqlite:///{where / 'bilik.db'}")
    upgrade(database)
    desk = the_desk(database, where)
    (where / "pemilihan.yml").write_text(VILLAGE, encoding="utf-8")
    desk.load_election(where / "pemilihan.yml")
    # In pieces, for an import reads its file as a whole.
    for start in range(0, voters, SMALL):
        rows = (f"33290152{one:08d},Pemilih {one},01" for one in range(start, start + SMALL))
        (where / "dpt.csv").write_text("\n".join(["nik,nama,tps", *rows]), encoding="utf-8")
        desk.import_roll(where / "dpt.csv")
    database.close()


def make(workers: int, where: Path) -> None:
    """One measurement, in a process of its own; prints the rate and the memory as JSON."""
    desk = the_desk(Database(f"sqlite:///{where / 'bilik.db'}"), where)
    desk.standing()
    before = peak_megabytes()
    began = time.perf_counter()
    made = desk.make_codes(where / "kode.csv", workers=workers)
    seconds = time.perf_counter() - began
    rate = (made.codes + made.spares) / seconds
    print(json.dumps({"rate": rate, "before": before, "peak": peak_megabytes()}))


def peak_megabytes() -> float:
    """This process's own; getrusage tells that of the one it came from, if it was larger."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status has no VmHWM")


def the_desk(database: Database, where: Path) -> Desk:
    return Desk(database, Keys(bytes(range(32))), where / "trustee")


def measured(voters: int, workers: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as directory:
        prepare(voters, Path(directory))
        done = subprocess.run(
            [sys.executable, "-m", "bench.codes", str(workers), directory],
            check=True, capture_output=True, text=True, env=os.environ,
        )  # fmt: skip
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def peer(path: str) -> float:
    """Credentials a second of belenios-tool."""
    with tempfile.TemporaryDirectory() as directory:
        began = time.perf_counter()
        subprocess.run(
            [path, "setup", "generate-credentials", "--group", "BELENIOS-2048",
             "--uuid", "1" * 14, "--count", str(PEER)],
            check=True, capture_output=True, cwd=directory,
            env={**os.environ, "BELENIOS_USE_URANDOM": "1"},
        )  # fmt: skip
        return PEER / (time.perf_counter() - began)


def main() -> None:
    """Measure and print the tables."""
    path = shutil.which("belenios-tool")
    if path is None:
        sys.exit("belenios-tool is missing: apt-get install belenios-tool")
    theirs = peer(path)
    rates = {workers: measured(SMALL, workers) for workers in (1, 2)}
    print("| a second | rate | ratio to belenios-tool | a million takes |\n|---|---:|---:|---:|")
    for workers, figures in rates.items():
        rate = figures["rate"]
        hours = MILLION / rate / 3600
        print(
            f"| codes, processes: {workers} | {rate:.0f} | **{rate / theirs:.2f}** "
            f"| {hours:.1f} h |"
        )
    print(f"| credentials, belenios-tool | {theirs:.0f} | | {MILLION / theirs / 3600:.1f} h |")
    large = measured(LARGE, 2)
    print("\n| peak MB | before | while making codes |\n|---|---:|---:|")
    for voters, figures in ((SMALL, rates[2]), (LARGE, large)):
        print(f"| {voters:,} voters | {figures['before']:.0f} | {figures['peak']:.0f} |")
    growth = (large["peak"] - rates[2]["peak"]) / (LARGE - SMALL) * (MILLION - LARGE)
    print(f"| 1,000,000, computed | | {large['peak'] + growth:.0f} |")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        make(int(sys.argv[1]), Path(sys.argv[2]))
    else:
        main()
