"""What the keeper tells of the database."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client.exposition import generate_latest

from bilik.services import metrics
from bilik.services.keeper import Keeper
from bilik.services.mailbox import Letter, Mailbox
from bilik.services.watch import Watch
from bilik.storage.database import Database
from tests.booth import Polling
from tests.databases import ONLY_SQLITE


def told() -> dict[str, float]:
    lines = generate_latest(metrics.registry).decode().splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if line.startswith("bilik_")]
    return {name: float(value) for name, value in pairs}


def test_a_round_tells_what_waits_and_no_single_voter(village: Polling) -> None:
    mailbox = Mailbox(village.database, village.keys, "server", village.clock)
    mailbox.put([("1", Letter("telegram", "telegram:1", "text", 1, "halo"))])
    village.vote_each([0, 1])
    village.booth.identify("web:9", f"{village.pairs[3][0]} {village.pairs[4][1]}")
    village.clock.forward(seconds=30)
    watch = Watch(village.database, village.clock)
    watch.round(Keeper(village.desk, lambda _: None).look_after)
    figures = told()
    assert figures["bilik_mailbox_messages"] == 1
    assert figures["bilik_mailbox_oldest_seconds"] == 30
    assert figures["bilik_sessions"] == 0
    assert figures['bilik_ballots_unpublished{election="sukamaju-2026"}'] == 0
    assert figures["bilik_keeper_problems"] == 0
    assert figures["bilik_keeper_last_pass_timestamp_seconds"] == village.clock().timestamp()
    assert figures["bilik_database_up"] == 1


@ONLY_SQLITE
def test_a_database_that_is_away_is_told_and_ends_nothing(village: Polling) -> None:
    gone = Database("postgresql://127.0.0.1:1/tiada")
    watch = Watch(gone, village.clock)
    watch.round(lambda: 1)
    assert (told()["bilik_database_up"], told()["bilik_keeper_problems"]) == (0, 1)
    village.clock.now += timedelta(seconds=1)
    Watch(village.database, village.clock).round(lambda: 0)
    assert told()["bilik_database_up"] == 1
