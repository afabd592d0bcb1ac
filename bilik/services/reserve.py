"""Spare letters given out while people vote: for a lost letter, or for a voter who was forgotten.

The list of public credentials is fixed at the opening, and so is what may stand on the ballots. A
spare letter is in that list with a credential of its own, made from its own code and number; the
panitia keeps it in a sealed envelope. Giving one out binds the voter to its number and voids the
code of the letter they had. It is never done once that voter's ballot is in the box.

Each takes two members of the panitia: one asks, another approves, and both stand in the log, under
the names they stated. What that does and does not prove: a log that is published shows two
different names for each spare, and how many were given out; it cannot show that two people were
there, for whoever has the server's shell can state any name. Nobody who has the database and the
server's key but no envelope can vote with a spare. Whoever has all three can, as often as there are
spares left, which is why the envelopes are not kept with the server, and why the number of
spares given out is published.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.engine import Connection

from bilik.domain import audit
from bilik.domain.election import Phase, State
from bilik.errors import BilikError, NotFound, WrongState
from bilik.services import ballot_box, letters, lost_letters
from bilik.services.elections import StoredElection, state_line
from bilik.storage.tables import spare_requests, spares, voters

_EMPTY = {
    "voter_id": None, "nik_hash": None, "nik_masked": None, "name": None, "tps": None,
    "phone_hash": None,
}  # fmt: skip


class Kind(str, Enum):
    """What a spare letter is given out for."""

    LOST = "pengganti"
    LATE = audit.LATE


@dataclass(frozen=True)
class Request:
    """What one member has asked for: the name to be compared with a KTP, and the NIK masked."""

    number: int
    kind: Kind
    actor: str
    name: str
    nik: str
    tps: str


@dataclass(frozen=True)
class Given:
    """A spare letter given out, by its number, on whose and whose word."""

    request: Request
    spare: int


def ask_for_lost(
    connection: Connection, stored: StoredElection, now: datetime, actor: str, nik_hash: bytes
) -> Request:
    """Ask for a letter in the place of one that is lost.

    Raises:
        NotFound: no such voter. WrongState: voting is not on, or the voter has voted. BilikError:
        no spare is left.
    """
    _check(connection, stored, now)
    query = select(voters).where(voters.c.election_id == stored.id, voters.c.nik_hash == nik_hash)
    voter = connection.execute(query).first()
    if voter is None:
        raise NotFound(
            "NIK itu tidak ada di daftar pemilih. Periksa lagi; kalau memang terlewat, pakai "
            "`bilik roll add`."
        )
    _check_voter(connection, voter.id)
    values = {"voter_id": voter.id}
    request = _ask(connection, stored, actor, Kind.LOST, values, voter)
    lost_letters.begin(connection, voter.id)
    return request


def ask_for_late(
    connection: Connection, stored: StoredElection, now: datetime, actor: str, row: dict[str, Any]
) -> Request:
    """Ask to add one voter; ``row`` is what the roll would have of them.

    Raises:
        WrongState: voting is not on, or they are on the roll. BilikError: no spare is left.
    """
    _check(connection, stored, now)
    _check_absent(connection, stored, row["nik_hash"])
    values = {key: row[key] for key in _EMPTY if key in row}
    return _ask(connection, stored, actor, Kind.LATE, values, None)


def approve(
    connection: Connection, stored: StoredElection, now: datetime, actor: str, number: int
) -> Given:
    """Give out the next spare letter, as another member asked.

    Raises:
        NotFound: there is no such request. WrongState: voting is not on, or the voter has voted
        meanwhile. BilikError: it is one's own request, or no spare is left.
    """
    _check(connection, stored, now)
    row = _pending(connection, stored, number)
    if row.actor.casefold() == actor.casefold():
        raise BilikError(
            f"Permintaan {number} Anda ajukan sendiri. Yang menyetujui harus anggota panitia lain: "
            "`--oleh NAMA`."
        )
    if row.kind == Kind.LATE.value:
        _check_absent(connection, stored, row.nik_hash)
        added = {key: row._mapping[key] for key in _EMPTY if key != "voter_id"}
        voter_id = connection.execute(
            insert(voters).values(election_id=stored.id, **added)
        ).inserted_primary_key[0]
    else:
        voter_id = row.voter_id
    held = letters.held_spare(connection, voter_id, lock=True)
    _check_voter(connection, voter_id)
    request = _described(connection, row)
    columns = spares.c
    spare = connection.execute(
        select(func.min(columns.number)).where(
            columns.election_id == stored.id, columns.voter_id.is_(None)
        )
    ).scalar_one()
    connection.execute(update(voters).where(voters.c.id == voter_id).values(code_verifier=None))
    own = columns.election_id == stored.id
    if held is not None:
        connection.execute(
            update(spares).where(own, columns.number == held).values(code_verifier=None)
        )
    connection.execute(update(spares).where(own, columns.number == spare).values(voter_id=voter_id))
    _finish(connection, stored, number)
    return Given(request, spare)


def cancel(connection: Connection, stored: StoredElection, number: int) -> Request:
    """Give up a request.

    Raises:
        NotFound: there is none of that number.
    """
    request = _described(connection, _pending(connection, stored, number))
    _finish(connection, stored, number)
    return request


@dataclass(frozen=True)
class Stock:
    """The spare letters: how many were made and how many given out; ``held`` can still be used."""

    made: int
    used: int
    held: int


def is_left(connection: Connection, election_id: int) -> bool:
    """Whether a spare letter can still be given out."""
    query = select(spares.c.number).where(
        spares.c.election_id == election_id, spares.c.voter_id.is_(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def stock(connection: Connection, election_id: int) -> Stock:
    """The spare letters of an election."""
    columns = spares.c
    given = columns.voter_id.is_not(None) & columns.code_verifier.is_not(None)
    row = connection.execute(
        select(
            func.count(columns.number), func.count(columns.voter_id), func.count(case((given, 1)))
        ).where(columns.election_id == election_id)
    ).one()
    return Stock(*map(int, row))


def give_up_all(connection: Connection, stored: StoredElection) -> None:
    """Give up what is still asked for when an election closes."""
    for request in pending(connection, stored):
        _finish(connection, stored, request.number)


def pending(connection: Connection, stored: StoredElection) -> list[Request]:
    """The requests that nobody has approved yet, the oldest first."""
    columns = spare_requests.c
    rows = connection.execute(
        select(spare_requests)
        .where(columns.election_id == stored.id, columns.pending.is_(True))
        .order_by(columns.number)
    ).all()
    return [_described(connection, row) for row in rows]


def _ask(
    connection: Connection,
    stored: StoredElection,
    actor: str,
    kind: Kind,
    values: dict[str, Any],
    voter: Any,
) -> Request:
    columns = spare_requests.c
    if voter is not None:
        same = select(columns.number).where(columns.voter_id == voter.id)
    else:
        same = select(columns.number).where(
            columns.election_id == stored.id, columns.nik_hash == values["nik_hash"]
        )
    if (already := connection.execute(same).scalar()) is not None:
        raise BilikError(
            f"Untuk pemilih itu sudah ada permintaan {already}. Setujui atau batalkan."
        )
    last = connection.execute(
        select(func.max(columns.number)).where(columns.election_id == stored.id)
    ).scalar()
    number = (last or 0) + 1
    connection.execute(
        insert(spare_requests).values(
            election_id=stored.id, number=number, kind=kind.value, actor=actor, pending=True,
            **values,
        )
    )  # fmt: skip
    return _described(connection, _pending(connection, stored, number))


def _pending(connection: Connection, stored: StoredElection, number: int) -> Any:
    columns = spare_requests.c
    row = connection.execute(
        select(spare_requests).where(
            columns.election_id == stored.id,
            columns.number == number,
            columns.pending.is_(True),
        )
    ).first()
    if row is None:
        raise NotFound(
            f"Permintaan {number} tidak ada atau sudah selesai. Lihat `bilik roll requests`."
        )
    return row


def _described(connection: Connection, row: Any) -> Request:
    of = row
    if row.kind == Kind.LOST.value:
        of = connection.execute(select(voters).where(voters.c.id == row.voter_id)).one()
    kind = Kind(row.kind)
    return Request(row.number, kind, row.actor, of.name, of.nik_masked, of.tps)


def _finish(connection: Connection, stored: StoredElection, number: int) -> None:
    connection.execute(
        update(spare_requests)
        .where(spare_requests.c.election_id == stored.id, spare_requests.c.number == number)
        .values(pending=False, **_EMPTY)
    )


def _check(connection: Connection, stored: StoredElection, now: datetime) -> None:
    """See that voting is on and a spare is left."""
    if stored.state is State.DRAFT:
        raise WrongState(state_line(stored, "surat cadangan baru dipakai sesudah `bilik open`"))
    if stored.phase(now) in (Phase.GRACE, Phase.CLOSED, Phase.TALLIED):
        raise WrongState(
            f"Pemungutan suara `{stored.election.slug}` sudah tutup, jadi surat cadangan tidak "
            "bisa dipakai lagi."
        )
    if not is_left(connection, stored.id):
        raise BilikError(
            "Surat cadangan sudah habis, dan tidak bisa ditambah sesudah pemilihan dibuka. Pemilih "
            "itu harus dilayani di luar Bilik."
        )


def _check_voter(connection: Connection, voter_id: int) -> None:
    if ballot_box.has_voted(connection, voter_id):
        raise WrongState("Pemilih itu sudah memberikan suara, jadi suratnya tidak bisa diganti.")


def _check_absent(connection: Connection, stored: StoredElection, nik_hash: bytes) -> None:
    query = select(voters.c.id).where(
        voters.c.election_id == stored.id, voters.c.nik_hash == nik_hash
    )
    if connection.execute(query).first() is not None:
        raise WrongState(
            "NIK itu sudah ada di daftar pemilih. Kalau suratnya hilang: `bilik roll reissue`."
        )
