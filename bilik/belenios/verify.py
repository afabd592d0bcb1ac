"""Everything that an auditor can check in an archive.

Specification, 3.5. Structure and hashes are checked when an archive is opened; here is what the
files say: proofs, signatures, and that each step follows from the one before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bilik.belenios import ballot, credentials, election, group, tally, trustees, wire
from bilik.belenios.archive import Archive, EventType
from bilik.belenios.ballot import Ballot
from bilik.belenios.election import Election
from bilik.belenios.group import Element
from bilik.belenios.tally import (
    EncryptedTally,
    OwnedPartialDecryption,
    PartialDecryption,
    Result,
    SizedEncryptedTally,
)
from bilik.belenios.trustees import Trustees
from bilik.disk_index import DiskIndex
from bilik.errors import InvalidRecord
from bilik.parallel import Map, mapper

_NONE = 0
"""The number of the ballot that a credential does not have; ballots are numbered from 1."""


@dataclass(frozen=True)
class Verified:
    """What a valid archive says. ``ballots`` counts one per credential, of ``credentials``.

    ``holders`` have the key. ``replaced`` has the places, from 1, of the ballots that do not count
    because a later one has the same credential.
    """

    election: Election
    credentials: int
    ballots: int
    result: Result | None
    holders: Trustees
    replaced: DiskIndex


def verify(archive: Archive, workers: int = 1) -> Verified:
    """Check all that an archive holds so far, with several processes if ``workers`` says so.

    Raises:
        InvalidRecord: something does not hold; its one line says what.
    """
    setup = archive.setup
    with _about("pemilihan"):
        the_election = election.read(archive.data(setup.election))
    with _about("saksi pemegang kunci"):
        holders = trustees.read(archive.data(setup.trustees))
        if trustees.election_key(holders) != the_election.public_key:
            raise InvalidRecord("kunci pemilihan bukan gabungan kunci mereka")
    with mapper(workers) as each:
        voters = _verify_credentials(archive, each)
        replaced = _verify_ballots(archive, the_election, voters, each)
    ballots = archive.count(EventType.BALLOT) - len(replaced)
    result = _verify_tally(archive, the_election, holders, replaced, ballots)
    return Verified(the_election, len(voters), ballots, result, holders, replaced)


def _verify_credentials(archive: Archive, each: Map) -> DiskIndex:
    """The listed credentials by hash, without a ballot yet."""
    voters = DiskIndex()
    with _about("daftar kredensial publik"):
        listed = credentials.read_list(archive.pieces(archive.setup.credentials))
        for key in each(_member, listed):
            if key is None:
                raise InvalidRecord("ada yang bukan anggota grup")
            if not voters.add(key, _NONE):
                raise InvalidRecord("ada kredensial publik yang tercantum dua kali")
    return voters


def _member(credential: Element) -> bytes | None:
    """What a credential is looked up by; None if it is not in the group."""
    return credentials.digest(credential) if group.is_member(credential) else None


def _verify_ballots(
    archive: Archive, the_election: Election, voters: DiskIndex, each: Map
) -> DiskIndex:
    """Verify every ballot; the places of those that a later one replaces (4.15).

    In ``voters`` it writes the place of each credential's ballot.
    """
    replaced = DiskIndex()
    payloads = archive.payloads(EventType.BALLOT)
    jobs = ((the_election, archive.data(payload)) for payload in payloads)
    names = archive.payloads(EventType.BALLOT)
    verified = zip(names, each(_verify_ballot, jobs), strict=True)
    for number, (payload, (credential, problem)) in enumerate(verified, start=1):
        with _about(f"surat suara ke-{number} ({payload[:8]}…)"):
            if problem:
                raise InvalidRecord(problem)
            before = voters.get(credential)
            if before is None:
                raise InvalidRecord("kredensialnya tidak ada dalam daftar")
        if before != _NONE:
            replaced.add(before)
        voters.change(credential, number)
    return replaced


def _verify_ballot(job: tuple[Election, bytes]) -> tuple[bytes, str]:
    """The hash of a ballot's credential, and what is wrong with it; empty if nothing is."""
    try:
        return credentials.digest(ballot.verify(*job).credential), ""
    except InvalidRecord as error:
        return b"", str(error)


def _verify_tally(
    archive: Archive,
    the_election: Election,
    holders: Trustees,
    replaced: DiskIndex,
    counted: int,
) -> Result | None:
    sized = next(archive.payloads(EventType.ENCRYPTED_TALLY), None)
    if sized is None:
        return None
    payloads = archive.payloads(EventType.BALLOT)
    everyone = (wire.decode(Ballot, archive.data(payload)) for payload in payloads)
    last_ones = (one for number, one in enumerate(everyone, start=1) if number not in replaced)
    encrypted = tally.add_up(the_election, last_ones)
    with _about("penjumlahan terenkripsi"):
        expected = wire.encode(encrypted)
        size = SizedEncryptedTally(counted, counted, wire.sha256_hex(expected))
        if archive.data(sized) != wire.encode(size):
            raise InvalidRecord("bukan jumlah dari surat suara yang ada")
    shares = _verify_shares(archive, the_election, holders, encrypted)
    published = next(archive.payloads(EventType.RESULT), None)
    if published is None:
        return None
    with _about("hasil"):
        result = tally.combine(holders, encrypted, shares, counted)
        if archive.data(published) != wire.encode(result):
            raise InvalidRecord("bukan dekripsi dari penjumlahan yang ada")
    return result


def _verify_shares(
    archive: Archive, the_election: Election, holders: Trustees, encrypted: EncryptedTally
) -> dict[int, PartialDecryption]:
    keys = trustees.public_keys(holders)
    shares: dict[int, PartialDecryption] = {}
    for payload in archive.payloads(EventType.PARTIAL_DECRYPTION):
        owned = wire.decode(OwnedPartialDecryption, archive.data(payload))
        with _about(f"bagian dekripsi saksi {owned.owner}"):
            if not 1 <= owned.owner <= len(keys) or owned.owner in shares:
                raise InvalidRecord("saksi itu tidak ada, atau bagiannya sudah ada")
            share = wire.decode(PartialDecryption, archive.data(owned.payload))
            tally.check_decryption(the_election, encrypted, keys[owned.owner - 1], share)
        shares[owned.owner] = share
    return shares


@contextmanager
def _about(part: str) -> Iterator[None]:
    """Say in an error which part of the archive it is about."""
    try:
        yield
    except InvalidRecord as error:
        raise InvalidRecord(f"{part}: {error}") from None
