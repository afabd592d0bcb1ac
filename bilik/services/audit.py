"""The panitia's log in the database: written with the act that it notes, and never changed.

Each election has a log of its own, by its code, so that one can be published without the others.
The database refuses to change or delete entries (see migration 0006), and the chain shows what was
done around that refusal. What a chain cannot show is that its last entries were cut off: there the
head stands guard that the record has of the opening, and the published log of a counted election.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from bilik.domain.audit import BEGINNING, Act, Details, Entry, check, closing_of
from bilik.errors import BilikError, InvalidRecord
from bilik.services.elections import StoredElection
from bilik.storage.database import from_column, to_column
from bilik.storage.tables import audit_log


@dataclass(frozen=True)
class Log:
    """An election's log as it is found; ``problem`` names the entry where it does not hold.

    ``zone`` is the election's, if it is still there.
    """

    election: str
    entries: tuple[Entry, ...]
    problem: str | None = None
    zone: str | None = None

    @property
    def head(self) -> bytes:
        """The hash of the last entry, which fixes all."""
        return self.entries[-1].hash if self.entries else BEGINNING


def append(
    connection: Connection, now: datetime, actor: str, act: Act, election: str, details: Details
) -> Entry:
    """Note an act within the transaction that does it.

    Raises:
        BilikError: nobody is named.
    """
    if not actor:
        raise BilikError(
            "Sebutkan siapa yang melakukan ini: `--oleh NAMA`, atau isi BILIK_PANITIA."
        )
    _lock(connection)
    columns = audit_log.c
    last = connection.execute(
        select(columns.number, columns.hash)
        .where(columns.election == election)
        .order_by(columns.number.desc())
        .limit(1)
    ).first()
    entry = Entry(
        number=last.number + 1 if last else 1,
        at=now.replace(microsecond=0),
        actor=actor,
        act=act.value,
        election=election,
        details=details,
        previous=last.hash if last else BEGINNING,
    )
    connection.execute(
        insert(audit_log).values(
            election=entry.election,
            number=entry.number,
            at=to_column(entry.at),
            actor=entry.actor,
            act=entry.act,
            details=json.dumps(dict(entry.details), ensure_ascii=False),
            previous=entry.previous,
            hash=entry.hash,
        )
    )
    return entry


def published(connection: Connection, election: str) -> tuple[Entry, ...]:
    """What is published of a counted election's log: all up to the count that made its result.

    Whatever comes later, another count or the export itself, is in the database only: so the same
    record is published in the same bytes each time.

    Raises:
        InvalidRecord: an entry is missing, altered or out of its place.
    """
    log = _read(connection, election)
    if log.problem:
        raise InvalidRecord(f"jejak panitia: {log.problem}")
    acts = [one.act for one in log.entries]
    end = acts.index(Act.TALLY.value) + 1 if Act.TALLY.value in acts else len(acts)
    return log.entries[:end]


def differs_in_hours(stored: StoredElection, entries: Sequence[Entry]) -> str | None:
    """What is wrong with the closing hour of an election that was opened, by its log."""
    try:
        closes = closing_of(entries, stored.planned)
    except InvalidRecord as error:
        return str(error)
    same = closes == stored.election.closes
    return None if same else "jam tutup di basis data bukan yang tercatat"


def closed_at(connection: Connection, election: str) -> datetime | None:
    """When an election was last closed, by the panitia or by the clock; None if it never was."""
    columns = audit_log.c
    query = select(func.max(columns.at)).where(
        columns.election == election, columns.act == Act.CLOSE.value
    )
    at = connection.execute(query).scalar()
    return from_column(at) if at else None


def logs(connection: Connection, election: str | None = None) -> Sequence[Log]:
    """The log of one election, or of each that has ever been, the oldest first."""
    query = select(audit_log.c.election, audit_log.c.at).where(audit_log.c.number == 1)
    begun = connection.execute(query.order_by(audit_log.c.at, audit_log.c.election)).all()
    every = connection.execute(select(audit_log.c.election).distinct()).scalars()
    names = dict.fromkeys([*(row.election for row in begun), *sorted(every)])
    return [_read(connection, name) for name in names if election in (None, name)]


def _read(connection: Connection, election: str) -> Log:
    rows = connection.execute(
        select(audit_log).where(audit_log.c.election == election).order_by(audit_log.c.number)
    ).all()
    entries = tuple(
        Entry(
            row.number, from_column(row.at), row.actor, row.act, row.election,
            _details(row.details), row.previous,
        )
        for row in rows
    )  # fmt: skip
    try:
        for entry, row in zip(entries, rows, strict=True):
            if entry.hash != row.hash:
                raise InvalidRecord(f"catatan ke-{entry.number} diubah: sidiknya tidak cocok")
        check(entries)
    except InvalidRecord as error:
        return Log(election, entries, str(error))
    return Log(election, entries)


def _details(text: str) -> Details:
    try:
        details = json.loads(text)
    except ValueError:
        details = None
    return details if isinstance(details, dict) else {}


def _lock(connection: Connection) -> None:
    """Let no other transaction append until this one ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE audit_log IN EXCLUSIVE MODE")
