"""Where voters may vote again, the last ballot counts, and both verifiers count it so."""

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from bilik.belenios.archive import Archive, EventType
from bilik.domain.definition import read_definition
from bilik.errors import BilikError, FileProblems, InvalidRecord
from bilik.services.outcomes import Kind, Outcome
from bilik.services.publication import DEFINITION, RECEIPTS, RESULT, check
from bilik.services.sessions import Stage
from bilik.storage.tables import ballots, elections, participations
from tests.booth import Polling, set_up
from tests.databases import is_sqlite
from tests.elections import REVOTE, VILLAGE


@pytest.fixture
def polling(url: str, tmp_path: Path) -> Iterator[Polling]:
    polling = set_up(tmp_path, REVOTE, url=url)
    yield polling
    polling.database.close()


def vote(polling: Polling, sender: str, choice: str, voter: int = 0) -> str:
    receipt = polling.vote(sender, choice, voter).scene.receipt
    assert receipt is not None
    return receipt


def counted(polling: Polling) -> dict[object, int]:
    return polling.counts()["kades"]


def export(polling: Polling, where: Path) -> dict[str, Any]:
    polling.desk.close()
    polling.desk.tally()
    polling.desk.export(where)
    return check(where)


def test_the_last_ballot_counts(polling: Polling) -> None:
    first = vote(polling, "web:1", "2")
    vote(polling, "sms:2", "1", voter=1)
    again = polling.identify("web:1")
    assert (again.kind, again.scene.again) == (Kind.IDENTIFIED, True)
    readback = polling.booth.choose("web:1", "3").scene.readback
    recorded = polling.booth.confirm("web:1", "ya", readback)
    assert (recorded.kind, recorded.scene.again) == (Kind.RECORDED, False)
    assert recorded.scene.receipt != first
    standing = polling.desk.standing()
    assert (standing.ballots, standing.turnout) == (2, 2 / 6)
    assert counted(polling) == {1: 1, 2: 0, 3: 1, "blank": 0}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), max_size=9))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_votes_however_often_counts_once_and_as_last(
    tmp_path_factory: pytest.TempPathFactory, votes: list[tuple[int, int]]
) -> None:
    polling = set_up(tmp_path_factory.mktemp("desa"), REVOTE, voters=4)
    for voter, choice in votes:
        vote(polling, f"web:{voter}", str(choice), voter)
    last = list(dict(votes).values())
    assert counted(polling) == {
        **{number: last.count(number) for number in (1, 2, 3)}, "blank": 0,
    }  # fmt: skip
    polling.database.close()


def test_a_repeated_yes_is_no_second_ballot(polling: Polling) -> None:
    receipt = vote(polling, "web:1", "2")
    again = polling.booth.confirm("web:1", "iya", None)
    assert (again.kind, again.scene.receipt) == (Kind.RECORDED, receipt)
    assert trackers(polling) == 1


def trackers(polling: Polling) -> int:
    with polling.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(ballots)).scalar_one())


def test_whoever_stops_or_is_late_keeps_the_ballot_that_is_there(polling: Polling) -> None:
    vote(polling, "web:1", "2")
    polling.identify("web:1")
    polling.booth.choose("web:1", "3")
    stopped = polling.booth.stop("web:1")
    assert (stopped.kind, stopped.scene.again) == (Kind.STOPPED, True)
    polling.identify("web:1")
    readback = polling.booth.choose("web:1", "3").scene.readback
    not_yes = polling.booth.confirm("web:1", "hmm", readback)
    assert (not_yes.kind, not_yes.scene.again) == (Kind.NOT_A_YES, True)
    polling.desk.close()
    closed = polling.booth.confirm("web:1", "ya", readback)
    assert (closed.kind, closed.scene.again) == (Kind.CLOSED, True)
    assert counted(polling) == {1: 0, 2: 1, 3: 0, "blank": 0}


def test_after_closing_nobody_votes_again(polling: Polling) -> None:
    vote(polling, "web:1", "2")
    polling.clock.now = polling.election.closes
    assert polling.identify("web:1").kind is Kind.CLOSED


