"""The ballot box: a voter's ballot is made, and cast in one transaction.

A ballot is a Belenios ballot: it shows neither the choice nor, to whom the record and the database
are all there is, the voter. The rows do not tell when it came.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bilik.belenios import ballot, credentials, election
from bilik.domain.ballot import places
from bilik.domain.election import Election, Selections
from bilik.domain.receipt import is_plain, receipt_of
from bilik.services import letters
from bilik.services.credentials import credential_hash
from bilik.services.elections import StoredElection
from bilik.storage.tables import ballots, participations, voters

_TRIES = 100
_HAS_VOTED = select(participations.c.voter_id).where(
    participations.c.voter_id == bindparam("voter")
)


class AlreadyVoted(Exception):
    """The voter's ballot is in the box; no second one was put there."""


class LetterReplaced(Exception):
    """The voter has been given another letter since they proved who they are."""


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
        holder = credential_hash(credentials.public_key(secret))
        answers = places(self.selections, self.election)
        for _ in range(_TRIES):
            made = MadeBallot(ballot.make(self.box, secret, answers), holder)
            if is_plain(made.receipt):
                return made
        raise RuntimeError("no plain receipt in several tries")


@dataclass(frozen=True, repr=False)
class MadeBallot:
    """A ballot in its published form; the randomness in it is forgotten."""

    content: bytes
    credential_hash: bytes

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
    return connection.execute(_HAS_VOTED, {"voter": voter_id}).first() is not None


def cast(
    connection: Connection,
    stored: StoredElection,
    voter_id: int,
    spare: int | None,
    maker: Maker,
    made: MadeBallot,
) -> str:
    """Mark the voter and put the ballot in, within the caller's transaction; the receipt.

    ``spare`` is the number of the spare letter that the voter came with, if it was one. ``maker``
    makes another ballot if the receipt of ``made`` is taken.

    Raises:
        LetterReplaced: that is not their letter any more. AlreadyVoted: they have voted, and may
        not vote again.
    """
    # One voter's casts come one after another; those of different voters need not.
    if letters.held_spare(connection, voter_id, lock=True) != spare:
        raise LetterReplaced
    if not has_voted(connection, voter_id):
        _mark(connection, voter_id)
    elif not stored.election.allows_revote:
        raise AlreadyVoted
    version = _versions(connection, stored, made) + 1
    for _ in range(_TRIES):
        try:
            with connection.begin_nested():
                connection.execute(
                    insert(ballots).values(
                        tracker=made.tracker,
                        election_id=stored.id,
                        receipt=made.receipt,
                        sealed=made.content,
                        credential_hash=made.credential_hash,
                        version=version,
                    )
                )
        except IntegrityError:
            made = maker.make()  # Another ballot's receipt has the same 40 bits.
            continue
        return made.receipt
    raise RuntimeError("no free receipt in several tries")


def _mark(connection: Connection, voter_id: int) -> None:
    try:
        with connection.begin_nested():
            connection.execute(insert(participations).values(voter_id=voter_id))
    except IntegrityError:
        raise AlreadyVoted from None


def _versions(connection: Connection, stored: StoredElection, made: MadeBallot) -> int:
    """How many ballots of the same credential are in the box."""
    columns = ballots.c
    query = select(func.max(columns.version)).where(
        columns.election_id == stored.id, columns.credential_hash == made.credential_hash
    )
    return int(connection.execute(query).scalar() or 0)


def holds(connection: Connection, receipt: str, election_id: int | None = None) -> bool:
    """Whether a ballot with this receipt is in the box of that election, or else of any.

    One that its voter has replaced is there too, and nothing tells it apart until the record is
    published: whoever has made a voter show their receipt does not learn that they voted again.
    """
    query = select(ballots.c.tracker).where(ballots.c.receipt == receipt)
    if election_id is not None:
        query = query.where(ballots.c.election_id == election_id)
    return connection.execute(query).first() is not None


def ballots_in(connection: Connection, stored: StoredElection) -> int:
    """How many ballots an election's box holds, of a voter who has voted again one."""
    query = select(func.count()).where(ballots.c.election_id == stored.id)
    if stored.election.allows_revote:
        query = query.where(ballots.c.version == 1)
    return int(connection.execute(query).scalar_one())


def counting_in(connection: Connection, election_id: int) -> int:
    """How many of the published ballots count: of each credential the last one."""
    columns = ballots.c
    query = select(func.count(columns.credential_hash.distinct())).where(
        columns.election_id == election_id, columns.position.is_not(None)
    )
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
