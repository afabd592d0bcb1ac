"""The encrypted sum of the ballots published so far, which live results are decrypted from.

Only whole batches are added, and only until the closing. What may be decrypted lags by one batch:
so whatever comes after it, the result differs from it by that batch at least. The sums are sealed
with the server's key: whoever can write to the database, but has not that key, cannot have anything
else decrypted, such as a single ballot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bilik.belenios import tally, wire
from bilik.belenios.ballot import Ballot
from bilik.belenios.election import Election
from bilik.belenios.tally import EncryptedTally
from bilik.keys import Keys, SealBroken
from bilik.services.chain import Chain


@dataclass(frozen=True)
class RunningSum:
    """``whole`` is the sum of all batches, ``shown`` of all but the newest: ``ballots`` ballots."""

    ballots: int
    shown: EncryptedTally
    whole: EncryptedTally


def read(keys: Keys, uuid: str, chain: Chain) -> RunningSum | None:
    """The sums of the first ``chain.summed`` ballots; None before the first batch.

    Raises:
        SealBroken: it is not what was kept there with these keys.
    """
    if chain.sealed_sum is None:
        return None
    return wire.decode(RunningSum, keys.sums.unseal(chain.sealed_sum, _context(uuid, chain)))


def extended(keys: Keys, election: Election, chain: Chain, batch: Iterable[Ballot]) -> Chain:
    """The chain with the verified ballots of its next batch added to its sums.

    A sum that is not of all ballots before, or not ours, stays as it is: nobody decrypts it any
    more, and the count does without.
    """
    if chain.summed != chain.ballots:
        return chain
    try:
        so_far = read(keys, election.uuid, chain)
    except SealBroken:
        return chain
    added = list(batch)
    shown = so_far.whole if so_far else tally.add_up(election, [])
    sums = RunningSum(chain.summed, shown, tally.add_up(election, added, shown))
    longer = replace(chain, summed=chain.summed + len(added))
    content = keys.sums.seal(wire.encode(sums), _context(election.uuid, longer))
    return replace(longer, sealed_sum=content)


def _context(uuid: str, chain: Chain) -> bytes:
    return f"sums of {uuid} {chain.summed}".encode()
