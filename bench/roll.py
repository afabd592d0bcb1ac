"""Importing a voter roll into SQLite: rows a second and memory, for three sizes of roll.

The peer is the least that any program would do: Python's `csv` and `sqlite3.executemany` into the
same table with the same indexes and settings, without looking at a single cell; NIK and telephone
number are hashed with the same key, for plain ones must not stand in the database. Bilik checks
every row, finds duplicates and compares with the roll that is there, before it writes. Each
measurement runs in a process of its own, on a file that is the same for both. Memory is the peak
resident size. Run with `make bench-roll`, or with sizes: `python -m bench.roll 10000 100000`.
"""

from __future__ import annotations

import csv
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from bench.codes import peak_megabytes, the_desk
from bilik.domain.identity import masked_nik
from bilik.keys import Keys
from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from tests.elections import VILLAGE

SIZES = (10_000, 100_000, 1_000_000)
WORKBOOK = 20_000
"""Rows of the workbook: openpyxl alone takes most of the time there."""
_NAMES = "Siti Budi Ani Joko Rahma Agus Dewi Tono Sri Eko Nur Bambang Wati Hasan Yuli".split()


def rows(count: int) -> Iterator[list[str]]:
    """A roll as a province has it, in no order; the same each time."""
    source = random.Random(count)
    for serial in range(count):
        day, month, year = source.randint(1, 28), source.randint(1, 12), source.randint(40, 99)
        day += source.choice((0, 40))
        nik = f"{source.choice((3329, 3374, 3301))}{source.randint(1, 20):02d}"
        nik += f"{day:02d}{month:02d}{year:02d}{serial % 10_000:04d}"
        phone = f"08{source.randint(11, 19)}{source.randint(10**7, 10**8 - 1)}"
        name = f"{source.choice(_NAMES)} {source.choice(_NAMES)}"
        yield [nik, name, phone, f"{serial % 1500:03d}"]


def write_roll(count: int, path: Path) -> int:
    """A CSV file of about so many voters; how many they are, without duplicates."""
    seen: set[str] = set()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["nik", "nama", "no_hp", "tps"])
        for row in rows(count):
            if row[0] not in seen:
                seen.add(row[0])
                writer.writerow(row)
    return len(seen)


def write_workbook(source: Path, path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    with source.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            sheet.append(row)
    book.save(path)


def bilik(path: Path, where: Path) -> None:
    """One import by Bilik; prints seconds and memory."""
    desk = the_desk(Database(f"sqlite:///{where / 'bilik.db'}", statement_seconds=None), where)
    desk.standing()
    report(lambda: desk.import_roll(path).added)


def peer(path: Path, where: Path) -> None:
    """One import by the least that would do; prints seconds and memory."""
    report(lambda: plainly(path, where / "bilik.db"))


def plainly(path: Path, database: Path) -> int:
    keys = Keys(bytes(range(32)))
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN IMMEDIATE")
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        values = (
            (1, keys.nik_hash(nik), masked_nik(nik), name, tps, keys.phone_hash(phone))
            for nik, name, phone, tps in reader
        )
        while chunk := list(islice(values, 5000)):
            connection.executemany(
                "INSERT INTO voters (election_id, nik_hash, nik_masked, name, tps, phone_hash) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                chunk,
            )
    connection.execute("COMMIT")
    (count,) = connection.execute("SELECT count(*) FROM voters").fetchone()
    connection.close()
    return int(count)


def report(act: Callable[[], int]) -> None:
    before = peak_megabytes()
    began = time.perf_counter()
    count = act()
    seconds = time.perf_counter() - began
    print(json.dumps({"rate": count / seconds, "before": before, "peak": peak_megabytes()}))


def measured(who: str, path: Path, already: bool = False) -> dict[str, float]:
    """One measurement in a new process, into a new database; with the same roll there already."""
    with tempfile.TemporaryDirectory() as directory:
        database = Database(f"sqlite:///{directory}/bilik.db")
        upgrade(database)
        desk = the_desk(database, Path(directory))
        (Path(directory) / "pemilihan.yml").write_text(VILLAGE, encoding="utf-8")
        desk.load_election(Path(directory) / "pemilihan.yml")
        if already:
            desk.import_roll(path)
        database.close()
        done = subprocess.run(
            [sys.executable, "-m", "bench.roll", who, str(path), directory],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main(sizes: tuple[int, ...]) -> None:
    """Measure and print the tables."""
    with tempfile.TemporaryDirectory() as directory:
        print("| voters | | rows/s | ratio to csv + sqlite3 | MB before | peak MB |")
        print("|---:|---|---:|---:|---:|---:|")
        for size in sizes:
            path = Path(directory) / "dpt.csv"
            count = write_roll(size, path)
            theirs = measured("peer", path)
            ours = measured("bilik", path)
            for name, figures in (("csv + sqlite3", theirs), ("Bilik", ours)):
                ratio = f"**{ours['rate'] / theirs['rate']:.2f}**" if figures is ours else ""
                print(
                    f"| {count:,} | {name} | {figures['rate']:,.0f} | {ratio} "
                    f"| {figures['before']:.0f} | {figures['peak']:.0f} |"
                )
        count = write_roll(WORKBOOK, path)
        write_workbook(path, path.with_suffix(".xlsx"))
        figures = measured("bilik", path.with_suffix(".xlsx"))
        print(
            f"| {count:,} | Bilik, .xlsx | {figures['rate']:,.0f} | "
            f"| {figures['before']:.0f} | {figures['peak']:.0f} |"
        )


if __name__ == "__main__":
    if sys.argv[1:2] in (["bilik"], ["peer"]):
        {"bilik": bilik, "peer": peer}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
