"""A backup brought back: into an empty database, and only if all of it is right.

What makes one, and what is in it, stands in :mod:`bilik.services.backups`.
"""

from __future__ import annotations

import hmac
import json
import tempfile
import zlib
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO

import pyrage
from pyrage.x25519 import Identity
from sqlalchemy import select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bilik.belenios.archive import Archive, EventType
from bilik.domain.audit import Act, Details, hour_line
from bilik.domain.election import State
from bilik.errors import BilikError, InvalidRecord, NotFound, WrongState
from bilik.keys import Keys
from bilik.services import audit, chain, record, trustee
from bilik.services.backups import GZIP, KEPT, KIND, ballots_in
from bilik.services.elections import StoredElection, all_elections
from bilik.services.files import reason
from bilik.storage import schema, tables
from bilik.storage.database import Database
from bilik.storage.rows import Filler

_LONGEST_LINE = 64 * 2**20
_NOT_OURS = "bukan cadangan Bilik, atau isinya sudah rusak"


@dataclass(frozen=True)
class Back:
    """An election that is back: with how many ballots, and what has to be seen to, if anything."""

    slug: str
    state: State
    ballots: int
    problem: str | None = None


@dataclass(frozen=True)
class Restored:
    """What a backup has brought back, and when it was made."""

    made_at: datetime
    elections: tuple[Back, ...]


def restore(
    database: Database,
    keys: Keys,
    path: Path,
    identity: Identity,
    now: datetime,
    actor: str,
    trustee_dir: Path,
    since: Path | None = None,
) -> Restored:
    """Bring a backup into a database without elections, whose tables are there.

    Everything is checked before any of it counts: the backup's end and MAC, the chain of every
    election against its ballots, the logs, and that all is there that the snapshot in ``since``
    holds. Elections that were open are paused, and their logs say so.

    Raises:
        BilikError: it cannot be brought back; nothing has changed.
    """
    with database.write() as connection:
        _see_that_it_is_empty(connection)
        sink = _Sink(connection, keys)
        try:
            with _opened(path) as file:
                pyrage.decrypt_io(file, sink, [identity])
            made_at = sink.close()
        except pyrage.DecryptError as error:
            why = "tidak bisa dibuka dengan kunci ini" if "matching" in str(error) else _NOT_OURS
            raise BilikError(f"Cadangan {path} {why}. Tidak ada yang berubah.") from None
        except InvalidRecord as error:
            raise BilikError(f"Cadangan {path}: {error}. Tidak ada yang berubah.") from None
        except (OSError, zlib.error, ValueError, RecursionError, SQLAlchemyError) as error:
            why = reason(error) if isinstance(error, OSError) and error.errno else _NOT_OURS
            raise BilikError(f"Cadangan {path}: {why}. Tidak ada yang berubah.") from None
        stored = all_elections(connection)
        for one in stored:
            _check(connection, one)
        for log in audit.logs(connection):
            if log.problem:
                raise BilikError(f"Jejak panitia di cadangan tidak utuh: {log.problem}.")
        if since is not None:
            _see_that_it_goes_on(connection, stored, since)
        ballots = ballots_in(connection)
        for one in stored:
            if one.state is State.DRAFT:
                continue
            details: Details = {"cadangan": hour_line(made_at), "suara": ballots.get(one.id, 0)}
            audit.append(connection, now, actor, Act.RESTORE, one.election.slug, details)
        connection.execute(
            update(tables.elections)
            .where(tables.elections.c.state == State.OPEN.value)
            .values(state=State.PAUSED.value)
        )
        back = tuple(
            Back(
                one.election.slug, one.state, ballots.get(one.id, 0), _missing_key(one, trustee_dir)
            )
            for one in all_elections(connection)
        )
    return Restored(made_at, back)


def _see_that_it_is_empty(connection: Connection) -> None:
    for table in KEPT:
        if connection.execute(select(table).limit(1)).first() is not None:
            raise WrongState(
                "Basis data ini sudah berisi, dan cadangan tidak pernah menimpa. Isi "
                "BILIK_DATABASE_URL dengan basis data yang masih kosong, lalu ulangi."
            )


