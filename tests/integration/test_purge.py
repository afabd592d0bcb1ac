"""The voters' data deleted: what is gone, what stays, and who it takes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bilik.errors import BilikError, WrongState
from bilik.services import turnout
from bilik.services.outcomes import Kind
from bilik.services.publication import check
from bilik.storage.tables import (
    attempts,
    lost_letters,
    not_understood,
    participations,
    spares,
    voters,
)
from tests.booth import Polling
from tests.databases import ONLY_SQLITE, is_sqlite, on_disk


def counted(polling: Polling) -> str:
    """Three vote, one of them with a spare letter, and the box is counted; a receipt."""
    nik, _ = polling.pairs[0]
    request = polling.by("Bu Siti").ask_for_lost(nik)
    given = polling.by("Pak Budi").give_spare(request.number)
    code = polling.spare_codes()[given.spare]
    assert polling.booth.identify("web:1", f"{nik} {code}").kind is Kind.IDENTIFIED
    readback = polling.booth.choose("web:1", "2").scene.readback
    receipt = polling.booth.confirm("web:1", "ya", readback).scene.receipt
    polling.vote_each([1, 2])
    polling.booth.identify("web:9", f"{nik} {polling.pairs[0][1]}")
    with polling.database.write() as connection:
        (election,) = connection.execute(select(voters.c.election_id.distinct())).scalars()
        connection.execute(
            insert(not_understood).values(
                id=bytes(16), election_id=election, text="KATA-KENARI", released=False
            )
        )
    polling.desk.close()
    polling.desk.tally()
    return receipt or ""


def later(polling: Polling, days: int = 30) -> None:
    polling.clock.now = polling.election.closes + timedelta(days=days)


def test_after_the_purge_nothing_of_voters_is_left_and_all_that_is_public_still_holds(
    village: Polling, tmp_path: Path
) -> None:
    receipt = counted(village)
    before = village.desk.export(tmp_path / "sebelum")
    standing = village.desk.standing()
    niks = {village.keys.nik_hash(nik) for nik, _ in village.pairs}
    later(village)
    village.by("Bu Siti").ask_for_purge()
    purged = village.by("Pak Budi").purge()
    assert (purged.voters, purged.messages) == (6, 1)
    assert purged.lingers is not is_sqlite(village.url)

    with village.database.read() as connection:
        rows = connection.execute(select(voters)).all()
        for row in rows:
            assert (row.name, row.nik_masked, row.phone_hash, row.code_verifier) == (
                "",
                "",
                None,
                None,
            )
            assert bytes(row.nik_hash) not in niks
        assert connection.execute(select(spares.c.code_verifier)).scalars().all() == [None, None]
        for table in (lost_letters, not_understood, attempts):
            assert connection.execute(select(table)).all() == []
        stations = turnout.every_station(connection, rows[0].election_id)
        assert [(one.name, one.voters, one.voted) for one in stations] == [
            ("01", 2, 1), ("02", 2, 1), ("03", 2, 1),
        ]  # fmt: skip
        assert len(connection.execute(select(participations)).all()) == 3

    after = village.desk.standing()
    assert (after.voters, after.ballots, after.spares, after.spares_used) == (
        standing.voters, standing.ballots, 2, 1,
    )  # fmt: skip
    assert after.purged_on is not None
    assert village.desk.tally().counts[0].votes == {1: 0, 2: 2, 3: 1}
    assert village.desk.holds_receipt(receipt)
    again = village.desk.export(tmp_path / "sesudah")
    assert again == before == check(tmp_path / "sesudah")
    assert village.desk.logs()[0].problem is None
    nik, code = village.pairs[1]
    assert village.booth.identify("web:1", f"{nik} {code}").kind is Kind.WRONG_PAIR
    with pytest.raises(WrongState, match="sudah dihapus"):
        village.by("Bu Siti").ask_for_purge()


@ONLY_SQLITE
def test_names_and_messages_are_gone_from_the_disk(village: Polling) -> None:
    counted(village)
    later(village)
    names = [b"Pemilih A0", b"Pemilih F5", b"332901********01", b"KATA-KENARI"]
    hashes = [village.keys.nik_hash(nik) for nik, _ in village.pairs]
    assert all(one in on_disk(village.url) for one in names)
    village.by("Bu Siti").ask_for_purge()
    village.by("Pak Budi").purge()
    left = on_disk(village.url)
    assert [one for one in [*names, *hashes] if one in left] == []


@ONLY_SQLITE
def test_it_takes_two_and_its_time(village: Polling) -> None:
    with pytest.raises(WrongState, match="sesudah dihitung"):
        village.desk.ask_for_purge()
    counted(village)
    later(village, days=29)
    with pytest.raises(WrongState, match="30 hari"):
        village.desk.ask_for_purge()
    assert not village.desk.standing().may_be_purged
    later(village)
    assert village.desk.standing().may_be_purged
    with pytest.raises(WrongState, match="Belum ada yang meminta"):
        village.desk.purge()
    village.by("Bu Siti").ask_for_purge()
    with pytest.raises(BilikError, match="Sudah diminta Bu Siti"):
        village.by("Pak Budi").ask_for_purge()
    with pytest.raises(BilikError, match="anggota panitia lain"):
        village.by(" bu siti").purge()
    village.by("Bu Siti").cancel_purge()
    with pytest.raises(WrongState, match="Belum ada yang meminta"):
        village.by("Pak Budi").purge()
    with village.database.read() as connection:
        assert "Pemilih A0" in connection.execute(select(voters.c.name)).scalars().all()
    acts = [one.act for one in village.desk.logs()[0].entries]
    assert acts[-2:] == ["minta-hapus-data", "batal-hapus-data"]


@ONLY_SQLITE
def test_another_election_s_voters_stay(village: Polling, tmp_path: Path) -> None:
    from tests.booth import set_up
    from tests.elections import VILLAGE

    other = set_up(
        tmp_path, VILLAGE.replace("sukamaju-2026", "lain"), url=village.url, clock=village.clock
    )
    counted_here = village.desk
    village.vote("web:1", "1")
    counted_here.close("sukamaju-2026")
    counted_here.tally("sukamaju-2026")
    later(village)
    village.by("Bu Siti").ask_for_purge("sukamaju-2026")
    assert village.by("Pak Budi").purge("sukamaju-2026").voters == 6
    with village.database.read() as connection:
        names = connection.execute(select(voters.c.name)).scalars().all()
    assert sorted(names) == [""] * 6 + [f"Pemilih {chr(65 + i)}{i}" for i in range(6)]
    other.database.close()
