"""Interim counts, where results are live: the sum of the batches before the newest, decrypted.

Two counts differ by at least :data:`bilik.services.batches.BATCH` ballots, for they are made of
whole batches only; and so do the last one and the result, for the newest batch is always left out.
Otherwise the difference could be a single ballot, of a voter who is known to have been the last.
They are not part of the record, which has no place for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bilik.belenios import group, tally, trustees, wire
from bilik.belenios.group import Exponent
from bilik.belenios.tally import Result
from bilik.domain.election import Election, State, Visibility
from bilik.domain.tally import ContestCount, by_candidate
from bilik.errors import BilikError, WrongState
from bilik.keys import Keys, SealBroken
from bilik.services import chain, record, running_sum
from bilik.services.elections import StoredElection, one_election
from bilik.services.trustee import OWNER
from bilik.storage.database import Database
from bilik.storage.tables import interim_counts, records


@dataclass(frozen=True)
class Interim:
    """The count of the first ``ballots`` ballots in the chain, while others may still come."""

    election: Election
    counts: tuple[ContestCount, ...]
    ballots: int


def newest(connection: Connection, stored: StoredElection) -> Interim | None:
    """The newest interim count, until the result takes its place; None if there is none."""
    if stored.election.visibility is not Visibility.LIVE or stored.state is State.TALLIED:
        return None
    columns = interim_counts.c
    row = connection.execute(
        select(interim_counts)
        .where(columns.election_id == stored.id)
        .order_by(columns.ballots.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    rows = wire.decode(Result, row.result).result
    return Interim(stored.election, by_candidate(stored.election, rows), row.ballots)


def count(
    database: Database, keys: Keys, election_id: int, private_key: Callable[[], Exponent]
) -> bool:
    """Count what may be shown by now, unless that has been done; whether there is a new count.

    ``private_key`` is asked for only if there is something to decrypt.

    Raises:
        WrongState: the election's results are not live, or it is closed. BilikError: the key is
        another election's, or the sum is not ours.
    """
    with database.read() as connection:
        stored = one_election(connection, election_id)
        if stored.election.visibility is not Visibility.LIVE:
            raise WrongState(
                f"Pemilihan `{stored.election.slug}` baru boleh dihitung setelah ditutup."
            )
        if stored.state not in (State.OPEN, State.PAUSED):
            raise WrongState(f"Pemilihan `{stored.election.slug}` tidak sedang berlangsung.")
        at = chain.chain_of(connection, election_id)
        known = newest(connection, stored)
        if at is None or at.summed == 0:
            return False
        election = record.election_of(connection, stored)
        query = select(records.c.trustees).where(records.c.election_id == election_id)
        holders = trustees.read(connection.execute(query).scalar_one())
    try:
        sums = running_sum.read(keys, stored.uuid, at)
    except SealBroken:
        sums = None
    if sums is None:
        raise BilikError(
            "Jumlah sementara di basis data bukan buatan server ini, jadi tidak dibuka. Hasil "
            "sementara berhenti di sini; `bilik tally` menghitung semuanya sesudah ditutup."
        )
    if sums.ballots == (known.ballots if known else 0):
        return False
    key = private_key()
    if group.generator().power(key) != election.public_key:
        raise BilikError(
            "Kunci di BILIK_TRUSTEE_DIR bukan kunci pemilihan ini. Kembalikan berkas kunci yang "
            "dibuat saat pemilihan dibuka, lalu ulangi."
        )
    share = tally.decrypt(election, sums.shown, key)
    result = tally.combine(holders, sums.shown, {OWNER: share}, sums.ballots)
    try:
        with database.write() as connection:
            connection.execute(
                insert(interim_counts).values(
                    election_id=election_id, ballots=sums.ballots, result=wire.encode(result)
                )
            )
    except IntegrityError:
        return False  # Somebody else has just counted the same.
    return True
