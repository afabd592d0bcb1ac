"""Ballots are published in batches, apart from the casts.

A cast is two inserts and waits for nobody. From time to time the ballots that are not in the chain
yet are verified and appended to it, as soon as there are :data:`BATCH` of them, and once the
election is closed, the rest. Within a batch they come in the order of their trackers; where voters
may vote again, a ballot that replaces another comes after all that replace none.

What this hides, and what it does not: whoever watches the chain, or takes the database, sees which
ballots came in one batch, of at least :data:`BATCH`, and not their order within it. The exceptions
are the ballots that still wait, of which a thief sees that they came last, and the last batch,
which may be smaller. What a database keeps beside its rows (write-ahead log, transaction ids and
dead rows of PostgreSQL, the pages of an SQLite file) may tell more, see docs/ARCHITECTURE.md. All
of it leads to ciphertexts.

Any number may publish at once. Ballots are verified outside any transaction; the append is one
transaction under a lock, and is given up if the chain has grown meanwhile. So a crash leaves
the chain as it was, or longer by a whole batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from bilik.belenios import ballot
from bilik.belenios.ballot import Ballot
from bilik.belenios.election import Election
from bilik.belenios.group import Element
from bilik.domain.election import State, Visibility
from bilik.errors import InvalidRecord
from bilik.keys import Keys
from bilik.services import chain, record, running_sum
from bilik.services.chain import Chain
from bilik.services.credentials import bytes_of, credential_hash, element_of
from bilik.services.elections import StoredElection, one_election
from bilik.storage.database import Database
from bilik.storage.tables import ballots, listed_credentials, records

BATCH = 25
"""No fewer ballots than that are published, or counted for live results, while people vote."""
MOST = 500
"""Nor more at once: a batch must fit into memory, and its append holds up casts on SQLite."""

_OVER = (State.CLOSED, State.TALLIED)
_ORDER = (ballots.c.version, ballots.c.tracker)
"""The order within a batch."""


class Row(NamedTuple):
    """A ballot as it is stored: the how-manyeth of the credential of that hash."""

    tracker: bytes
    sealed: bytes
    credential_hash: bytes | None
    version: int


@dataclass(frozen=True)
class Waiting:
    """Ballots, by tracker, that are to be published after ``chain`` if they are good."""

    stored: StoredElection
    election: Election
    chain: Chain
    rows: dict[bytes, Row]


@dataclass(frozen=True)
class Judged:
    """Ballots that were looked at: the good ones by tracker in order, and the others."""

    good: dict[bytes, Ballot]
    bad: list[bytes]


class Publisher:
    """Appends to the chains of one database."""

    def __init__(self, database: Database, keys: Keys) -> None:
        """Publish the ballots of ``database``."""
        self._database = database
        self._keys = keys

    def publish(self, election_id: int) -> int:
        """Append whatever may be published now; how many ballots that were.

        Ballots that do not verify are set aside. At the closing they are looked at once more.

        Raises:
            BoxUnavailable: the database does not answer.
        """
        published = 0
        while waiting := self._waiting(election_id):
            judged = self._judge(waiting)
            appended = self._append(waiting, judged)
            if appended is None:
                break
            published += appended
        return published

    def _waiting(self, election_id: int) -> Waiting | None:
        """What is to be looked at; None if there is nothing, or not enough."""
        with self._database.read() as connection:
            stored = one_election(connection, election_id)
            before = chain.chain_of(connection, election_id)
            if before is None:
                return None
            is_over = stored.state in _OVER
            if not is_over and _unpublished(connection, election_id) < BATCH:
                return None
            rows = _rows(connection, election_id, set_aside=False)
            if not rows and is_over and not _is_counted(connection, election_id):
                rows = _rows(connection, election_id, set_aside=True)
            if not rows:
                return None
            election = record.election_of(connection, stored)
            return Waiting(stored, election, before, rows)

    def _judge(self, waiting: Waiting) -> Judged:
        """Verify ballots, which takes a while."""
        verified = {
            row: one
            for row in waiting.rows.values()
            if (one := _verified(waiting.election, row.tracker, row.sealed))
        }
        hashes = [credential_hash(one.credential) for one in verified.values()]
        with self._database.read() as connection:
            newest = _newest_published(connection, waiting.stored.id, hashes)
            listed = _listed(
                connection, waiting.stored.id, [one.credential for one in verified.values()]
            )
        may_replace = waiting.stored.election.allows_revote
        good = {}
        for (row, one), key in zip(verified.items(), hashes, strict=True):
            known = newest.get(key)
            is_next = known is None or (may_replace and row.version > known)
            if key in listed and is_next and row.credential_hash in (key, None):
                newest[key] = row.version
                good[row.tracker] = one
        return Judged(good, [tracker for tracker in waiting.rows if tracker not in good])

    def _append(self, waiting: Waiting, judged: Judged) -> int | None:
        """Publish a batch; how many ballots it has, or None if there is no more to do now."""
        election_id = waiting.stored.id
        with self._database.write() as connection:
            # Until the commit the election is not closed, and nobody else appends.
            stored = one_election(connection, election_id, lock=True)
            chain.lock(connection, election_id)
            before = chain.chain_of(connection, election_id)
            if before != waiting.chain or not _all_wait(connection, waiting.rows):
                return None
            newly_set_aside = connection.execute(
                update(ballots)
                .where(ballots.c.tracker.in_(judged.bad), ballots.c.set_aside.is_(False))
                .values(set_aside=True)
            ).rowcount
            is_over = stored.state in _OVER
            if len(judged.good) < (1 if is_over else BATCH):
                return 0 if newly_set_aside else None
            if stored.election.visibility is Visibility.LIVE and not is_over:
                before = running_sum.extended(
                    self._keys, waiting.election, before, judged.good.values()
                )
            links = [
                (tracker, credential_hash(one.credential)) for tracker, one in judged.good.items()
            ]
            chain.append(connection, election_id, before, links)
            return len(links)


def _listed(
    connection: Connection, election_id: int, credentials: Sequence[Element]
) -> frozenset[bytes]:
    """The hashes of those credentials that are in the election's list."""
    columns = listed_credentials.c
    query = select(columns.public).where(
        columns.election_id == election_id, columns.public.in_(map(bytes_of, credentials))
    )
    return frozenset(
        credential_hash(element_of(one)) for one in connection.execute(query).scalars()
    )


