"""The panitia's desk: load an election, its roll and codes; open, close, watch and count it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from bilik.belenios.election import new_uuid
from bilik.clock import Clock, moment_text, system_clock
from bilik.domain.definition import read_definition
from bilik.domain.election import Election, Phase, State
from bilik.domain.identity import masked_nik
from bilik.domain.roll import RollEntry, read_roll
from bilik.errors import NotFound, WrongState
from bilik.keys import Keys
from bilik.services import ballot_box, record, sessions, trustee
from bilik.services.counting import Result, add_up, publish
from bilik.services.credentials import credential_of, public_of
from bilik.services.elections import StoredElection, all_elections
from bilik.services.files import (
    code_lines,
    new_code,
    new_directory,
    read_bytes,
    read_text,
    write_secret_file,
)
from bilik.services.publication import describe
from bilik.storage.database import Database
from bilik.storage.tables import elections, voters

_CHUNK = 5000


@dataclass(frozen=True)
class RollChange:
    """What an import does to the roll: how many voters come, change and stay as they are."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class Standing:
    """How an election stands."""

    election: Election
    phase: Phase
    voters: int
    with_code: int
    ballots: int

    @property
    def turnout(self) -> float:
        """Ballots over voters, 0 to 1."""
        return self.ballots / self.voters if self.voters else 0.0


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
        return election, stored is None

    def import_roll(self, path: Path, slug: str | None = None, dry_run: bool = False) -> RollChange:
        """Add or correct voters from a CSV file: all rows or none.

        Raises:
            FileProblems: rows need mending. WrongState: the roll is frozen.
        """
        entries = read_roll(read_bytes(path), str(path))
        with self._database.write() as connection:
            stored = self._pick(connection, slug, State.DRAFT, "daftar pemilih sudah dikunci")
            rows = [self._voter_row(stored.id, entry) for entry in entries]
            table = voters.c
            known = {
                row.nik_hash: (row.name, row.tps, row.phone_hash)
                for row in connection.execute(
                    select(table.nik_hash, table.name, table.tps, table.phone_hash).where(
                        table.election_id == stored.id
                    )
                )
            }
            added = [row for row in rows if row["nik_hash"] not in known]
            changed = [
                row
                for row in rows
                if known.get(row["nik_hash"], row)
                not in (row, (row["name"], row["tps"], row["phone_hash"]))
            ]
            if not dry_run:
                for start in range(0, len(added), _CHUNK):
                    connection.execute(insert(voters), added[start : start + _CHUNK])
                if changed:
                    connection.execute(_correction(), [_renamed(row) for row in changed])
        return RollChange(len(added), len(changed), len(rows) - len(added) - len(changed))

    def make_codes(self, out: Path, slug: str | None = None) -> int:
        """Give every voter without a voting code one; how many were made.

        The plain codes exist only in the file ``out`` (mode 0600, never overwritten). It is
        complete on disk before the database knows any of them: their verifiers, and the public half
        of the credential that each voter will sign with.

        Raises:
            WrongState: the election is no draft. BilikError: the file exists already.
        """
        with self._database.write() as connection:
            stored = self._pick(connection, slug, State.DRAFT, "kode hanya dibuat sebelum dibuka")
            table = voters.c
            rows = connection.execute(
                select(table.id, table.nik_hash, table.nik_masked, table.name, table.tps)
                .where(table.election_id == stored.id, table.code_verifier.is_(None))
                .order_by(table.tps, table.name)
            ).all()
            if not rows:
                raise NotFound(
                    "Tidak ada pemilih yang belum punya kode. Impor daftar pemilih dulu: "
                    "`bilik roll import BERKAS.csv`."
                )
            codes = [new_code() for _ in rows]
            write_secret_file(out, code_lines(zip(rows, codes, strict=True)))
            try:
                connection.execute(
                    update(voters)
                    .where(voters.c.id == bindparam("voter"))
                    .values(
                        code_verifier=bindparam("verifier"), public_credential=bindparam("public")
                    ),
                    [
                        {"voter": row.id, **self._code_values(stored.uuid, row.nik_hash, code)}
                        for row, code in zip(rows, codes, strict=True)
                    ],
                )
            except BaseException:
                out.unlink()
                raise
        return len(rows)

    def open(self, slug: str | None = None) -> tuple[Election, Phase]:
        """Freeze the roll and open, or go on after a pause; voting starts at the hour that is set.

        The first opening makes the election's key and begins its record.

        Raises:
            WrongState: something is missing, or the election is over. BilikError: the key cannot be
            kept, or a name cannot stand in the record.
        """
        with self._database.write() as connection:
            stored = self._pick(connection, slug)
            now = self._clock()
            if stored.state not in (State.DRAFT, State.PAUSED):
                raise WrongState(_state_line(stored, "sudah dibuka atau sudah selesai"))
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
                everyone, with_code = _roll_size(connection, stored.id)
                if everyone == 0:
                    raise WrongState("Daftar pemilih kosong. Jalankan `bilik roll import` dulu.")
                if with_code < everyone:
                    raise WrongState(
                        f"{everyone - with_code} pemilih belum punya kode undangan. "
                        "Jalankan `bilik roll codes --out KODE.csv` dulu."
                    )
                values["roll_hash"] = roll_hash = _roll_hash(connection, stored.id)
                key = trustee.ensure_private_key(self._trustee_dir, stored.uuid)
                record.write_setup(connection, stored, roll_hash, key)
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
            stored = self._pick(connection, slug, State.OPEN, "hanya yang sedang buka bisa dijeda")
            self._set_state(connection, stored, State.PAUSED)
            return stored.election

    def close(self, slug: str | None = None) -> Election:
        """Close for good.

        Raises:
            WrongState: the election was never opened, or is closed already.
        """
        with self._database.write() as connection:
            stored = self._pick(connection, slug)
            if stored.state not in (State.OPEN, State.PAUSED):
                raise WrongState(_state_line(stored, "belum dibuka atau sudah ditutup"))
            self._set_state(connection, stored, State.CLOSED)
            sessions.sweep(connection, self._clock())
            return stored.election

    def standing(self, slug: str | None = None) -> Standing:
        """How many voters there are, and how many have voted."""
        with self._database.read() as connection:
            stored = self._pick(connection, slug)
            everyone, with_code = _roll_size(connection, stored.id)
            return Standing(
                stored.election,
                stored.phase(self._clock()),
                everyone,
                with_code,
                ballot_box.ballots_in(connection, stored.id),
            )

    def tally(self, slug: str | None = None) -> Result:
        """Count a closed election; counting again gives the same.

        The ballots are verified without a lock on the database: nothing comes into a closed box.

        Raises:
            WrongState: it is not closed yet. BilikError: ballots and marks differ in number, the
            election's key is missing, or the box is not what was counted before.
        """
        with self._database.write() as connection:
            stored = self._pick(connection, slug)
            if stored.phase(self._clock()) not in (Phase.CLOSED, Phase.TALLIED):
                raise WrongState(
                    "Pemungutan suara belum ditutup, jadi belum boleh dihitung. "
                    "Tutup dulu dengan `bilik close`."
                )
            sessions.sweep(connection, self._clock())
            if stored.state is not State.TALLIED:
                self._set_state(connection, stored, State.CLOSED)
        with self._database.read() as connection:
            box = add_up(connection, stored)
        with self._database.write() as connection:
            stored = self._pick(connection, stored.election.slug)
            result = publish(
                connection,
                stored,
                box,
                lambda: trustee.private_key(self._trustee_dir, stored.uuid),
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
            stored = self._pick(connection, slug)
        with (
            new_directory(directory),
            (directory / f"{stored.uuid}.bel").open("w+b") as file,
        ):
            with self._database.read() as connection:
                source = record.write_archive(connection, stored, file)
            return describe(source, file, directory, workers)

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
            stored = self._pick(connection, slug, State.DRAFT, "hanya rancangan yang bisa dihapus")
            connection.execute(delete(voters).where(voters.c.election_id == stored.id))
            connection.execute(delete(elections).where(elections.c.id == stored.id))

    def slugs(self) -> list[str]:
        """The codes of all elections, the oldest first."""
        with self._database.read() as connection:
            return [one.election.slug for one in all_elections(connection)]

    def _voter_row(self, election_id: int, entry: RollEntry) -> dict[str, object]:
        return {
            "election_id": election_id,
            "nik_hash": self._keys.nik_hash(entry.nik),
            "nik_masked": masked_nik(entry.nik),
            "name": entry.name,
            "tps": entry.tps,
            "phone_hash": self._keys.phone_hash(entry.phone) if entry.phone else None,
        }

    def _code_values(self, uuid: str, nik_hash: bytes, code: str) -> dict[str, object]:
        secrets = self._keys.code_secrets(nik_hash, code)
        public = public_of(credential_of(secrets.seed, uuid), uuid)
        return {"verifier": secrets.verifier, "public": public}

    @staticmethod
    def _set_state(connection: Connection, stored: StoredElection, state: State) -> None:
        connection.execute(
            update(elections).where(elections.c.id == stored.id).values(state=state.value)
        )

    @staticmethod
    def _pick(
        connection: Connection,
        slug: str | None,
        state: State | None = None,
        otherwise: str = "",
    ) -> StoredElection:
        """The election of that code, or the only one there is, locked for the transaction."""
        connection.execute(select(elections.c.id).with_for_update())
        stored = all_elections(connection)
        found = [one for one in stored if slug in (None, one.election.slug)]
        if not stored:
            raise NotFound("Belum ada pemilihan. Mulai dengan `bilik election load pemilihan.yml`.")
        if not found:
            names = ", ".join(one.election.slug for one in stored)
            raise NotFound(f"Pemilihan `{slug}` tidak ada. Yang ada: {names}.")
        if len(found) > 1:
            names = ", ".join(one.election.slug for one in found)
            raise NotFound(f"Ada beberapa pemilihan; pilih dengan `--election KODE`: {names}.")
        if state is not None and found[0].state is not state:
            raise WrongState(_state_line(found[0], otherwise))
        return found[0]


_STATES = {
    State.DRAFT: "masih rancangan",
    State.OPEN: "sudah dibuka",
    State.PAUSED: "sedang dijeda",
    State.CLOSED: "sudah ditutup",
    State.TALLIED: "sudah dihitung",
}


def _state_line(stored: StoredElection, reason: str) -> str:
    return f"Pemilihan `{stored.election.slug}` {_STATES[stored.state]}: {reason}."


def _roll_size(connection: Connection, election_id: int) -> tuple[int, int]:
    table = voters.c
    row = connection.execute(
        select(func.count(table.id), func.count(table.code_verifier)).where(
            table.election_id == election_id
        )
    ).one()
    return int(row[0]), int(row[1])


def _roll_hash(connection: Connection, election_id: int) -> bytes:
    """SHA-256 over the roll as it is at opening, in the order of the keyed NIK hashes."""
    digest = hashlib.sha256()
    table = voters.c
    rows = connection.execute(
        select(table.nik_hash, table.name, table.tps, table.code_verifier)
        .where(table.election_id == election_id)
        .order_by(table.nik_hash)
    )
    for row in rows:
        for part in (row.nik_hash, row.name.encode(), row.tps.encode(), row.code_verifier):
            digest.update(len(part).to_bytes(4, "big") + part)
    return digest.digest()


def _correction() -> object:
    return (
        update(voters)
        .where(
            voters.c.election_id == bindparam("of_election"),
            voters.c.nik_hash == bindparam("of_nik"),
        )
        .values(
            name=bindparam("new_name"), tps=bindparam("new_tps"), phone_hash=bindparam("new_phone")
        )
    )


def _renamed(row: dict[str, object]) -> dict[str, object]:
    return {
        "of_election": row["election_id"], "of_nik": row["nik_hash"], "new_name": row["name"],
        "new_tps": row["tps"], "new_phone": row["phone_hash"],
    }  # fmt: skip
