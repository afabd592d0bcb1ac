"""Long after the count: the voters' data deleted, by two members."""

from __future__ import annotations

from dataclasses import replace

from bilik.domain.audit import Act, Details
from bilik.services import purge
from bilik.services.desk.seat import Seat
from bilik.services.elections import pick
from bilik.services.purge import PurgeAsked, Purged


class Afterwards(Seat):
    """What is left to do of an election that is over."""

    def ask_for_purge(self, slug: str | None = None) -> PurgeAsked:
        """Ask for the voters' data of a counted election to be deleted; another member approves.

        Raises:
            WrongState: it is not counted, or its data is still to be kept, or deleted already.
            BilikError: somebody has asked.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug)
            asked = purge.ask(connection, stored, self._clock(), self._actor)
            self._note(connection, Act.ASK_PURGE, stored.election.slug)
            return asked

    def cancel_purge(self, slug: str | None = None) -> None:
        """Give that request up.

        Raises:
            WrongState: nobody has asked.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug)
            purge.cancel(connection, stored)
            self._note(connection, Act.CANCEL_PURGE, stored.election.slug)

    def purge_waiting(self, slug: str | None = None) -> PurgeAsked | None:
        """What a member has asked for, or None.

        Raises:
            NotFound: there is no such election.
        """
        with self._database.read() as connection:
            return purge.waiting(connection, pick(connection, slug))

    def purge_asked(self, slug: str | None = None) -> PurgeAsked:
        """What another member has asked for.

        Raises:
            WrongState: nobody has asked.
        """
        with self._database.read() as connection:
            return purge.asked(connection, pick(connection, slug))

    def purge(self, slug: str | None = None) -> Purged:
        """Delete the voters' data, as another member asked; the public record stays.

        Raises:
            WrongState: nobody has asked, or it may not be done. BilikError: it is one's own
            request.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug)
            purged = purge.approve(connection, stored, self._clock(), self._actor)
            details: Details = {"pemilih": purged.voters, "pesan": purged.messages}
            self._note(connection, Act.PURGE, stored.election.slug, details)
        return replace(purged, lingers=not self._database.clean_up())
