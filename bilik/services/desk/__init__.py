"""The panitia's desk: elections, rolls, voting codes, opening, closing, counting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from bilik.domain.election import State
from bilik.errors import NotFound
from bilik.services import audit, ballot_box, record
from bilik.services.desk.afterwards import Afterwards
from bilik.services.desk.attendance import Attendance
from bilik.services.desk.count import Count, TrusteeFiles
from bilik.services.desk.polling import Standing
from bilik.services.desk.preparation import Preparation
from bilik.services.desk.running import Overview, ReminderRound, Running, Sent
from bilik.services.desk.trustee_pages import TrusteePages
from bilik.services.elections import all_elections

__all__ = ["Desk", "Overview", "ReminderRound", "Sent", "Standing", "TrusteeFiles"]


class Desk(Preparation, TrusteePages, Running, Attendance, Count, Afterwards):
    """The panitia's side of the elections in one database."""

    def slugs(self) -> list[str]:
        """The codes of all elections, the oldest first."""
        with self._database.read() as connection:
            return [one.election.slug for one in all_elections(connection)]

    def holds_receipt(self, receipt: str) -> bool:
        """Whether a ballot with this receipt is in the box of any election."""
        with self._database.read() as connection:
            return ballot_box.holds(connection, receipt)

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
        """The log with its election's zone, and with a problem if the record does not agree."""
        stored = next(
            (one for one in all_elections(connection) if one.election.slug == log.election), None
        )
        if stored is None:
            return log
        log = replace(log, zone=stored.election.zone)
        if log.problem or stored.state is State.DRAFT:
            return log
        problem = record.differs_from_log(connection, stored, log.entries)
        return replace(log, problem=problem or audit.differs_in_hours(stored, log.entries))
