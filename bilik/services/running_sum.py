"""The encrypted sum of the ballots published so far, which live results are decrypted from.

Only whole batches are added, and only until the closing. The sum is sealed with the server's key:
whoever can write to the database, but has not that key, cannot have anything else decrypted, such
as a single ballot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bilik.belenios import tally, wire
from bilik.belenios.ballot import Ballot
from bilik.belenios.election import Election
from bilik.belenios.tally import EncryptedTally
from bilik.keys import Keys, SealBroken
from bilik.services.chain import Chain


def read(keys: Keys, uuid: str, chain: Chain) -> EncryptedTally | None:
    """The sum of the first ``chain.summed`` ballots; None before the first batch.

    Raises:
        SealBroken: it is not what was kept there with these keys.
    """
    if chain.sealed_sum is None:
        return None
    return wire.decode(EncryptedTally, keys.sums.unseal(chain.sealed_sum, _context(uuid, chain)))


def extended(keys: Keys, election: Election, chain: Chain, batch: Iterable[Ballot]) -> Chain:
    """The chain with the verified ballots of its next batch added to its sum.

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
    longer = replace(chain, summed=chain.summed + len(added))
    content = wire.encode(tally.add_up(election, added, so_far))
    return replace(longer, sealed_sum=keys.sums.seal(content, _context(election.uuid, longer)))


def _context(uuid: str, chain: Chain) -> bytes:
    return f"{uuid} {chain.summed}".encode()
