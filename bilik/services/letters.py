"""Whose letter opens which vote: a voter's own, or a spare one that took its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.engine import Connection

from bilik.services.credentials import spare_context
from bilik.storage.tables import elections, spares, voters

_HELD = and_(spares.c.voter_id == voters.c.id, spares.c.code_verifier.is_not(None))


@dataclass(frozen=True, repr=False)
class Letter:
    """A voter's letter: what its code is stretched with, and the verifier to compare with.

    ``spare`` is its number, None for a voter's own letter. ``voter`` is the voter's row.
    """

    voter: Any
    context: bytes
    verifier: bytes | None
    spare: int | None


def letters_of(connection: Connection, nik_hash: bytes) -> list[Letter]:
    """The letter of that voter in each election whose roll has them; one each."""
    query = (
        select(
            voters,
            elections.c.uuid,
            spares.c.number.label("spare"),
            spares.c.code_verifier.label("spare_verifier"),
        )
        .select_from(voters.join(elections).outerjoin(spares, _HELD))
        .where(voters.c.nik_hash == nik_hash)
    )
    return [
        Letter(row, nik_hash, row.code_verifier, None)
        if row.spare is None
        else Letter(row, spare_context(row.uuid, row.spare), row.spare_verifier, row.spare)
        for row in connection.execute(query).all()
    ]


def contexts(letters: Sequence[Letter], nik_hash: bytes) -> list[bytes]:
    """What a code is to be stretched with to compare it with these letters.

    One, whether or not the NIK is on a roll; so a wrong pair costs the same, whatever is wrong.
    Only for somebody with a spare letter who is on the roll of another election are there more.
    """
    return list(dict.fromkeys(one.context for one in letters)) or [nik_hash]


def held_spare(connection: Connection, voter_id: int, lock: bool = False) -> int | None:
    """The number of the spare letter that a voter holds, if any.

    With ``lock`` neither that nor whether they have voted can change until the transaction ends.
    """
    if lock:
        connection.execute(select(voters.c.id).where(voters.c.id == voter_id).with_for_update())
    query = select(spares.c.number).where(
        spares.c.voter_id == voter_id, spares.c.code_verifier.is_not(None)
    )
    number = connection.execute(query).scalar()
    return None if number is None else int(number)
