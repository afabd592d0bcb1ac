"""Messages that Bilik did not understand, waiting for a trainer to say what was meant.

They are masked before they are kept, without sender and time, and shown only in batches: who reads
them cannot tell which came when, and so not from whom.
"""

from __future__ import annotations

import random
import secrets

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from bilik.domain.masking import masked, says_something
from bilik.errors import BilikError
from bilik.services.elections import StoredElection
from bilik.storage.database import Database
from bilik.storage.tables import not_understood

BATCH = 20
"""So many messages at least are shown for the first time together."""
MOST_PER_ELECTION = 5000
_ID_BYTES = 16


def keep(
    connection: Connection, stored: StoredElection, text: str, voter_name: str | None = None
) -> None:
    """Keep a message, masked, if the election's file allows it and there is something to learn.

    The same words wait only once.
    """
    if not stored.election.keeps_not_understood:
        return
    message = masked(text, stored.election.contests, [voter_name] if voter_name else [])
    if not says_something(message):
        return
    columns = not_understood.c
    of_election = columns.election_id == stored.id
    twin = select(columns.id).where(of_election, columns.text == message)
    if connection.execute(twin).first() is not None:
        return
    count = select(func.count()).select_from(not_understood).where(of_election)
    if connection.execute(count).scalar_one() >= MOST_PER_ELECTION:
        return
    connection.execute(
        insert(not_understood).values(
            id=secrets.token_bytes(_ID_BYTES), election_id=stored.id, text=message, released=False
        )
    )


class Inbox:
    """The trainer's side of the messages in one database."""

    def __init__(self, database: Database) -> None:
        """Read the messages of all elections in ``database``."""
        self._database = database

    def waiting(self) -> int:
        """How many messages are kept."""
        with self._database.read() as connection:
            query = select(func.count()).select_from(not_understood)
            return int(connection.execute(query).scalar_one())

    def take_batch(self, source: random.Random) -> list[str]:
        """The messages that may be read now, shuffled by ``source``; they stay until settled.

        New ones are released all at once, when there are :data:`BATCH` of them. Until then there
        are only those that were released before and left: a trainer who comes every minute and
        skips everything learns of no message when it came.

        Raises:
            BilikError: there are none yet.
        """
        columns = not_understood.c
        with self._database.write() as connection:
            released = dict(
                connection.execute(
                    select(columns.released, func.count()).group_by(columns.released)
                ).all()
            )
            new = released.get(False, 0)
            if new >= BATCH:
                connection.execute(update(not_understood).values(released=True))
            elif not released.get(True):
                raise BilikError(_nothing_yet(new))
            query = select(columns.text).where(columns.released)
            messages = sorted(set(connection.execute(query).scalars()))
        source.shuffle(messages)
        return messages

    def settle(self, message: str) -> None:
        """Delete a message that was released, for it is labelled or thrown away."""
        columns = not_understood.c
        with self._database.write() as connection:
            connection.execute(
                delete(not_understood).where(columns.text == message, columns.released)
            )


def _nothing_yet(waiting: int) -> str:
    if waiting:
        return (
            f"Baru {waiting} pesan baru menunggu. Supaya tidak tertebak siapa penulisnya, pesan "
            f"dibuka sekaligus sesudah ada {BATCH}."
        )
    return (
        "Belum ada pesan yang menunggu. Pesan hanya disimpan kalau berkas pemilihan memuat "
        "`simpan_tak_dipahami: ya`."
    )
