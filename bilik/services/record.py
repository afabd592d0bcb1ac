"""An election's public record: what is written at the opening, and the archive made of it all.

The database holds the contents of the record; the chain of events over them is made when it is
asked for. See docs/ARCHITECTURE.md, "The chain is made at the end".
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from bilik.belenios import credentials, election, trustees, wire
from bilik.belenios.election import Question
from bilik.belenios.group import Exponent
from bilik.domain.election import Election
from bilik.errors import WrongState
from bilik.services.credentials import element_of
from bilik.services.elections import StoredElection
from bilik.storage.tables import records, voters


def questions_of(definition: Election) -> tuple[Question, ...]:
    """The contests as the record has them, candidates with number and full name."""
    return tuple(
        election.question(
            _line(contest.title),
            [_line(f"{one.number}. {one.full_name}") for one in contest.candidates],
        )
        for contest in definition.contests
    )


def write_setup(connection: Connection, stored: StoredElection, private_key: Exponent) -> None:
    """Fix questions, key and credentials for good.

    The credentials go into the record in the order of their numbers, and the voters' rows forget
    them: from here on nothing stored tells which is whose.

    Raises:
        InvalidRecord: a name or title has characters that the record cannot have.
    """
    holders = (trustees.publish(private_key),)
    the_election = election.create(
        stored.uuid,
        _line(stored.election.title),
        stored.election.slug,
        trustees.election_key(holders),
        questions_of(stored.election),
        credential_authority="server",
    )
    own_voters = voters.c.election_id == stored.id
    public = connection.execute(select(voters.c.public_credential).where(own_voters)).scalars()
    connection.execute(
        insert(records).values(
            election_id=stored.id,
            election=wire.encode(the_election),
            trustees=trustees.encode(holders),
            credentials=credentials.encode_list(element_of(one) for one in public),
        )
    )
    connection.execute(update(voters).where(own_voters).values(public_credential=None))


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


@lru_cache(maxsize=32)
def _read(data: bytes) -> election.Election:
    return election.read(data)


def _line(text: str) -> str:
    """A text without line breaks, which the record does not have."""
    return " ".join(text.split())
