"""A closing hour put off: for voters, the clock, the log, and whoever checks what is published."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from actions import render
from bilik.domain.audit import ACTOR_CHARACTERS, Act, Entry, closing_of, hour_line, reason_line
from bilik.domain.election import Phase
from bilik.errors import BilikError, InvalidRecord, WrongState
from bilik.services.outcomes import Kind
from bilik.services.publication import LOG, RESULT, check
from bilik.storage.database import to_column
from bilik.storage.tables import elections
from tests.booth import Polling
from tests.databases import ONLY_SQLITE
from tests.elections import village as the_village

WHY = "Listrik padam dari 10.00 sampai 12.00"


def test_the_later_hour_holds_for_voters_clock_and_status(village: Polling) -> None:
    extension = village.by("Bu Siti").extend("15:00", WHY)
    assert extension.before == village.election.closes
    later = extension.election.closes
    assert later == village.election.closes + timedelta(hours=2)
    village.clock.now = village.election.closes + village.election.grace
    village.desk.tend()
    assert "pukul 15.00 WIB" in render.schedule(village.booth.look("web:1"))
    assert village.vote("web:1", "2").kind is Kind.RECORDED
    standing = village.desk.standing()
    assert (standing.phase, standing.planned) == (Phase.OPEN, village.election.closes)
    village.clock.now = later + village.election.grace
    assert village.desk.standing().phase is Phase.CLOSED
    with pytest.raises(WrongState, match="tidak sedang buka"):
        village.desk.extend("2026-11-30 08:00", WHY)


@ONLY_SQLITE
def test_also_in_grace_and_in_a_pause_but_only_later(village: Polling) -> None:
    for wrong, says in (
        ("13:00", "hanya bisa diundur"), ("2026-11-28 15:00", "hanya bisa diundur"),
        ("nanti sore", "seperti 15.00, atau 2026-11-30 15.00"),
    ):  # fmt: skip
        with pytest.raises(BilikError, match=says):
            village.desk.extend(wrong, WHY)
    village.clock.now = village.election.closes + timedelta(minutes=5)
    with pytest.raises(BilikError, match="yang belum lewat"):
        village.desk.extend("13:04", WHY)
    assert village.identify("web:1").kind is Kind.CLOSED
    village.desk.extend("13.30", WHY)
    assert village.identify("web:1").kind is Kind.IDENTIFIED
    village.desk.pause()
    village.clock.now += timedelta(minutes=30)
    assert village.desk.extend("2026-11-29 14:00", WHY).election.closes > village.clock.now
    village.desk.open()
    assert village.identify("web:2", voter=1).kind is Kind.IDENTIFIED


@ONLY_SQLITE
def test_what_is_published_tells_both_hours_and_checks_them(
    village: Polling, tmp_path: Path
) -> None:
    village.desk.extend("15:00", WHY)
    village.vote("web:1", "2")
    village.desk.close()
    village.desk.tally()
    said = village.desk.export(tmp_path / "terbitan")
    assert said["ditutup"] == "2026-11-29T13:00:00+07:00"
    assert said["diperpanjang_sampai"] == "2026-11-29T15:00:00+07:00"
    assert check(tmp_path / "terbitan") == said
    assert WHY in (tmp_path / "terbitan" / LOG).read_text(encoding="utf-8")
    manual = (tmp_path / "terbitan" / "CARA-MEMERIKSA.txt").read_text(encoding="utf-8")
    assert "29 November 2026 pukul 15.00 WIB" in manual
    result = tmp_path / "terbitan" / RESULT
    result.write_text(json.dumps({**said, "diperpanjang_sampai": said["ditutup"]}))
    with pytest.raises(InvalidRecord, match="diperpanjang_sampai"):
        check(tmp_path / "terbitan")


@ONLY_SQLITE
def test_an_hour_that_was_put_off_without_a_note_is_seen(village: Polling) -> None:
    assert village.desk.logs()[0].problem is None
    with village.database.write() as connection:
        later = to_column(village.election.closes + timedelta(hours=1))
        connection.execute(update(elections).values(extended_until=later))
    assert "jam tutup" in str(village.desk.logs()[0].problem)


@pytest.mark.parametrize(
    "reason",
    [
        "", " \n ", "x" * 101, "untuk 3329015203900001", "telepon 081234567890",
        "kode 7KQ-2M9-XDM", "3329 0152 0390 0001",
    ],
)  # fmt: skip
def test_a_reason_is_one_short_line_without_numbers_of_voters(reason: str) -> None:
    with pytest.raises(BilikError):
        reason_line(reason)


@given(st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=60))
def test_any_other_reason_becomes_one_printable_line(reason: str) -> None:
    try:
        line = reason_line(reason)
    except BilikError:
        return
    assert line.isprintable()
    assert line == " ".join(line.split())
    assert reason_line(line) == line
    assert len(line) <= 100 > ACTOR_CHARACTERS


def test_a_log_that_brings_an_hour_forward_or_after_the_closing_is_refused() -> None:
    planned = the_village().closes

    def log(*acts: tuple[Act, int]) -> list[Entry]:
        entries = []
        for at, (act, hours) in enumerate(acts, start=1):
            details = {"sampai": hour_line(planned + timedelta(hours=hours))}
            entries.append(Entry(at, planned, "x", act.value, "s", details))
        return entries

    assert closing_of(log((Act.OPEN, 0), (Act.EXTEND, 1), (Act.EXTEND, 2)), planned) == (
        planned + timedelta(hours=2)
    )
    for wrong in (
        log((Act.OPEN, 0), (Act.EXTEND, -1)), log((Act.EXTEND, 1)),
        log((Act.OPEN, 0), (Act.EXTEND, 2), (Act.EXTEND, 1)),
        log((Act.OPEN, 0), (Act.CLOSE, 0), (Act.EXTEND, 1)),
    ):  # fmt: skip
        with pytest.raises(InvalidRecord):
            closing_of(wrong, planned)
