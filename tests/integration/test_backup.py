"""Backups made while people vote, and what comes back of them."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest
from pyrage.x25519 import Identity
from sqlalchemy import func, insert, select, update

from bilik.clock import system_clock
from bilik.domain.audit import Act
from bilik.errors import BilikError, WrongState
from bilik.keys import Keys
from bilik.services import backups, restoring
from bilik.services.backups import KEPT, LEFT_OUT, TooSoon
from bilik.services.booth import Booth
from bilik.services.desk import Desk
from bilik.services.outcomes import Kind
from bilik.services.publication import check_since
from bilik.storage.database import Database
from bilik.storage.rows import lines_of
from bilik.storage.schema import upgrade
from bilik.storage.tables import ballots, metadata, not_understood, voters
from tests.booth import DURING_VOTING, SECRET, Polling, set_up
from tests.databases import ONLY_SQLITE, Backend, PostgresDatabases, SQLiteFiles
from tests.elections import VILLAGE, open_now
from tests.integration.test_cli import Shell

IDENTITY = Identity.generate()
KEY = IDENTITY.to_public()


def made(polling: Polling, directory: Path) -> Path:
    return backups.make(polling.database, polling.keys, directory, KEY, polling.clock()).path


def content(path: Path) -> list[Any]:
    lines = gzip.decompress(pyrage.decrypt(path.read_bytes(), [IDENTITY])).splitlines()
    return [json.loads(line) for line in lines]


def rows_of(path: Path, table: str) -> list[Any]:
    found: dict[str, list[Any]] = {}
    for one in content(path):
        if isinstance(one, dict):
            rows = found.setdefault(one.get("table", ""), [])
        else:
            rows.append(one)
    return found[table]


def sealed(lines: list[Any]) -> bytes:
    """A backup with these lines: anybody can seal to a public key."""
    plain = b"".join(
        json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for one in lines
    )
    return pyrage.encrypt(gzip.compress(plain), [KEY])


def elsewhere(polling: Polling, path: Path, url: str, since: Path | None = None) -> Polling:
    """The election on another machine, brought back from a backup."""
    database = Database(url)
    upgrade(database)
    restoring.restore(
        database, polling.keys, path, IDENTITY, polling.clock(), "Bu Siti", polling.trustee_dir,
        since,
    )  # fmt: skip
    desk = Desk(database, polling.keys, polling.trustee_dir, polling.clock)
    booth = Booth(database, polling.keys, polling.clock)
    return Polling(
        database, url, polling.keys, polling.clock, polling.election, desk, booth, polling.pairs,
        polling.trustee_dir,
    )  # fmt: skip


def empty_database(backend: Backend) -> Database:
    database = Database(backend.new())
    upgrade(database)
    return database


def nothing_in(database: Database) -> bool:
    with database.read() as connection:
        return all(connection.execute(select(table)).first() is None for table in KEPT)


@pytest.fixture
def other_kind(
    backend: Backend, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Backend]:
    """Where it is brought back: from SQLite to PostgreSQL, and the other way round."""
    if isinstance(backend, SQLiteFiles):
        made: Backend = PostgresDatabases(request.getfixturevalue("postgres"))
    else:
        made = SQLiteFiles(tmp_path)
    yield made
    made.drop()


def test_what_is_brought_back_goes_on_to_a_count_that_verifies(
    backend: Backend, other_kind: Backend, tmp_path: Path
) -> None:
    here = set_up(tmp_path, VILLAGE, voters=30, url=backend.new())
    receipts = here.vote_each(range(25))
    assert here.desk.tend() is None
    here.desk.snapshot(tmp_path / "cuplikan")
    here.identify("web:25", 25)
    asked = here.booth.choose("web:25", "1").scene.readback
    backup = made(here, tmp_path / "cadangan")
    lost = here.vote_each([26, 27])

    here.clock.forward(minutes=5)
    there = elsewhere(here, backup, other_kind.new(), since=tmp_path / "cuplikan")
    standing = there.desk.standing()
    assert (standing.phase.value, standing.ballots, standing.published) == ("paused", 25, 25)
    assert there.booth.confirm("web:25", "ya", asked).kind is Kind.NEED_IDENTITY
    assert all(there.desk.holds_receipt(one) for one in receipts)
    assert not any(there.desk.holds_receipt(one) for one in lost)
    there.desk.open()
    assert there.identify("web:0", 0).kind is Kind.ALREADY_VOTED
    there.vote_each([26, 27, 28])
    assert there.counts() == {"kades": {1: 10, 2: 9, 3: 9, "blank": 0}}
    there.desk.export(tmp_path / "terbitan")
    _, added = check_since(tmp_path / "cuplikan", tmp_path / "terbitan")
    assert added == 3
    (restored,) = [one for one in there.desk.logs()[0].entries if one.act == Act.RESTORE.value]
    assert (restored.actor, restored.details["suara"]) == ("Bu Siti", 25)

    # New rows are numbered after those that came back.
    with there.database.write() as connection:
        (last,) = connection.execute(select(func.max(voters.c.id)))
        values = {"election_id": 1, "nik_hash": b"x" * 32, "nik_masked": "", "name": "", "tps": ""}
        (new,) = connection.execute(insert(voters).values(values)).inserted_primary_key
        assert new == last[0] + 1

    # Had witnesses seen what came after the backup, the chain would fork.
    here.desk.close()
    assert here.desk.tend() is None
    here.desk.snapshot(tmp_path / "sesudahnya")
    with pytest.raises(BilikError, match=r"memuat 27 surat suara, cadangan ini 25.*bercabang"):
        elsewhere(here, backup, other_kind.new(), since=tmp_path / "sesudahnya")
    for one in (here, there):
        one.database.close()


def test_a_vote_that_is_cast_meanwhile_is_in_it_wholly_or_not_at_all(village: Polling) -> None:
    village.vote_each([0])
    rows: dict[str, int] = {}
    name = ""
    with village.database.read() as connection:
        for line in lines_of(connection, [(table, lambda row: row) for table in KEPT]):
            told = json.loads(line)
            if isinstance(told, dict):
                name = told["table"]
                if name == "ballots":
                    village.vote_each([1, 2])
            else:
                rows[name] = rows.get(name, 0) + 1
    assert (rows["participations"], rows["ballots"]) == (1, 1)


def test_a_backup_tells_no_order_no_text_and_of_drafts_no_code(
    backend: Backend, tmp_path: Path
) -> None:
    drafts: list[Path] = []

    def before_opening(database: Database) -> None:
        draft = backups.make(database, Keys(SECRET), tmp_path / "a", KEY, DURING_VOTING)
        assert draft.without_codes == ("sukamaju-2026",)
        drafts.append(draft.path)

    polling = set_up(tmp_path, VILLAGE, voters=30, url=backend.new(), before_opening=before_opening)
    assert {tuple(row[-2:]) for row in rows_of(drafts[0], "voters")} == {(None, None)}
    assert rows_of(drafts[0], "spares") == []

    polling.vote_each(range(25))
    polling.identify("web:29", 29)
    with polling.database.write() as connection:
        connection.execute(
            insert(not_understood).values(
                id=bytes(16), election_id=1, text="KATA-KENARI", released=False
            )
        )
    backup = made(polling, tmp_path / "b")
    named = {one["table"] for one in content(backup) if isinstance(one, dict) and "table" in one}
    assert named == {table.name for table in KEPT}
    assert b"KENARI" not in json.dumps(content(backup)).encode()
    trackers = [base64.b64decode(row[0]) for row in rows_of(backup, "ballots")]
    assert trackers == sorted(trackers)
    assert len(trackers) == 25
    credentials = {row[-1] for row in rows_of(backup, "voters")}
    assert credentials == {None}

    # A box that somebody has altered is not brought back.
    polling.desk.close()
    assert polling.desk.tend() is None
    with polling.database.write() as connection:
        connection.execute(update(ballots).where(ballots.c.position == 7).values(sealed=b"{}"))
    polling.clock.forward(minutes=1)
    altered = made(polling, tmp_path / "b")
    database = empty_database(backend)
    with pytest.raises(BilikError, match=r"Surat suara ke-7 .* sudah berubah"):
        restoring.restore(
            database, polling.keys, altered, IDENTITY, polling.clock(), "Bu Siti",
            polling.trustee_dir,
        )  # fmt: skip
    assert nothing_in(database)
    for one in (database, polling.database):
        one.close()


def test_every_table_is_kept_or_left_out_on_purpose() -> None:
    assert sorted([*KEPT, *LEFT_OUT], key=str) == sorted(metadata.tables.values(), key=str)


@ONLY_SQLITE
def test_while_people_vote_two_backups_lie_a_batch_apart(village: Polling, tmp_path: Path) -> None:
    folder = tmp_path / "cadangan"
    made(village, folder)
    village.vote_each([0, 1])
    village.clock.forward(minutes=1)
    with pytest.raises(TooSoon, match="baru 2 suara sukamaju-2026"):
        made(village, folder)
    assert len(list(folder.glob("*.age"))) == 1
    village.desk.close()
    made(village, folder)
    assert len(list(folder.glob("*.age"))) == 2
    village.clock.forward(minutes=1)
    last = backups.make(village.database, village.keys, folder, KEY, village.clock(), keep=1)
    assert list(folder.glob("*.age")) == [last.path]


@ONLY_SQLITE
def test_what_is_not_a_whole_backup_of_this_server_changes_nothing(
    village: Polling, backend: Backend, tmp_path: Path
) -> None:
    good = made(village, tmp_path / "a")
    sound, lines = good.read_bytes(), content(good)
    database = empty_database(backend)

    def refused(data: bytes, match: str, keys: Keys = village.keys) -> None:
        path = tmp_path / "rusak.age"
        path.write_bytes(data)
        with pytest.raises(BilikError, match=match) as caught:
            restoring.restore(
                database, keys, path, IDENTITY, village.clock(), "Bu Siti", village.trustee_dir
            )
        assert "\n" not in str(caught.value)
        assert nothing_in(database)

    refused(b"", "bukan cadangan")
    refused(b"nik,nama\n", "bukan cadangan")
    refused(sound[:-1], "rusak")
    refused(sound[: len(sound) // 2], "rusak")
    middle = len(sound) // 2
    refused(sound[:middle] + bytes([sound[middle] ^ 1]) + sound[middle + 1 :], "rusak")
    refused(sound, "kunci server", Keys(bytes(32)))
    other = pyrage.encrypt(b"", [Identity.generate().to_public()])
    refused(other, "tidak bisa dibuka dengan kunci ini")
    # Anybody can seal to the public key; only the server can make the end.
    refused(sealed(lines[:-1]), "rusak")
    refused(sealed([*lines, lines[-1]]), "rusak")
    at = next(at for at, one in enumerate(lines) if isinstance(one, list))
    changed = [*lines[at][:-1], "2030-01-01"]
    refused(sealed([*lines[:at], changed, *lines[at + 1 :]]), "rusak")
    refused(sealed([lines[0], {"table": "accounts", "columns": []}]), "tidak dikenal")
    refused(sealed([{**lines[0], "schema": "0001"}]), "versi lain")
    refused(sealed([[[[]]]]), "bukan cadangan")
    refused(pyrage.encrypt(b"halo", [KEY]), "rusak")

    with pytest.raises(WrongState, match="sudah berisi"):
        restoring.restore(
            village.database, village.keys, good, IDENTITY, village.clock(), "Bu Siti",
            village.trustee_dir,
        )  # fmt: skip
    with pytest.raises(BilikError, match="tidak ada cuplikan"):
        restoring.restore(
            database, village.keys, good, IDENTITY, village.clock(), "Bu Siti",
            village.trustee_dir, tmp_path,
        )  # fmt: skip
    assert nothing_in(database)
    database.close()


@ONLY_SQLITE
def test_the_commands_say_what_comes_next_and_refuse_in_one_line(
    backend: Backend, tmp_path: Path
) -> None:
    polling = set_up(tmp_path, open_now(VILLAGE), url=backend.new(), clock=system_clock)
    bilik = Shell(tmp_path, polling.url)
    bilik.environ["BILIK_SECRET_KEY"] = base64.urlsafe_b64encode(SECRET).decode()
    (tmp_path / "sandi").write_text("empat kata yang baik\n", encoding="utf-8")
    (tmp_path / "salah").write_text("empat kata yang lain\n", encoding="utf-8")
    assert "BILIK_BACKUP_KEY" in bilik("backup", "cadangan").stderr
    said = bilik.ok("backup-key", "kunci.age", "--passphrase-file", "sandi")
    bilik.environ["BILIK_BACKUP_KEY"] = said.splitlines()[-1].removeprefix("BILIK_BACKUP_KEY=")
    bilik.ok("backup", "cadangan")
    polling.vote_each([0])
    waits = bilik("backup", "cadangan", "--json")
    assert (waits.returncode, json.loads(waits.stdout)) == (75, {"file": None})
    (backup,) = (tmp_path / "cadangan").glob("*.age")
    bilik.ok("backup", "cadangan", "--anyway", "--keep", "2")
    assert len(list((tmp_path / "cadangan").glob("*.age"))) == 2

    bilik.environ["BILIK_DATABASE_URL"] = backend.new()
    restore = ("restore", str(backup), "--key", "kunci.age", "--passphrase-file")
    wrong = bilik(*restore, "salah")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
    assert "Kata sandi" in wrong.stderr
    (tmp_path / "trustee").rename(tmp_path / "disimpan")
    told = bilik.ok(*restore, "sandi")
    for word in ("dijeda", "tanda terimanya", "Kunci pemilihan", "bilik accounts add"):
        assert word in told
    polling.database.close()
