"""The ballot box: a voter's ballot is made, and cast in one transaction.

A ballot is a Belenios ballot: it shows neither the choice nor, to whom the record and the database
are all there is, the voter. The rows do not tell when it came.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bilik.belenios import ballot, credentials, election
from bilik.domain.ballot import places
from bilik.domain.election import Election, Selections
from bilik.domain.receipt import is_plain, receipt_of
from bilik.services.elections import StoredElection
from bilik.storage.tables import ballots, participations, voters

_TRIES = 100


class AlreadyVoted(Exception):
    """The voter's ballot is in the box; no second one was put there."""


@dataclass(frozen=True, repr=False)
class Maker:
    """What a voter's ballot is made of; it can be made again and again, never twice the same."""

    box: election.Election
    election: Election
    credential: str
    selections: Selections

    def make(self) -> MadeBallot:
        """A ballot whose receipt is fit to be kept by a voter."""
        secret = credentials.secret_key(self.credential, self.box.uuid)
        answers = places(self.selections, self.election)
        for _ in range(_TRIES):
            made = MadeBallot(ballot.make(self.box, secret, answers))
            if is_plain(made.receipt):
                return made
        raise RuntimeError("no plain receipt in several tries")


@dataclass(frozen=True, repr=False)
class MadeBallot:
    """A ballot in its published form; the randomness in it is forgotten."""

    content: bytes

    @property
    def tracker(self) -> bytes:
        """What the ballot is known by: in hexadecimal, its file's name in the record."""
        return hashlib.sha256(self.content).digest()

    @property
    def receipt(self) -> str:
        """The tracker's short form."""
        return receipt_of(self.tracker)


def has_voted(connection: Connection, voter_id: int) -> bool:
    """Whether the voter's ballot is in the box."""
    query = select(participations.c.voter_id).where(participations.c.voter_id == voter_id)
    return connection.execute(query).first() is not None


def cast(
    connection: Connection,
    stored: StoredElection,
    voter_id: int,
    maker: Maker,
    made: MadeBallot,
) -> str:
    """Mark the voter and put the ballot in, within the caller's transaction; the receipt.

    ``maker`` makes another ballot if the receipt of ``made`` is taken.

    Raises:
        AlreadyVoted: the database refused a second mark for this voter.
    """
    try:
        with connection.begin_nested():
            connection.execute(insert(participations).values(voter_id=voter_id))
    except IntegrityError:
        raise AlreadyVoted from None
    for _ in range(_TRIES):
        try:
            with connection.begin_nested():
                connection.execute(
                    insert(ballots).values(
                        tracker=made.tracker,
                        election_id=stored.id,
                        receipt=made.receipt,
                        sealed=made.content,
                    )
                )
        except IntegrityError:
            made = maker.make()  # Another ballot's receipt has the same 40 bits.
            continue
        return made.receipt
    raise RuntimeError("no free receipt in several tries")


def holds(connection: Connection, receipt: str) -> bool:
    """Whether a ballot with this receipt is in the box of any election."""
    query = select(ballots.c.tracker).where(ballots.c.receipt == receipt)
    return connection.execute(query).first() is not None


def ballots_in(connection: Connection, election_id: int) -> int:
    """How many ballots an election's box holds."""
    query = select(func.count()).select_from(ballots).where(ballots.c.election_id == election_id)
    return int(connection.execute(query).scalar_one())


def set_aside_in(connection: Connection, election_id: int) -> int:
    """How many of them were found not to be valid."""
    query = select(func.count()).where(
        ballots.c.election_id == election_id, ballots.c.set_aside.is_(True)
    )
    return int(connection.execute(query).scalar_one())


def voters_marked(connection: Connection, election_id: int) -> int:
    """How many voters of an election are marked as having voted."""
    query = (
        select(func.count())
        .select_from(participations.join(voters))
        .where(voters.c.election_id == election_id)
    )
    return int(connection.execute(query).scalar_one())