class _Sink:
    """Where a backup is poured when it is opened: lines are checked, and become rows."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._filler = Filler(connection, KEPT)
        self._keys = keys
        self._mac = keys.backup_mac()
        self._unpacker = zlib.decompressobj(GZIP)
        self._part = b""
        self._lines = 0
        self._made_at: datetime | None = None
        self._is_whole = False

    def write(self, content: bytes) -> int:
        packed = content
        while packed:
            self._part += self._unpacker.decompress(packed, _LONGEST_LINE)
            packed = self._unpacker.unconsumed_tail
            *lines, self._part = self._part.split(b"\n")
            if len(self._part) > _LONGEST_LINE:
                raise InvalidRecord(_NOT_OURS)
            for line in lines:
                self._take(line)
        return len(content)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> datetime:
        """See that all has come; when the backup was made.

        Raises:
            InvalidRecord: its end is missing, or something stands behind it.
        """
        if not self._is_whole or self._made_at is None or self._part:
            raise InvalidRecord(_NOT_OURS)
        self._filler.count_on()
        return self._made_at

    def _take(self, line: bytes) -> None:
        content = json.loads(line)
        if self._is_whole:
            raise InvalidRecord(_NOT_OURS)
        if self._made_at is None:
            self._made_at = self._begin(content)
        elif isinstance(content, dict) and "mac" in content:
            self._filler.flush()
            is_ours = hmac.compare_digest(str(content["mac"]), self._mac.hexdigest())
            if not is_ours or content.get("lines") != self._lines:
                raise InvalidRecord(_NOT_OURS)
            self._is_whole = True
        else:
            self._filler.take(content)
        self._lines += 1
        self._mac.update(line + b"\n")

    def _begin(self, head: Any) -> datetime:
        if not isinstance(head, dict) or head.get("kind") != KIND:
            raise InvalidRecord(_NOT_OURS)
        if head.get("server") != self._keys.backup_mark:
            raise InvalidRecord(
                "kunci server (BILIK_SECRET_KEY) di sini bukan yang dipakai waktu cadangan dibuat; "
                "tanpa kunci itu kode undangan tidak berlaku"
            )
        if head.get("schema") != schema.newest():
            raise InvalidRecord(
                f"dibuat Bilik versi lain (skema {head.get('schema')}); pulihkan dengan versi itu, "
                "lalu perbarui"
            )
        return datetime.strptime(str(head.get("made_at")), "%Y-%m-%dT%H:%M:%SZ").replace(
            tzinfo=timezone.utc
        )


def _check(connection: Connection, stored: StoredElection) -> None:
    """See that the election's chain is that of its ballots.

    Raises:
        BilikError: it is not.
    """
    at = chain.chain_of(connection, stored.id)
    for _ in chain.ballots_of(connection, stored.id, at) if at else ():
        pass


def _see_that_it_goes_on(
    connection: Connection, stored: list[StoredElection], directory: Path
) -> None:
    """See that what is back holds all that a snapshot does, so that the chain will not fork.

    Raises:
        NotFound: there is no snapshot of any of the elections. BilikError: it would fork.
    """
    by_uuid = {one.uuid: one for one in stored}
    snapshots = [path for path in sorted(directory.glob("*.bel")) if path.stem in by_uuid]
    if not snapshots:
        raise NotFound(f"Di folder {directory} tidak ada cuplikan dari pemilihan di cadangan ini.")
    for path in snapshots:
        one = by_uuid[path.stem]
        with _opened(path) as file, tempfile.TemporaryFile() as ours:
            write = record.write_archive if one.state is State.TALLIED else record.write_snapshot
            write(connection, one, ours)
            before, now = Archive(file), Archive(ours)
            seen, here = (each.count(EventType.BALLOT) for each in (before, now))
            if not now.extends(before):
                raise BilikError(
                    f"Cuplikan {path} memuat {seen} surat suara, cadangan ini {here}, dan yang "
                    "satu tidak menyambung yang lain: kotak suara akan bercabang. Pakai cadangan "
                    "yang lebih baru. Tidak ada yang berubah."
                )


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise NotFound(f"Berkas {path} tidak bisa dibaca: {reason(error)}.") from None


def _missing_key(stored: StoredElection, trustee_dir: Path) -> str | None:
    """What is wrong with the server's key of an election that it will have to count, if anything.

    Trustees have theirs.
    """
    if stored.state is State.DRAFT or stored.election.trustees is not None:
        return None
    try:
        trustee.private_key(trustee_dir, stored.uuid)
    except BilikError as error:
        return str(error)
    return None
