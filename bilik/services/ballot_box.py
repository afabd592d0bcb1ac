"""The ballot box: casting in one transaction, and counting what is in it.

Until the Belenios box takes its place, a ballot is sealed with the server's ballot key: whoever
holds that key *and* the database can open ballots. The rows do not tell whose they are; what the
database writes beside them may.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bilik.domain.ballot import decode_selections, encode_selections, tracker
from bilik.domain.election import Election, Selections
from bilik.domain.receipt import is_plain, receipt_of
from bilik.keys import Keys, SealBroken
from bilik.services.elections import StoredElection
from bilik.storage.tables import ballots, participations, voters

_TRIES = 100


class AlreadyVoted(Exception):
    """The voter's ballot is in the box; no second one was put there."""


def has_voted(connection: Connection, voter_id: int) -> bool:
    """Whether the voter's ballot is in the box."""
    query = select(participations.c.voter_id).where(participations.c.voter_id == voter_id)
    return connection.execute(query).first() is not None


def cast(
    connection: Connection,
    keys: Keys,
    stored: StoredElection,
    voter_id: int,
    selections: Selections,
) -> str:
    """Mark the voter and put the ballot in, within the caller's transaction; the receipt.

    Raises:
        AlreadyVoted: the database refused a second mark for this voter.
    """
    try:
        with connection.begin_nested():
            connection.execute(insert(participations).values(voter_id=voter_id))
    except IntegrityError:
        raise AlreadyVoted from None
    content = encode_selections(selections, stored.election)
    for _ in range(_TRIES):
        sealed = keys.ballots.seal(content, _context(stored.election))
        ballot_tracker = tracker(sealed)
        receipt = receipt_of(ballot_tracker)
        if not is_plain(receipt):
            continue
        try:
            with connection.begin_nested():
                connection.execute(
                    insert(ballots).values(
                        tracker=ballot_tracker,
                        election_id=stored.id,
                        receipt=receipt,
                        sealed=sealed,
                    )
                )
        except IntegrityError:
            continue  # Another ballot's receipt has the same 40 bits: seal afresh.
        return receipt
    raise RuntimeError("no free receipt in several tries")


def holds(connection: Connection, receipt: str) -> bool:
    """Whether a ballot with this receipt is in the box of any election."""
    query = select(ballots.c.tracker).where(ballots.c.receipt == receipt)
    return connection.execute(query).first() is not None


def ballots_in(connection: Connection, election_id: int) -> int:
    """How many ballots an election's box holds."""
    query = select(func.count()).select_from(ballots).where(ballots.c.election_id == election_id)
    return int(connection.execute(query).scalar_one())


def voters_marked(connection: Connection, election_id: int) -> int:
    """How many voters of an election are marked as having voted."""
    query = (
        select(func.count())
        .select_from(participations.join(voters))
        .where(voters.c.election_id == election_id)
    )
    return int(connection.execute(query).scalar_one())


def open_ballots(
    connection: Connection, keys: Keys, stored: StoredElection
) -> Iterator[Selections | None]:
    """The contents of all ballots, in the order of their trackers; None for a spoilt one."""
    query = select(ballots.c.sealed).where(ballots.c.election_id == stored.id)
    for sealed in connection.execute(query.order_by(ballots.c.tracker)).scalars():
        try:
            content = keys.ballots.unseal(sealed, _context(stored.election))
            yield decode_selections(content, stored.election)
        except (SealBroken, ValueError):
            yield None


def _context(election: Election) -> bytes:
    return b"ballot/" + election.slug.encode()
