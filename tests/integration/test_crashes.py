"""The process is killed in the middle: nothing is lost or doubled, and what was told is true."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from actions.voter_action import Heard
from actions.voting import CastBallot
from bilik.demo import read_pairs
from bilik.domain.election import Phase
from bilik.domain.receipt import find_receipt
from bilik.errors import BilikError, NotFound, WrongState
from bilik.keys import Keys
from bilik.services.booth import Booth
from bilik.services.desk import Desk
from bilik.services.outcomes import Kind
from bilik.services.publication import check
from bilik.services.sessions import Stage
from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from tests.booth import SECRET, HandClock, set_up
from tests.crashes import at_desk, cast, do, steps
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE, Backend
from tests.elections import VILLAGE

VOTERS = 3
"""Few: all that is done with them is done at every step."""


def test_a_cast_killed_at_any_step_is_done_wholly_or_not_at_all(url: str, tmp_path: Path) -> None:
    polling = set_up(tmp_path, VILLAGE, voters=60, url=url)
    seen = set()
    for step in steps():
        sender = f"web:{step}"
        polling.identify(sender, step)
        readback = polling.booth.choose(sender, "2").scene.readback or ""
        ended = do(cast, url, polling.clock(), sender, readback, directory=tmp_path, kill_at=step)
        if not ended.killed:
            (told,) = ended.answer
            assert "SUDAH tercatat" in told
            assert polling.desk.holds_receipt(find_receipt(told) or "")
            break
        # The voter has heard nothing but "sedang kami periksa", asks, and says ya once more.
        inside = polling.desk.standing().ballots
        assert inside in (step - 1, step)
        scene = polling.booth.look(sender)
        recorded = scene.stage is Stage.DONE
        seen.add(recorded)
        assert recorded == (inside == step)
        if recorded:
            assert polling.desk.holds_receipt(scene.receipt or "")
        again = Heard(sender, "ya", told_stage="confirming", told_readback=readback, greeted=True)
        (told,) = CastBallot().respond(polling.booth, again).texts
        assert "SUDAH tercatat" in told
        receipt = find_receipt(told) or ""
        assert polling.desk.holds_receipt(receipt)
        assert scene.receipt in (None, receipt)
        assert polling.desk.standing().ballots == step
    assert seen == {False, True}
    assert polling.counts()["kades"] == {1: 0, 2: step, 3: 0, "blank": 0}
    polling.database.close()


@dataclass
class Killed:
    """An election in which an act of the panitia's may have been killed."""

    url: str
    desk: Desk
    booth: Booth
    directory: Path
    killed: bool

    @property
    def phase(self) -> Phase:
        return self.desk.standing().phase

    def say_yes(self, readback: str) -> Kind:
        """The third voter's answer to a read-back."""
        return self.booth.confirm("web:2", "ya", readback).kind


@dataclass
class Office:
    """An election as it stands before an act that is killed, each time in a copy of it."""

    directory: Path
    backend: Backend
    url: str

    def __post_init__(self) -> None:
        self.clock = HandClock(datetime.fromisoformat("2026-11-29T02:00:00+00:00"))
        self.roll, self.codes = self.directory / "dpt.csv", self.directory / "kode.csv"

    def prepare(self, *acts: str) -> None:
        """Do so much of what comes before."""
        (self.directory / "pemilihan.yml").write_text(VILLAGE, encoding="utf-8")
        rows = [f"332901520390000{number},Pemilih {number}" for number in range(VOTERS)]
        self.roll.write_text("\n".join(["nik,nama", *rows]), encoding="utf-8")
        database = Database(self.url)
        upgrade(database)
        desk = Desk(database, Keys(SECRET), self.directory / "trustee", self.clock)
        booth = Booth(database, Keys(SECRET), self.clock)
        desk.load_election(self.directory / "pemilihan.yml")
        desk.import_roll(self.roll)
        for act in acts:
            if act == "codes":
                desk.make_codes(self.codes)
            elif act == "vote":
                self.readback = vote(booth, read_pairs(self.roll, self.codes))
            else:
                getattr(desk, act)()
        database.close()

    def killed_in(self, act: str, *paths: str) -> Iterator[Killed]:
        """The election after the act was killed at each of its steps, and last not at all.

        The act's ``paths`` are in the copy's own directory.
        """
        for step in steps():
            url, where = self.backend.copy(self.url), self.directory / f"langkah-{step}"
            where.mkdir()
            if (self.directory / "trustee").exists():
                shutil.copytree(self.directory / "trustee", where / "trustee")
            ended = do(
                at_desk, url, self.clock(), where / "trustee", act, *(where / one for one in paths),
                directory=where, kill_at=step,
            )  # fmt: skip
            database, keys = Database(url), Keys(SECRET)
            desk = Desk(database, keys, where / "trustee", self.clock)
            yield Killed(url, desk, Booth(database, keys, self.clock), where, ended.killed)
            database.close()
            if not ended.killed:
                assert step > 3
                return


