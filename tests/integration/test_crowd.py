"""A village of 2,000: all vote at once, the box closes among them, and others count it too."""

import os
import shutil
import subprocess
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bilik.belenios.archive import Archive, EventType, Writer
from bilik.errors import BoxUnavailable, WrongState
from bilik.services.outcomes import Kind
from bilik.services.publication import RECEIPTS, check
from bilik.storage.tables import ballots
from tests.booth import Polling
from tests.crowds import CROWD, Crowd, cast_at_once, casting, in_the_box
from tests.databases import ONLY_POSTGRES, ONLY_SQLITE

VOTES = 1000
COUNT = {1: 334, 2: 333, 3: 333}


def test_two_thousand_voters_at_once_are_two_thousand_ballots_and_receipts(
    crowd: Crowd, url: str
) -> None:
    polling = crowd.on(url)
    heard = cast_at_once(polling, crowd.voters)
    assert {one.kind for one in heard} == {Kind.RECORDED}
    receipts = {one.receipt for one in heard}
    assert len(receipts) == len(heard) == CROWD
    assert all(polling.desk.holds_receipt(one or "") for one in receipts)
    assert ballots_in(polling) == CROWD
    assert in_the_box(polling) == (0, 667, 667, 666)
    polling.database.close()


def test_a_vote_that_meets_the_closing_is_recorded_or_told_that_it_is_not(
    crowd: Crowd, url: str
) -> None:
    polling = crowd.on(url)
    with casting(polling, crowd.voters[:600]) as answers:
        while ballots_in(polling) < 30:
            pass
        close(polling)
        inside = ballots_in(polling)
        heard = answers()
    assert {one.kind for one in heard} == {Kind.RECORDED, Kind.CLOSED}
    told = [one.receipt for one in heard if one.kind is Kind.RECORDED]
    assert all(polling.desk.holds_receipt(one or "") for one in told)
    assert len(told) == polling.desk.standing().ballots == inside
    assert sum(polling.counts()["kades"].values()) == inside
    polling.database.close()


def ballots_in(polling: Polling) -> int:
    """How many ballots are in the box, and no more: the desk's standing also does what is due."""
    with polling.database.read() as connection:
        counted = connection.execute(select(func.count()).select_from(ballots))
        return int(counted.scalar_one())


def close(polling: Polling) -> None:
    """Close as the panitia does who, if told that the box did not answer, does it once more."""
    try:
        polling.desk.close()
    except BoxUnavailable:
        with suppress(WrongState):  # closed, and only the answer was lost
            close(polling)


class Tool:
    """belenios-tool in a directory of its own, with one archive."""

    def __init__(self, directory: Path, name: str, archive: bytes) -> None:
        path = shutil.which("belenios-tool")
        if path is None:
            pytest.fail("belenios-tool is missing: apt-get install belenios-tool", pytrace=False)
        directory.mkdir()
        self.path, self.directory, self.archive = path, directory, directory / name
        self.archive.write_bytes(archive)

    def __call__(self, *arguments: str, given: bytes = b"") -> bytes:
        done = subprocess.run(
            [self.path, *arguments], input=given, cwd=self.directory, capture_output=True,
            check=False, env={**os.environ, "BELENIOS_USE_URANDOM": "1"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def count(self, key: bytes) -> None:
        """Close the box and count it, with the only trustee's private key."""
        (self.directory / "key").write_bytes(key)
        self("archive", "add-event", "--type=EndBallots")
        for event, command in [
            ("EncryptedTally", ["compute-encrypted-tally"]),
            ("PartialDecryption", ["decrypt", "--privkey", "key", "--trustee-id", "1"]),
            ("Result", ["compute-result"]),
        ]:
            content = self("election", *command)
            self("archive", "add-event", f"--type={event}", given=content)


def until_the_end_of_ballots(whole: bytes) -> bytes:
    """What the archive was before anything was counted."""
    archive, file = Archive(BytesIO(whole)), BytesIO()
    writer, setup = Writer.create(file, archive.timestamp), archive.setup
    writer.setup(*map(archive.data, (setup.election, setup.trustees, setup.credentials)))
    for payload in archive.payloads(EventType.BALLOT):
        writer.ballot(archive.data(payload))
    assert whole.startswith(file.getvalue())
    return file.getvalue()


def content_of(file: Path, kind: EventType) -> bytes:
    """What an archive's only event of its kind says."""
    archive = Archive(BytesIO(file.read_bytes()))
    (payload,) = archive.payloads(kind)
    return archive.data(payload)


@ONLY_POSTGRES
def test_a_thousand_votes_are_counted_by_bilik_and_verified_by_both(
    crowd: Crowd, url: str, tmp_path: Path
) -> None:
    polling = crowd.on(url)
    heard = cast_at_once(polling, crowd.voters[:VOTES])
    assert {one.kind for one in heard} == {Kind.RECORDED}
    assert polling.counts()["kades"] == {**COUNT, "blank": 0}
    published = tmp_path / "terbitan"
    polling.desk.export(published, workers=2)
    polling.database.close()

    said = check(published, workers=2)
    assert (said["suara_masuk"], said["disisihkan"]) == (VOTES, 0)
    assert {one["nomor"]: one["suara"] for one in said["hasil"][0]["calon"]} == COUNT
    assert (published / RECEIPTS).read_text().split() == sorted(one.receipt or "" for one in heard)

    (file,) = published.glob("*.bel")
    Tool(tmp_path / "saksi", file.name, file.read_bytes())("election", "verify")


@ONLY_SQLITE
def test_a_hundred_votes_are_counted_alike_by_both(crowd: Crowd, url: str, tmp_path: Path) -> None:
    polling = crowd.on(url)
    cast_at_once(polling, crowd.voters[:100])
    assert polling.counts()["kades"] == {1: 34, 2: 33, 3: 33, "blank": 0}
    polling.desk.export(tmp_path / "terbitan")
    polling.database.close()
    (file,) = (tmp_path / "terbitan").glob("*.bel")
    (key,) = polling.trustee_dir.iterdir()
    tool = Tool(tmp_path / "alat", file.name, until_the_end_of_ballots(file.read_bytes()))
    tool.count(key.read_bytes())
    for kind in (EventType.ENCRYPTED_TALLY, EventType.RESULT):
        assert content_of(tool.archive, kind) == content_of(file, kind)
