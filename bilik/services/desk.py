"""The panitia's desk: load an election, its roll and codes; open, close, watch and count it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from bilik.belenios.election import new_uuid
from bilik.clock import Clock, moment_text, system_clock
from bilik.domain.audit import Act, Details, Entry, actor_name
from bilik.domain.definition import read_definition
from bilik.domain.election import Election, Phase, State
from bilik.domain.roll import read_roll
from bilik.errors import BilikError, NotFound, WrongState
from bilik.keys import Keys
from bilik.services import audit, ballot_box, codes, record, reserve, roll, sessions, trustee
from bilik.services.codes import CodesMade
from bilik.services.counting import Result, add_up, publish
from bilik.services.elections import StoredElection, all_elections, pick, state_line
from bilik.services.files import (
    new_directory,
    read_bytes,
    read_text,
)
from bilik.services.publication import describe
from bilik.services.reserve import Given, Request
from bilik.services.roll import RollChange
from bilik.storage.database import Database
from bilik.storage.tables import elections, spare_requests, spares, voters


@dataclass(frozen=True)
class Standing:
    """How an election stands."""

    election: Election
    phase: Phase
    voters: int
    with_code: int
    ballots: int
    spares: int = 0
    spares_used: int = 0

    @property
    def turnout(self) -> float:
        """Ballots over voters, 0 to 1."""
        return self.ballots / self.voters if self.voters else 0.0


class Desk:
    """The panitia's side of the elections in one database."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        trustee_dir: Path,
        clock: Clock = system_clock,
        actor: str = "panitia",
    ) -> None:
        """Administer the elections of ``database``, whose keys are in ``trustee_dir``.

        ``actor`` is who does so, as stated; every act is noted in the log under that name.
        """
        self._database = database
        self._keys = keys
        self._trustee_dir = trustee_dir
        self._clock = clock
        self._actor = actor_name(actor)

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
            digest = hashlib.sha256(definition.encode()).hexdigest()
            self._note(connection, Act.LOAD, election.slug, {"pemilihan_yml": digest})
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
                self._note(
                    connection,
                    Act.IMPORT,
                    stored.election.slug,
                    {
                        "baru": change.added,
                        "diperbaiki": change.changed,
                        "tetap": change.unchanged,
                    },
                )
        return change

    def make_codes(
        self,
        out: Path,
        slug: str | None = None,
        spare_out: Path | None = None,
        workers: int = 1,
        progress: codes.Progress = lambda done, of: None,
    ) -> CodesMade:
        """Give every voter without a voting code one, and the election its spares; all or none.

        The plain codes exist only in the file ``out``, those of spares in ``spare_out`` (by default
        beside it): mode 0600, never overwritten, complete on disk before the database knows any.

        Raises:
            WrongState: the election is no draft. NotFound: nobody lacks a code. BilikError: a file
            exists already, or the roll has changed meanwhile.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug, State.DRAFT, "kode hanya dibuat sebelum dibuka")
            need = codes.need_of(connection, stored)

        def note(connection: Connection, made: CodesMade) -> None:
            details: Details = {"kode": made.codes, "cadangan": made.spares}
            self._note(connection, Act.CODES, stored.election.slug, details)

        spare_out = spare_out or out.with_name(f"{out.stem}-cadangan{out.suffix}")
        return codes.make(
            self._database, self._keys.code_secrets, stored, need, out, spare_out, note, workers,
            progress,
        )  # fmt: skip

    def ask_for_lost(self, nik: str, slug: str | None = None) -> Request:
        """Ask for a spare letter in the place of a lost one; another member approves.

        Raises:
            NotFound: no such voter. WrongState: voting is not on, or the voter has voted.
            BilikError: no spare is left.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug)
            nik_hash = self._keys.nik_hash(nik)
            request = reserve.ask_for_lost(connection, stored, self._clock(), self._actor, nik_hash)
            return self._asked(connection, stored, request)

    def ask_for_late(self, path: Path, slug: str | None = None) -> Request:
        """Ask to add the one voter in a CSV file, with a spare letter; another member approves.

        Raises:
            FileProblems: the row needs mending. WrongState: voting is not on, or the voter is on
            the roll. BilikError: it is not one voter, or no spare is left.
        """
        entries = read_roll(read_bytes(path), str(path))
        if len(entries) != 1:
            raise BilikError(f"Berkas {path} harus berisi satu pemilih saja, bukan {len(entries)}.")
        with self._database.write() as connection:
            stored = pick(connection, slug)
            row = roll.row_of(self._keys, stored.id, entries[0])
            request = reserve.ask_for_late(connection, stored, self._clock(), self._actor, row)
            return self._asked(connection, stored, request)

    def _asked(self, connection: Connection, stored: StoredElection, request: Request) -> Request:
        details: Details = {"permintaan": request.number, "jenis": request.kind.value}
        self._note(connection, Act.ASK, stored.election.slug, details)
        return request

    def give_spare(self, number: int, slug: str | None = None) -> Given:
        """Approve what another member has asked for: the number of the envelope to hand over.

        Raises:
            NotFound: there is no such request. WrongState: voting is not on, or the voter has
            voted. BilikError: it is one's own request, or no spare is left.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug)
            given = reserve.approve(connection, stored, self._clock(), self._actor, number)
            details: Details = {
                "permintaan": number,
                "jenis": given.request.kind.value,
                "cadangan": given.spare,
            }
            self._note(connection, Act.GIVE, stored.election.slug, details)
            return given

    def cancel_request(self, number: int, slug: str | None = None) -> Request:
        """Give up a request for a spare letter.

        Raises:
            NotFound: there is none of that number.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug)
            request = reserve.cancel(connection, stored, number)
            self._note(connection, Act.CANCEL, stored.election.slug, {"permintaan": number})
            return request

    def requests(self, slug: str | None = None) -> list[Request]:
        """The requests for spare letters that wait for another member."""
        with self._database.read() as connection:
            return reserve.pending(connection, pick(connection, slug))

    def open(self, slug: str | None = None) -> tuple[Election, Phase]:
        """Freeze the roll and open, or go on after a pause; voting starts at the hour that is set.

        The first opening makes the election's key and begins its record.

        Raises:
            WrongState: something is missing, or the election is over. BilikError: the key cannot be
            kept, or a name cannot stand in the record.
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
                values["roll_hash"] = roll_hash = roll.fingerprint(connection, stored.id)
                key = trustee.ensure_private_key(self._trustee_dir, stored.uuid)
                opening = self._note(
                    connection,
                    Act.OPEN,
                    stored.election.slug,
                    {
                        "pemilih": everyone,
                        "cadangan": reserve.stock(connection, stored.id).made,
                        "daftar_pemilih": roll_hash.hex(),
                    },
                )
                record.write_setup(connection, stored, roll_hash, opening.hash, key)
            else:
                self._note(connection, Act.RESUME, stored.election.slug)
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
            self._note(connection, Act.PAUSE, stored.election.slug)
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
            reserve.give_up_all(connection, stored)
            self._note(connection, Act.CLOSE, stored.election.slug)
            sessions.sweep(connection, self._clock())
            return stored.election

    def standing(self, slug: str | None = None) -> Standing:
        """How many voters there are, and how many have voted."""
        with self._database.read() as connection:
            stored = pick(connection, slug)
            everyone, with_code = roll.size(connection, stored.id)
            there = reserve.stock(connection, stored.id)
            return Standing(
                stored.election,
                stored.phase(self._clock()),
                everyone,
                with_code,
                ballot_box.ballots_in(connection, stored.id),
                there.made,
                there.used,
            )

    def tally(self, slug: str | None = None) -> Result:
        """Count a closed election; counting again gives the same.

        The ballots are verified without a lock on the database: nothing comes into a closed box.

        Raises:
            WrongState: it is not closed yet. BilikError: ballots and marks differ in number, the
            election's key is missing, or the box is not what was counted before.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug)
            if stored.phase(self._clock()) not in (Phase.CLOSED, Phase.TALLIED):
                raise WrongState(
                    "Pemungutan suara belum ditutup, jadi belum boleh dihitung. "
                    "Tutup dulu dengan `bilik close`."
                )
            sessions.sweep(connection, self._clock())
            reserve.give_up_all(connection, stored)
            if stored.state is not State.TALLIED:
                self._set_state(connection, stored, State.CLOSED)
        with self._database.read() as connection:
            box = add_up(connection, stored)
        with self._database.write() as connection:
            stored = pick(connection, stored.election.slug)
            result = publish(
                connection,
                stored,
                box,
                lambda: trustee.private_key(self._trustee_dir, stored.uuid),
            )
            again = stored.state is State.TALLIED
            self._note(
                connection,
                Act.RECOUNT if again else Act.TALLY,
                stored.election.slug,
                {"suara_masuk": result.ballots, "disisihkan": result.set_aside},
            )
            self._set_state(connection, stored, State.TALLIED)
            return result

    def export(self, directory: Path, slug: str | None = None, workers: int = 1) -> dict[str, Any]:
        """Write all that anyone needs to check a count into a new directory; the summary in it.

        The record is verified before, with so many ``workers``.

        Raises:
            WrongState: it has not been counted. InvalidRecord: the record does not verify.
            BilikError: the directory is not empty, or cannot be written.
        """
        with self._database.read() as connection:
            stored = pick(connection, slug)
        with (
            new_directory(directory),
            (directory / f"{stored.uuid}.bel").open("w+b") as file,
        ):
            with self._database.read() as connection:
                source = record.write_archive(connection, stored, file)
            summary = describe(source, file, directory, workers)
            with self._database.write() as connection:
                digest = summary["sha256_arsip"]
                self._note(connection, Act.EXPORT, stored.election.slug, {"sha256_arsip": digest})
            return summary

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
            for table in (spare_requests, spares, voters):
                connection.execute(delete(table).where(table.c.election_id == stored.id))
            connection.execute(delete(elections).where(elections.c.id == stored.id))
            self._note(connection, Act.REMOVE, stored.election.slug)

    def slugs(self) -> list[str]:
        """The codes of all elections, the oldest first."""
        with self._database.read() as connection:
            return [one.election.slug for one in all_elections(connection)]

    def logs(self, slug: str | None = None) -> Sequence[audit.Log]:
        """What the panitia has done to one election, or to each, and whether the logs hold.

        Raises:
            NotFound: there is no log of that election.
        """
        with self._database.read() as connection:
            found = [self._against_record(connection, log) for log in audit.logs(connection, slug)]
        if not found:
            raise NotFound("Belum ada jejak panitia untuk pemilihan itu.")
        return found

    @staticmethod
    def _against_record(connection: Connection, log: audit.Log) -> audit.Log:
        """The log, with a problem if the record knows another opening, or the log too little."""
        stored = next(
            (one for one in all_elections(connection) if one.election.slug == log.election), None
        )
        if log.problem or stored is None or stored.state is State.DRAFT:
            return log
        return replace(log, problem=record.differs_from_log(connection, stored, log.entries))

    def _note(
        self, connection: Connection, act: Act, slug: str, details: Details | None = None
    ) -> Entry:
        return audit.append(connection, self._clock(), self._actor, act, slug, details or {})

    @staticmethod
    def _set_state(connection: Connection, stored: StoredElection, state: State) -> None:
        connection.execute(
            update(elections).where(elections.c.id == stored.id).values(state=state.value)
        )
