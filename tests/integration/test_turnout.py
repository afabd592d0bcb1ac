"""Turnout of each polling station, in the record too; small stations are not shown alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bilik.domain.turnout import Station
from bilik.errors import InvalidRecord, WrongState
from bilik.services import turnout
from bilik.services.elections import all_elections
from bilik.services.publication import RESULT, check
from bilik.storage.tables import participations, voters
from tests.booth import Polling


def settle(polling: Polling, stations: dict[str, tuple[int, int]]) -> list[Station]:
    """Put so many voters, of whom so many have voted, at each station; the turnout then."""
    with polling.database.write() as connection:
        (stored,) = all_elections(connection)
        connection.execute(update(voters).values(tps="00"))
        serial = 0
        for name, (everyone, voted) in stations.items():
            for number in range(everyone):
                serial += 1
                row = {"nik_hash": serial.to_bytes(32, "big"), "nik_masked": "", "name": ""}
                added = connection.execute(
                    insert(voters).values(election_id=stored.id, tps=name, **row)
                )
                if number < voted:
                    (voter,) = added.inserted_primary_key
                    connection.execute(insert(participations).values(voter_id=voter))
        return turnout.by_station(connection, stored.id)


def test_stations_come_by_name_and_small_ones_together(village: Polling) -> None:
    assert settle(village, {"02": (30, 12), "01": (25, 0), "03": (24, 24)}) == [
        Station("01", 25, 0),
        Station("02", 30, 12),
        Station("lainnya", 24 + 6, 24),
    ]


def test_where_the_small_ones_are_too_few_together_the_next_joins_them(village: Polling) -> None:
    assert settle(village, {"01": (26, 3), "02": (40, 5)}) == [
        Station("02", 40, 5),
        Station("lainnya", 26 + 6, 3),
    ]


def test_a_whole_village_of_few_is_one(village: Polling) -> None:
    assert settle(village, {}) == [Station("lainnya", 6, 0)]


def test_who_has_not_voted_is_found_by_station_and_name_page_by_page(village: Polling) -> None:
    with village.database.write() as connection:
        (stored,) = all_elections(connection)
        connection.execute(update(voters).values(tps="00"))
        for number in range(120):
            row = {"nik_hash": number.to_bytes(32, "big"), "nik_masked": f"3329********{number}"}
            name = ("Siti 100%", "Budi_Santoso", "Dewi")[number % 3]
            connection.execute(
                insert(voters).values(
                    election_id=stored.id, tps=f"{1 + number % 2:02d}", name=name, **row
                )
            )
    village.vote_each([0, 1])
    everyone = village.desk.not_voted()
    assert (everyone.count, everyone.pages, len(everyone.voters)) == (124, 3, 50)
    assert everyone.places == ("00", "01", "02")
    assert village.desk.not_voted(page=3).voters[-1].tps == "02"
    assert village.desk.not_voted(page=99).page == 3
    assert village.desk.not_voted(page=-1).page == 1
    found = village.desk.not_voted(tps="01", name="dEWI")
    assert found.count == 20
    assert {(one.name, one.tps) for one in found.voters} == {("Dewi", "01")}
    # What stands for any letters in SQL stands for itself here.
    assert village.desk.not_voted(name="0%").count == 40
    assert village.desk.not_voted(name="i_s").count == 40
    assert village.desk.not_voted(name="%").count == 40
    assert village.desk.not_voted(name="' OR 1=1").count == 0


def test_who_has_not_voted_is_nobodys_business_before_and_after(village: Polling) -> None:
    assert village.desk.not_voted().count == 6
    village.clock.forward(hours=4)  # the hour of closing has come, and those inside may finish
    assert village.desk.not_voted().count == 6
    village.clock.forward(minutes=15)
    with pytest.raises(WrongState, match="hanya ada selama pemungutan suara"):
        village.desk.not_voted()


def alter_sum(stations: list[dict[str, Any]]) -> None:
    stations[0]["memilih"] += 1


def alter_voters(stations: list[dict[str, Any]]) -> None:
    stations[0]["pemilih"] += 1


def add_a_key(stations: list[dict[str, Any]]) -> None:
    stations[0]["catatan"] = "lain"


def take_a_key(stations: list[dict[str, Any]]) -> None:
    del stations[0]["tps"]


def send_some_away(stations: list[dict[str, Any]]) -> None:
    stations.append({"tps": "09", "pemilih": 0, "memilih": 0})
    stations[0]["memilih"] -= 1
    stations[-1]["memilih"] += 1


@pytest.mark.parametrize("spoil", [alter_sum, alter_voters, add_a_key, take_a_key, send_some_away])
def test_the_record_has_it_and_what_does_not_add_up_is_refused(
    village: Polling, tmp_path: Path, spoil: Callable[[list[dict[str, Any]]], None]
) -> None:
    village.vote_each(range(2))
    village.desk.close()
    village.desk.tally()
    said = village.desk.export(tmp_path / "terbitan")
    assert said["partisipasi_tps"] == [{"tps": "lainnya", "pemilih": 6, "memilih": 2}]
    assert check(tmp_path / "terbitan") == said
    spoil(said["partisipasi_tps"])
    (tmp_path / "terbitan" / RESULT).write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(InvalidRecord, match="partisipasi_tps"):
        check(tmp_path / "terbitan")


def test_nothing_of_it_tells_who(village: Polling) -> None:
    village.vote_each(range(1))
    with village.database.read() as connection:
        (stored,) = all_elections(connection)
        names = connection.execute(select(voters.c.name)).scalars().all()
        shown = repr(turnout.by_station(connection, stored.id))
    assert not any(name in shown for name in names)
