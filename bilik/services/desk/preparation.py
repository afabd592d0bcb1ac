"""Before an election opens: its file, its roll, and the voting codes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from bilik.belenios.election import new_uuid
from bilik.domain.audit import Act, Details
from bilik.domain.code_file import read_code_file
from bilik.domain.definition import read_definition
from bilik.domain.doors import Door
from bilik.domain.election import Election, State
from bilik.errors import WrongState
from bilik.services import codes, key_ceremony, portraits, roll_import
from bilik.services.codes import CodesMade
from bilik.services.definition_files import photo_check
from bilik.services.desk.seat import Seat
from bilik.services.elections import all_elections, pick
from bilik.services.files import read_text
from bilik.services.roll_import import RollChange
from bilik.services.sheets import open_sheets
from bilik.storage.tables import elections, spare_requests, spares, voters

if TYPE_CHECKING:
    from bilik.services import printing


class Preparation(Seat):
    """Drafts."""

    def load_election(self, path: Path) -> tuple[Election, bool]:
        """Load or, while it is a draft, replace an election; and whether it is a new one.

        Raises:
            FileProblems: the file has mistakes. WrongState: the election is no draft any more.
        """
        definition = read_text(path)
        election = read_definition(definition, str(path), photo_check(path.parent))
        photos = portraits.read(election, path.parent)
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
            loaded = pick(connection, election.slug)
            portraits.replace(connection, loaded.id, photos)
            digest = hashlib.sha256(definition.encode()).hexdigest()
            self._note(connection, Act.LOAD, election.slug, {"pemilihan_yml": digest})
        return election, stored is None

    def definition(self, slug: str) -> str:
        """The panitia's file, as it was loaded.

        Raises:
            NotFound: there is no such election.
        """
        with self._database.read() as connection:
            stored = pick(connection, slug)
            query = select(elections.c.definition).where(elections.c.id == stored.id)
            return str(connection.execute(query).scalar_one())

    def import_roll(
        self,
        path: Path,
        slug: str | None = None,
        dry_run: bool = False,
        sheet: str | None = None,
        to_correct: Path | None = None,
        progress: roll_import.Progress = lambda what, done, of: None,
    ) -> RollChange:
        """Add or correct voters from a CSV file or workbook: all rows or none.

        Voters who are not in the file stay, and so do telephone numbers and TPS that it has no
        column for. Nobody waits while the file is read; ``dry_run`` only reads.

        Raises:
            RollProblems: rows need mending, and are copied to ``to_correct`` if that is given.
            FileProblems: it is no roll. WrongState: the roll is frozen.
        """
        locked = "daftar pemilih sudah dikunci"
        with self._database.read() as connection:
            stored = pick(connection, slug, State.DRAFT, locked)
        with roll_import.arriving(
            path, self._keys, stored.election, sheet, to_correct, progress
        ) as arrival:
            if dry_run:
                with self._database.read() as connection:
                    return arrival.compared(connection, stored.id)
            with self._database.write() as connection:
                stored = pick(connection, slug, State.DRAFT, locked)
                change = arrival.compared(connection, stored.id)
                arrival.write(connection, stored.id, change, progress)
                details: Details = {
                    "baru": change.added,
                    "diperbaiki": change.changed,
                    "tetap": change.unchanged,
                }
                self._note(connection, Act.IMPORT, stored.election.slug, details)
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

    def unlocks(self, codes_file: Path, slug: str | None = None) -> bool:
        """Whether the codes of a file are those that the database knows.

        A file that a power cut left before the database knew of it unlocks nothing.

        Raises:
            FileProblems: the file is damaged. NotFound: it cannot be read.
        """
        with open_sheets(codes_file) as tables:
            invitations = read_code_file(tables[0].rows, str(codes_file))
        with self._database.read() as connection:
            return codes.unlock(connection, self._keys, pick(connection, slug), invitations)

    def note_letters(self, act: Act, slug: str, details: Details) -> None:
        """Note that files with codes were taken off the server, or removed from it."""
        with self._database.write() as connection:
            stored = pick(connection, slug)
            self._note(connection, act, stored.election.slug, details)

    def print_letters(
        self,
        codes_file: Path,
        out: Path,
        doors: Callable[[Election], Sequence[Door]],
        per_page: int,
        slug: str | None = None,
        progress: printing.Progress = lambda done, of: None,
    ) -> tuple[printing.Printed, Sequence[Door]]:
        """Print the letters of a file of codes, and say which of ``doors`` their QR codes open.

        ``out`` is never overwritten, mode 0600, and there as a whole or not at all.

        Raises:
            FileProblems: rows need mending or are of another election. SettingsError: no QR code
            leads anywhere. BilikError: a file exists already, cannot be written, or texts are too
            long for letters of that size.
        """
        # What draws is a sixth of what the command imports, and one command draws.
        from bilik.services import printing

        with self._database.read() as connection:
            stored = pick(connection, slug)
            invitations = printing.read_invitations(connection, stored, codes_file)
        chosen = doors(stored.election)
        made = printing.print_letters(stored, invitations, chosen, out, per_page, progress)
        return made, chosen

    def remove_draft(self, slug: str) -> None:
        """Delete a draft and its roll.

        Raises:
            WrongState: it is no draft any more.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug, State.DRAFT, "hanya rancangan yang bisa dihapus")
            key_ceremony.forget(connection, stored)
            portraits.forget(connection, stored.id)
            for table in (spare_requests, spares, voters):
                connection.execute(delete(table).where(table.c.election_id == stored.id))
            connection.execute(delete(elections).where(elections.c.id == stored.id))
            self._note(connection, Act.REMOVE, stored.election.slug)
