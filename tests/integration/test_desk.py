"""What the panitia does, against a real database."""

import stat
from pathlib import Path

import pytest

from bilik.demo import read_pairs
from bilik.domain.election import Phase
from bilik.errors import BilikError, FileProblems, NotFound, WrongState
from bilik.keys import Keys
from bilik.services import trustee
from bilik.services.codes import CodesMade
from bilik.services.desk import Desk
from bilik.services.elections import all_elections
from bilik.services.roll_import import RollChange
from bilik.storage.database import Database
from tests.booth import SECRET, HandClock, Polling
from tests.databases import on_disk
from tests.elections import REGION, VILLAGE


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    from datetime import datetime, timezone

    clock = HandClock(datetime(2026, 11, 28, tzinfo=timezone.utc))
    return Desk(database, Keys(SECRET), tmp_path / "trustee", clock)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def load(desk: Desk, tmp_path: Path, definition: str = VILLAGE) -> None:
    desk.load_election(write(tmp_path / "pemilihan.yml", definition))


ROLL = "nik,nama,tps\n3329015203900001,Siti,01\n3329015203900002,Budi,02\n"


def test_a_draft_may_be_loaded_again_an_open_election_not(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path)
    load(desk, tmp_path, VILLAGE.replace("Desa mandiri.", "Desa maju."))
    desk.import_roll(write(tmp_path / "dpt.csv", ROLL))
    desk.make_codes(tmp_path / "kode.csv")
    desk.open()
    with pytest.raises(WrongState, match="sudah pernah dibuka"):
        load(desk, tmp_path)


def test_importing_again_shows_the_difference_and_a_dry_run_keeps_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    load(desk, tmp_path)
    roll = write(tmp_path / "dpt.csv", ROLL)
    assert desk.import_roll(roll, dry_run=True) == RollChange(2, 0, 0)
    assert desk.import_roll(roll) == RollChange(2, 0, 0)
    better = write(tmp_path / "dpt2.csv", ROLL.replace("Budi", "Budi Santoso"))
    assert desk.import_roll(better) == RollChange(0, 1, 1)
    assert desk.import_roll(better) == RollChange(0, 0, 2)


def test_one_bad_row_and_none_is_imported(desk: Desk, tmp_path: Path) -> None:
    load(desk, tmp_path)
    with pytest.raises(FileProblems):
        desk.import_roll(write(tmp_path / "dpt.csv", ROLL + "12,Rusak,03\n"))
    assert desk.standing().voters == 0


def test_codes_stand_only_in_their_file_which_is_never_overwritten(
    desk: Desk, url: str, tmp_path: Path
) -> None:
    load(desk, tmp_path)
    desk.import_roll(write(tmp_path / "dpt.csv", ROLL))
    out = tmp_path / "kode.csv"
    assert desk.make_codes(out) == CodesMade(2, 2, tmp_path / "kode-cadangan.csv")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    written = out.read_text(encoding="utf-8")
    codes = [line.rsplit(",", 1)[1] for line in written.splitlines()[1:]]
    assert len(set(codes)) == 2
    with pytest.raises(NotFound):
        desk.make_codes(tmp_path / "lagi.csv")
    desk.import_roll(write(tmp_path / "dpt.csv", ROLL + "3329015203900003,Tini,01\n"))
    with pytest.raises(BilikError, match="sudah ada"):
        desk.make_codes(out)
    assert out.read_text(encoding="utf-8") == written
    stored = on_disk(url)
    assert all(code.encode() not in stored for code in codes)


def test_an_election_opens_only_when_it_is_complete(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="election load"):
        desk.open()
    load(desk, tmp_path)
    with pytest.raises(WrongState, match="roll import"):
        desk.open()
    desk.import_roll(write(tmp_path / "dpt.csv", ROLL))
    with pytest.raises(WrongState, match="roll codes"):
        desk.open()
    desk.make_codes(tmp_path / "kode.csv")
    desk.open()
    with pytest.raises(WrongState, match="dikunci"):
        desk.import_roll(write(tmp_path / "dpt.csv", ROLL))


def test_the_count_waits_for_closing_and_can_be_repeated(village: Polling) -> None:
    village.vote("web:1", "2")
    with pytest.raises(WrongState, match="bilik close"):
        village.desk.tally()
    village.desk.close()
    assert village.desk.tally() == village.desk.tally()
    with pytest.raises(WrongState):
        village.desk.open()


