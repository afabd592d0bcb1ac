"""The roll of an election in the database: voters come, are corrected, and get their codes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from bilik.domain.identity import masked_nik
from bilik.domain.roll import RollEntry
from bilik.errors import NotFound
from bilik.keys import Keys
from bilik.services.credentials import credential_of, public_of
from bilik.services.elections import StoredElection
from bilik.services.files import code_lines, new_code, write_secret_file
from bilik.storage.tables import voters

_CHUNK = 5000


@dataclass(frozen=True)
class RollChange:
    """What an import does to the roll: how many voters come, change and stay as they are."""

    added: int
    changed: int
    unchanged: int


def changes(
    connection: Connection, keys: Keys, stored: StoredElection, entries: Sequence[RollEntry]
) -> tuple[RollChange, Callable[[], None]]:
    """What the entries would change, and the act that does it."""
    rows = [_row(keys, stored.id, entry) for entry in entries]
    table = voters.c
    known = {
        row.nik_hash: (row.name, row.tps, row.phone_hash)
        for row in connection.execute(
            select(table.nik_hash, table.name, table.tps, table.phone_hash).where(
                table.election_id == stored.id
            )
        )
    }
    added = [row for row in rows if row["nik_hash"] not in known]
    changed = [
        row
        for row in rows
        if known.get(row["nik_hash"], row)
        not in (row, (row["name"], row["tps"], row["phone_hash"]))
    ]

    def write() -> None:
        for start in range(0, len(added), _CHUNK):
            connection.execute(insert(voters), added[start : start + _CHUNK])
        if changed:
            connection.execute(_correction(), [_renamed(row) for row in changed])

    return RollChange(len(added), len(changed), len(rows) - len(added) - len(changed)), write


def make_codes(connection: Connection, keys: Keys, stored: StoredElection, out: Path) -> int:
    """Give every voter without a voting code one; how many were made.

    The file ``out`` is complete on disk before the database knows any code: their verifiers, and
    the public half of the credential that each voter will sign with.

    Raises:
        NotFound: nobody lacks one. BilikError: the file exists already.
    """
    table = voters.c
    rows = connection.execute(
        select(table.id, table.nik_hash, table.nik_masked, table.name, table.tps)
        .where(table.election_id == stored.id, table.code_verifier.is_(None))
        .order_by(table.tps, table.name)
    ).all()
    if not rows:
        raise NotFound(
            "Tidak ada pemilih yang belum punya kode. Impor daftar pemilih dulu: "
            "`bilik roll import BERKAS.csv`."
        )
    codes = [new_code() for _ in rows]
    write_secret_file(out, code_lines(zip(rows, codes, strict=True)))
    try:
        connection.execute(
            update(voters)
            .where(voters.c.id == bindparam("voter"))
            .values(code_verifier=bindparam("verifier"), public_credential=bindparam("public")),
            [
                {"voter": row.id, **_code_values(keys, stored.uuid, row.nik_hash, code)}
                for row, code in zip(rows, codes, strict=True)
            ],
        )
    except BaseException:
        out.unlink()
        raise
    return len(rows)


def size(connection: Connection, election_id: int) -> tuple[int, int]:
    """How many voters are on the roll, and how many of them have a code."""
    table = voters.c
    row = connection.execute(
        select(func.count(table.id), func.count(table.code_verifier)).where(
            table.election_id == election_id
        )
    ).one()
    return int(row[0]), int(row[1])


def without_phone(connection: Connection, election_id: int) -> int:
    """How many voters on the roll have no telephone number."""
    query = select(func.count(voters.c.id)).where(
        voters.c.election_id == election_id, voters.c.phone_hash.is_(None)
    )
    return int(connection.execute(query).scalar_one())


def fingerprint(connection: Connection, election_id: int) -> bytes:
    """SHA-256 over the roll as it is at opening, in the order of the keyed NIK hashes."""
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
    return digest.digest()


def _row(keys: Keys, election_id: int, entry: RollEntry) -> dict[str, object]:
    return {
        "election_id": election_id,
        "nik_hash": keys.nik_hash(entry.nik),
        "nik_masked": masked_nik(entry.nik),
        "name": entry.name,
        "tps": entry.tps,
        "phone_hash": keys.phone_hash(entry.phone) if entry.phone else None,
    }


def _code_values(keys: Keys, uuid: str, nik_hash: bytes, code: str) -> dict[str, object]:
    secrets = keys.code_secrets(nik_hash, code)
    public = public_of(credential_of(secrets.seed, uuid), uuid)
    return {"verifier": secrets.verifier, "public": public}


def _correction() -> object:
    return (
        update(voters)
        .where(
            voters.c.election_id == bindparam("of_election"),
            voters.c.nik_hash == bindparam("of_nik"),
        )
        .values(
            name=bindparam("new_name"), tps=bindparam("new_tps"), phone_hash=bindparam("new_phone")
        )
    )


def _renamed(row: dict[str, object]) -> dict[str, object]:
    return {
        "of_election": row["election_id"], "of_nik": row["nik_hash"], "new_name": row["name"],
        "new_tps": row["tps"], "new_phone": row["phone_hash"],
    }  # fmt: skip
