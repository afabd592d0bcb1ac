"""A small election in a database of its own, with voters and their codes."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from bilik.clock import Clock, system_clock
from bilik.demo import read_pairs
from bilik.domain.election import Election
from bilik.keys import Keys
from bilik.services.booth import Booth
from bilik.services.desk import Desk
from bilik.services.outcomes import Kind, Outcome
from bilik.services.public_view import PublicView
from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from tests.databases import copy_rows
from tests.elections import REGION, VILLAGE

SECRET = bytes(range(32))
DURING_VOTING = datetime.fromisoformat("2026-11-29T02:00:00+00:00")
"""Two hours after the opening of the elections in :mod:`tests.elections`."""


class HandClock:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Polling:
    """An open election with voters: ``pairs`` are their NIKs and voting codes."""

    database: Database
    url: str
    keys: Keys
    clock: Any
    election: Election
    desk: Desk
    booth: Booth
    pairs: Sequence[tuple[str, str]]
    trustee_dir: Path

    def identify(self, sender: str, voter: int = 0) -> Outcome:
        nik, code = self.pairs[voter]
        return self.booth.identify(sender, f"{nik} {code}")

    def vote(self, sender: str, choice: str, voter: int = 0) -> Outcome:
        """Everything up to the cast, in four messages."""
        assert self.identify(sender, voter).kind is Kind.IDENTIFIED
        read_back = self.booth.choose(sender, choice)
        assert read_back.kind is Kind.READ_BACK
        return self.booth.confirm(sender, "ya", read_back.scene.readback)

    def vote_each(self, voters: Iterable[int]) -> list[str]:
        """These voters vote in an election of three candidates, in turn for each; the receipts."""
        receipts = []
        for voter in voters:
            outcome = self.vote(f"web:{voter}", str(1 + voter % 3), voter)
            assert outcome.kind is Kind.RECORDED
            receipts.append(outcome.scene.receipt or "")
        return receipts

    def by(self, actor: str) -> Desk:
        """The desk with that member of the panitia at it."""
        return Desk(self.database, self.keys, self.trustee_dir, self.clock, actor)

    def spare_codes(self) -> dict[int, str]:
        """What stands in the sealed envelopes, by number."""
        with (self.trustee_dir.parent / "kode-cadangan.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return {int(row["nomor_cadangan"]): row["kode_undangan"] for row in rows}

    @property
    def seen(self) -> PublicView:
        """How the election stands for everybody."""
        view = self.booth.seen_by_all(self.election.slug)
        assert view is not None
        return view

    def counts(self) -> dict[str, dict[object, int]]:
        """The box closed and counted: contest → candidate's number or "blank" → votes."""
        slug = self.election.slug
        if self.desk.standing(slug).phase.value not in ("closed", "tallied"):
            self.desk.close(slug)
        return {
            count.contest: {**count.votes, "blank": count.blank}
            for count in self.desk.tally(slug).counts
        }


def held_by_25(directory: Path) -> Polling:
    """A whole election with two contests: of 25 voters, 23 vote, and the box is counted."""
    polling = set_up(directory, REGION, voters=25)
    for voter in range(23):
        sender = f"web:{voter}"
        assert polling.identify(sender, voter).kind is Kind.IDENTIFIED
        polling.booth.choose(sender, f"gubernur {1 + voter % 2}")
        if voter % 5:
            read_back = polling.booth.choose(sender, "1")
        else:
            read_back = polling.booth.leave_blank(sender, "kosongkan")
        recorded = polling.booth.confirm(sender, "ya", read_back.scene.readback)
        assert recorded.kind is Kind.RECORDED
    assert polling.counts() == {
        "gubernur": {1: 12, 2: 11, "blank": 0},
        "bupati": {1: 18, 2: 0, "blank": 5},
    }
    return polling


