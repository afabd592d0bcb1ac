from pathlib import Path

import pytest

from bilik import demo
from bilik.keys import Keys
from bilik.services.booth import Booth
from bilik.services.desk import Desk
from bilik.services.outcomes import Kind
from bilik.settings import Settings
from bilik.storage.database import Database
from tests.booth import SECRET


def test_the_demo_is_open_and_its_pairs_can_vote(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    configured = Settings(url, SECRET)
    assert demo.prepare(configured)
    assert demo.prepare(configured)
    database, keys = Database(configured.database_url), Keys(SECRET)
    assert len(Desk(database, keys, configured.trustee_dir).slugs()) == 1
    pairs = demo.unused_pairs(configured, 3)
    assert len(pairs) == 3
    booth = Booth(database, keys)
    assert booth.identify("web:1", " ".join(pairs[0])).kind is Kind.IDENTIFIED
    readback = booth.choose("web:1", "saya pilih nomor 2").scene.readback
    assert booth.confirm("web:1", "ya", readback).kind is Kind.RECORDED
    assert pairs[0] not in demo.unused_pairs(configured, 3)


def test_a_server_in_earnest_makes_no_example(url: str, tmp_path: Path) -> None:
    configured = Settings(url, SECRET, trustee_dir=tmp_path / "trustee", without_demo=True)
    assert not demo.prepare(configured)
    assert Desk(Database(url), Keys(SECRET), configured.trustee_dir).slugs() == []
