"""Counting a closed box, with the checks that come before any figure is named."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from bilik.domain import tally
from bilik.domain.election import Election
from bilik.errors import BilikError
from bilik.keys import Keys
from bilik.services import ballot_box
from bilik.services.elections import StoredElection


@dataclass(frozen=True)
class Result:
    """A count: per contest, with the number of ballots and of those set aside as spoilt."""

    election: Election
    counts: tuple[tally.ContestCount, ...]
    ballots: int
    set_aside: int


def count_box(connection: Connection, keys: Keys, stored: StoredElection) -> Result:
    """Count an election's ballots; counting again gives the same.

    Raises:
        BilikError: there are more or fewer ballots than voters marked, or none can be opened.
    """
    opened = list(ballot_box.open_ballots(connection, keys, stored))
    marked = ballot_box.voters_marked(connection, stored.id)
    if len(opened) != marked:
        raise BilikError(
            f"Isi kotak {len(opened)} suara, tetapi {marked} pemilih tercatat memilih. "
            "Jangan umumkan hasil; simpan basis data ini dan periksa bersama saksi."
        )
    if opened and not any(opened):
        raise BilikError(
            "Tidak satu pun suara bisa dibuka. Kuncinya bukan kunci pemilihan ini: kembalikan "
            "BILIK_SECRET_KEY yang dipakai saat pemungutan suara, lalu ulangi."
        )
    good = [selections for selections in opened if selections is not None]
    counts = tally.count(stored.election, good)
    return Result(stored.election, counts, len(opened), len(opened) - len(good))
