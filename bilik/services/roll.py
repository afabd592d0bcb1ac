"""The roll of an election in the database; how voters come into it is told in `roll_import`."""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bilik.domain.identity import masked_nik
from bilik.domain.roll import RollEntry
from bilik.keys import Keys
from bilik.services import reserve
from bilik.storage.tables import spares, voters


def size(connection: Connection, election_id: int) -> tuple[int, int]:
    """How many voters are on the roll, and how many of them have a code, a spare one included."""
    table = voters.c
    everyone, with_code = connection.execute(
        select(func.count(table.id), func.count(table.code_verifier)).where(
            table.election_id == election_id
        )
    ).one()
    return int(everyone), int(with_code) + reserve.stock(connection, election_id).held


def without_phone(connection: Connection, election_id: int) -> int:
    """How many voters on the roll have no telephone number."""
    query = select(func.count(voters.c.id)).where(
        voters.c.election_id == election_id, voters.c.phone_hash.is_(None)
    )
    return int(connection.execute(query).scalar_one())


def fingerprint(connection: Connection, election_id: int) -> bytes:
    """SHA-256 over the roll as it is at opening, by keyed NIK hash, and the spare letters."""
    digest = hashlib.sha256()
    table = voters.c
    rows = connection.execute(
        select(table.nik_hash, table.name, table.tps, table.code_verifier)
        .where(table.election_id == election_id)
        .order_by(table.nik_hash)
    )
    for row in rows:
        for part in (row.nik_hash, row.name.encode(), row.tps.encode(), row.code_verifier):
            digest.update(len(part).to_bytes(4, "big") + part)
    verifiers = select(spares.c.code_verifier).where(spares.c.election_id == election_id)
    for verifier in connection.execute(verifiers.order_by(spares.c.number)).scalars():
        digest.update(verifier)
    return digest.digest()


def row_of(keys: Keys, election_id: int, entry: RollEntry) -> dict[str, object]:
    """What the database has of a voter on the roll."""
    return {
        "election_id": election_id,
        "nik_hash": keys.nik_hash(entry.nik),
        "nik_masked": masked_nik(entry.nik),
        "name": entry.name,
        "tps": entry.tps,
        "phone_hash": keys.phone_hash(entry.phone) if entry.phone else None,
    }