def test_in_two_chats_of_one_voter_the_later_yes_counts(polling: Polling) -> None:
    readbacks = {}
    for sender, choice in (("web:1", "1"), ("sms:2", "3")):
        polling.identify(sender)
        readbacks[sender] = polling.booth.choose(sender, choice).scene.readback
    for sender in ("sms:2", "web:1"):
        assert polling.booth.confirm(sender, "ya", readbacks[sender]).kind is Kind.RECORDED
    assert counted(polling) == {1: 1, 2: 0, 3: 0, "blank": 0}


def test_the_next_of_a_family_sees_nothing_of_the_one_before(polling: Polling) -> None:
    vote(polling, "wa:1", "2", voter=0)
    polling.booth.take_leave("wa:1")
    scene = polling.booth.look("wa:1")
    assert (scene.stage, scene.again) == (Stage.IDENTITY, False)
    assert polling.identify("wa:1", voter=1).scene.again is False


def test_by_default_nobody_votes_again(village: Polling) -> None:
    village.vote("web:1", "2")
    assert village.identify("web:1").kind is Kind.ALREADY_VOTED


def test_voting_again_and_live_results_do_not_go_together() -> None:
    with pytest.raises(FileProblems, match="selisih dua hasil"):
        read_definition(REVOTE.replace("kontak:", "hasil: langsung\nkontak:"))


def test_a_receipt_tells_nobody_that_its_ballot_was_replaced(polling: Polling) -> None:
    first = vote(polling, "web:1", "2")
    second = vote(polling, "web:1", "3")
    for receipt in (first, second):
        assert polling.booth.finds_receipt(receipt) == (receipt, True)
        assert polling.desk.holds_receipt(receipt)


def test_rows_tell_how_often_a_credential_voted_and_no_order_of_voters(polling: Polling) -> None:
    for voter, choice in ((0, "1"), (1, "2"), (0, "3"), (2, "1"), (0, "2")):
        vote(polling, f"web:{voter}", choice, voter)
    with polling.database.read() as connection:
        rows = connection.execute(select(ballots)).all()
        marked = connection.execute(select(func.count()).select_from(participations)).scalar_one()
    assert marked == 3
    if is_sqlite(polling.url):  # PostgreSQL keeps rows as they come, see docs/ARCHITECTURE.md
        assert [row.tracker for row in rows] == sorted(row.tracker for row in rows)
    versions: dict[bytes, list[int]] = {}
    for row in rows:
        versions.setdefault(row.credential_hash, []).append(row.version)
    assert sorted(sorted(one) for one in versions.values()) == [[1], [1], [1, 2, 3]]


def test_many_at_once_are_one_after_another(polling: Polling) -> None:
    senders = [f"web:{number}" for number in range(8)]
    readbacks = {}
    for sender in senders:
        assert polling.identify(sender).kind is Kind.IDENTIFIED
        readbacks[sender] = polling.booth.choose(sender, "2").scene.readback

    def confirm(sender: str) -> Outcome:
        return polling.booth.confirm(sender, "ya", readbacks[sender])

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(confirm, senders * 2))
    assert {outcome.kind for outcome in outcomes} == {Kind.RECORDED}
    assert len({outcome.scene.receipt for outcome in outcomes}) == 8
    with polling.database.read() as connection:
        versions = connection.execute(select(ballots.c.version)).scalars().all()
    assert sorted(versions) == list(range(1, 9))
    assert polling.desk.standing().ballots == 1
    assert counted(polling) == {1: 0, 2: 1, 3: 0, "blank": 0}


