"""The polling booth: everything a voter can do, each one call.

Every call takes the chat's sender id and, where it reads one, the voter's message; it answers with
an :class:`Outcome`. Nothing is recorded before :meth:`Booth.confirm`.
"""

from __future__ import annotations

from sqlalchemy import select

from bilik.domain.receipt import find_receipt
from bilik.errors import NotFound
from bilik.services import ballot_box, inbox, sessions
from bilik.services.booth.identity import Identity
from bilik.services.booth.lost import Lost
from bilik.services.booth.pressing import Pressing
from bilik.services.elections import all_elections
from bilik.services.outcomes import Scene
from bilik.services.public_view import PublicView
from bilik.services.sessions import Session, Stage
from bilik.storage.tables import voters


class Booth(Identity, Lost, Pressing):
    """The voter's side of the elections in one database."""

    def look(self, sender: str, settled: bool = False) -> Scene:
        """Where the sender stands; changes nothing.

        If ``settled``, an act of theirs that is still being recorded is waited for: an answer to
        it may have been given up, and nobody must be told meanwhile that there is none.
        """
        with self._database.write() if settled else self._database.read() as connection:
            now = self._clock()
            session = sessions.load(connection, self._keys, self._keys.sender_hash(sender), now)
            if self._is_overtaken(connection, session):
                session = Session()
            return self._scene(connection, session, now)

    def stay(self, sender: str) -> None:
        """Whoever asks something is still there: the session goes on for another while."""
        with self._database.write() as connection:
            sessions.prolong(connection, self._keys.sender_hash(sender), self._clock())

    def take_leave(self, sender: str) -> None:
        """Forget what is left of a finished or expired session: the next voter starts afresh."""
        with self._visit(sender) as (connection, session, _):
            if session.stage in (Stage.DONE, Stage.EXPIRED):
                sessions.forget(connection, self._keys.sender_hash(sender))

    def finds_receipt(self, text: str) -> tuple[str | None, bool]:
        """The receipt in a message, if it has a well-formed one, and whether it is in the box."""
        receipt = find_receipt(text)
        if receipt is None:
            return None, False
        with self._database.read() as connection:
            return receipt, ballot_box.holds(connection, receipt)

    def seen_by_all(self, slug: str) -> PublicView | None:
        """How an election stands for everybody; None if it is not opened yet."""
        try:
            return self._views.view(slug)
        except NotFound:
            return None

    def keep_not_understood(self, sender: str, text: str, scene: Scene) -> None:
        """Let a message wait for a trainer, masked, if its election allows it.

        Where several elections are open and the voter is not known yet, it is no election's.
        """
        election = scene.election
        if election is None or not election.keeps_not_understood:
            return
        with self._visit(sender) as (connection, session, _):
            query = select(voters.c.name).where(voters.c.id == session.voter_id)
            voter_name = connection.execute(query).scalar()
            for stored in all_elections(connection):
                if stored.election.slug == election.slug:
                    inbox.keep(connection, stored, text, voter_name)
