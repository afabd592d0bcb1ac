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

import io
import itertools
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pyrage
from pyrage.x25519 import Recipient
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bilik.domain.audit import hour_line
from bilik.domain.election import State
from bilik.errors import BilikError, WrongState
from bilik.keys import Keys
from bilik.services import whole_files
from bilik.services.batches import BATCH
from bilik.services.elections import StoredElection, all_elections
from bilik.services.files import read_text, reason
from bilik.storage import schema, tables
from bilik.storage.database import Database
from bilik.storage.rows import Change, lines_of

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

GZIP = 31
"""zlib's word for gzip with its largest window."""
_ON = (State.OPEN, State.PAUSED)


class TooSoon(WrongState):
    """Too few ballots have come since the last backup; the next one may be made later."""


@dataclass(frozen=True)
class Made:
    """A backup, and the drafts whose codes are not in it."""

    path: Path
    ballots: Mapping[str, int]
    without_codes: tuple[str, ...]


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
        ballots = ballots_in(connection)
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


def ballots_in(connection: Connection) -> dict[int, int]:
    """How many ballots there are, by election."""
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
    squeezer = zlib.compressobj(6, zlib.DEFLATED, GZIP)
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
