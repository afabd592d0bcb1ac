"""An election's chain as it is stored: which ballots are published, in what order, and its end.

The chain's contents are the ballots themselves, each with its place. What binds them is the last
event, in which all before it are named: a published ballot that was altered, taken out or moved no
longer leads to it. The same rows give the same chain, and it only ever grows at its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection

from bilik.belenios import archive, wire
from bilik.belenios.archive import Event, EventType
from bilik.errors import BilikError
from bilik.storage.tables import ballots, chains, records

ROWS_AT_ONCE = 200
"""Ballots are read so many at a time: a box may be larger than memory."""


@dataclass(frozen=True)
class Chain:
    """How far a chain has come: its last event, and what is added up of it for live results.

    ``sealed_sum`` holds the encrypted sum of the first ``summed`` ballots; it is sealed because the
    server decrypts of it, and must not decrypt what somebody else wrote there.
    """

    last: Event
    summed: int = 0
    sealed_sum: bytes | None = None

    @property
    def ballots(self) -> int:
        """How many ballots are published; the setup has height 0."""
        return self.last.height

    @property
    def head(self) -> str:
        """The hash of the last event: who keeps it has fixed all before it."""
        return archive.hash_of(self.last)


def chain_of(connection: Connection, election_id: int) -> Chain | None:
    """The chain of an election; None if it has no record."""
    row = connection.execute(select(chains).where(chains.c.election_id == election_id)).first()
    if row is not None:
        return Chain(wire.decode(Event, row.last_event), row.summed, row.sealed_sum)
    setup = _setup_of(connection, election_id)
    return Chain(setup) if setup else None


def lock(connection: Connection, election_id: int) -> None:
    """Be the chain's one writer until the transaction ends."""
    query = select(records.c.election_id).where(records.c.election_id == election_id)
    connection.execute(query.with_for_update()).first()


def append(
    connection: Connection, election_id: int, chain: Chain, links: Sequence[tuple[bytes, bytes]]
) -> None:
    """Publish ballots after ``chain``, which the caller has locked, and keep it as it then is.

    ``links`` are trackers and credential hashes in order. What ``chain`` says of sums is kept.
    """
    last, places = chain.last, []
    for tracker, credential_hash in links:
        last = archive.next_event(last, EventType.BALLOT, tracker.hex())
        places.append({"of": tracker, "at": last.height, "by": credential_hash})
    connection.execute(
        update(ballots)
        .where(ballots.c.tracker == bindparam("of"))
        .values(position=bindparam("at"), credential_hash=bindparam("by"), set_aside=False),
        places,
    )
    values = {
        "last_event": wire.encode(last), "summed": chain.summed, "sealed_sum": chain.sealed_sum,
    }  # fmt: skip
    own = chains.c.election_id == election_id
    if connection.execute(update(chains).where(own).values(values)).rowcount == 0:
        connection.execute(insert(chains).values(election_id=election_id, **values))


def ballots_of(connection: Connection, election_id: int, chain: Chain) -> Iterator[bytes]:
    """The published ballots in order, none altered and all there.

    Raises:
        BilikError: one is not what was published; its line says which.
    """
    last = _setup_of(connection, election_id)
    columns = ballots.c
    rows = connection.execute(
        select(columns.position, columns.tracker, columns.sealed)
        .where(columns.election_id == election_id, columns.position <= chain.ballots)
        .order_by(columns.position)
        .execution_options(stream_results=True, max_row_buffer=ROWS_AT_ONCE)
    )
    for position, tracker, content in rows:
        expected = last.height + 1 if last else 0
        if position != expected:
            raise _broken(expected, "tidak ada lagi")
        if hashlib.sha256(content).digest() != tracker:
            raise _broken(position, "isinya sudah berubah")
        last = archive.next_event(last, EventType.BALLOT, tracker.hex())
        yield content
    if last is None or last.height < chain.ballots:
        raise _broken(last.height + 1 if last else 0, "tidak ada lagi")
    if last != chain.last:
        raise BilikError(
            "Surat suara yang sudah diterbitkan bukan lagi yang dulu, atau urutannya berubah. "
            "Jangan umumkan hasil; simpan basis data ini dan periksa bersama saksi."
        )


def _broken(position: int, what: str) -> BilikError:
    return BilikError(
        f"Surat suara ke-{position} yang sudah diterbitkan {what}. Jangan umumkan hasil; simpan "
        "basis data ini dan periksa bersama saksi."
    )


def _setup_of(connection: Connection, election_id: int) -> Event | None:
    columns = records.c
    row = connection.execute(
        select(columns.election, columns.trustees, columns.credentials_hash).where(
            columns.election_id == election_id
        )
    ).first()
    if row is None:
        return None
    payload = archive.setup_payload(row.election, row.trustees, row.credentials_hash)
    return archive.next_event(None, EventType.SETUP, wire.sha256_hex(payload))