def vote(booth: Booth, pairs: Sequence[tuple[str, str]]) -> str:
    """Two vote for number 2; the third's read-back is what is returned."""
    for number, (nik, code) in enumerate(pairs):
        sender = f"web:{number}"
        assert booth.identify(sender, f"{nik} {code}").kind is Kind.IDENTIFIED
        readback = booth.choose(sender, "2").scene.readback or ""
        if number < 2:
            assert booth.confirm(sender, "ya", readback).kind is Kind.RECORDED
    return readback


@pytest.fixture
def office(backend: Backend, tmp_path: Path) -> Office:
    return Office(tmp_path, backend, backend.new())


TWO = {1: 0, 2: 2, 3: 0}


@ONLY_SQLITE
def test_codes_killed_at_any_step_are_never_half_a_file(office: Office) -> None:
    office.prepare()
    for one in office.killed_in("make_codes", "kode.csv"):
        out, with_code = one.directory / "kode.csv", one.desk.standing().with_code
        assert with_code in (0, VOTERS)
        if with_code:
            with pytest.raises(NotFound, match="Tidak ada pemilih yang belum punya kode"):
                one.desk.make_codes(one.directory / "lagi.csv")
        else:
            assert one.killed
            if out.exists():
                with pytest.raises(BilikError, match="sudah ada"):
                    one.desk.make_codes(out)
                out = one.directory / "lagi.csv"
            assert one.desk.make_codes(out).codes == VOTERS
        one.desk.open()
        vote(one.booth, read_pairs(office.roll, out))


@ONLY_SQLITE
def test_an_opening_killed_at_any_step_can_be_repeated(office: Office) -> None:
    office.prepare("codes")
    for one in office.killed_in("open"):
        if one.phase is Phase.DRAFT:
            assert one.killed
            one.desk.open()
        with pytest.raises(WrongState, match="sudah dibuka"):
            one.desk.open()
        vote(one.booth, read_pairs(office.roll, office.codes))
        one.desk.close()
        assert one.desk.tally().counts[0].votes == TWO


def test_a_pause_and_its_end_killed_at_any_step_keep_the_voters_place(office: Office) -> None:
    office.prepare("codes", "open", "vote")
    for one in office.killed_in("pause"):
        if one.phase is Phase.OPEN:
            assert one.killed
            one.desk.pause()
        assert one.say_yes(office.readback) is Kind.PAUSED
        one.desk.open()
        assert one.say_yes(office.readback) is Kind.RECORDED


def test_going_on_after_a_pause_killed_at_any_step_can_be_repeated(office: Office) -> None:
    office.prepare("codes", "open", "vote", "pause")
    for one in office.killed_in("open"):
        if one.phase is Phase.PAUSED:
            assert one.killed
            one.desk.open()
        assert one.say_yes(office.readback) is Kind.RECORDED


def test_a_closing_killed_at_any_step_is_done_or_not_and_loses_no_ballot(office: Office) -> None:
    office.prepare("codes", "open", "vote")
    for one in office.killed_in("close"):
        if one.phase is Phase.OPEN:
            assert one.killed
            one.desk.close()
        with pytest.raises(WrongState, match="sudah ditutup"):
            one.desk.close()
        assert one.say_yes(office.readback) is Kind.CLOSED
        assert one.desk.tally().counts[0].votes == TWO


@ONLY_POSTGRES
def test_a_count_killed_at_any_step_gives_the_same_count_when_repeated(office: Office) -> None:
    office.prepare("codes", "open", "vote", "close")
    for one in office.killed_in("tally"):
        view = one.booth.seen_by_all("sukamaju-2026")
        assert view is not None
        before = view.result
        counted = one.desk.tally()
        assert before in (None, counted)
        assert one.killed or before == counted
        assert (counted.ballots, counted.set_aside) == (2, 0)
        assert counted.counts[0].votes == TWO
        one.desk.export(one.directory / "terbitan")
        assert check(one.directory / "terbitan")["suara_masuk"] == 2


@ONLY_SQLITE
def test_what_a_killed_export_leaves_is_refused_and_another_folder_gives_the_same_bytes(
    office: Office,
) -> None:
    office.prepare("codes", "open", "vote", "close", "tally")
    contents = []
    for one in office.killed_in("export", "terbitan"):
        published = one.directory / "terbitan"
        if one.killed and published.exists():
            with pytest.raises(BilikError) as refused:
                check(published)
            assert "\n" not in str(refused.value)
            if any(published.iterdir()):
                with pytest.raises(BilikError, match="tidak kosong"):
                    one.desk.export(published)
                published = one.directory / "terbitan-2"
        if one.killed:
            one.desk.export(published)
        assert check(published)["suara_masuk"] == 2
        contents.append({file.name: file.read_bytes() for file in published.iterdir()})
    assert len(contents[0]) == 6
    assert all(one == contents[0] for one in contents)
