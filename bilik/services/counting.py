"""Counting a closed box, with the checks that come before any figure is named.

No ballot is opened: those that verify are multiplied, and only the product is decrypted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from bilik.belenios import ballot, credentials, group, tally, trustees, wire
from bilik.belenios.ballot import Ballot
from bilik.belenios.group import Exponent
from bilik.belenios.tally import EncryptedTally
from bilik.domain.election import Election
from bilik.domain.tally import ContestCount, by_candidate
from bilik.errors import BilikError, InvalidRecord
from bilik.services import ballot_box, record
from bilik.services.credentials import credential_hash
from bilik.services.elections import StoredElection
from bilik.services.trustee import OWNER
from bilik.storage.tables import ballots, records


@dataclass(frozen=True)
class Result:
    """A count: per contest, with the number of ballots and of those set aside as spoilt."""

    election: Election
    counts: tuple[ContestCount, ...]
    ballots: int
    set_aside: int


@dataclass
class Box:
    """A box whose ballots have all been looked at; ``encrypted`` adds up the good ones."""

    encrypted: EncryptedTally = ()
    good: int = 0
    set_aside: list[bytes] = field(default_factory=list)

    @property
    def ballots(self) -> int:
        """All that were in it."""
        return self.good + len(self.set_aside)


def add_up(connection: Connection, stored: StoredElection) -> Box:
    """Verify every ballot in a closed box, and multiply those that verify.

    Raises:
        BilikError: there are more or fewer ballots than voters marked, or none is valid.
    """
    _check_marks(connection, stored)
    the_election = record.election_of(connection, stored)
    query = select(records.c.credentials).where(records.c.election_id == stored.id)
    may_vote = set(credentials.read_list(connection.execute(query).scalar_one()))
    voted = set()
    box = Box()
    columns = ballots.c
    # Of the ballots of one credential the first one seen counts.
    order = columns.version.desc() if stored.election.allows_revote else columns.version

    def good_ballots() -> Iterator[Ballot]:
        rows = connection.execute(
            select(columns.tracker, columns.sealed, columns.credential_hash)
            .where(columns.election_id == stored.id)
            .order_by(order, columns.tracker)
            .execution_options(stream_results=True, max_row_buffer=record.ROWS_AT_ONCE)
        )
        for tracker, content, holder in rows:
            if hashlib.sha256(content).digest() == tracker:
                try:
                    one = ballot.verify(the_election, content)
                except InvalidRecord:
                    pass
                else:
                    whose = credential_hash(one.credential)
                    if one.credential in may_vote and holder in (whose, None):
                        may_vote.remove(one.credential)  # A second one of it is set aside.
                        voted.add(whose)
                        box.good += 1
                        yield one
                        continue
                    if stored.election.allows_revote and whose in voted and holder == whose:
                        continue  # Replaced: it stays in the record, and does not count.
            box.set_aside.append(tracker)

    box.encrypted = tally.add_up(the_election, good_ballots())
    if box.set_aside and not box.good:
        raise BilikError(
            "Tidak satu pun surat suara sah. Basis data ini rusak atau bukan milik pemilihan ini: "
            "kembalikan dari cadangan, lalu ulangi bersama saksi."
        )
    return box


def publish(
    connection: Connection, stored: StoredElection, box: Box, private_key: Callable[[], Exponent]
) -> Result:
    """Decrypt the sum, and keep it with its proofs in the record; once it is there, it stays.

    ``private_key`` is asked for only if there is something to decrypt.

    Raises:
        BilikError: the key is another election's, or the box is not what was counted before.
    """
    _check_marks(connection, stored)
    the_election = record.election_of(connection, stored)
    row = connection.execute(select(records).where(records.c.election_id == stored.id)).one()
    encrypted = wire.encode(box.encrypted)
    if row.result is None:
        key = private_key()
        if group.generator().power(key) != the_election.public_key:
            raise BilikError(
                "Kunci di BILIK_TRUSTEE_DIR bukan kunci pemilihan ini. Kembalikan berkas kunci "
                "yang dibuat saat pemilihan dibuka, lalu ulangi."
            )
        share = tally.decrypt(the_election, box.encrypted, key)
        holders = trustees.read(row.trustees)
        result = tally.combine(holders, box.encrypted, {OWNER: share}, box.good)
        connection.execute(
            update(records)
            .where(records.c.election_id == stored.id)
            .values(
                encrypted_tally=encrypted,
                partial_decryption=wire.encode(share),
                result=wire.encode(result),
            )
        )
        for tracker in box.set_aside:
            connection.execute(
                update(ballots).where(ballots.c.tracker == tracker).values(set_aside=True)
            )
    elif row.encrypted_tally != encrypted:
        raise BilikError(
            "Isi kotak tidak sama lagi dengan yang dulu dihitung. Jangan umumkan hasil; simpan "
            "basis data ini dan periksa bersama saksi."
        )
    counted = published(connection, stored)
    if counted is None:
        raise RuntimeError("the result that was just written is not there")
    return counted


def published(connection: Connection, stored: StoredElection) -> Result | None:
    """The result as the record has it; None before the count."""
    query = select(records.c.result).where(records.c.election_id == stored.id)
    data = connection.execute(query).scalar()
    if data is None:
        return None
    rows = wire.decode(tally.Result, data).result
    aside = select(func.count()).where(
        ballots.c.election_id == stored.id, ballots.c.set_aside.is_(True)
    )
    set_aside = int(connection.execute(aside).scalar_one())
    return Result(
        stored.election,
        by_candidate(stored.election, rows),
        sum(rows[0]) + set_aside,
        set_aside,
    )


def _check_marks(connection: Connection, stored: StoredElection) -> None:
    inside = ballot_box.ballots_in(connection, stored.id)
    marked = ballot_box.voters_marked(connection, stored.id)
    if inside != marked:
        raise BilikError(
            f"Isi kotak {inside} suara, tetapi {marked} pemilih tercatat memilih. "
            "Jangan umumkan hasil; simpan basis data ini dan periksa bersama saksi."
        )
