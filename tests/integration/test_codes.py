"""Codes for a whole roll: all of them or none, by one process or two, whatever comes between."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bilik.domain import voting_code
from bilik.errors import BilikError, NotFound, WrongState
from bilik.keys import Keys
from bilik.services import codes
from bilik.services.codes import CodesMade
from bilik.services.credentials import credential_of, public_of, spare_context
from bilik.services.desk import Desk
from bilik.storage.database import Database
from bilik.storage.tables import elections, spares, voters
from tests.booth import DURING_VOTING, SECRET, HandClock, draft
from tests.elections import VILLAGE


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The desk over a draft with 40 voters."""
    desk = draft(tmp_path, clock=HandClock(DURING_VOTING))
    import_roll(desk, tmp_path, range(40))
    return desk


def import_roll(desk: Desk, where: Path, serials: range) -> None:
    rows = [f"332901520390{one:04d},Pemilih {one},{one % 3:02d}" for one in serials]
    (where / "dpt.csv").write_text("\n".join(["nik,nama,tps", *rows]), encoding="utf-8")
    desk.import_roll(where / "dpt.csv")


def with_codes(desk: Desk) -> tuple[int, int]:
    """How many voters have a code, and how many spares there are."""
    standing = desk.standing()
    return standing.with_code, standing.spares


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("workers", [1, 2])
def test_every_letter_opens_what_the_database_knows_of_it(
    desk: Desk, tmp_path: Path, workers: int
) -> None:
    told: list[tuple[int, int]] = []
    out = tmp_path / "kode.csv"
    made = desk.make_codes(out, workers=workers, progress=lambda *one: told.append(one))
    assert made == CodesMade(40, 2, tmp_path / "kode-cadangan.csv")
    assert told == [(done, 42) for done in range(1, 43)]
    keys = Keys(SECRET)
    database = Database(f"sqlite:///{tmp_path / 'bilik.db'}")
    with database.read() as connection:
        uuid = connection.execute(select(elections.c.uuid)).scalar_one()
        by_name = {row.name: row for row in connection.execute(select(voters)).all()}
        reserve = connection.execute(select(spares).order_by(spares.c.number)).all()
    database.close()
    written = read(out)
    assert [row["tps"] for row in written] == sorted(row["tps"] for row in written)
    letters = [(by_name[row["nama"]].nik_hash, row, by_name[row["nama"]]) for row in written]
    letters += [
        (spare_context(uuid, stored.number), row, stored)
        for row, stored in zip(read(tmp_path / "kode-cadangan.csv"), reserve, strict=True)
    ]
    for context, row, stored in letters:
        code = row["kode_undangan"].replace("-", "")
        assert voting_code.printed(code) == row["kode_undangan"]
        assert voting_code.is_distinct(code)
        secrets = keys.code_secrets(context, code)
        assert stored.code_verifier == secrets.verifier
        assert stored.public_credential == public_of(credential_of(secrets.seed, uuid), uuid)
    assert len({row["kode_undangan"] for _, row, _ in letters}) == 42


def test_who_comes_later_gets_a_code_and_the_reserve_grows_by_what_it_lacks(
    desk: Desk, tmp_path: Path
) -> None:
    desk.make_codes(tmp_path / "kode.csv")
    import_roll(desk, tmp_path, range(40, 120))
    assert desk.make_codes(tmp_path / "susulan.csv").codes == 80
    assert [row["nomor_cadangan"] for row in read(tmp_path / "susulan-cadangan.csv")] == ["3"]
    assert len(read(tmp_path / "susulan.csv")) == 80
    with pytest.raises(NotFound):
        desk.make_codes(tmp_path / "lagi.csv")
    assert not (tmp_path / "lagi.csv").exists()
    percent = VILLAGE.replace("kontak:", "cadangan_persen: 5\nkontak:")
    (tmp_path / "pemilihan.yml").write_text(percent, encoding="utf-8")
    desk.load_election(tmp_path / "pemilihan.yml")
    assert desk.make_codes(tmp_path / "lagi.csv") == CodesMade(0, 3, tmp_path / "lagi-cadangan.csv")
    assert not (tmp_path / "lagi.csv").exists()


