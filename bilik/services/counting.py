"""Counting a closed box, with the checks that come before any figure is named.

No ballot is opened: those that verify are multiplied, and only the product is decrypted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.engine import Connection

from bilik.belenios import ballot, credentials, group, tally, trustees, wire
from bilik.belenios.ballot import Ballot
from bilik.belenios.group import Exponent
from bilik.belenios.tally import EncryptedTally, PartialDecryption
from bilik.disk_index import DiskIndex
from bilik.domain.election import Election, State
from bilik.domain.tally import ContestCount, by_candidate
from bilik.domain.trustees import TrusteeGroup
from bilik.errors import BilikError, InvalidRecord, WrongState
from bilik.keys import Keys, SealBroken
from bilik.services import ballot_box, chain, record, running_sum, shares, trustee_files
from bilik.services.chain import Chain
from bilik.services.elections import StoredElection, state_line
from bilik.services.shares import Shares
from bilik.services.trustee import OWNER
from bilik.services.trustee_files import Share, TallyFile
from bilik.storage.tables import ballots, records


@dataclass(frozen=True)
class Result:
    """A count: per contest, with the number of ballots and of those set aside as spoilt."""

    election: Election
    counts: tuple[ContestCount, ...]
    ballots: int
    set_aside: int


@dataclass(frozen=True)
class Waiting:
    """A count that is added up, and of which too few trustees have decrypted their part.

    ``given`` has the numbers of those who have.
    """

    election: Election
    ballots: int
    set_aside: int
    given: tuple[int, ...]

    @property
    def line(self) -> str:
        """How many parts are there, and whose are not."""
        if self.election.trustees is None:
            raise ValueError("the server waits for nobody")
        return shares.waiting_for(self.election.trustees, self.given)


Given = Sequence[tuple[Path, Share]]
"""Parts of trustees as they came, with the files that they came in."""


@dataclass
class Box:
    """A box whose ballots have all been looked at; ``encrypted`` adds up the good ones."""

    encrypted: EncryptedTally = ()
    good: int = 0
    set_aside: int = 0

    @property
    def ballots(self) -> int:
        """All that were in it."""
        return self.good + self.set_aside


def add_up(connection: Connection, stored: StoredElection, keys: Keys) -> Box:
    """Verify every published ballot of a closed box, and multiply them.

    One after the other: nothing in memory grows with their number, nor with that of voters.

    Raises:
        BilikError: the list of credentials was altered; a published ballot is missing, altered or
        not valid; there are more or fewer ballots than voters marked; none is valid; or the sum for
        live results was another one.
    """
    _check_marks(connection, stored)
    the_election = record.election_of(connection, stored)
    may_vote = _may_vote(connection, stored)
    at = chain.chain_of(connection, stored.id)
    if at is None:
        raise RuntimeError("an election without a record has no box")
    replaced = _replaced(connection, stored)
    box = Box(good=at.ballots - len(replaced), set_aside=_left_out(connection, stored))
    if box.set_aside and not box.good:
        raise BilikError(
            "Tidak satu pun surat suara sah. Basis data ini rusak atau bukan milik pemilihan ini: "
            "kembalikan dari cadangan, lalu ulangi bersama saksi."
        )

    def good_ballots() -> Iterator[Ballot]:
        to_come = DiskIndex()
        contents = chain.ballots_of(connection, stored.id, at)
        for position, content in enumerate(contents, start=1):
            try:
                one = ballot.verify(the_election, content)
                key = credentials.digest(one.credential)
                if position in replaced and key in may_vote:
                    to_come.add(key)
                    continue
                if not may_vote.remove(key):
                    raise InvalidRecord("its credential is not listed, or was used before")
                to_come.remove(key)
            except InvalidRecord:
                raise BilikError(
                    f"Surat suara ke-{position} yang sudah diterbitkan tidak sah. Jangan umumkan "
                    "hasil; simpan basis data ini dan periksa bersama saksi."
                ) from None
            yield one
        if len(to_come):
            raise BilikError(
                f"{len(to_come)} surat suara tercatat sudah diganti, tetapi penggantinya tidak "
                "ada. Jangan umumkan hasil; simpan basis data ini dan periksa bersama saksi."
            )

    verified = good_ballots()
    box.encrypted = tally.add_up(the_election, islice(verified, at.summed))
    _check_running_sum(keys, stored, at, box.encrypted)
    box.encrypted = tally.add_up(the_election, verified, box.encrypted)
    return box


def take(connection: Connection, stored: StoredElection, given: Given) -> Waiting | None:
    """Keep the trustees' parts; None if with these there are enough, and nothing is kept yet.

    Raises:
        WrongState: no part is waited for. BilikError: a part is wrong, foreign or repeated.
    """
    names = stored.election.trustees
    row = _row(connection, stored)
    if names is None or row.encrypted_tally is None or row.result is not None:
        raise WrongState(state_line(stored, _not_waiting(stored)))
    known = shares.kept(connection, stored.id)
    fresh = _fresh(connection, stored, names, row, known, given)
    if len(known) + len(fresh) >= names.threshold:
        return None
    for owner, share in fresh.items():
        shares.keep(connection, stored.id, owner, share)
    return waiting(connection, stored)


def publish(
    connection: Connection,
    stored: StoredElection,
    box: Box,
    private_key: Callable[[], Exponent],
    given: Given = (),
) -> Result | Waiting:
    """Fix the sum, and decrypt it if its trustees have acted; once a result is there, it stays.

    ``private_key`` is the server's, and asked for only if that is the only trustee and there is
    something to decrypt. Else trustees decrypt: ``given`` are parts that came just now.

    Raises:
        WrongState: the box is not closed. BilikError: the key is another election's, the box is not
        what was counted before, or a part is wrong, foreign or repeated.
    """
    if stored.state not in (State.CLOSED, State.TALLIED):
        raise WrongState(
            f"Pemilihan `{stored.election.slug}` belum ditutup. Jalankan `bilik close`."
        )
    _check_marks(connection, stored)
    names = stored.election.trustees
    _fix(connection, stored, box)
    row = _row(connection, stored)
    if row.result is None:
        if names is None:
            share = _share_of_server(connection, stored, box, private_key())
            shares.keep(connection, stored.id, OWNER, share)
        elif given:
            known = shares.kept(connection, stored.id)
            for owner, one in _fresh(connection, stored, names, row, known, given).items():
                shares.keep(connection, stored.id, owner, one)
        parts = shares.kept(connection, stored.id)
        if names is not None and len(parts) < names.threshold:
            return waiting(connection, stored)
        result = tally.combine(trustees.read(row.trustees), box.encrypted, parts, box.good)
        connection.execute(
            update(records)
            .where(records.c.election_id == stored.id)
            .values(result=wire.encode(result))
        )
    counted = published(connection, stored)
    if counted is None:
        raise RuntimeError("the result that was just written is not there")
    return counted


def waiting(connection: Connection, stored: StoredElection) -> Waiting:
    """How the count stands of which too few trustees have done their part."""
    aside = ballot_box.set_aside_in(connection, stored.id)
    return Waiting(
        stored.election,
        ballot_box.counting_in(connection, stored.id) + aside,
        aside,
        tuple(shares.kept(connection, stored.id)),
    )


def waiting_if_added_up(connection: Connection, stored: StoredElection) -> Waiting | None:
    """How the count of an election stands that waits for trustees; None where none does."""
    if stored.election.trustees is None or stored.state is not State.CLOSED:
        return None
    query = select(records.c.encrypted_tally).where(records.c.election_id == stored.id)
    fixed = connection.execute(query).scalar() is not None
    return waiting(connection, stored) if fixed else None


def for_trustees(connection: Connection, stored: StoredElection) -> TallyFile:
    """What trustees are to decrypt.

    Raises:
        WrongState: nothing is to be decrypted.
    """
    row = _row(connection, stored)
    if stored.election.trustees is None or row.encrypted_tally is None:
        raise WrongState(state_line(stored, _not_waiting(stored)))
    return TallyFile(
        trustee_files.TALLY,
        record.election_of(connection, stored),
        row.trustees.decode(),
        wire.decode(EncryptedTally, row.encrypted_tally),
        ballot_box.counting_in(connection, stored.id),
    )


def published(connection: Connection, stored: StoredElection) -> Result | None:
    """The result as the record has it; None before the count."""
    query = select(records.c.result).where(records.c.election_id == stored.id)
    data = connection.execute(query).scalar()
    if data is None:
        return None
    rows = wire.decode(tally.Result, data).result
    aside = ballot_box.set_aside_in(connection, stored.id)
    return Result(
        stored.election,
        by_candidate(stored.election, rows),
        ballot_box.counting_in(connection, stored.id) + aside,
        aside,
    )


def _may_vote(connection: Connection, stored: StoredElection) -> DiskIndex:
    """The listed credentials by hash.

    Raises:
        BilikError: the list is not the one that the election was opened with.
    """
    listed, digest = DiskIndex(), hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        for piece in record.credential_list(connection, stored.id):
            digest.update(piece)
            yield piece

    for one in credentials.read_list(pieces()):
        listed.add(credentials.digest(one))
    query = select(records.c.credentials_hash).where(records.c.election_id == stored.id)
    if digest.hexdigest() != connection.execute(query).scalar_one():
        raise BilikError(
            "Daftar kredensial pemilih bukan lagi yang ditetapkan saat dibuka. Jangan umumkan "
            "hasil; simpan basis data ini dan periksa bersama saksi."
        )
    return listed


def _replaced(connection: Connection, stored: StoredElection) -> DiskIndex:
    """The places in the chain of ballots whose voter has cast another after them."""
    replaced = DiskIndex()
    if not stored.election.allows_revote:
        return replaced
    columns, later = ballots.c, ballots.alias()
    query = select(columns.position).where(
        columns.election_id == stored.id,
        exists().where(
            later.c.election_id == stored.id,
            later.c.credential_hash == columns.credential_hash,
            later.c.position > columns.position,
        ),
    )
    query = query.execution_options(stream_results=True, max_row_buffer=chain.ROWS_AT_ONCE)
    for (position,) in connection.execute(query):
        replaced.add(position)
    return replaced


def _left_out(connection: Connection, stored: StoredElection) -> int:
    """How many ballots are not in the chain of a closed election, all set aside.

    Raises:
        BilikError: some have not been looked at.
    """
    columns = ballots.c
    query = select(func.count(), func.count().filter(columns.set_aside)).where(
        columns.election_id == stored.id, columns.position.is_(None)
    )
    left_out, set_aside = connection.execute(query).one()
    if left_out != set_aside:
        raise BilikError("Ada surat suara yang belum selesai diterbitkan. Ulangi `bilik tally`.")
    return int(left_out)


def _check_running_sum(
    keys: Keys, stored: StoredElection, at: Chain, counted: EncryptedTally
) -> None:
    """See that interim counts were made of the very ballots that are there now."""
    try:
        sums = running_sum.read(keys, stored.uuid, at)
    except SealBroken:
        return  # It was decrypted by nobody who has our keys.
    if sums is not None and sums.whole != counted:
        raise BilikError(
            "Hasil sementara tidak berasal dari surat suara yang ada sekarang. Jangan umumkan "
            "hasil; simpan basis data ini dan periksa bersama saksi."
        )


def _row(connection: Connection, stored: StoredElection) -> Any:
    record.election_of(connection, stored)  # Says so if there is no record.
    return connection.execute(select(records).where(records.c.election_id == stored.id)).one()


def _fix(connection: Connection, stored: StoredElection, box: Box) -> None:
    """Keep the sum, and what is not in it; or see that they are what was kept before."""
    encrypted = wire.encode(box.encrypted)
    before = _row(connection, stored).encrypted_tally
    if before is None:
        connection.execute(
            update(records)
            .where(records.c.election_id == stored.id)
            .values(encrypted_tally=encrypted)
        )
    elif before != encrypted:
        raise BilikError(
            "Isi kotak tidak sama lagi dengan yang dulu dihitung. Jangan umumkan hasil; simpan "
            "basis data ini dan periksa bersama saksi."
        )


def _share_of_server(
    connection: Connection, stored: StoredElection, box: Box, key: Exponent
) -> PartialDecryption:
    the_election = record.election_of(connection, stored)
    if group.generator().power(key) != the_election.public_key:
        raise BilikError(
            "Kunci di BILIK_TRUSTEE_DIR bukan kunci pemilihan ini. Kembalikan berkas kunci "
            "yang dibuat saat pemilihan dibuka, lalu ulangi."
        )
    return tally.decrypt(the_election, box.encrypted, key)


def _fresh(
    connection: Connection, stored: StoredElection, names: TrusteeGroup, row: Any, known: Shares,
    given: Given,
) -> dict[int, PartialDecryption]:  # fmt: skip
    return shares.new_ones(
        given, known, names, trustees.read(row.trustees), record.election_of(connection, stored),
        wire.decode(EncryptedTally, row.encrypted_tally),
    )  # fmt: skip


def _not_waiting(stored: StoredElection) -> str:
    if stored.election.trustees is None:
        return "kuncinya dipegang server, jadi tidak ada bagian saksi; cukup `bilik tally`"
    if stored.state is State.TALLIED:
        return "hasilnya sudah ada, lihat dengan `bilik tally`"
    return "suaranya belum dijumlahkan; jalankan `bilik tally` dulu, lalu minta bagian saksi"


def _check_marks(connection: Connection, stored: StoredElection) -> None:
    inside = ballot_box.ballots_in(connection, stored)
    marked = ballot_box.voters_marked(connection, stored.id)
    if inside != marked:
        raise BilikError(
            f"Isi kotak {inside} suara, tetapi {marked} pemilih tercatat memilih. "
            "Jangan umumkan hasil; simpan basis data ini dan periksa bersama saksi."
        )
