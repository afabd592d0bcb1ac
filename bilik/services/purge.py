"""Personal data deleted once nobody needs it any more (UU 27/2022, article 16 (2) g).

Deleted are the voters' names, keyed and masked NIKs, keyed telephone numbers, code verifiers,
lost letters and reminders, and the messages that wait for a trainer. Of the roll stay as many rows
as there were voters of each TPS, of which as many are marked as had voted: what the turnout and a
second count need. The rows are new ones: those that were there lay in the order of their NIKs'
hashes, and whoever still had the roll and the server's key could have told by their place who
had voted. The public record, which names nobody, and the panitia's log stay as they are.

It takes two members of the panitia: one asks, another approves.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from bilik.clock import ZONES
from bilik.domain.election import State
from bilik.domain.indonesian import moment_text
from bilik.domain.turnout import Station
from bilik.errors import BilikError, WrongState
from bilik.services import attempts, lost_letters, reminders, sessions, turnout
from bilik.services.elections import StoredElection, state_line
from bilik.storage.tables import (
    elections,
    not_understood,
    participations,
    spare_requests,
    spares,
    voters,
)

_CHUNK = 5000
_HASH_BYTES = 32


@dataclass(frozen=True)
class PurgeAsked:
    """One member's request, which another has to approve: whose data, of how many voters."""

    title: str
    voters: int
    actor: str


@dataclass(frozen=True)
class Purged:
    """What was deleted: voters' data, and messages that waited for a trainer.

    ``lingers`` says that the database's files hold it still, until they are cleaned up.
    """

    title: str
    voters: int
    messages: int
    lingers: bool = False


def is_due(stored: StoredElection, now: datetime) -> bool:
    """Whether the voters' data is there still, and may be deleted."""
    return stored.state is State.TALLIED and stored.purged_on is None and _is_over(stored, now)


def ask(connection: Connection, stored: StoredElection, now: datetime, actor: str) -> PurgeAsked:
    """Ask for the voters' data to be deleted.

    Raises:
        WrongState: the election is not counted, or the data is kept for longer, or deleted already.
        BilikError: somebody has asked.
    """
    _check(stored, now)
    if stored.purge_asked_by is not None:
        raise BilikError(
            f"Sudah diminta {stored.purge_asked_by}. Anggota panitia lain menyetujui: "
            "`bilik purge --approve --oleh NAMA`, atau batalkan: `bilik purge --cancel`."
        )
    _set(connection, stored, purge_asked_by=actor)
    return PurgeAsked(stored.election.title, _voters(connection, stored.id), actor)


def asked(connection: Connection, stored: StoredElection) -> PurgeAsked:
    """What one member has asked for.

    Raises:
        WrongState: nobody has.
    """
    actor = _asked_by(stored)
    return PurgeAsked(stored.election.title, _voters(connection, stored.id), actor)


def waiting(connection: Connection, stored: StoredElection) -> PurgeAsked | None:
    """What one member has asked for; None if nobody has."""
    return asked(connection, stored) if stored.purge_asked_by else None


def cancel(connection: Connection, stored: StoredElection) -> None:
    """Give the request up.

    Raises:
        WrongState: nobody has asked.
    """
    _asked_by(stored)
    _set(connection, stored, purge_asked_by=None)


