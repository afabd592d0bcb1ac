"""The panitia's live view: totals by the hour, channels' counts, lost letters, and its screen."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console
from sqlalchemy import select

from bilik.cli.live import frame
from bilik.errors import NotFound, WrongState
from bilik.services.activity import Meter, Noter
from bilik.services.desk import Overview
from bilik.services.outcomes import Kind
from bilik.services.turnout import Station
from bilik.storage.database import Database
from bilik.storage.tables import channel_activity, hourly_totals, lost_letters, participations
from tests.booth import HandClock, Polling
from tests.databases import ONLY_SQLITE, locked


def test_turnout_by_the_hour_comes_from_totals_and_no_voter_has_a_time(village: Polling) -> None:
    village.vote("web:0", "1", 0)
    village.desk.tend()
    village.clock.forward(minutes=50)
    village.vote_each([1, 2])
    village.desk.tend()
    village.clock.forward(hours=2)
    village.vote_each([3])
    seen = village.desk.overview()
    assert [one.ballots for one in seen.hours] == [3, 0, 1]
    assert seen.hours[0].start.isoformat() == "2026-11-29T02:00:00+00:00"
    village.vote_each([4])
    village.clock.forward(hours=1)
    village.desk.close()
    hours = village.desk.overview().hours
    assert sum(one.ballots for one in hours) == 5 == village.desk.standing().ballots
    assert [one.name for one in participations.c] == ["voter_id"]


@ONLY_SQLITE
def test_a_cast_and_a_look_write_no_total_of_their_own(village: Polling) -> None:
    village.desk.tend()
    village.vote_each([0])
    village.clock.forward(seconds=30)
    village.desk.tend()
    with village.database.read() as connection:
        assert connection.execute(select(hourly_totals)).all() == []
    village.clock.forward(seconds=31)
    village.desk.tend()
    with village.database.read() as connection:
        assert connection.execute(select(hourly_totals.c.ballots)).scalars().all() == [1]


def test_the_panitia_sees_every_station_and_who_waits_after_wrong_codes(village: Polling) -> None:
    village.vote_each([0, 3])
    for chat in ("web:x", "web:y"):
        for _ in range(5):
            village.booth.identify(chat, f"{village.pairs[1][0]} {village.pairs[2][1]}")
    seen = village.desk.overview()
    assert seen.stations == [Station("01", 2, 2), Station("02", 2, 0), Station("03", 2, 0)]
    assert seen.delayed == 2
    village.clock.forward(minutes=1)
    assert village.desk.overview().delayed == 0


class TestChannels:
    def test_servers_add_up_and_what_a_dead_one_was_at_is_not_believed(
        self, village: Polling
    ) -> None:
        clock = village.clock
        for _ in range(2):
            meter = Meter(clock)
            for _ in range(3):
                meter.took("whatsapp")
            meter.answered("whatsapp")
            meter.gave_up("whatsapp")
            meter.failed("telegram")
            Noter(meter, village.database, clock).note()
        whatsapp, telegram = sorted(
            village.desk.overview().channels, key=lambda one: one.channel, reverse=True
        )
        assert (whatsapp.taken, whatsapp.answered, whatsapp.failed) == (6, 2, 2)
        assert (whatsapp.waiting, telegram.failed, telegram.taken) == (2, 2, 0)
        clock.forward(minutes=5)
        assert village.desk.overview().channels[1].waiting == 0

    @ONLY_SQLITE
    def test_counts_are_written_ten_seconds_apart_and_times_to_the_minute(
        self, village: Polling
    ) -> None:
        clock = HandClock(village.clock.now + timedelta(seconds=42))
        meter = Meter(clock)
        noter = Noter(meter, village.database, clock)

        def written() -> list[int]:
            with village.database.read() as connection:
                return list(connection.execute(select(channel_activity.c.taken)).scalars())

        noter.note()
        assert written() == []
        meter.took("sms")
        noter.note()
        meter.took("sms")
        clock.forward(seconds=9)
        noter.note()
        assert written() == [1]
        clock.forward(seconds=1)
        noter.note()
        assert written() == [2]
        meter.took("sms")
        noter.note(at_last=True)
        assert written() == [3]
        with village.database.read() as connection:
            row = connection.execute(select(channel_activity)).one()
        assert (row.last_at.second, row.last_at.microsecond) == (0, 0)

    @ONLY_SQLITE
    def test_a_database_that_is_away_gets_the_counts_later(self, village: Polling) -> None:
        meter = Meter(village.clock)
        noter = Noter(meter, Database(village.url), village.clock)
        meter.took("web")
        with locked(village.url):
            noter.note()
        village.clock.forward(seconds=10)
        noter.note()
        assert village.desk.overview().channels[0].taken == 1


@ONLY_SQLITE
def test_the_screen_shows_it_and_keeps_to_its_height(village: Polling) -> None:
    village.vote_each([0, 1, 3])
    village.desk.extend("15:00", "Hujan deras")
    village.booth.report_lost("sms:+62811", village.pairs[5][0])
    seen = village.desk.overview()
    said = shown(seen, None)
    for words in (
        "Pemilihan Kepala Desa Sukamaju: sedang buka", "(diundur)",
        "3 dari 6 pemilih, 50,0%", "01", "09.00", "belum ada pesan", "Surat hilang dilaporkan 1",
    ):  # fmt: skip
        assert words in said
    many = [Station(f"{number:03d}", 100, number) for number in range(100)]
    crowded = Overview(**{**vars(seen), "stations": many})
    said = shown(crowded, 40)
    assert "TPS lain yang partisipasinya lebih tinggi" in said
    assert said.count("\n") <= 40
    assert "099" not in said
    assert "000" in said


def shown(seen: Overview, height: int | None) -> str:
    console = Console(width=100, record=True, file=StringIO())
    console.print(frame(seen, height))
    return console.export_text()


class TestLostLetters:
    def test_a_told_loss_waits_once_and_becomes_a_spare_by_two_members(
        self, village: Polling
    ) -> None:
        nik, _ = village.pairs[0]
        assert village.booth.report_lost("web:1", "surat saya hilang").kind is Kind.ASK_LOST
        assert village.booth.report_lost("web:1", nik).kind is Kind.LOST_NOTED
        assert village.booth.report_lost("telegram:2", f"hilang {nik}").kind is Kind.LOST_NOTED
        (told,) = village.desk.lost_letters()
        assert (told.name, told.nik, told.tps, told.channel) == (
            "Pemilih A0", "332901********00", "01", "web",
        )  # fmt: skip
        request = village.by("Bu Siti").ask_for_reported(told.number)
        assert village.desk.lost_letters() == []
        assert village.desk.requests() == [request]
        given = village.by("Pak Budi").give_spare(request.number)
        code = village.spare_codes()[given.spare]
        assert village.booth.identify("web:3", f"{nik} {code}").kind is Kind.IDENTIFIED
        with pytest.raises(NotFound, match="roll lost"):
            village.by("Bu Siti").ask_for_reported(told.number)

    def test_the_answer_is_one_whoever_asks_and_each_counts_as_an_attempt(
        self, village: Polling
    ) -> None:
        village.vote_each([1])
        chats = {"a": village.pairs[0][0], "b": village.pairs[1][0], "c": "3329015203909999"}
        outcomes = {
            name: village.booth.report_lost(f"web:{name}", nik) for name, nik in chats.items()
        }
        assert {one.kind for one in outcomes.values()} == {Kind.LOST_NOTED}
        assert len({repr(one.scene) for one in outcomes.values()}) == 1
        assert len(village.desk.lost_letters()) == 1
        for _ in range(4):
            village.booth.report_lost("web:c", chats["c"])
        stopped = village.booth.report_lost("web:c", village.pairs[2][0])
        assert stopped.kind is Kind.LOST_WAIT
        assert stopped.until is not None
        nik, code = village.pairs[2]
        assert village.booth.identify("web:c", f"{nik} {code}").kind is Kind.TOO_MANY
        assert len(village.desk.lost_letters()) == 1
        village.clock.forward(minutes=1)
        assert village.booth.identify("web:c", f"{nik} {code}").kind is Kind.IDENTIFIED

    @ONLY_SQLITE
    def test_who_finds_the_letter_votes_and_is_no_longer_in_the_queue(
        self, village: Polling
    ) -> None:
        nik, _ = village.pairs[0]
        village.booth.report_lost("web:1", "kodenya hilang")
        village.booth.report_lost("web:1", nik)
        village.vote("web:1", "2")
        assert village.desk.lost_letters() == []
        village.booth.identify("web:2", village.pairs[1][0])
        told = village.booth.report_lost("web:2", "kodenya hilang")
        assert (told.kind, told.scene.half) == (Kind.LOST_NOTED, "code")
        assert village.booth.identify("web:2", village.pairs[1][1]).kind is Kind.IDENTIFIED
        assert village.booth.report_lost("web:2", "surat anak saya hilang").kind is (
            Kind.LOST_ELSEWHERE
        )
        assert village.booth.choose("web:2", "2").kind is Kind.READ_BACK

    @ONLY_SQLITE
    def test_turned_down_it_can_be_told_again_and_the_closing_empties_the_queue(
        self, village: Polling
    ) -> None:
        nik, _ = village.pairs[0]
        village.booth.report_lost("web:1", nik)
        (told,) = village.desk.lost_letters()
        village.by("Bu Siti").decline_reported(told.number)
        assert village.desk.lost_letters() == []
        village.booth.report_lost("web:1", nik)
        assert len(village.desk.lost_letters()) == 1
        village.desk.close()
        with village.database.read() as connection:
            assert connection.execute(select(lost_letters)).all() == []
        acts = [one.act for one in village.desk.logs()[0].entries]
        assert "tolak-surat-hilang" in acts
        assert village.booth.report_lost("web:1", nik).kind is Kind.LOST_ELSEWHERE

    @ONLY_SQLITE
    def test_without_a_spare_or_an_open_election_the_panitia_is_named(
        self, village: Polling
    ) -> None:
        village.booth.report_lost("web:9", "surat hilang")
        for voter in range(2):
            request = village.by("Bu Siti").ask_for_lost(village.pairs[voter][0])
            village.by("Pak Budi").give_spare(request.number)
        gone = village.booth.report_lost("web:9", village.pairs[2][0])
        assert (gone.kind, gone.scene.stage.value) == (Kind.LOST_ELSEWHERE, "identity")
        village.clock.now = village.election.closes
        with pytest.raises(WrongState):
            village.by("Bu Siti").ask_for_lost(village.pairs[3][0])
