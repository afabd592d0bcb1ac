"""After closing: counting, and what is published for everybody to check."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from sqlalchemy.engine import Connection

from bilik.belenios import wire
from bilik.domain.audit import Act, Details
from bilik.domain.election import State
from bilik.domain.minutes import Minutes, Particulars
from bilik.errors import WrongState
from bilik.services import (
    counting,
    record,
    record_files,
    report,
    shares,
    trustee,
    trustee_files,
    whole_files,
)
from bilik.services.counting import Given, Result, Waiting, add_up, publish
from bilik.services.desk.seat import Seat
from bilik.services.elections import StoredElection, pick
from bilik.services.files import new_directory
from bilik.services.publication import Description, describe, describe_snapshot
from bilik.services.record_files import RecordFile
from bilik.services.secret_files import new_secret_files

_NO_PARTICULARS = Particulars()


@dataclass(frozen=True)
class TrusteeFiles:
    """What goes to the trustees at the count; they compare ``number`` before they decrypt."""

    tally: Path
    archive: Path
    number: str


class Count(Seat):
    """Closed elections, and snapshots of those that go on."""

    def counts_itself(self, slug: str) -> bool:
        """Whether the election is closed, and its count needs nobody: the server has the key."""
        with self._database.read() as connection:
            stored = pick(connection, slug)
            return stored.election.trustees is None and stored.state is State.CLOSED

    def tally(self, slug: str | None = None, share_files: Sequence[Path] = ()) -> Result | Waiting:
        """Count a closed election; counting again gives the same.

        Where trustees hold the key, the ballots are added up, and the sum waits for enough of them:
        ``share_files`` are their parts, taken all or none. The ballots are verified without a lock
        on the database: nothing comes into a closed box.

        Raises:
            WrongState: it is not closed yet, or no parts are waited for. BilikError: ballots and
            marks differ in number, the election's key is missing, the box is not what was counted
            before, or a part is wrong, foreign or repeated.
        """
        return self.count_with(shares.read_shares(share_files), slug)

    def count_with(self, given: Given, slug: str | None = None) -> Result | Waiting:
        """Like :meth:`tally`, with parts that are read already.

        Raises:
            BilikError: see there.
        """
        with self._database.read() as connection:
            stored = pick(connection, slug)
        stored = self._upkeep.close_in_time(stored.id)
        if stored.state not in (State.CLOSED, State.TALLIED):
            raise WrongState(
                "Pemungutan suara belum ditutup, jadi belum boleh dihitung. "
                "Tutup dulu dengan `bilik close`."
            )
        if given:
            with self._database.write() as connection:
                stored = pick(connection, stored.election.slug)
                if waiting := counting.take(connection, stored, given):
                    self._note_count(connection, Act.SHARES, waiting)
                    return waiting
        self._upkeep.publish(stored.id)
        with self._database.read() as connection:
            box = add_up(connection, stored, self._keys)
        with self._database.write() as connection:
            stored = pick(connection, stored.election.slug)
            result = publish(
                connection,
                stored,
                box,
                lambda: trustee.private_key(self._trustee_dir, stored.uuid),
                given,
            )
            if isinstance(result, Waiting):
                self._note_count(connection, Act.ADD_UP, result)
            else:
                again = stored.state is State.TALLIED
                self._set_state(connection, stored, State.TALLIED)
                self._note_count(connection, Act.RECOUNT if again else Act.TALLY, result)
            return result

    def result(self, slug: str | None = None) -> Result | None:
        """The result of the count; None before it.

        Raises:
            NotFound: there is no such election.
        """
        with self._database.read() as connection:
            return counting.published(connection, pick(connection, slug))

    def _note_count(self, connection: Connection, act: Act, count: Result | Waiting) -> None:
        figures: Details = {"suara_masuk": count.ballots, "disisihkan": count.set_aside}
        self._note(connection, act, count.election.slug, figures)

    def write_for_trustees(self, directory: Path, slug: str | None = None) -> TrusteeFiles:
        """Write what trustees decrypt, and the archive that shows it to be the sum of all ballots.

        The same files come out each time.

        Raises:
            WrongState: nothing is to be decrypted. BilikError: a file cannot be written.
        """
        with self._database.read() as connection:
            stored = pick(connection, slug)
            content = wire.encode(counting.for_trustees(connection, stored))
            archive = directory / f"{stored.uuid}.bel"
            with whole_files.replacing(archive) as file:
                record.write_for_trustees(connection, stored, file)
        path = directory / f"hitung-{stored.uuid}.json"
        whole_files.replace(path, content + b"\n")
        return TrusteeFiles(path, archive, trustee_files.check_number(content))

    def export(self, directory: Path, slug: str | None = None, workers: int = 1) -> dict[str, Any]:
        """Write all that anyone needs to check a count into a new directory; the summary in it.

        The record is verified before, with so many ``workers``.

        Raises:
            WrongState: it has not been counted. InvalidRecord: the record does not verify.
            BilikError: the directory is not empty, or cannot be written.
        """
        self.tend(slug)
        with self._database.read() as connection:
            stored = pick(connection, slug)
        with _new_archive(directory, stored) as file:
            with self._database.read() as connection:
                source = record.write_archive(connection, stored, file)
            return self._publish(Act.EXPORT, describe(source, file, workers), directory)

    def put_out(self, records_dir: Path, slug: str | None = None, workers: int = 1) -> bool:
        """Export a count once and for all as the file that everybody may download.

        Whether it was done now; if it is there already, or another does it just now, it was not.

        Raises:
            As :meth:`export`.
        """
        with self._database.read() as connection:
            stored = pick(connection, slug)
        if record_files.find(records_dir, stored.uuid) is not None:
            return False
        with record_files.preparing(records_dir, stored.uuid) as directory:
            if directory is None:
                return False
            self.export(directory, stored.election.slug, workers)
            record_files.pack(directory, records_dir, stored.uuid, stored.election.slug)
        return True

    def record_file(self, records_dir: Path, slug: str | None = None) -> RecordFile | None:
        """The file that everybody may download, once it is put out.

        Raises:
            NotFound: there is no such election.
        """
        with self._database.read() as connection:
            return record_files.find(records_dir, pick(connection, slug).uuid)

    def snapshot(
        self, directory: Path, slug: str | None = None, workers: int = 1
    ) -> dict[str, Any]:
        """Write the chain as far as it has come into a new directory; the summary in it.

        Raises:
            WrongState: it was never opened, or is counted already. InvalidRecord: the record does
            not verify. BilikError: the directory is not empty, or cannot be written.
        """
        self.tend(slug)
        with self._database.read() as connection:
            stored = pick(connection, slug)
        with _new_archive(directory, stored) as file:
            with self._database.read() as connection:
                source = record.write_snapshot(connection, stored, file)
            return self._publish(Act.SNAPSHOT, describe_snapshot(source, file, workers), directory)

    def report(
        self,
        out: Path,
        slug: str | None = None,
        particulars: Particulars = _NO_PARTICULARS,
        workers: int = 1,
    ) -> Minutes:
        """Write the minutes of a count as a new PDF, see :meth:`minutes`; what they say.

        Raises:
            BilikError: the file exists already, or cannot be written.
        """
        with new_secret_files([out]) as files:
            content, said = self.minutes(slug, particulars, workers)
            files.binaries[0].write(content)
            files.complete()
        return said

    def minutes(
        self,
        slug: str | None = None,
        particulars: Particulars = _NO_PARTICULARS,
        workers: int = 1,
    ) -> tuple[bytes, Minutes]:
        """The minutes of a count as a PDF, and what they say; the same bytes each time.

        Their figures are those of the record, which is verified before, with so many ``workers``.
        That they were made is noted after the count, so the record that they name stays as it is.

        Raises:
            WrongState: it has not been counted. InvalidRecord: the record does not verify.
        """
        self.tend(slug)
        with TemporaryFile() as file:
            with self._database.read() as connection:
                stored = pick(connection, slug)
                source = record.write_archive(connection, stored, file)
                acted = shares.kept(connection, stored.id)
            said = report.minutes_of(
                stored.election, source, describe(source, file, workers), acted
            )
        content = report.as_pdf(said, particulars)
        details: Details = {
            "sha256_arsip": said.fingerprints.archive,
            "sha256_berita_acara": hashlib.sha256(content).hexdigest(),
        }
        with self._database.write() as connection:
            self._note(connection, Act.REPORT, stored.election.slug, details)
        return content, said

    def _publish(self, act: Act, description: Description, directory: Path) -> dict[str, Any]:
        """Complete a directory; noted before, so that none is complete that was not noted."""
        said = description.summary
        with self._database.write() as connection:
            self._note(connection, act, said["kode"], {"sha256_arsip": said["sha256_arsip"]})
        description.write(directory)
        return said


@contextmanager
def _new_archive(directory: Path, stored: StoredElection) -> Iterator[BinaryIO]:
    """The archive's file in a new directory; an error leaves nothing of both."""
    with new_directory(directory), (directory / f"{stored.uuid}.bel").open("w+b") as file:
        yield file