def approve(connection: Connection, stored: StoredElection, now: datetime, actor: str) -> Purged:
    """Delete the voters' data, as another member asked.

    Raises:
        WrongState: nobody has asked, or see :func:`ask`. BilikError: it is one's own request.
    """
    _check(stored, now)
    if _asked_by(stored).casefold() == actor.casefold():
        raise BilikError(
            "Penghapusan ini Anda ajukan sendiri. Yang menyetujui harus anggota panitia lain: "
            "`--oleh NAMA`."
        )
    stations = turnout.every_station(connection, stored.id)
    lost_letters.forget(connection, stored.id)
    reminders.forget(connection, stored.id)
    own = voters.c.election_id == stored.id
    everyone = select(voters.c.id).where(own)
    held = spares.c.election_id == stored.id
    numbers = connection.execute(
        select(spares.c.number).where(held, spares.c.voter_id.is_not(None))
    ).scalars()
    given = list(numbers)
    connection.execute(update(spares).where(held).values(code_verifier=None, voter_id=None))
    requests = spare_requests.c.election_id == stored.id
    connection.execute(update(spare_requests).where(requests).values(voter_id=None))
    connection.execute(delete(participations).where(participations.c.voter_id.in_(everyone)))
    deleted = connection.execute(delete(voters).where(own)).rowcount
    _insert_nobodies(connection, stored.id, stations)
    if given:
        # That they were given out is counted; to whom, nobody knows any more.
        anybody = connection.execute(select(func.min(voters.c.id)).where(own)).scalar_one()
        connection.execute(
            update(spares).where(held, spares.c.number.in_(given)).values(voter_id=anybody)
        )
    messages = connection.execute(
        delete(not_understood).where(not_understood.c.election_id == stored.id)
    ).rowcount
    # Those of this election expired long ago.
    sessions.sweep(connection, now)
    attempts.forget_old(connection, now)
    today = now.astimezone(ZONES[stored.election.zone]).date()
    _set(connection, stored, purge_asked_by=None, purged_on=today)
    return Purged(stored.election.title, deleted, messages)


def _insert_nobodies(connection: Connection, election_id: int, stations: list[Station]) -> None:
    """As many rows of voters as each station had, without anything of them."""
    for station in stations:
        rows = iter(_nobodies(election_id, station))
        while chunk := list(islice(rows, _CHUNK)):
            connection.execute(insert(voters), chunk)
        some = (
            select(voters.c.id)
            .where(voters.c.election_id == election_id, voters.c.tps == station.name)
            .order_by(voters.c.id)
            .limit(station.voted)
        )
        connection.execute(insert(participations).from_select(["voter_id"], some))


def _nobodies(election_id: int, station: Station) -> Iterator[dict[str, object]]:
    for _ in range(station.voters):
        yield {
            "election_id": election_id, "nik_hash": secrets.token_bytes(_HASH_BYTES),
            "nik_masked": "", "name": "", "tps": station.name,
        }  # fmt: skip


def _voters(connection: Connection, election_id: int) -> int:
    query = select(func.count(voters.c.id)).where(voters.c.election_id == election_id)
    return int(connection.execute(query).scalar_one())


def _check(stored: StoredElection, now: datetime) -> None:
    if stored.purged_on is not None:
        raise WrongState(
            f"Data pemilih `{stored.election.slug}` sudah dihapus pada {stored.purged_on}."
        )
    if stored.state is not State.TALLIED:
        raise WrongState(state_line(stored, "data pemilih baru boleh dihapus sesudah dihitung"))
    if not _is_over(stored, now):
        raise WrongState(
            f"Data pemilih masih disimpan {stored.election.kept_days} hari sejak ditutup "
            f"(`simpan_data_hari`), jadi baru boleh dihapus "
            f"{moment_text(_kept_until(stored), stored.election.zone)}."
        )


def _is_over(stored: StoredElection, now: datetime) -> bool:
    return now >= _kept_until(stored)


def _kept_until(stored: StoredElection) -> datetime:
    return stored.election.closes + timedelta(days=stored.election.kept_days)


def _asked_by(stored: StoredElection) -> str:
    if stored.purge_asked_by is None:
        raise WrongState(
            "Belum ada yang meminta data pemilih dihapus. Mulai dengan `bilik purge --oleh NAMA`."
        )
    return stored.purge_asked_by


def _set(connection: Connection, stored: StoredElection, **values: object) -> None:
    connection.execute(update(elections).where(elections.c.id == stored.id).values(**values))
