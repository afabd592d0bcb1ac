"""The books: what voters were told, against what the database has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from bilik.keys import Keys
from bilik.storage.database import Database
from bilik.storage.tables import ballots, participations, voters
from tests.soak.voter import Told, Voter


@dataclass
class Ledger:
    """What became of everybody. ``lost``, ``doubled`` and ``wrong`` must be empty."""

    told: Counter[Told] = field(default_factory=Counter)
    ballots: int = 0
    participations: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """Whether all that was told is true."""
        return not (self.lost or self.doubled or self.wrong)


def check(database: Database, keys: Keys, people: Sequence[Voter], since: int = 0) -> Ledger:
    """Every voter of an election against its box; ``people`` are all who talked to Bilik.

    What else those before number ``since`` should not have heard is known already.
    """
    with database.read() as connection:
        voted = set(
            connection.execute(
                select(voters.c.nik_hash).join(
                    participations, participations.c.voter_id == voters.c.id
                )
            ).scalars()
        )
        receipts = list(connection.execute(select(ballots.c.receipt)).scalars())
        in_all = connection.execute(select(func.count()).select_from(participations)).scalar_one()
    ledger = Ledger(Counter(one.told for one in people), len(receipts), in_all)
    if ledger.ballots != ledger.participations:
        ledger.doubled.append(f"{ledger.ballots} ballots of {ledger.participations} voters")
    told_receipts = Counter(one.receipt for one in people if one.receipt)
    ledger.doubled += [f"receipt told {n} times" for n in told_receipts.values() if n > 1]
    known = set(receipts)
    yes_sayers = {keys.nik_hash(one.nik) for one in people if one.said_yes}
    for at, one in enumerate(people):
        has_ballot = keys.nik_hash(one.nik) in voted
        if one.told is Told.RECORDED and not (has_ballot and one.receipt in known):
            ledger.lost.append("told SUDAH, and it is not there")
        if one.told is Told.VOTED and not has_ballot:
            ledger.lost.append("told of a vote that is not there")
        if one.told is Told.NOT_RECORDED and has_ballot:
            ledger.wrong.append("told BELUM, and a ballot is there")
        ledger.wrong += one.faults if at >= since else []
    if not voted <= yes_sayers:
        ledger.wrong.append(f"{len(voted - yes_sayers)} ballots of voters who never said yes")
    return ledger