def test_with_several_elections_one_has_to_be_named(village: Polling, tmp_path: Path) -> None:
    village.desk.load_election(write(tmp_path / "lain.yml", REGION))
    with pytest.raises(NotFound, match="--election"):
        village.desk.standing()
    assert village.desk.standing("pilkada-2026").voters == 0


def test_a_spoilt_ballot_is_set_aside_and_a_missing_one_stops_the_count(village: Polling) -> None:
    from sqlalchemy import delete, update

    from bilik.storage.tables import ballots

    village.vote("web:1", "2", voter=0)
    village.vote("web:2", "3", voter=1)
    village.desk.close()
    with village.database.write() as connection:
        one = connection.execute(ballots.select()).first()
        assert one is not None
        connection.execute(
            update(ballots).where(ballots.c.tracker == one.tracker).values(sealed=b"rusak")
        )
    result = village.desk.tally()
    assert (result.ballots, result.set_aside, result.counts[0].valid) == (2, 1, 1)
    with village.database.write() as connection:
        connection.execute(delete(ballots).where(ballots.c.tracker == one.tracker))
    with pytest.raises(BilikError, match="Jangan umumkan"):
        village.desk.tally()


@pytest.mark.parametrize("content", [None, "", "rusak", '"12345"'])
def test_with_another_key_nothing_is_counted(
    village: Polling, tmp_path: Path, content: str | None
) -> None:
    village.vote("web:1", "2")
    village.desk.close()
    (key,) = village.trustee_dir.iterdir()
    if content is not None:
        write(tmp_path / key.name, content)
    stranger = Desk(village.database, village.keys, tmp_path, village.clock)
    with pytest.raises(BilikError, match="BILIK_TRUSTEE_DIR"):
        stranger.tally()
    assert village.seen.result is None
    assert village.desk.tally().counts[0].votes == {1: 0, 2: 1, 3: 0}
    key.unlink()
    assert village.desk.tally().counts[0].votes == {1: 0, 2: 1, 3: 0}


def test_a_ballot_changed_after_the_count_stops_the_next_one(village: Polling) -> None:
    from sqlalchemy import update

    from bilik.storage.tables import ballots

    for voter in range(3):
        village.vote(f"web:{voter}", "2", voter)
    village.desk.close()
    counted = village.desk.tally()
    with village.database.write() as connection:
        one = connection.execute(ballots.select()).first()
        assert one is not None
        connection.execute(
            update(ballots).where(ballots.c.tracker == one.tracker).values(sealed=b"rusak")
        )
    with pytest.raises(BilikError, match="Jangan umumkan"):
        village.desk.tally()
    assert village.seen.result == counted


def test_a_ballot_that_the_server_stuffs_is_set_aside(village: Polling) -> None:
    from sqlalchemy import func, insert, select

    from bilik.belenios import credentials
    from bilik.services import record
    from bilik.services.ballot_box import Maker
    from bilik.services.elections import all_elections
    from bilik.storage.tables import ballots, participations, voters

    village.vote("web:1", "2")
    with village.database.write() as connection:
        (stored,) = all_elections(connection)
        box = record.election_of(connection, stored)
        stuffed = Maker(box, stored.election, credentials.generate(), {"kades": 3}).make()
        connection.execute(
            insert(ballots).values(
                tracker=stuffed.tracker, receipt=stuffed.receipt, sealed=stuffed.content,
                election_id=stored.id,
            )
        )  # fmt: skip
        voted = select(participations.c.voter_id)
        absent = select(func.min(voters.c.id)).where(voters.c.id.not_in(voted))
        marked = connection.execute(absent).scalar_one()
        connection.execute(insert(participations).values(voter_id=marked))
    village.desk.close()
    result = village.desk.tally()
    assert (result.ballots, result.set_aside) == (2, 1)
    assert result.counts[0].votes == {1: 0, 2: 1, 3: 0}


def test_if_no_ballot_is_valid_nothing_is_counted(village: Polling) -> None:
    from sqlalchemy import update

    from bilik.storage.tables import ballots

    village.vote("web:1", "2")
    village.desk.close()
    with village.database.write() as connection:
        connection.execute(update(ballots).values(sealed=b"rusak"))
    with pytest.raises(BilikError, match="Tidak satu pun"):
        village.desk.tally()


