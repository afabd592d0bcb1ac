"""Elections as stored, read with their definitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.engine import Connection

from bilik.domain.definition import read_definition
from bilik.domain.election import Election, Phase, State
from bilik.errors import NotFound, WrongState
from bilik.storage.database import from_column, is_writing
from bilik.storage.tables import elections

_TO_COME_OR_ON = (Phase.OPEN, Phase.GRACE, Phase.PAUSED, Phase.UPCOMING)
_LINE = int.from_bytes(b"line", "big")
"""PostgreSQL's name for the locks of :func:`_stand_in_line`, any number that nobody else takes."""
_OVER = (Phase.TALLIED, Phase.CLOSED)

_ALL = select(elections).order_by(elections.c.id)
_ONE = select(elections).where(elections.c.id == bindparam("election"))
_ONE_LOCKED = _ONE.with_for_update(read=True)


@dataclass(frozen=True)
class StoredElection:
    """An election with its row's id, the panitia's state of it and its name in the box.

    It closes at the hour that stands last: ``planned`` is the one of the panitia's file, which they
    may have put off. ``purged_on`` is the day on which the voters' data was deleted.
    """

    id: int
    election: Election
    state: State
    uuid: str
    planned: datetime
    purge_asked_by: str | None = None
    purged_on: date | None = None

    @property
    def is_extended(self) -> bool:
        """Whether it closes later than its file says."""
        return self.election.closes > self.planned

    def phase(self, now: datetime) -> Phase:
        """What a voter meets at ``now``."""
        return self.election.phase(self.state, now)


def all_elections(connection: Connection) -> list[StoredElection]:
    """Every election, the oldest first."""
    return [_stored(row) for row in connection.execute(_ALL)]


def one_election(connection: Connection, election_id: int, lock: bool = False) -> StoredElection:
    """The election of that id; with ``lock`` its state cannot change until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    if lock:
        _stand_in_line(connection, func.pg_advisory_xact_lock_shared, election_id)
    row = connection.execute(_ONE_LOCKED if lock else _ONE, {"election": election_id}).first()
    if row is None:
        raise NotFound("Pemilihan itu tidak ada.")
    return _stored(row)


def current(stored: Sequence[StoredElection], now: datetime) -> list[StoredElection]:
    """The elections a stranger is told about: the open ones, else those to come, else the last."""
    phases = {one.id: one.phase(now) for one in stored}
    for wanted in ((Phase.OPEN,), _TO_COME_OR_ON):
        found = [one for one in stored if phases[one.id] in wanted]
        if found:
            return found
    over = [one for one in stored if phases[one.id] in _OVER]
    return (over or list(stored))[-1:]


def pick(
    connection: Connection,
    slug: str | None,
    state: State | None = None,
    otherwise: str = "",
) -> StoredElection:
    """The election of that code, or the only one there is; in a write, locked until it ends.

    Raises:
        NotFound: none is, or it is not clear which. WrongState: it is not in the state ``state``;
        ``otherwise`` says why that matters.
    """
    stored = all_elections(connection)
    found = [one for one in stored if slug in (None, one.election.slug)]
    if not stored:
        raise NotFound("Belum ada pemilihan. Mulai dengan `bilik election load pemilihan.yml`.")
    if not found:
        names = ", ".join(one.election.slug for one in stored)
        raise NotFound(f"Pemilihan `{slug}` tidak ada. Yang ada: {names}.")
    if len(found) > 1:
        names = ", ".join(one.election.slug for one in found)
        raise NotFound(f"Ada beberapa pemilihan; pilih dengan `--election KODE`: {names}.")
    (picked,) = found
    if is_writing(connection):
        _stand_in_line(connection, func.pg_advisory_xact_lock, picked.id)
        query = select(elections).where(elections.c.id == picked.id).with_for_update()
        picked = _stored(connection.execute(query).one())
    if state is not None and picked.state is not state:
        raise WrongState(state_line(picked, otherwise))
    return picked


_STATES = {
    State.DRAFT: "masih rancangan",
    State.OPEN: "sudah dibuka",
    State.PAUSED: "sedang dijeda",
    State.CLOSED: "sudah ditutup",
    State.TALLIED: "sudah dihitung",
}


def state_line(stored: StoredElection, reason: str) -> str:
    """How an election stands, and why something does not go."""
    return f"Pemilihan `{stored.election.slug}` {_STATES[stored.state]}: {reason}."


def _stand_in_line(connection: Connection, lock: Any, election_id: int) -> None:
    """Wait for one's turn at an election: those who share it wait behind who wants it alone.

    A row's lock knows no such line. On PostgreSQL casts that overlap could share the row for ever,
    and the closing would never get it; on SQLite nobody writes beside another.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(lock(_LINE, election_id)))


def _stored(row: Any) -> StoredElection:
    return StoredElection(
        row.id, _read(row.definition, row.extended_until), State(row.state), row.uuid or "",
        _read(row.definition).closes, row.purge_asked_by, row.purged_on,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _read(definition: str, until: datetime | None = None) -> Election:
    """The panitia's file, with the closing hour put off ``until``, as the column has it."""
    election = read_definition(definition)
    return election if until is None else replace(election, closes=from_column(until))
