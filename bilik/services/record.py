"""An election's public record: what is written at the opening, and the archive made of it all.

The database holds the contents of the record and the order of the published ballots; the archive is
written when it is asked for. See docs/ARCHITECTURE.md, "The chain grows in batches".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, BinaryIO

from sqlalchemy import insert, literal, select, union_all, update
from sqlalchemy.engine import Connection

from bilik.belenios import credentials, election, tally, trustees, wire
from bilik.belenios.archive import Writer
from bilik.belenios.election import Question
from bilik.belenios.trustees import Trustees
from bilik.domain.audit import Act, Entry, opening_of
from bilik.domain.election import Election, State
from bilik.domain.turnout import Station
from bilik.errors import WrongState
from bilik.services import audit, ballot_box, chain, shares, turnout
from bilik.services.credentials import element_of
from bilik.services.elections import StoredElection
from bilik.storage.tables import elections, listed_credentials, records, spares, voters

_LOG = "; jejak panitia SHA-256 "


@dataclass(frozen=True)
class Source:
    """What is published of an election besides its archive: file, roll's hash, log, turnout.

    ``ballots`` counts those set aside too, which are not in the archive; a snapshot does not tell.
    """

    definition: str
    roll_hash: bytes
    ballots: int
    log: tuple[Entry, ...]
    turnout: tuple[Station, ...]


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
    holders: Trustees,
) -> None:
    """Fix the election's file, its roll, questions, key and credentials for good.

    ``opening`` is the hash of the log's entry on the opening; ``holders`` have the key.

    The credentials, those of spare letters among them, go into the record in the order of their
    numbers, and the rows forget them: from here on nothing stored tells which is whose.

    Raises:
        InvalidRecord: a name or title has characters that the record cannot have.
    """
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
    connection.execute(
        insert(listed_credentials).from_select(
            ["election_id", "public"], _credentials_of_rows(stored.id)
        )
    )
    digest = hashlib.sha256()
    for piece in credential_list(connection, stored.id):
        digest.update(piece)
    connection.execute(
        insert(records).values(
            election_id=stored.id,
            election=wire.encode(the_election),
            trustees=trustees.encode(holders),
            credentials_hash=digest.hexdigest(),
        )
    )
    for table in (voters, spares):
        own = table.c.election_id == stored.id
        connection.execute(update(table).where(own).values(public_credential=None))


def _credentials_of_rows(election_id: int) -> Any:
    """A query for what the rows of voters and spare letters have, in the order of the numbers."""
    held = union_all(
        *(
            select(table.c.public_credential.label("public")).where(
                table.c.election_id == election_id, table.c.public_credential.is_not(None)
            )
            for table in (voters, spares)
        )
    ).subquery()
    return select(literal(election_id), held.c.public).order_by(held.c.public)


def credential_list(connection: Connection, election_id: int) -> Iterator[bytes]:
    """The published list of public credentials, in pieces: it may be larger than memory."""
    columns = listed_credentials.c
    rows = connection.execute(
        select(columns.public)
        .where(columns.election_id == election_id)
        .order_by(columns.public)
        .execution_options(stream_results=True, max_row_buffer=chain.ROWS_AT_ONCE)
    )
    yield from credentials.list_pieces(element_of(one) for (one,) in rows)


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

    The same record gives the same bytes each time: ballots come in the order of the chain, and
    every file bears the hour that voting was to begin. It begins with the bytes of every snapshot.

    Raises:
        WrongState: it has not been counted. BilikError: a published ballot is not as it was.
    """
    row = connection.execute(select(records).where(records.c.election_id == stored.id)).first()
    if row is None or row.result is None:
        raise WrongState(
            f"Pemilihan `{stored.election.slug}` belum dihitung. Jalankan `bilik tally` dulu."
        )
    writer = _write_sum(connection, stored, row, file)
    for owner, share in shares.kept(connection, stored.id).items():
        writer.partial_decryption(owner, share)
    writer.result(wire.decode(tally.Result, row.result))
    return _source(connection, stored)


def write_for_trustees(connection: Connection, stored: StoredElection, file: BinaryIO) -> None:
    """Write the archive up to the sum that trustees are to decrypt; it is the result's beginning.

    Raises:
        WrongState: nothing has been added up.
    """
    row = connection.execute(select(records).where(records.c.election_id == stored.id)).first()
    if row is None or row.encrypted_tally is None:
        raise WrongState(
            f"Suara `{stored.election.slug}` belum dijumlahkan. Jalankan `bilik tally` dulu."
        )
    _write_sum(connection, stored, row, file)


def write_snapshot(connection: Connection, stored: StoredElection, file: BinaryIO) -> Source:
    """Write the archive as far as ballots are published; what else is published of it.

    Raises:
        WrongState: there is no record yet, or it is counted already. BilikError: a published ballot
        is not as it was.
    """
    election_of(connection, stored)
    if stored.state is State.TALLIED:
        raise WrongState(
            f"Pemilihan `{stored.election.slug}` sudah dihitung. Tulis terbitan lengkapnya dengan "
            "`bilik export FOLDER`."
        )
    _write_ballots(connection, stored, file)
    return _source(connection, stored)


def _write_ballots(connection: Connection, stored: StoredElection, file: BinaryIO) -> Writer:
    """Begin an archive, and put all published ballots in; the writer."""
    at = chain.chain_of(connection, stored.id)
    row = connection.execute(select(records).where(records.c.election_id == stored.id)).one()
    if at is None:
        raise RuntimeError("an election with a record has a chain")
    writer = Writer.create(file, max(1, int(stored.election.opens.timestamp())))
    writer.setup(row.election, row.trustees, partial(credential_list, connection, stored.id))
    for content in chain.ballots_of(connection, stored.id, at):
        writer.ballot(content)
    return writer


def _source(connection: Connection, stored: StoredElection) -> Source:
    query = select(elections.c.roll_hash).where(elections.c.id == stored.id)
    roll_hash = connection.execute(query).scalar_one()
    set_aside = ballot_box.set_aside_in(connection, stored.id)
    ballots = ballot_box.counting_in(connection, stored.id) + set_aside
    log = audit.published(connection, stored.election.slug)
    stations = tuple(turnout.by_station(connection, stored.id))
    return Source(_definition(connection, stored), roll_hash, ballots, log, stations)


def _write_sum(connection: Connection, stored: StoredElection, row: Any, file: BinaryIO) -> Writer:
    """Begin an archive, and put all published ballots and their sum in; the writer."""
    writer = _write_ballots(connection, stored, file)
    counted = ballot_box.counting_in(connection, stored.id)
    writer.end_ballots()
    writer.encrypted_tally(wire.decode(tally.EncryptedTally, row.encrypted_tally), counted)
    return writer


def _definition(connection: Connection, stored: StoredElection) -> str:
    query = select(elections.c.definition).where(elections.c.id == stored.id)
    return str(connection.execute(query).scalar_one())


@lru_cache(maxsize=32)
def _read(data: bytes) -> election.Election:
    return election.read(data)


def _line(text: str) -> str:
    """A text without line breaks, which the record does not have."""
    return " ".join(text.split())