def _verified(election: Election, tracker: bytes, content: bytes) -> Ballot | None:
    if hashlib.sha256(content).digest() != tracker:
        return None
    try:
        return ballot.verify(election, content)
    except InvalidRecord:
        return None


def _unpublished(connection: Connection, election_id: int) -> int:
    """How many ballots wait, those set aside left out."""
    query = (
        select(func.count())
        .select_from(ballots)
        .where(
            ballots.c.election_id == election_id,
            ballots.c.position.is_(None),
            ballots.c.set_aside.is_(False),
        )
    )
    return int(connection.execute(query).scalar_one())


def _rows(connection: Connection, election_id: int, set_aside: bool) -> dict[bytes, Row]:
    columns = ballots.c
    rows = connection.execute(
        select(columns.tracker, columns.sealed, columns.credential_hash, columns.version)
        .where(
            columns.election_id == election_id,
            columns.position.is_(None),
            columns.set_aside.is_(set_aside),
        )
        .order_by(*_ORDER)
        .limit(MOST)
    )
    return {row.tracker: Row(*row) for row in rows}


def _newest_published(
    connection: Connection, election_id: int, hashes: Sequence[bytes]
) -> dict[bytes, int]:
    """The version of the newest published ballot of each of these credentials that has one."""
    columns = ballots.c
    query = (
        select(columns.credential_hash, func.max(columns.version))
        .where(
            columns.election_id == election_id,
            columns.credential_hash.in_(hashes),
            columns.position.is_not(None),
        )
        .group_by(columns.credential_hash)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _is_counted(connection: Connection, election_id: int) -> bool:
    query = select(records.c.result).where(records.c.election_id == election_id)
    return connection.execute(query).scalar() is not None


def _all_wait(connection: Connection, trackers: Collection[bytes]) -> bool:
    """Whether ballots are still there and unpublished."""
    query = (
        select(func.count())
        .select_from(ballots)
        .where(ballots.c.tracker.in_(trackers), ballots.c.position.is_(None))
    )
    return int(connection.execute(query).scalar_one()) == len(trackers)
