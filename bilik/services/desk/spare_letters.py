"""Spare letters while people vote: one member asks, another gives."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import Connection

from bilik.domain.audit import Act, Details
from bilik.errors import BilikError
from bilik.services import reserve, roll, turnout
from bilik.services.desk.seat import Seat
from bilik.services.elections import StoredElection, pick
from bilik.services.reserve import Given, Request
from bilik.services.roll_import import read_entries


class SpareLetters(Seat):
    """The reserve."""

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
        """Ask to add the one voter in a spreadsheet, with a spare letter; another member approves.

        Raises:
            FileProblems: the row needs mending. WrongState: voting is not on, or the voter is on
            the roll. BilikError: it is not one voter, no spare is left, or the roll has no such
            station.
        """
        entries = read_entries(path, most=1)
        if len(entries) != 1:
            raise BilikError(f"Berkas {path} harus berisi satu pemilih, tidak lebih.")
        with self._database.write() as connection:
            stored = pick(connection, slug)
            # A station of one voter would be put together with another, which nobody could undo.
            known = turnout.places(connection, stored.id)
            if any(known) and entries[0].tps not in known:
                told = f"TPS “{entries[0].tps}” tidak ada di daftar pemilih"
                raise BilikError(
                    f"{told if entries[0].tps else 'TPS belum diisi'}. Tulis persis seperti di "
                    f"daftar pemilih, misalnya {next(filter(None, known))}."
                )
            row = roll.row_of(self._keys, stored.id, entries[0])
            request = reserve.ask_for_late(connection, stored, self._clock(), self._actor, row)
            return self._asked(connection, stored, request)

    def places(self, slug: str | None = None) -> tuple[str, ...]:
        """The stations on the roll.

        Raises:
            NotFound: there is no such election.
        """
        with self._database.read() as connection:
            return turnout.places(connection, pick(connection, slug).id)

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

    def _asked(self, connection: Connection, stored: StoredElection, request: Request) -> Request:
        details: Details = {"permintaan": request.number, "jenis": request.kind.value}
        self._note(connection, Act.ASK, stored.election.slug, details)
        return request
