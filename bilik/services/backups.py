"""Backups: what of a database has to outlive it, sealed to somebody who is not the server.

A backup is one consistent state, read while voting goes on: rows as lines of JSON (see
:mod:`bilik.storage.rows`), compressed, and sealed in the age format to a public key whose other
half is elsewhere. A MAC with the server's key ends it: anybody can seal to a public key, and nobody
else can make what this server takes back.

Left out is what would tell more than the box does, or serves nobody later:

- of elections that are not open yet, codes and credentials. A row with both would say for good
  whose ballot is whose; see docs/keamanan.md;
- what is said in chats and where voters stand in them, counts of wrong codes, sessions;
- accounts of the desk: one that was taken away must not come back;
- all keys: the server's, trustees', and those of elections, which are files beside the database.

Two backups show who voted between them, and which ballots came. So while people vote another is
made only after :data:`~bilik.services.batches.BATCH` more ballots, as with all that is published,
unless somebody decides otherwise.
"""

from __future__ import annotations

import hmac
import io
import itertools
import json
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO

import pyrage
from pyrage.x25519 import Identity, Recipient
from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bilik.belenios.archive import Archive, EventType
from bilik.domain.audit import Act, Details, hour_line
from bilik.domain.election import State
from bilik.errors import BilikError, InvalidRecord, NotFound, WrongState
from bilik.keys import Keys
from bilik.services import audit, chain, record, trustee, whole_files
from bilik.services.batches import BATCH
from bilik.services.elections import StoredElection, all_elections
from bilik.services.files import read_text, reason
from bilik.storage import schema, tables
from bilik.storage.database import Database
from bilik.storage.rows import Change, Filler, lines_of

KIND = "bilik/backup/1"
LAST = "cadangan-terakhir.json"
"""How many ballots each election had at the last backup in a directory; beside the backups."""

KEPT = (
    tables.elections, tables.portraits, tables.voters, tables.spares, tables.spare_requests,
    tables.lost_letters, tables.participations, tables.ballots, tables.records,
    tables.listed_credentials, tables.chains, tables.interim_counts, tables.partial_decryptions,
    tables.trustee_messages, tables.hourly_totals, tables.reminders, tables.audit_log,
)  # fmt: skip
"""Those that a row refers to come before it."""
LEFT_OUT = (
    tables.sessions, tables.attempts, tables.chats, tables.waiting_messages,
    tables.processed_messages, tables.not_understood, tables.channel_activity, tables.accounts,
    tables.desk_sessions,
)  # fmt: skip

_GZIP = 31
_LONGEST_LINE = 64 * 2**20
_ON = (State.OPEN, State.PAUSED)
_NOT_OURS = "bukan cadangan Bilik, atau isinya sudah rusak"


class TooSoon(WrongState):
    """Too few ballots have come since the last backup; the next one may be made later."""


@dataclass(frozen=True)
class Made:
    """A backup, and the drafts whose codes are not in it."""

    path: Path
    ballots: Mapping[str, int]
    without_codes: tuple[str, ...]


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


