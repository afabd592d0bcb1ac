"""Lost letters that voters tell of in a chat: a queue for the panitia, and nothing more.

Nothing is given out by it. Two members of the panitia replace a letter from the reserve, see
:mod:`bilik.services.reserve`, once they have seen the voter's KTP. A voter is in the queue once,
however often they ask; with the closing the queue is empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection

from bilik.errors import NotFound
from bilik.storage.database import insert_into
from bilik.storage.tables import lost_letters, participations, voters

OPEN, BEGUN, DECLINED = "open", "begun", "declined"


@dataclass(frozen=True)
class LostLetter:
    """One voter's word that their letter is lost; the NIK is masked."""

    number: int
    name: str
    nik: str
    tps: str
    channel: str


def report(connection: Connection, election_id: int, nik_hash: bytes, channel: str) -> None:
    """Put a voter of an election into the queue.

    Nothing happens if nobody on its roll has that NIK, or they have voted or are in it already.
    """
    query = (
        select(voters.c.id)
        .select_from(voters.outerjoin(participations))
        .where(
            voters.c.election_id == election_id, voters.c.nik_hash == nik_hash,
            participations.c.voter_id.is_(None),
        )
    )  # fmt: skip
    voter_id = connection.execute(query).scalar()
    if voter_id is None:
        return
    values = {"channel": channel, "status": OPEN}
    connection.execute(
        insert_into(connection, lost_letters)
        .values(voter_id=voter_id, **values)
        .on_conflict_do_update(
            index_elements=["voter_id"], set_=values, where=lost_letters.c.status != OPEN
        )
    )


def waiting(connection: Connection, election_id: int) -> list[LostLetter]:
    """The queue, the oldest first; who has voted meanwhile has found their letter."""
    return [
        LostLetter(row.number, row.name, row.nik_masked, row.tps, row.channel)
        for row in connection.execute(_waiting(election_id)).all()
    ]


def nik_hash_of(connection: Connection, election_id: int, number: int) -> bytes:
    """The keyed NIK hash of the voter in the queue who has that number.

    Raises:
        NotFound: nobody has.
    """
    row = connection.execute(_waiting(election_id).where(lost_letters.c.number == number)).first()
    if row is None:
        raise NotFound(
            f"Laporan surat hilang nomor {number} tidak ada atau sudah selesai. Lihat "
            "`bilik roll lost`."
        )
    return bytes(row.nik_hash)


def decline(connection: Connection, election_id: int, number: int) -> None:
    """Turn one down; the voter may ask again.

    Raises:
        NotFound: nobody in the queue has that number.
    """
    nik_hash_of(connection, election_id, number)
    _set(connection, lost_letters.c.number == number, DECLINED)


def begin(connection: Connection, voter_id: int) -> None:
    """The panitia has asked for a spare letter for that voter: no longer in the queue."""
    _set(connection, lost_letters.c.voter_id == voter_id, BEGUN)


def forget(connection: Connection, election_id: int) -> None:
    """Empty an election's queue."""
    everyone = select(voters.c.id).where(voters.c.election_id == election_id)
    connection.execute(delete(lost_letters).where(lost_letters.c.voter_id.in_(everyone)))


def _waiting(election_id: int) -> Any:
    return (
        select(lost_letters, voters)
        .select_from(lost_letters.join(voters).outerjoin(participations))
        .where(
            voters.c.election_id == election_id, lost_letters.c.status == OPEN,
            participations.c.voter_id.is_(None),
        )
        .order_by(lost_letters.c.number)
    )  # fmt: skip


def _set(connection: Connection, which: object, status: str) -> None:
    connection.execute(update(lost_letters).where(which).values(status=status))
