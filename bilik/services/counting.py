"""Counting a closed box, with the checks that come before any figure is named.

No ballot is opened: those that verify are multiplied, and only the product is decrypted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bilik.belenios import ballot, credentials, group, tally, trustees, wire
from bilik.belenios.ballot import Ballot
from bilik.belenios.group import Exponent
from bilik.belenios.tally import EncryptedTally
from bilik.domain.election import Election, State
from bilik.domain.tally import ContestCount, by_candidate
from bilik.errors import BilikError, InvalidRecord, WrongState
from bilik.keys import Keys, SealBroken
from bilik.services import ballot_box, chain, record, running_sum
from bilik.services.chain import Chain
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


def add_up(connection: Connection, stored: StoredElection, keys: Keys) -> Box:
    """Verify every published ballot of a closed box, and multiply them.

    One after the other: besides the list of credentials, some 350 MB a million, nothing grows with
    their number.

    Raises:
        BilikError: a published ballot is missing, altered or not valid; there are more or fewer
        ballots than voters marked; none is valid; or the sum for live results was another one.
    """
    _check_marks(connection, stored)
    the_election = record.election_of(connection, stored)
    query = select(records.c.credentials).where(records.c.election_id == stored.id)
    may_vote = set(credentials.read_list(connection.execute(query).scalar_one()))
    at = chain.chain_of(connection, stored.id)
    if at is None:
        raise RuntimeError("an election without a record has no box")
    box = Box(good=at.ballots, set_aside=_left_out(connection, stored))
    if box.set_aside and not box.good:
        raise BilikError(
            "Tidak satu pun surat suara sah. Basis data ini rusak atau bukan milik pemilihan ini: "
            "kembalikan dari cadangan, lalu ulangi bersama saksi."
        )

    def good_ballots() -> Iterator[Ballot]:
        contents = chain.ballots_of(connection, stored.id, at)
        for position, content in enumerate(contents, start=1):
            try:
                one = ballot.verify(the_election, content)
                may_vote.remove(one.credential)
            except (InvalidRecord, KeyError):
                raise BilikError(
                    f"Surat suara ke-{position} yang sudah diterbitkan tidak sah. Jangan umumkan "
                    "hasil; simpan basis data ini dan periksa bersama saksi."
                ) from None
            yield one

    verified = good_ballots()
    box.encrypted = tally.add_up(the_election, islice(verified, at.summed))
    _check_running_sum(keys, stored, at, box.encrypted)
    box.encrypted = tally.add_up(the_election, verified, box.encrypted)
    return box


def publish(
    connection: Connection, stored: StoredElection, box: Box, private_key: Callable[[], Exponent]
) -> Result:
    """Decrypt the sum, and keep it with its proofs in the record; once it is there, it stays.

    ``private_key`` is asked for only if there is something to decrypt.

    Raises:
        WrongState: the box is not closed. BilikError: the key is another election's, or the box is
        not what was counted before.
    """
    if stored.state not in (State.CLOSED, State.TALLIED):
        raise WrongState(
            f"Pemilihan `{stored.election.slug}` belum ditutup. Jalankan `bilik close`."
        )
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
    return Result(
        stored.election,
        by_candidate(stored.election, rows),
        ballot_box.ballots_in(connection, stored.id),
        ballot_box.set_aside_in(connection, stored.id),
    )


def _left_out(connection: Connection, stored: StoredElection) -> list[bytes]:
    """The ballots that are not in the chain of a closed election, all set aside.

    Raises:
        BilikError: some have not been looked at.
    """
    columns = ballots.c
    rows = connection.execute(
        select(columns.tracker, columns.set_aside).where(
            columns.election_id == stored.id, columns.position.is_(None)
        )
    ).all()
    if not all(row.set_aside for row in rows):
        raise BilikError("Ada surat suara yang belum selesai diterbitkan. Ulangi `bilik tally`.")
    return [row.tracker for row in rows]


def _check_running_sum(
    keys: Keys, stored: StoredElection, at: Chain, counted: EncryptedTally
) -> None:
    """See that interim counts were made of the very ballots that are there now."""
    try:
        summed = running_sum.read(keys, stored.uuid, at)
    except SealBroken:
        return  # It was decrypted by nobody who has our keys.
    if summed is not None and summed != counted:
        raise BilikError(
            "Hasil sementara tidak berasal dari surat suara yang ada sekarang. Jangan umumkan "
            "hasil; simpan basis data ini dan periksa bersama saksi."
        )


def _check_marks(connection: Connection, stored: StoredElection) -> None:
    inside = ballot_box.ballots_in(connection, stored.id)
    marked = ballot_box.voters_marked(connection, stored.id)
    if inside != marked:
        raise BilikError(
            f"Isi kotak {inside} suara, tetapi {marked} pemilih tercatat memilih. "
            "Jangan umumkan hasil; simpan basis data ini dan periksa bersama saksi."
        )