def make(
    database: Database,
    keys: Keys,
    directory: Path,
    recipient: Recipient,
    now: datetime,
    keep: int | None = None,
    anyway: bool = False,
) -> Made:
    """Write a backup into a directory, which is made if need be; only the last ``keep`` stay there.

    With ``anyway`` it does not wait for more ballots.

    Raises:
        TooSoon: see there. BilikError: it cannot be written; nothing is left of it.
    """
    at = now.astimezone(timezone.utc)
    path = directory / f"bilik-{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03}Z.age"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BilikError(f"Folder {directory} tidak bisa dibuat: {reason(error)}.") from None
    if path.exists():
        raise BilikError(f"Berkas {path} sudah ada. Ulangi sekali lagi.")
    last = _last(directory / LAST)
    with database.read() as connection:
        stored = all_elections(connection)
        ballots = _ballots(connection)
        by_slug = {one.election.slug: ballots.get(one.id, 0) for one in stored}
        for one in stored:
            if one.state in _ON and not anyway:
                _see_that_enough_came(one.election.slug, by_slug, last)
        source = _Source(_compressed(_signed(connection, keys, stored, now)))
        with whole_files.replacing(path) as file:
            try:
                pyrage.encrypt_io(io.BufferedReader(source), file, [recipient])
            except (pyrage.EncryptError, OSError):
                if source.failure is not None:
                    raise source.failure from None
                raise
    whole_files.replace(directory / LAST, json.dumps(by_slug).encode() + b"\n")
    for old in sorted(directory.glob("bilik-*.age"))[: -keep if keep else 0]:
        old.unlink(missing_ok=True)
    drafts = tuple(one.election.slug for one in stored if one.state is State.DRAFT)
    return Made(path, by_slug, drafts)


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
        ballots = _ballots(connection)
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


# -- making ----------------------------------------------------------------------------------------


def _see_that_enough_came(slug: str, ballots: Mapping[str, int], last: Mapping[str, int]) -> None:
    more = ballots[slug] - last.get(slug, 0)
    if 0 < more < BATCH:
        raise TooSoon(
            f"Belum dicadangkan: baru {more} suara {slug} sejak cadangan terakhir di folder itu. "
            f"Paling sedikit {BATCH}, supaya dua cadangan tidak menunjukkan suara siapa yang mana."
        )


def _last(path: Path) -> dict[str, int]:
    if not path.exists():
        return {}
    try:
        content = json.loads(read_text(path))
        return {str(slug): int(count) for slug, count in content.items()}
    except (ValueError, AttributeError, TypeError):
        raise BilikError(f"Berkas {path} tidak terbaca. Pakai folder cadangan yang baru.") from None


def _ballots(connection: Connection) -> dict[int, int]:
    column = tables.ballots.c.election_id
    query = select(column, func.count()).group_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}


def _signed(
    connection: Connection, keys: Keys, stored: list[StoredElection], now: datetime
) -> Iterator[bytes]:
    """The lines, and at the end how many there were and their MAC."""
    drafts = {one.id for one in stored if one.state is State.DRAFT}
    mac = keys.backup_mac()
    head = {
        "kind": KIND, "schema": schema.newest(), "server": keys.backup_mark,
        "made_at": hour_line(now),
    }  # fmt: skip
    rows = lines_of(connection, [(table, _change(table.name, drafts)) for table in KEPT])
    lines = 0
    for line in itertools.chain([json.dumps(head).encode() + b"\n"], rows):
        mac.update(line)
        lines += 1
        yield line
    yield json.dumps({"lines": lines, "mac": mac.hexdigest()}).encode() + b"\n"


def _change(table: str, drafts: set[int]) -> Change:
    """What of a table's row goes into a backup."""

    def voter(row: dict[str, Any]) -> dict[str, Any]:
        without_code = {"code_verifier": None} if row["election_id"] in drafts else {}
        return {**row, **without_code, "public_credential": None}

    def spare(row: dict[str, Any]) -> dict[str, Any] | None:
        return None if row["election_id"] in drafts else {**row, "public_credential": None}

    return {"voters": voter, "spares": spare}.get(table, lambda row: row)


def _compressed(lines: Iterator[bytes]) -> Iterator[bytes]:
    squeezer = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
    for line in lines:
        if piece := squeezer.compress(line):
            yield piece
    yield squeezer.flush()


class _Source(io.RawIOBase):
    """Pieces of bytes as a file to read from; ``failure`` is what went wrong while making them."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""
        self.failure: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            self._left = self._left or next(self._pieces, b"")
        except Exception as error:
            self.failure = error
            raise
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


# -- bringing back ---------------------------------------------------------------------------------


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
        self._unpacker = zlib.decompressobj(_GZIP)
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