def test_every_code_comes_with_a_credential_of_which_the_public_half_alone_is_kept(
    desk: Desk, database: Database, url: str, tmp_path: Path
) -> None:
    from sqlalchemy import select

    from bilik.services.credentials import credential_of, public_of
    from bilik.storage.tables import elections, voters

    load(desk, tmp_path)
    desk.import_roll(write(tmp_path / "dpt.csv", ROLL))
    desk.make_codes(tmp_path / "kode.csv")
    keys = Keys(SECRET)
    with database.read() as connection:
        uuid = connection.execute(select(elections.c.uuid)).scalar_one()
        rows = {row.nik_hash: row for row in connection.execute(select(voters)).all()}
    pairs = read_pairs(tmp_path / "dpt.csv", tmp_path / "kode.csv")
    assert len(pairs) == len(rows) == 2
    database.close()
    stored = on_disk(url)
    for nik, code in pairs:
        secrets = keys.code_secrets(keys.nik_hash(nik), code.replace("-", ""))
        credential = credential_of(secrets.seed, uuid)
        row = rows[keys.nik_hash(nik)]
        assert row.code_verifier == secrets.verifier
        assert row.public_credential == public_of(credential, uuid)
        assert public_of(credential_of(secrets.seed, "1" * 14), "1" * 14) != row.public_credential
        assert credential.encode() not in stored
        assert secrets.seed not in stored


def test_opening_begins_the_record_and_forgets_whose_a_credential_is(
    desk: Desk, database: Database, url: str, tmp_path: Path
) -> None:
    from sqlalchemy import select

    from bilik.belenios import credentials, election, trustees
    from bilik.services.record import credential_list
    from bilik.storage.tables import elections, records, voters

    load(desk, tmp_path, VILLAGE.replace("Bambang Sutrisno", '"Bambang\\n Sutrisno"'))
    desk.import_roll(write(tmp_path / "dpt.csv", ROLL))
    desk.make_codes(tmp_path / "kode.csv")
    with database.read() as connection:
        public = connection.execute(select(voters.c.public_credential)).scalars().all()
    desk.open()
    with database.read() as connection:
        uuid = connection.execute(select(elections.c.uuid)).scalar_one()
        row = connection.execute(select(records)).one()
        listed = list(credentials.read_list(credential_list(connection, row.election_id)))
        left = connection.execute(select(voters.c.public_credential)).scalars().all()
    database.close()
    assert left == [None, None]
    assert len(listed) == len(public) + 2  # and two spare letters
    assert {int.from_bytes(one or b"", "big") for one in public} <= set(listed)
    assert listed == sorted(listed)
    published = election.read(row.election)
    assert published.uuid == uuid
    assert published.public_key == trustees.election_key(trustees.read(row.trustees))
    assert [(one.question, one.answers) for one in published.questions] == [
        ("Kepala Desa", (
            "1. H. Ahmad Fauzi, S.E.", "2. Siti Rahmawati, S.Pd.", "3. Bambang Sutrisno",
        ))
    ]  # fmt: skip
    (key,) = (tmp_path / "trustee").iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_bytes().strip(b'"') not in on_disk(url)


def test_an_opening_that_failed_leaves_a_draft_and_can_be_repeated(
    desk: Desk, database: Database, tmp_path: Path
) -> None:
    load(desk, tmp_path)
    desk.import_roll(write(tmp_path / "dpt.csv", ROLL))
    desk.make_codes(tmp_path / "kode.csv")
    in_the_way = write(tmp_path / "trustee", "no folder")
    with pytest.raises(BilikError, match="BILIK_TRUSTEE_DIR"):
        desk.open()
    assert desk.glance().phase is Phase.DRAFT
    in_the_way.unlink()
    with database.read() as connection:
        (stored,) = all_elections(connection)
    left = trustee.ensure_private_key(tmp_path / "trustee", stored.uuid)  # it came so far, say
    desk.open()
    assert trustee.ensure_private_key(tmp_path / "trustee", stored.uuid) == left
    assert len(list((tmp_path / "trustee").iterdir())) == 1