class TestPublished:
    """The record of an election in which ballots were replaced."""

    @pytest.fixture
    def held(self, polling: Polling, tmp_path: Path) -> tuple[Path, list[str], dict[str, Any]]:
        receipts = [
            vote(polling, f"web:{voter}", choice, voter)
            for voter, choice in ((0, "1"), (1, "2"), (0, "3"), (2, "1"), (0, "2"), (1, "3"))
        ]
        return tmp_path / "terbitan", receipts, export(polling, tmp_path / "terbitan")

    def test_it_holds_all_ballots_and_counts_the_last_of_each(
        self, held: tuple[Path, list[str], dict[str, Any]]
    ) -> None:
        where, receipts, said = held
        figures = ("pemilih", "suara_masuk", "disisihkan", "diganti")
        assert [said[key] for key in figures] == [6, 3, 0, 3]
        assert [one["suara"] for one in said["hasil"][0]["calon"]] == [1, 1, 1]
        lines = (where / RECEIPTS).read_text(encoding="utf-8").splitlines()
        replaced = {line.split()[0] for line in lines if line.endswith("lebih baru")}
        assert replaced == {receipts[0], receipts[1], receipts[2]}
        assert {line for line in lines if " " not in line} == set(receipts) - replaced
        (file,) = where.glob("*.bel")
        with file.open("rb") as content:
            assert len(list(Archive(content).payloads(EventType.BALLOT))) == 6

    def test_the_tool_that_is_not_ours_counts_the_same(
        self, held: tuple[Path, list[str], dict[str, Any]]
    ) -> None:
        path = shutil.which("belenios-tool")
        assert path is not None, "belenios-tool is missing: apt-get install belenios-tool"
        done = subprocess.run(
            [path, "election", "verify"], cwd=held[0], capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        assert b"all checks passed" in done.stderr

    @pytest.mark.parametrize(
        ("file", "old", "new", "says"),
        [
            (RECEIPTS, " sudah diganti suara yang lebih baru", "", "tanda terima"),
            (RESULT, '"diganti": 3', '"diganti": 2', "`diganti`"),
            (DEFINITION, "pilih_ulang: ya", "pilih_ulang: tidak", "bukan yang ditetapkan"),
        ],
    )
    def test_what_does_not_hold_is_said(
        self,
        held: tuple[Path, list[str], dict[str, Any]],
        file: str,
        old: str,
        new: str,
        says: str,
    ) -> None:
        text = (held[0] / file).read_text(encoding="utf-8")
        assert old in text
        (held[0] / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(InvalidRecord, match=says):
            check(held[0])


def test_a_spoilt_last_ballot_leaves_the_one_before(polling: Polling, tmp_path: Path) -> None:
    vote(polling, "web:1", "2")
    vote(polling, "web:1", "3")
    vote(polling, "web:2", "1", voter=1)
    with polling.database.write() as connection:
        connection.execute(update(ballots).where(ballots.c.version == 2).values(sealed=b"rusak"))
    polling.desk.close()
    result = polling.desk.tally()
    assert (result.counts[0].votes, result.set_aside) == ({1: 1, 2: 1, 3: 0}, 1)
    polling.desk.export(tmp_path / "terbitan")
    said = check(tmp_path / "terbitan")
    assert (said["disisihkan"], said["diganti"]) == (1, 0)


def test_a_ballot_in_anothers_name_replaces_nothing(polling: Polling) -> None:
    vote(polling, "web:1", "2", voter=0)
    vote(polling, "web:2", "3", voter=1)
    with polling.database.write() as connection:
        one, other = connection.execute(select(ballots)).all()
        # A copy of one voter's ballot under the other's name would be another tracker's.
        connection.execute(
            update(ballots)
            .where(ballots.c.tracker == one.tracker)
            .values(credential_hash=other.credential_hash, version=2)
        )
    polling.desk.close()
    with pytest.raises(BilikError, match="Jangan umumkan"):
        polling.desk.tally()


def test_the_database_takes_no_two_ballots_of_one_credential_and_version(
    polling: Polling,
) -> None:
    from sqlalchemy.exc import IntegrityError

    vote(polling, "web:1", "2")
    with polling.database.read() as connection:
        row = connection.execute(select(ballots)).one()
    twin = {**row._mapping, "tracker": bytes(32), "receipt": "0000-0001-1"}
    with pytest.raises(IntegrityError), polling.database.write() as connection:
        connection.execute(insert(ballots).values(twin))


def test_a_record_with_a_credential_twice_is_refused_where_nobody_may_vote_again(
    village: Polling, tmp_path: Path
) -> None:
    # What a server would do that published one file and went by another.
    published = _go_by(village, REVOTE)
    village.vote("web:1", "2")
    village.vote("sms:2", "3")
    village.desk.close()
    village.desk.tally()
    _go_by(village, published)
    with pytest.raises(InvalidRecord, match="dipakai dua kali"):
        village.desk.export(tmp_path / "terbitan")


def _go_by(polling: Polling, definition: str) -> str:
    """Exchange the election's file in the database; what it was."""
    with polling.database.write() as connection:
        before = connection.execute(select(elections.c.definition)).scalar_one()
        connection.execute(update(elections).values(definition=definition))
    return str(before)


def test_definitions_of_both_kinds_are_read() -> None:
    assert read_definition(REVOTE).allows_revote
    assert not read_definition(VILLAGE).allows_revote
