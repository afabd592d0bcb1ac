from dataclasses import replace
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bilik.domain.audit import (
    BEGINNING,
    Act,
    Entry,
    actor_name,
    check,
    opening_of,
    read_entry,
)
from bilik.errors import InvalidRecord

AT = datetime(2026, 11, 28, 1, 2, 3, tzinfo=timezone.utc)


def chain(*acts: Act) -> list[Entry]:
    entries: list[Entry] = []
    for number, act in enumerate(acts, start=1):
        previous = entries[-1].hash if entries else BEGINNING
        entries.append(Entry(number, AT, "Budi", act.value, "rt-03", {"baru": number}, previous))
    return entries


LOG = chain(Act.LOAD, Act.IMPORT, Act.CODES, Act.OPEN, Act.CLOSE)


def test_an_entry_is_one_line_that_anyone_can_hash() -> None:
    assert LOG[0].line == (
        '{"nomor":1,"waktu":"2026-11-28T01:02:03Z","panitia":"Budi","tindakan":"muat",'
        f'"pemilihan":"rt-03","rincian":{{"baru":1}},"sebelumnya":"{"0" * 64}"}}'
    )


@given(
    number=st.integers(1, 10**6),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1)),
    actor=st.text(max_size=100).map(actor_name),
    act=st.sampled_from(Act),
    details=st.dictionaries(st.text(max_size=9), st.integers() | st.booleans() | st.text()),
    previous=st.binary(min_size=32, max_size=32),
)
def test_reading_a_line_gives_the_entry_back(
    number: int,
    at: datetime,
    actor: str,
    act: Act,
    details: dict[str, int | str | bool],
    previous: bytes,
) -> None:
    moment = at.replace(microsecond=0, tzinfo=timezone.utc)
    entry = Entry(number, moment, actor, act.value, "rt-03", details, previous)
    assert read_entry(entry.line) == entry
    assert "\n" not in entry.line


@pytest.mark.parametrize(
    "line",
    ["", "{}", "[]", "null", LOG[0].line + " ", LOG[0].line.replace(":1,", ": 1,"),
     LOG[0].line.replace("00", "0g"), LOG[0].line.replace("Z", ""),
     LOG[0].line[:-1] + ',"lain":1}'],
)  # fmt: skip
def test_only_the_one_form_of_an_entry_is_read(line: str) -> None:
    with pytest.raises(InvalidRecord):
        read_entry(line)


def test_a_whole_log_ends_in_its_head() -> None:
    assert check(LOG) == LOG[-1].hash
    assert check([]) == BEGINNING
    assert opening_of(LOG) == LOG[3].hash
    assert opening_of(LOG[:3]) is None


@pytest.mark.parametrize("place", range(len(LOG) - 1))
def test_whatever_is_done_to_an_entry_is_named(place: int) -> None:
    altered = [*LOG]
    altered[place] = replace(LOG[place], actor="Wati")
    with pytest.raises(InvalidRecord, match=f"ke-{place + 2} tidak menyambung"):
        check(altered)
    with pytest.raises(InvalidRecord, match=f"ke-{place + 1} hilang"):
        check([*LOG[:place], *LOG[place + 1 :]])
    swapped = [*LOG]
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    with pytest.raises(InvalidRecord, match=f"ke-{place + 1} "):
        check(swapped)


def test_a_stated_name_is_kept_as_one_short_printable_line() -> None:
    assert actor_name(" Bu\nSiti\t Rohmah\x00 ") == "Bu Siti Rohmah"
    assert len(actor_name("x" * 500)) == 80