def draft(directory: Path, database: Database | None = None, clock: Clock = system_clock) -> Desk:
    """The desk over a village whose file is loaded, and nobody on its roll yet."""
    database = database or Database(f"sqlite:///{directory / 'bilik.db'}")
    upgrade(database)
    desk = Desk(database, Keys(SECRET), directory / "trustee", clock)
    (directory / "pemilihan.yml").write_text(VILLAGE, encoding="utf-8")
    desk.load_election(directory / "pemilihan.yml")
    return desk


def set_up(
    directory: Path,
    definition: str,
    voters: int = 6,
    url: str = "",
    clock: Clock | None = None,
    first: int = 0,
    before_opening: Callable[[Database], None] | None = None,
    phones: Sequence[str] = (),
) -> Polling:
    """Load an election, import voters, make codes and open it, by default two hours after opening.

    ``first`` is the serial number of the first voter, where several elections share a database.
    ``phones`` are the telephone numbers of the first voters.

    The same election is made once and then copied, codes and all: they take most of the time. With
    a ``clock`` of one's own it is made anew.
    """
    url = url or f"sqlite:///{directory / 'bilik.db'}"
    if clock or first or before_opening:
        return _made(directory, definition, voters, url, clock, first, before_opening, phones)
    made = _made_before(definition, voters, tuple(phones))
    for file in made.trustee_dir.parent.iterdir():
        if file.is_dir():
            shutil.copytree(file, directory / file.name)
        elif not file.name.startswith("bilik.db"):
            shutil.copy2(file, directory)
    copy_rows(made.url, url)
    return _polling(directory, Database(url), url, HandClock(DURING_VOTING), made.election)


@cache
def _made_before(definition: str, voters: int, phones: tuple[str, ...]) -> Polling:
    directory = Path(_kept().name) / str(next(_numbers))
    directory.mkdir()
    url = f"sqlite:///{directory / 'bilik.db'}"
    polling = _made(directory, definition, voters, url, phones=phones)
    polling.database.close()
    return polling


@cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    """Where the elections lie that are copied, until this process ends."""
    return tempfile.TemporaryDirectory(prefix="bilik-pemilihan-")


_numbers = count(1)


def _made(
    directory: Path,
    definition: str,
    voters: int,
    url: str,
    clock: Clock | None = None,
    first: int = 0,
    before_opening: Callable[[Database], None] | None = None,
    phones: Sequence[str] = (),
) -> Polling:
    database = Database(url)
    upgrade(database)
    (directory / "pemilihan.yml").write_text(definition, encoding="utf-8")
    niks = [_nik(index) for index in range(first, first + voters)]
    numbers = [*phones, *[""] * voters]
    rows = [
        f"{nik},Pemilih {chr(65 + i % 26)}{i},{numbers[i]},{1 + i % 3:02d}"
        for i, nik in enumerate(niks)
    ]
    roll = directory / "dpt.csv"
    roll.write_text("\n".join(["nik,nama,no_hp,tps", *rows]), encoding="utf-8")
    clock = clock or HandClock(DURING_VOTING)
    desk = Desk(database, Keys(SECRET), directory / "trustee", clock)
    election, _ = desk.load_election(directory / "pemilihan.yml")
    desk.import_roll(roll, election.slug)
    desk.make_codes(directory / "kode.csv", election.slug)
    if before_opening:
        before_opening(database)
    desk.open(election.slug)
    return _polling(directory, database, url, clock, election)


def _nik(index: int) -> str:
    """Women's, ten thousand of a day, from the twelfth of March 1990 on."""
    days, serial = divmod(index, 10_000)
    months, day = divmod(days, 17)
    return f"332901{52 + day}{3 + months:02d}90{serial:04d}"


def _polling(
    directory: Path, database: Database, url: str, clock: Clock, election: Election
) -> Polling:
    keys, trustee_dir = Keys(SECRET), directory / "trustee"
    desk, booth = Desk(database, keys, trustee_dir, clock), Booth(database, keys, clock)
    pairs = read_pairs(directory / "dpt.csv", directory / "kode.csv")
    return Polling(database, url, keys, clock, election, desk, booth, pairs, trustee_dir)