def test_files_are_for_their_owner_and_nothing_else_is_left(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "surat").mkdir()
    desk.make_codes(tmp_path / "surat" / "kode.csv", spare_out=tmp_path / "surat" / "amplop.csv")
    files = sorted((tmp_path / "surat").iterdir())
    assert [(one.name, one.stat().st_mode & 0o777) for one in files] == [
        ("amplop.csv", 0o600), ("kode.csv", 0o600),
    ]  # fmt: skip


@pytest.mark.parametrize("taken", ["kode.csv", "kode-cadangan.csv"])
def test_a_file_that_is_there_stays_and_no_code_is_made(
    desk: Desk, tmp_path: Path, taken: str
) -> None:
    (tmp_path / "surat").mkdir()
    (tmp_path / "surat" / taken).write_text("lama")
    with pytest.raises(BilikError, match="sudah ada"):
        desk.make_codes(tmp_path / "surat" / "kode.csv")
    assert [one.name for one in (tmp_path / "surat").iterdir()] == [taken]
    assert (tmp_path / "surat" / taken).read_text() == "lama"
    assert with_codes(desk) == (0, 0)


def test_an_interruption_leaves_a_roll_without_codes_and_no_files(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "surat").mkdir()

    def interrupt(done: int, of: int) -> None:
        if done == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.make_codes(tmp_path / "surat" / "kode.csv", progress=interrupt)
    assert list((tmp_path / "surat").iterdir()) == []
    assert with_codes(desk) == (0, 0)
    desk.make_codes(tmp_path / "surat" / "kode.csv")
    assert with_codes(desk) == (40, 2)


def test_if_the_roll_changes_meanwhile_nothing_is_stored(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "surat").mkdir()

    def one_more(done: int, of: int) -> None:
        if done == 10:
            import_roll(desk, tmp_path, range(40, 41))

    with pytest.raises(BilikError, match="berubah"):
        desk.make_codes(tmp_path / "surat" / "kode.csv", progress=one_more)
    assert list((tmp_path / "surat").iterdir()) == []
    assert with_codes(desk) == (0, 0)


def test_of_two_who_make_codes_at_once_one_is_told_so(desk: Desk, tmp_path: Path) -> None:
    def another(done: int, of: int) -> None:
        if done == 10:
            desk.make_codes(tmp_path / "lain.csv")

    with pytest.raises(BilikError, match="berubah"):
        desk.make_codes(tmp_path / "kode.csv", progress=another)
    assert not (tmp_path / "kode.csv").exists()
    assert with_codes(desk) == (40, 2)
    assert len(read(tmp_path / "lain.csv")) == 40


def test_an_election_that_opened_meanwhile_gets_no_other_codes(desk: Desk, tmp_path: Path) -> None:
    desk.make_codes(tmp_path / "kode.csv")
    import_roll(desk, tmp_path, range(40, 42))

    def open_it(done: int, of: int) -> None:
        if done == 1:
            desk.make_codes(tmp_path / "lain.csv")
            desk.open()

    with pytest.raises(WrongState, match="sudah dibuka"):
        desk.make_codes(tmp_path / "susulan.csv", progress=open_it)
    assert not (tmp_path / "susulan.csv").exists()


_KILLED = """
import os, signal, sys
from pathlib import Path
from bilik.keys import Keys
from bilik.services.desk import Desk
from bilik.storage.database import Database

where = Path(sys.argv[1])
desk = Desk(Database(f"sqlite:///{where / 'bilik.db'}"), Keys(bytes(range(32))), where / "trustee")

def die(done, of):
    if done == 35:
        os.kill(os.getpid(), signal.SIGKILL)

desk.make_codes(where / "kode.csv", progress=die)
"""


def test_a_process_that_is_killed_leaves_a_roll_without_codes(desk: Desk, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path)], env=os.environ, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert with_codes(desk) == (0, 0)
    assert (tmp_path / "kode.csv").read_bytes() == b""
    desk.make_codes(tmp_path / "ulang.csv")
    assert with_codes(desk) == (40, 2)


def test_what_is_made_at_once_grows_with_no_roll(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "_CHUNK", 7)
    desk.make_codes(tmp_path / "kode.csv")
    database = Database(f"sqlite:///{tmp_path / 'bilik.db'}")
    with database.read() as connection:
        kept = select(func.count(voters.c.code_verifier.distinct()))
        assert connection.execute(kept).scalar_one() == 40
        assert connection.execute(select(func.count()).select_from(spares)).scalar_one() == 2
    database.close()
