"""The panitia's desk: load an election, its roll and codes; open, close, watch and count it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from bilik.belenios import trustees, wire
from bilik.belenios.election import new_uuid
from bilik.belenios.trustees import Trustees
from bilik.clock import Clock, moment_text, system_clock
from bilik.domain.definition import read_definition
from bilik.domain.election import Election, Phase, State, Visibility
from bilik.domain.roll import read_roll
from bilik.errors import WrongState
from bilik.keys import Keys
from bilik.services import (
    ballot_box,
    chain,
    counting,
    interim,
    key_ceremony,
    mailbox,
    record,
    roll,
    sessions,
    shares,
    trustee,
    trustee_files,
    whole_files,
)
from bilik.services.counting import Result, Waiting, add_up, publish
from bilik.services.elections import StoredElection, all_elections, pick, state_line
from bilik.services.files import (
    new_directory,
    read_bytes,
    read_text,
)
from bilik.services.interim import Interim
from bilik.services.publication import describe, describe_snapshot
from bilik.services.roll import RollChange
from bilik.services.upkeep import Upkeep
from bilik.storage.database import Database
from bilik.storage.tables import elections, voters


@dataclass(frozen=True)
class Standing:
    """How an election stands.

    ``published`` of the ballots are in the chain, whose last event has the hash ``head``.
    ``waiting`` says so while its count waits for trustees; ``problem`` is a line on what is due and
    could not be done.
    """

    election: Election
    phase: Phase
    voters: int
    with_code: int
    ballots: int
    published: int = 0
    head: str | None = None
    set_aside: int = 0
    interim: Interim | None = None
    problem: str | None = None
    waiting: Waiting | None = None

    @property
    def turnout(self) -> float:
        """Ballots over voters, 0 to 1."""
        return self.ballots / self.voters if self.voters else 0.0


@dataclass(frozen=True)
class TrusteeFiles:
    """What goes to the trustees at the count; they compare ``number`` before they decrypt."""

    tally: Path
    archive: Path
    number: str


class Desk:
    """The panitia's side of the elections in one database."""

    def __init__(
        self, database: Database, keys: Keys, trustee_dir: Path, clock: Clock = system_clock
    ) -> None:
        """Administer the elections of ``database``, whose keys are in ``trustee_dir``."""
        self._database = database
        self._keys = keys
        self._trustee_dir = trustee_dir
        self._clock = clock
        self._upkeep = Upkeep(database, keys, trustee_dir, clock)

    def load_election(self, path: Path) -> tuple[Election, bool]:
        """Load or, while it is a draft, replace an election; and whether it is a new one.

        Raises:
            FileProblems: the file has mistakes. WrongState: the election is no draft any more.
        """
        definition = read_text(path)
        election = read_definition(definition, str(path))
        with self._database.write() as connection:
            connection.execute(select(elections.c.id).with_for_update())
            known = {one.election.slug: one for one in all_elections(connection)}
            stored = known.get(election.slug)
            if stored is None:
                connection.execute(
                    insert(elections).values(
                        slug=election.slug,
                        state=State.DRAFT.value,
                        definition=definition,
                        uuid=new_uuid(),
                    )
                )
            elif stored.state is State.DRAFT:
                key_ceremony.check_unchanged(connection, stored, election.trustees)
                connection.execute(
                    update(elections)
                    .where(elections.c.id == stored.id)
                    .values(definition=definition)
                )
            else:
                raise WrongState(
                    f"Pemilihan `{election.slug}` sudah pernah dibuka, jadi tidak bisa diganti. "
                    "Pakai `kode` lain untuk pemilihan baru."
                )
        return election, stored is None

    def import_roll(self, path: Path, slug: str | None = None, dry_run: bool = False) -> RollChange:
        """Add or correct voters from a CSV file: all rows or none.

        Raises:
            FileProblems: rows need mending. WrongState: the roll is frozen.
        """
        entries = read_roll(read_bytes(path), str(path))
        with self._database.write() as connection:
            stored = pick(connection, slug, State.DRAFT, "daftar pemilih sudah dikunci")
            change, write = roll.changes(connection, self._keys, stored, entries)
            if not dry_run:
                write()
        return change

    def make_codes(self, out: Path, slug: str | None = None) -> int:
        """Give every voter without a voting code one; how many were made.

        The plain codes exist only in the file ``out`` (mode 0600, never overwritten). It is
        complete on disk before the database knows any of them.

        Raises:
            WrongState: the election is no draft. BilikError: the file exists already.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug, State.DRAFT, "kode hanya dibuat sebelum dibuka")
            return roll.make_codes(connection, self._keys, stored, out)

    def open(self, slug: str | None = None) -> tuple[Election, Phase]:
        """Freeze the roll and open, or go on after a pause; voting starts at the hour that is set.

        The first opening begins the record, with the key that the trustees have made or, where
        there are none, with one that the server makes for itself.

        Raises:
            WrongState: something is missing, be it the trustees' key, or the election is over.
            BilikError: the key cannot be kept, or a name cannot stand in the record.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug)
            now = self._clock()
            if stored.state not in (State.DRAFT, State.PAUSED):
                raise WrongState(state_line(stored, "sudah dibuka atau sudah selesai"))
            if now >= stored.election.closes:
                closed = moment_text(stored.election.closes, stored.election.zone)
                if stored.state is State.PAUSED:
                    raise WrongState(
                        f"Jam tutup sudah lewat ({closed}). Tinggal ditutup: `bilik close`."
                    )
                raise WrongState(
                    f"Waktu `ditutup` sudah lewat ({closed}). Perbaiki jadwal di berkas pemilihan, "
                    "lalu `bilik election load` lagi."
                )
            values: dict[str, object] = {"state": State.OPEN.value}
            if stored.state is State.DRAFT:
                everyone, with_code = roll.size(connection, stored.id)
                if everyone == 0:
                    raise WrongState("Daftar pemilih kosong. Jalankan `bilik roll import` dulu.")
                if with_code < everyone:
                    raise WrongState(
                        f"{everyone - with_code} pemilih belum punya kode undangan. "
                        "Jalankan `bilik roll codes --out KODE.csv` dulu."
                    )
                without = roll.without_phone(connection, stored.id)
                if stored.election.needs_known_number and without:
                    raise WrongState(
                        f"{without} pemilih belum punya nomor HP, padahal berkas pemilihan memuat "
                        "`wajib_nomor_terdaftar: ya`. Lengkapi kolom no_hp, lalu jalankan "
                        "`bilik roll import` lagi."
                    )
                values["roll_hash"] = roll_hash = roll.fingerprint(connection, stored.id)
                holders = self._holders(connection, stored)
                record.write_setup(connection, stored, roll_hash, holders)
            connection.execute(
                update(elections).where(elections.c.id == stored.id).values(**values)
            )
            return stored.election, stored.election.phase(State.OPEN, now)

    def pause(self, slug: str | None = None) -> Election:
        """Stop taking votes for a while; `open` goes on.

        Raises:
            WrongState: the election is not open.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug, State.OPEN, "hanya yang sedang buka bisa dijeda")
            self._set_state(connection, stored, State.PAUSED)
            return stored.election

    def close(self, slug: str | None = None) -> Election:
        """Close for good.

        Raises:
            WrongState: the election was never opened, or is closed already.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug)
            if stored.state not in (State.OPEN, State.PAUSED):
                raise WrongState(state_line(stored, "belum dibuka atau sudah ditutup"))
            self._set_state(connection, stored, State.CLOSED)
            sessions.sweep(connection, self._clock())
            mailbox.forget_processed(connection, self._clock())
            return stored.election

    def standing(self, slug: str | None = None) -> Standing:
        """How many voters there are, how many have voted, and how far the chain has come.

        What is due is done first.
        """
        problem = self.tend(slug)
        with self._database.read() as connection:
            stored = pick(connection, slug)
            everyone, with_code = roll.size(connection, stored.id)
            at = chain.chain_of(connection, stored.id)
            return Standing(
                stored.election,
                stored.phase(self._clock()),
                everyone,
                with_code,
                ballot_box.ballots_in(connection, stored.id),
                at.ballots if at else 0,
                at.head if at else None,
                ballot_box.set_aside_in(connection, stored.id),
                interim.newest(connection, stored),
                problem,
                counting.waiting_if_added_up(connection, stored),
            )

    def tend(self, slug: str | None = None) -> str | None:
        """Close by the clock, publish ballots, count live results; what could not be done, if any.

        Raises:
            NotFound: there is no such election. BoxUnavailable: the database does not answer.
        """
        with self._database.read() as connection:
            stored = pick(connection, slug)
        return self._upkeep.tend(stored.id)

    def sweep(self) -> None:
        """Wipe expired sessions."""
        self._upkeep.sweep()

    def underway(self) -> list[str]:
        """The codes of the elections that were opened and are not counted yet, the oldest first."""
        with self._database.read() as connection:
            return [
                one.election.slug
                for one in all_elections(connection)
                if one.state not in (State.DRAFT, State.TALLIED)
            ]

    def counts_itself(self, slug: str) -> bool:
        """Whether the election is closed, and nobody has to ask for its count: it is live."""
        with self._database.read() as connection:
            stored = pick(connection, slug)
            live = stored.election.visibility is Visibility.LIVE
            return live and stored.state is State.CLOSED

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
        given = shares.read_shares(share_files)
        with self._database.write() as connection:
            stored = pick(connection, slug)
            if stored.phase(self._clock()) not in (Phase.CLOSED, Phase.TALLIED):
                raise WrongState(
                    "Pemungutan suara belum ditutup, jadi belum boleh dihitung. "
                    "Tutup dulu dengan `bilik close`."
                )
            sessions.sweep(connection, self._clock())
            mailbox.forget_processed(connection, self._clock())
            if stored.state is not State.TALLIED:
                self._set_state(connection, stored, State.CLOSED)
            if given and (waiting := counting.take(connection, stored, given)):
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
            if isinstance(result, Result):
                self._set_state(connection, stored, State.TALLIED)
            return result

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
        with (
            new_directory(directory),
            (directory / f"{stored.uuid}.bel").open("w+b") as file,
        ):
            with self._database.read() as connection:
                source = record.write_archive(connection, stored, file)
            return describe(source, file, directory, workers)

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
        with (
            new_directory(directory),
            (directory / f"{stored.uuid}.bel").open("w+b") as file,
        ):
            with self._database.read() as connection:
                source = record.write_snapshot(connection, stored, file)
            return describe_snapshot(source, file, directory, workers)

    def holds_receipt(self, receipt: str) -> bool:
        """Whether a ballot with this receipt is in the box of any election."""
        with self._database.read() as connection:
            return ballot_box.holds(connection, receipt)

    def remove_draft(self, slug: str) -> None:
        """Delete a draft and its roll.

        Raises:
            WrongState: it is no draft any more.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug, State.DRAFT, "hanya rancangan yang bisa dihapus")
            key_ceremony.forget(connection, stored)
            connection.execute(delete(voters).where(voters.c.election_id == stored.id))
            connection.execute(delete(elections).where(elections.c.id == stored.id))

    def slugs(self) -> list[str]:
        """The codes of all elections, the oldest first."""
        with self._database.read() as connection:
            return [one.election.slug for one in all_elections(connection)]

    def _holders(self, connection: Connection, stored: StoredElection) -> Trustees:
        if stored.election.trustees is not None:
            return key_ceremony.holders_of(connection, stored)
        return (trustees.publish(trustee.ensure_private_key(self._trustee_dir, stored.uuid)),)

    @staticmethod
    def _set_state(connection: Connection, stored: StoredElection, state: State) -> None:
        connection.execute(
            update(elections).where(elections.c.id == stored.id).values(state=state.value)
        )
