"""`bilik extend`, `status --live`, `roll lost` and `purge`, as the panitia types them."""

from __future__ import annotations

import base64
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bilik.cli import app
from bilik.clock import ZONES, system_clock
from tests.booth import SECRET, HandClock, Polling, set_up
from tests.elections import VILLAGE


def definition(opens: datetime, closes: datetime) -> str:
    """The village with these hours."""
    zone = ZONES["WIB"]
    return VILLAGE.replace("2026-11-29 07:00", f"{opens.astimezone(zone):%Y-%m-%d %H:%M}").replace(
        "2026-11-29 13:00", f"{closes.astimezone(zone):%Y-%m-%d %H:%M}"
    )


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Polling]:
    now = system_clock()
    hours = definition(now - timedelta(days=1), now + timedelta(hours=2))
    polling = set_up(tmp_path, hours, clock=system_clock)
    yield polling
    polling.database.close()


def environ(polling: Polling) -> dict[str, str]:
    return {
        "BILIK_SECRET_KEY": base64.urlsafe_b64encode(SECRET).decode(),
        "BILIK_DATABASE_URL": polling.url,
        "BILIK_TRUSTEE_DIR": str(polling.trustee_dir),
    }


def bilik(polling: Polling, *arguments: str, answer: str = "") -> str:
    """What the command says; it must succeed."""
    done = CliRunner().invoke(app, list(arguments), env=environ(polling), input=answer)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_the_hour_is_put_off_and_status_tells_both(village: Polling) -> None:
    later = village.election.closes + timedelta(hours=10)
    local = (later + timedelta(hours=7)).strftime("%Y-%m-%d %H:%M")
    said = bilik(village, "extend", "--until", local, "--reason", "Banjir", "--oleh", "Bu Siti")
    assert "diundur, tutup" in said
    assert "Umumkan juga" in said
    status = bilik(village, "status")
    assert "diundur, semula" in status
    plain = json.loads(bilik(village, "status", "--json"))
    assert plain["closes"] == later.isoformat()
    assert plain["planned_closes"] == village.election.closes.isoformat()
    assert "Banjir" in bilik(village, "audit")


def test_who_closes_early_finds_the_hour_in_the_status(village: Polling) -> None:
    assert "sudah ditutup panitia" not in bilik(village, "status")
    before = system_clock().replace(microsecond=0)
    bilik(village, "close", "--yes", "--oleh", "Bu Siti")
    assert "sudah ditutup panitia" in bilik(village, "status")
    plain = json.loads(bilik(village, "status", "--json"))
    assert before <= datetime.fromisoformat(plain["closed_early"]) <= system_clock()


def test_the_live_view_gives_one_screen_where_nobody_watches(village: Polling) -> None:
    village.vote_each([0, 1])
    said = bilik(village, "status", "--live")
    assert "2 dari 6 pemilih, 33,3%" in said
    assert "Saluran" in said
    plain = json.loads(bilik(village, "status", "--live", "--json"))
    assert plain["stations"][0] == {"name": "01", "voters": 2, "voted": 1}
    assert [one["ballots"] for one in plain["hours"]] == [2]


def test_on_a_terminal_it_goes_on_until_ctrl_c(village: Polling) -> None:
    screen, terminal = pty.openpty()
    watching = subprocess.Popen(
        [str(Path(sys.executable).parent / "bilik"), "status", "--live", "--every", "1"],
        stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
        env={**os.environ, "TERM": "xterm", **environ(village)},
    )  # fmt: skip
    os.close(terminal)
    seen = b""
    while b"0 dari 6 pemilih" not in seen:
        seen += os.read(screen, 4096)
    village.vote_each([0])
    while b"1 dari 6 pemilih" not in seen:
        seen += os.read(screen, 4096)
    watching.send_signal(signal.SIGINT)
    assert watching.wait(30) == 0
    os.close(screen)


def test_a_told_loss_is_listed_and_asked_for_or_turned_down(village: Polling) -> None:
    assert "Tidak ada laporan" in bilik(village, "roll", "lost")
    for voter in range(2):
        village.booth.report_lost("web:1", village.pairs[voter][0])
    listed = bilik(village, "roll", "lost")
    assert "Pemilih A0 332901********00, TPS 01, lewat web" in listed
    assert village.pairs[0][0] not in listed
    told = json.loads(bilik(village, "roll", "lost", "--json"))["lost"]
    first, second = (str(one["number"]) for one in told)
    assert "bilik roll approve 1" in bilik(village, "roll", "lost", first, "--oleh", "Bu Siti")
    assert "ditolak" in bilik(village, "roll", "lost", second, "--tolak", "--oleh", "Bu Siti")
    assert "Tidak ada laporan" in bilik(village, "roll", "lost")
    assert "Serahkan amplop" in bilik(village, "roll", "approve", "1", "--oleh", "Pak Budi")


def test_the_voters_data_goes_when_two_say_so(tmp_path: Path) -> None:
    opens = system_clock() - timedelta(days=41)
    polling = set_up(
        tmp_path,
        definition(opens, opens + timedelta(hours=6)),
        clock=HandClock(opens + timedelta(hours=1)),
    )
    polling.vote_each([0])
    polling.desk.close()
    polling.desk.tally()
    assert "bilik purge" in bilik(polling, "status")
    assert "Belum ada yang dihapus" in bilik(polling, "purge", "--oleh", "Bu Siti")
    said = bilik(polling, "purge", "--approve", "--oleh", "Pak Budi", answer="ya\n")
    assert "Data 6 pemilih Pemilihan Kepala Desa Sukamaju sudah dihapus." in said
    assert "datanya sudah dihapus" in bilik(polling, "status")
    assert "1. H. Ahmad Fauzi, S.E.: 1" in bilik(polling, "tally")
    bilik(polling, "export", str(tmp_path / "terbitan"))
    assert "hasilnya sesuai" in bilik(polling, "verify", str(tmp_path / "terbitan"))
    assert "hapus-data" in bilik(polling, "audit")
    polling.database.close()
