"""Spare letters: two members for each, never after a ballot, and counted for all to see."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bilik.errors import BilikError, FileProblems, InvalidRecord, NotFound, WrongState
from bilik.services.outcomes import Kind
from bilik.services.publication import LOG, check
from bilik.storage.tables import spare_requests, spares, voters
from tests.booth import Polling, set_up
from tests.elections import VILLAGE

LATE = "nik,nama,tps\n3329015203909001,Wati Lestari,02\n"
LATE_NIK = "3329015203909001"


def late(polling: Polling, content: str = LATE) -> Path:
    path = polling.trustee_dir.parent / "tambahan.csv"
    path.write_text(content, encoding="utf-8")
    return path


def replaced(polling: Polling, voter: int = 0) -> str:
    """That voter gets a spare letter; its code."""
    request = polling.by("Bu Siti").ask_for_lost(polling.pairs[voter][0])
    given = polling.by("Pak Budi").give_spare(request.number)
    return polling.spare_codes()[given.spare]


def test_a_lost_letter_is_replaced_and_the_old_one_opens_nothing(village: Polling) -> None:
    nik, old = village.pairs[0]
    code = replaced(village)
    assert village.booth.identify("web:1", f"{nik} {old}").kind is Kind.WRONG_PAIR
    assert village.booth.identify("web:1", f"{nik} {code}").kind is Kind.IDENTIFIED
    readback = village.booth.choose("web:1", "2").scene.readback
    assert village.booth.confirm("web:1", "ya", readback).kind is Kind.RECORDED
    assert village.booth.identify("web:2", f"{nik} {code}").kind is Kind.ALREADY_VOTED
    assert village.counts()["kades"] == {1: 0, 2: 1, 3: 0, "blank": 0}


def test_a_spare_code_opens_nothing_before_it_is_given_out(village: Polling) -> None:
    for nik, _ in village.pairs[:3]:
        for code in village.spare_codes().values():
            assert village.booth.identify(f"web:{nik}", f"{nik} {code}").kind is Kind.WRONG_PAIR


def test_nobody_else_votes_with_a_spare_that_was_given_out(village: Polling) -> None:
    code = replaced(village, voter=0)
    other, _ = village.pairs[1]
    assert village.booth.identify("web:1", f"{other} {code}").kind is Kind.WRONG_PAIR
    assert village.identify("web:2", voter=1).kind is Kind.IDENTIFIED


def test_the_same_letter_in_other_hands_can_be_lost_again(village: Polling) -> None:
    nik, _ = village.pairs[0]
    first, second = replaced(village), replaced(village)
    assert village.booth.identify("web:1", f"{nik} {first}").kind is Kind.WRONG_PAIR
    assert village.booth.identify("web:1", f"{nik} {second}").kind is Kind.IDENTIFIED
    standing = village.desk.standing()
    assert (standing.spares, standing.spares_used, standing.with_code) == (2, 2, 6)


def test_a_forgotten_voter_is_added_and_votes(village: Polling) -> None:
    request = village.by("Bu Siti").ask_for_late(late(village))
    assert (request.name, request.nik, request.tps) == ("Wati Lestari", "332901********01", "02")
    assert village.desk.standing().voters == 6
    given = village.by("Pak Budi").give_spare(request.number)
    assert village.desk.standing().voters == village.desk.standing().with_code == 7
    code = village.spare_codes()[given.spare]
    assert village.booth.identify("web:1", f"{LATE_NIK} {code}").kind is Kind.IDENTIFIED
    readback = village.booth.choose("web:1", "3").scene.readback
    assert village.booth.confirm("web:1", "ya", readback).kind is Kind.RECORDED
    assert village.counts()["kades"] == {1: 0, 2: 0, 3: 1, "blank": 0}


@pytest.mark.parametrize("name", ["Bu Siti", "bu siti", " BU  SITI "])
def test_nobody_approves_what_they_asked_for(village: Polling, name: str) -> None:
    request = village.by("Bu Siti").ask_for_lost(village.pairs[0][0])
    with pytest.raises(BilikError, match="anggota panitia lain"):
        village.by(name).give_spare(request.number)
    assert village.identify("web:1").kind is Kind.IDENTIFIED


def test_a_voter_whose_ballot_is_in_the_box_gets_no_other_letter(village: Polling) -> None:
    asked = village.by("Bu Siti").ask_for_lost(village.pairs[1][0])
    village.vote("web:1", "2", voter=0)
    village.vote("web:2", "2", voter=1)
    with pytest.raises(WrongState, match="sudah memberikan suara"):
        village.by("Bu Siti").ask_for_lost(village.pairs[0][0])
    with pytest.raises(WrongState, match="sudah memberikan suara"):
        village.by("Pak Budi").give_spare(asked.number)
    assert village.desk.standing().spares_used == 0


def test_a_chat_that_was_opened_with_the_old_letter_casts_nothing(village: Polling) -> None:
    village.identify("web:1")
    readback = village.booth.choose("web:1", "2").scene.readback
    replaced(village)
    assert village.booth.confirm("web:1", "ya", readback).kind is Kind.LETTER_REPLACED
    assert village.booth.confirm("web:1", "ya", readback).kind is Kind.NEED_IDENTITY
    assert village.desk.standing().ballots == 0


def test_the_reserve_ends_where_it_ends(village: Polling) -> None:
    asked = village.by("Bu Siti").ask_for_lost(village.pairs[2][0])
    replaced(village, 0)
    replaced(village, 1)
    with pytest.raises(BilikError, match="sudah habis"):
        village.by("Bu Siti").ask_for_lost(village.pairs[3][0])
    with pytest.raises(BilikError, match="sudah habis"):
        village.by("Pak Budi").give_spare(asked.number)


def test_what_cannot_be_is_said_in_one_line(village: Polling) -> None:
    desk = village.by("Bu Siti")
    with pytest.raises(NotFound, match="roll add"):
        desk.ask_for_lost(LATE_NIK)
    with pytest.raises(WrongState, match="roll reissue"):
        desk.ask_for_late(late(village, LATE.replace(LATE_NIK, village.pairs[0][0])))
    with pytest.raises(BilikError, match="TPS “TPS 2” tidak ada di daftar pemilih"):
        desk.ask_for_late(late(village, LATE.replace(",02", ",TPS 2")))
    with pytest.raises(BilikError, match="satu pemilih"):
        desk.ask_for_late(late(village, LATE + "3329015203909002,Dua,\n"))
    with pytest.raises(FileProblems):
        desk.ask_for_late(late(village, "nik,nama\n12,Wati\n"))
    with pytest.raises(NotFound, match="roll requests"):
        desk.give_spare(9)
    desk.ask_for_lost(village.pairs[0][0])
    with pytest.raises(BilikError, match="sudah ada permintaan 1"):
        desk.ask_for_lost(village.pairs[0][0])
    desk.ask_for_late(late(village))
    with pytest.raises(BilikError, match="sudah ada permintaan 2"):
        desk.ask_for_late(late(village))


def test_a_request_that_was_given_up_can_be_made_again(village: Polling) -> None:
    desk = village.by("Bu Siti")
    first = desk.ask_for_lost(village.pairs[0][0])
    desk.cancel_request(first.number)
    with pytest.raises(NotFound):
        village.by("Pak Budi").give_spare(first.number)
    second = desk.ask_for_lost(village.pairs[0][0])
    assert [one.number for one in desk.requests()] == [second.number] == [2]


def test_only_while_people_vote(village: Polling, tmp_path: Path) -> None:
    request = village.by("Bu Siti").ask_for_late(late(village))
    village.clock.now = village.election.closes
    with pytest.raises(WrongState, match="sudah tutup"):
        village.by("Pak Budi").give_spare(request.number)
    village.desk.close()
    assert village.desk.requests() == []
    with village.database.read() as connection:
        row = connection.execute(select(spare_requests)).one()
    assert (row.pending, row.nik_hash, row.name) == (False, None, None)
    draft = tmp_path / "lain.yml"
    draft.write_text(VILLAGE.replace("sukamaju-2026", "lain"), encoding="utf-8")
    village.desk.load_election(draft)
    with pytest.raises(WrongState, match="bilik open"):
        village.by("Bu Siti").ask_for_lost(village.pairs[0][0], "lain")


def test_no_row_tells_a_credential_of_a_spare_after_the_opening(village: Polling) -> None:
    with village.database.read() as connection:
        public = connection.execute(select(spares.c.public_credential)).scalars().all()
    assert public == [None, None]


def test_of_a_vote_and_a_replacement_at_once_one_happens(village: Polling) -> None:
    for voter in range(2):
        sender = f"web:{voter}"
        village.identify(sender, voter)
        readback = village.booth.choose(sender, "2").scene.readback
        request = village.by("Bu Siti").ask_for_lost(village.pairs[voter][0])

        def vote(sender: str = sender, readback: str | None = readback) -> Kind:
            return village.booth.confirm(sender, "ya", readback).kind

        def give(number: int = request.number) -> bool:
            try:
                village.by("Pak Budi").give_spare(number)
            except WrongState:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            cast, given = pool.submit(vote), pool.submit(give)
            assert (cast.result() is Kind.RECORDED) is not given.result()
            assert cast.result() in (Kind.RECORDED, Kind.LETTER_REPLACED)
    with village.database.read() as connection:
        given_out = connection.execute(select(func.count(spares.c.voter_id))).scalar_one()
    assert given_out == village.desk.standing().spares_used


class TestPublished:
    """What the published log proves of it."""

    @pytest.fixture
    def published(self, village: Polling, tmp_path: Path) -> Path:
        nik, _ = village.pairs[0]
        code = replaced(village)
        village.booth.identify("web:1", f"{nik} {code}")
        readback = village.booth.choose("web:1", "2").scene.readback
        village.booth.confirm("web:1", "ya", readback)
        request = village.by("Pak Budi").ask_for_late(late(village))
        village.by("Bu Siti").give_spare(request.number)
        village.desk.close()
        village.desk.tally()
        village.desk.export(tmp_path / "terbitan")
        return tmp_path / "terbitan"

    def test_spares_are_counted_and_turnout_is_of_voters(self, published: Path) -> None:
        said = check(published)
        assert (said["pemilih"], said["pemilih_tambahan"]) == (7, 1)
        assert (said["cadangan"], said["cadangan_dipakai"]) == (2, 2)
        assert said["partisipasi"] == round(1 / 7, 4)
        log = (published / LOG).read_text(encoding="utf-8")
        assert LATE_NIK not in log
        assert "Wati" not in log
        assert '"rincian":{"cadangan":1,"jenis":"pengganti","permintaan":1}' in log

    def test_a_log_whose_spares_have_one_name_is_refused(self, published: Path) -> None:
        from bilik.domain.audit import Entry, read_entry

        lines = (published / LOG).read_text(encoding="utf-8").splitlines()
        forged: list[Entry] = []
        for line in lines:
            one = read_entry(line)
            actor = "Bu Siti" if one.number > 4 else one.actor
            previous = forged[-1].hash if forged else one.previous
            forged.append(
                Entry(one.number, one.at, actor, one.act, one.election, one.details, previous)
            )
        (published / LOG).write_text("".join(f"{one.line}\n" for one in forged), encoding="utf-8")
        with pytest.raises(InvalidRecord, match="tanpa dua nama"):
            check(published)


@pytest.mark.parametrize(
    ("percent", "voters", "made"), [(0, 5, 0), (2, 5, 2), (50, 5, 3), (2, 101, 3)]
)
def test_the_reserve_is_as_large_as_the_panitia_says(
    tmp_path: Path, percent: int, voters: int, made: int
) -> None:
    definition = VILLAGE.replace("kontak:", f"cadangan_persen: {percent}\nkontak:")
    polling = set_up(tmp_path, definition, voters=voters)
    assert polling.desk.standing().spares == made
    assert (polling.trustee_dir.parent / "kode-cadangan.csv").exists() is bool(made)
    polling.database.close()


def test_a_voter_with_a_spare_here_keeps_their_own_letter_elsewhere(
    village: Polling, tmp_path: Path
) -> None:
    (tmp_path / "lain").mkdir()
    other = set_up(
        tmp_path / "lain", VILLAGE.replace("sukamaju-2026", "lain"), url=village.url,
        clock=village.clock,
    )  # fmt: skip
    nik, _ = village.pairs[0]
    request = village.by("Bu Siti").ask_for_lost(nik, "sukamaju-2026")
    given = village.by("Pak Budi").give_spare(request.number, "sukamaju-2026")
    code = village.spare_codes()[given.spare]
    elsewhere = other.booth.identify("web:1", f"{nik} {other.pairs[0][1]}")
    assert elsewhere.scene.elections[0][0].slug == "lain"
    here = other.booth.identify("web:2", f"{nik} {code}")
    assert here.scene.elections[0][0].slug == "sukamaju-2026"
    with village.database.read() as connection:
        query = select(func.count()).where(voters.c.nik_hash == village.keys.nik_hash(nik))
        assert connection.execute(query).scalar_one() == 2
    other.database.close()
