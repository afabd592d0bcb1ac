"""Voting codes and spare ones, made for a whole roll: all of them, or none.

Each costs one Argon2id, so a large roll takes a while: it is done by several processes, outside any
transaction, in memory that does not grow with the roll. Codes stand only in the files that are
written; those are complete on disk before one transaction tells the database all of the codes'
verifiers, and what each letter's credential is in public. Whatever comes between, an error or a
power cut, leaves a roll without codes and at most the remains of a file that unlocks nothing.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice, tee
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from bilik.domain import voting_code
from bilik.domain.code_file import SPARES_HEADER, VOTERS_HEADER, Invitation
from bilik.domain.election import State
from bilik.errors import BilikError, NotFound, WrongState
from bilik.keys import CodeStretcher, Keys
from bilik.parallel import mapper
from bilik.services.credentials import credential_of, public_of, spare_context
from bilik.services.elections import StoredElection, one_election, state_line
from bilik.services.secret_files import new_secret_files
from bilik.storage.database import Database
from bilik.storage.tables import elections, spares, voters

FEWEST_SPARES = 2
_CHUNK = 1000
_CHANGED = (
    "Daftar pemilih berubah selama kode dibuat, jadi kode-kode itu tidak dipakai. "
    "Ulangi `bilik roll codes`."
)

Progress = Callable[[int, int], None]
"""Is told now and then how many are made, of how many."""
MOST_TRIED = 20
"""Codes of a file that are compared with the database, each at the cost of one Argon2."""


@dataclass(frozen=True)
class CodesMade:
    """How many codes and spares were made, and where the spares are, if there are any."""

    codes: int
    spares: int
    spare_file: Path | None


@dataclass(frozen=True)
class Need:
    """How many voters lack a code, and which numbers new spares get, the last one included."""

    voters: int
    first_spare: int
    last_spare: int

    @property
    def spares(self) -> int:
        """How many spares are to be made."""
        return max(0, self.last_spare - self.first_spare + 1)


@dataclass(frozen=True, repr=False)
class Letter:
    """A letter to be made: whose row it is, what stands beside its code, and the code itself."""

    of_spare: bool
    key: int
    fields: tuple[object, ...]
    context: bytes
    code: str


def need_of(connection: Connection, stored: StoredElection) -> Need:
    """What a draft lacks."""
    table = voters.c
    everyone, with_code = connection.execute(
        select(func.count(table.id), func.count(table.code_verifier)).where(
            table.election_id == stored.id
        )
    ).one()
    query = select(func.max(spares.c.number)).where(spares.c.election_id == stored.id)
    there = connection.execute(query).scalar() or 0
    return Need(everyone - with_code, there + 1, _reserve(everyone, stored.election.spare_percent))


def make(
    database: Database,
    stretch: CodeStretcher,
    stored: StoredElection,
    need: Need,
    out: Path,
    spare_out: Path,
    note: Callable[[Connection, CodesMade], object],
    workers: int = 1,
    progress: Progress = lambda done, of: None,
) -> CodesMade:
    """Make what ``need`` says, and write it to new files; ``note`` joins the one transaction.

    Raises:
        NotFound: nothing is needed. BilikError: a file exists already or cannot be written, or the
        roll has changed meanwhile.
    """
    if not need.voters and not need.spares:
        raise NotFound(
            "Tidak ada pemilih yang belum punya kode. Impor daftar pemilih dulu: "
            "`bilik roll import BERKAS.csv`."
        )
    made = CodesMade(need.voters, need.spares, spare_out if need.spares else None)
    paths = {False: out} if need.voters else {}
    if need.spares:
        paths[True] = spare_out
    with new_secret_files(list(paths.values())) as files, TemporaryFile("w+") as values:
        writers = {
            of_spare: csv.writer(text, lineterminator="\n")
            for of_spare, text in zip(paths, files.texts, strict=True)
        }
        for of_spare, writer in writers.items():
            writer.writerow(SPARES_HEADER if of_spare else VOTERS_HEADER)
        with TemporaryFile("w+") as spool, mapper(workers) as each:
            with database.read() as connection:
                _spool(connection, stored, spool)
            jobs, letters = tee(_letters(spool, stored.uuid, need))
            results = each(partial(_values, stretch, stored.uuid), jobs)
            for done, (letter, kept) in enumerate(zip(letters, results, strict=True), start=1):
                if letter.of_spare not in writers:
                    raise BilikError(_CHANGED)
                fields = (*letter.fields, voting_code.printed(letter.code))
                writers[letter.of_spare].writerow(fields)
                values.write(json.dumps([letter.of_spare, letter.key, *kept]) + "\n")
                progress(done, need.voters + need.spares)
        files.complete()
        with database.write() as connection:
            _see_that_nothing_changed(connection, stored, need)
            values.seek(0)
            _store(connection, stored, values)
            note(connection, made)
    return made


def unlock(
    connection: Connection, keys: Keys, stored: StoredElection, invitations: Iterable[Invitation]
) -> bool:
    """Whether any of these codes is the one that the database knows of its voter, or of the spare.

    Looks no further than :data:`MOST_TRIED` that the database has a code to compare with. Codes are
    made all or none, but voters' names may have been mended since, and letters replaced.
    """
    tried = 0
    for invitation in invitations:
        table: Any = voters
        if invitation.spare is not None:
            table, own = spares, spares.c.number == invitation.spare
        else:
            own = (voters.c.nik_masked == invitation.nik) & (voters.c.name == invitation.name)
        query = select(table).where(
            table.c.election_id == stored.id, own, table.c.code_verifier.is_not(None)
        )
        for row in connection.execute(query).all():
            context = (
                row.nik_hash
                if invitation.spare is None
                else spare_context(stored.uuid, invitation.spare)
            )
            tried += 1
            made = keys.code_secrets(context, invitation.code).verifier
            if made == bytes(row.code_verifier):
                return True
            if tried == MOST_TRIED:
                return False
    return False


def _reserve(everyone: int, percent: int) -> int:
    """So many spares belong to a roll: the percentage, rounded up, but not fewer than two."""
    return max(FEWEST_SPARES, -(-everyone * percent // 100)) if percent and everyone else 0


def _spool(connection: Connection, stored: StoredElection, spool: IO[str]) -> None:
    """Note who needs a code, in the order of the letters: no query stays open during the work."""
    table = voters.c
    rows = connection.execute(
        select(table.id, table.nik_hash, table.name, table.tps, table.nik_masked)
        .where(table.election_id == stored.id, table.code_verifier.is_(None))
        .order_by(table.tps, table.name, table.id)
        .execution_options(stream_results=True, max_row_buffer=_CHUNK)
    )
    for row in rows:
        spool.write(json.dumps([row.nik_hash.hex(), row.id, row.name, row.tps, row.nik_masked]))
        spool.write("\n")
    spool.seek(0)


def _letters(spool: IO[str], uuid: str, need: Need) -> Iterator[Letter]:
    """The letters of the voters, then the spare ones."""
    for line in spool:
        nik_hash, key, *fields = json.loads(line)
        yield Letter(False, key, tuple(fields), bytes.fromhex(nik_hash), voting_code.new_code())
    for number in range(need.first_spare, need.first_spare + need.spares):
        context = spare_context(uuid, number)
        yield Letter(True, number, (number,), context, voting_code.new_code())


def _values(stretch: CodeStretcher, uuid: str, letter: Letter) -> tuple[str, str]:
    """What the database keeps of a letter, in hexadecimal: verifier and public credential."""
    secrets = stretch(letter.context, letter.code)
    return secrets.verifier.hex(), public_of(credential_of(secrets.seed, uuid), uuid).hex()


def _see_that_nothing_changed(connection: Connection, stored: StoredElection, need: Need) -> None:
    """Lock the election, and see that it is a draft that lacks what it lacked before the work."""
    connection.execute(select(elections.c.id).where(elections.c.id == stored.id).with_for_update())
    present = one_election(connection, stored.id)
    if present.state is not State.DRAFT:
        raise WrongState(state_line(present, "kode hanya dibuat sebelum dibuka"))
    if need_of(connection, stored) != need:
        raise BilikError(_CHANGED)


def _store(connection: Connection, stored: StoredElection, values: IO[str]) -> None:
    to_voters = (
        update(voters)
        .where(voters.c.id == bindparam("key"))
        .values(code_verifier=bindparam("verifier"), public_credential=bindparam("public"))
    )
    to_spares = insert(spares).values(
        election_id=stored.id,
        number=bindparam("key"),
        code_verifier=bindparam("verifier"),
        public_credential=bindparam("public"),
    )
    lines = map(json.loads, values)
    while chunk := list(islice(lines, _CHUNK)):
        for of_spare, statement in ((False, to_voters), (True, to_spares)):
            rows = [
                {"key": key, "verifier": bytes.fromhex(one), "public": bytes.fromhex(other)}
                for belongs, key, one, other in chunk
                if belongs is of_spare
            ]
            if rows:
                connection.execute(statement, rows)
