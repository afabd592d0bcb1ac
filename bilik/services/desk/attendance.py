"""Who has come to vote so far: by station for everyone, by name only while voting is on."""

from __future__ import annotations

from bilik.domain.election import Phase
from bilik.domain.turnout import Station
from bilik.errors import WrongState
from bilik.services import hours, turnout
from bilik.services.desk.seat import Seat
from bilik.services.elections import pick
from bilik.services.hours import Hour
from bilik.services.turnout import Absent

VOTING_IS_ON = (Phase.OPEN, Phase.PAUSED, Phase.GRACE)


class Attendance(Seat):
    """Turnout."""

    def turnout(self, slug: str | None = None) -> list[Station]:
        """How many voted at each station, small ones together.

        Raises:
            NotFound: there is no such election.
        """
        with self._database.read() as connection:
            return turnout.by_station(connection, pick(connection, slug).id)

    def by_hour(self, slug: str | None = None) -> list[Hour]:
        """How many ballots came in each hour, in the whole election.

        Raises:
            NotFound: there is no such election.
        """
        with self._database.read() as connection:
            return hours.per_hour(connection, pick(connection, slug).id)

    def not_voted(
        self, slug: str | None = None, tps: str = "", name: str = "", page: int = 1
    ) -> Absent:
        """Who has not voted yet, so that they can be reminded.

        Raises:
            WrongState: voting is not on. Before it everybody has not, and afterwards it is of no
            more use.
        """
        with self._database.read() as connection:
            stored = pick(connection, slug)
            if stored.phase(self._clock()) not in VOTING_IS_ON:
                raise WrongState(
                    "Daftar yang belum memilih hanya ada selama pemungutan suara berlangsung."
                )
            return turnout.not_voted(connection, stored.id, tps, name, page)
