"""One database with an election in each state, for the pages to show."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bilik.clock import Clock, system_clock
from bilik.services.counting import Waiting
from bilik.services.keeper import Keeper
from bilik.storage.database import Database
from tests.booth import HandClock, Polling, set_up
from tests.elections import LIVE, VILLAGE, open_now
from tests.trustees import Group, held_by

HOSTILE = """<script>alert('1')</script> & "O'Neil" ]]> <img src=x>"""
NAMES = ("Pak Budi", "Bu Siti R.", "Mas Joko")


@dataclass
class Town:
    """Elections by their code, and where records of counts are put."""

    directory: Path
    url: str
    elections: dict[str, Polling]
    receipts: list[str]

    @property
    def records(self) -> Path:
        return self.directory / "pages" / "terbitan"

    def keeper(self, slug: str) -> Keeper:
        """A keeper with the key of that election."""
        told: list[str] = []
        return Keeper(self.elections[slug].desk, told.append, self.records)


def build(directory: Path) -> Town:
    """All of them; those whose hours matter have them around the present."""
    town = Town(directory, f"sqlite:///{directory / 'bilik.db'}", {}, [])
    (directory / "pages").mkdir()
    waiting_for_trustees(town)  # while it is the only one
    add(town, "nanti", VILLAGE.replace("2026-11-29 07:00", "2098-01-01 07:00")
        .replace("2026-11-29 13:00", "2098-01-01 13:00"), clock=system_clock)  # fmt: skip
    add(town, "buka", open_now(VILLAGE), voters=105, clock=system_clock)
    add(town, "kecil", open_now(VILLAGE), voters=27, clock=system_clock)
    add(town, "langsung", open_now(LIVE), voters=52, clock=system_clock)
    add(town, "jeda", open_now(VILLAGE), clock=system_clock).desk.pause("jeda")
    graced(town)
    counted(town)
    add(town, "rancangan", VILLAGE, voters=1, opened=False)
    return town


def add(
    town: Town,
    slug: str,
    definition: str,
    voters: int = 6,
    clock: Clock | None = None,
    before_opening: Callable[[Database], None] | None = None,
    opened: bool = True,
) -> Polling:
    """Another election in the town's database, of voters whom no other has."""
    (town.directory / slug).mkdir()
    definition = definition.replace("sukamaju-2026", slug)
    if not opened:
        polling = town.elections["buka"]
        path = town.directory / slug / "pemilihan.yml"
        path.write_text(definition, encoding="utf-8")
        polling.desk.load_election(path)
        return polling
    first = 300 * (len(town.elections) + 1)
    town.elections[slug] = set_up(
        town.directory / slug, definition, voters, town.url, clock, first, before_opening
    )
    return town.elections[slug]


def graced(town: Town) -> None:
    """Closed by its hour a moment ago, while voters who came before may finish."""
    zone = timedelta(hours=7)
    closes = system_clock() - timedelta(minutes=1)
    definition = (
        VILLAGE.replace("2026-11-29 07:00", "2020-01-01 07:00")
        .replace("2026-11-29 13:00", f"{closes + zone:%Y-%m-%d %H:%M}")
        .replace("kontak:", "tenggang_menit: 600\nkontak:")
    )
    add(town, "tenggang", definition, clock=HandClock(closes - timedelta(hours=1)))


def waiting_for_trustees(town: Town) -> None:
    """Closed and added up; of three trustees two are needed, and one has done their part."""
    (town.directory / "kelompok").mkdir()
    group = Group(town.directory / "kelompok", NAMES)
    polling = add(
        town, "saksi", held_by(NAMES, 2), before_opening=lambda one: _made(group, one),
    )  # fmt: skip
    polling.vote_each(range(2))
    polling.desk.close("saksi")
    assert isinstance(polling.desk.tally("saksi"), Waiting)
    files = polling.desk.write_for_trustees(group.panitia, "saksi")
    share = group.members[0].decrypt(files.tally, files.archive)
    assert isinstance(polling.desk.tally("saksi", [share]), Waiting)


def _made(group: Group, database: Database) -> None:
    group.make_key(database)


def counted(town: Town) -> None:
    """Counted, with names as nobody has them, and a tie."""
    name = json.dumps(HOSTILE)  # which is YAML, too
    definition = VILLAGE.replace("nama: Bambang Sutrisno", f"nama: {name}").replace(
        "judul: Pemilihan", "judul: <b>Pemilihan</b> &"
    )
    polling = add(town, "hitung", definition)
    polling.vote_each([0, 1, 3])
    town.receipts = polling.vote_each([4])
    polling.desk.close("hitung")
    polling.desk.tally("hitung")
