"""An election's public record: what is written at the opening, and the archive made of it all.

The database holds the contents of the record; the chain of events over them is made when it is
asked for. See docs/ARCHITECTURE.md, "The chain is made at the end".
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from bilik.belenios import credentials, election, tally, trustees, wire
from bilik.belenios.archive import Writer
from bilik.belenios.election import Question
from bilik.belenios.group import Exponent
from bilik.domain.audit import Act, Entry, opening_of
from bilik.domain.election import Election
from bilik.errors import WrongState
from bilik.services import audit
from bilik.services.credentials import element_of
from bilik.services.elections import StoredElection
from bilik.services.trustee import OWNER
from bilik.storage.tables import ballots, elections, records, spares, voters

ROWS_AT_ONCE = 200
"""Ballots are read so many at a time: a box may be larger than memory."""
_LOG = "; jejak panitia SHA-256 "


@dataclass(frozen=True)
class Source:
    """What is published of an election besides its archive: file, roll's hash, panitia's log.

    ``ballots`` counts those set aside too, which are not in the archive.
    """

    definition: str
    roll_hash: bytes
    ballots: int
    log: tuple[Entry, ...]


def questions_of(definition: Election) -> tuple[Question, ...]:
    """The contests as the record has them, candidates with number and full name."""
    return tuple(
        election.question(
            _line(contest.title),
            [_line(f"{one.number}. {one.full_name}") for one in contest.candidates],
        )
        for contest in definition.contests
    )


def description_of(slug: str, definition: str, roll_hash: str, opening: bytes | None) -> str:
    """What the record says of an election besides its title: the hashes of its file and roll.

    And of the entry in the panitia's log that notes the opening, which fixes all that they did
    before; None for an election that was opened without a log.
    """
    digest = hashlib.sha256(definition.encode()).hexdigest()
    said = f"{slug}; pemilihan.yml SHA-256 {digest}; daftar pemilih SHA-256 {roll_hash}"
    return f"{said}{_LOG}{opening.hex()}" if opening else said


def write_setup(
    connection: Connection,
    stored: StoredElection,
    roll_hash: bytes,
    opening: bytes,
    private_key: Exponent,
) -> None:
    """Fix the election's file, its roll, questions, key and credentials for good.

    ``opening`` is the hash of the log's entry on the opening.

    The credentials, those of spare letters among them, go into the record in the order of their
    numbers, and the rows forget them: from here on nothing stored tells which is whose.

    Raises:
        InvalidRecord: a name or title has characters that the record cannot have.
    """
    holders = (trustees.publish(private_key),)
    the_election = election.create(
        stored.uuid,
        _line(stored.election.title),
        description_of(
            stored.election.slug, _definition(connection, stored), roll_hash.hex(), opening
        ),
        trustees.election_key(holders),
        questions_of(stored.election),
        credential_authority="server",
    )
    holders_of = [(table, table.c.election_id == stored.id) for table in (voters, spares)]
    public = [
        one
        for table, own in holders_of
        for one in connection.execute(select(table.c.public_credential).where(own)).scalars()
    ]
    connection.execute(
        insert(records).values(
            election_id=stored.id,
            election=wire.encode(the_election),
            trustees=trustees.encode(holders),
            credentials=credentials.encode_list(element_of(one) for one in public),
        )
    )
    for table, own in holders_of:
        connection.execute(update(table).where(own).values(public_credential=None))


def differs_from_log(
    connection: Connection, stored: StoredElection, entries: Sequence[Entry]
) -> str | None:
    """What the log of an election that was opened lacks, or says otherwise than the record."""
    row = connection.execute(
        select(records.c.election, records.c.result).where(records.c.election_id == stored.id)
    ).first()
    if row is None or _LOG not in _read(row.election).description:
        return None  # It was opened before there was a log.
    opening = opening_of(entries)
    if opening is None or not _read(row.election).description.endswith(opening.hex()):
        return "catatan pembukaan bukan yang ditetapkan di kotak suara"
    if row.result is not None and Act.TALLY.value not in [one.act for one in entries]:
        return "catatan penghitungan hilang dari ujungnya"
    return None


def election_of(connection: Connection, stored: StoredElection) -> election.Election:
    """The election as ballots are made for it.

    Raises:
        WrongState: it was opened before there was a record, or never.
    """
    query = select(records.c.election).where(records.c.election_id == stored.id)
    data = connection.execute(query).scalar()
    if data is None:
        raise WrongState(
            f"Pemilihan `{stored.election.slug}` tidak punya kotak suara Belenios: belum pernah "
            "dibuka, atau dibuka dengan Bilik versi lama. Yang lama hanya bisa dihitung dengan "
            "versi itu."
        )
    return _read(data)


def write_archive(connection: Connection, stored: StoredElection, file: BinaryIO) -> Source:
    """Write the archive of an election that has been counted; what else is published of it.

    The same record gives the same bytes each time: ballots come in the order of their trackers,
    those that replace another after all that do not, and every file bears the hour that voting was
    to begin.

    Raises:
        WrongState: it has not been counted.
    """
    row = connection.execute(select(records).where(records.c.election_id == stored.id)).first()
    if row is None or row.result is None:
        raise WrongState(
            f"Pemilihan `{stored.election.slug}` belum dihitung. Jalankan `bilik tally` dulu."
        )
    writer = Writer.create(file, max(1, int(stored.election.opens.timestamp())))
    writer.setup(row.election, row.trustees, row.credentials)
    columns = ballots.c
    query = select(columns.sealed, columns.set_aside).where(columns.election_id == stored.id)
    set_aside = 0
    query = query.order_by(columns.version, columns.tracker).execution_options(
        stream_results=True, max_row_buffer=ROWS_AT_ONCE
    )
    for content, is_set_aside in connection.execute(query):
        set_aside += is_set_aside
        if not is_set_aside:
            writer.ballot(content)
    writer.end_ballots()
    each = func.coalesce(columns.credential_hash, columns.tracker)
    counted = connection.execute(
        select(func.count(each.distinct())).where(
            columns.election_id == stored.id, columns.set_aside.is_(False)
        )
    ).scalar_one()
    writer.encrypted_tally(wire.decode(tally.EncryptedTally, row.encrypted_tally), counted)
    writer.partial_decryption(OWNER, wire.decode(tally.PartialDecryption, row.partial_decryption))
    writer.result(wire.decode(tally.Result, row.result))
    roll_hash = connection.execute(
        select(elections.c.roll_hash).where(elections.c.id == stored.id)
    ).scalar_one()
    log = audit.published(connection, stored.election.slug)
    return Source(_definition(connection, stored), roll_hash, counted + set_aside, log)


def _definition(connection: Connection, stored: StoredElection) -> str:
    query = select(elections.c.definition).where(elections.c.id == stored.id)
    return str(connection.execute(query).scalar_one())


@lru_cache(maxsize=32)
def _read(data: bytes) -> election.Election:
    return election.read(data)


def _line(text: str) -> str:
    """A text without line breaks, which the record does not have."""
    return " ".join(text.split())
