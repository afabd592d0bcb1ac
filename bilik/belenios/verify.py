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
from bilik.errors import InvalidRecord
from bilik.parallel import Map, mapper


@dataclass(frozen=True)
class Verified:
    """What a valid archive says. ``ballots`` counts one per credential, of ``credentials``.

    ``counted`` names them by hash; the others in the archive were replaced.
    """

    election: Election
    credentials: int
    ballots: int
    result: Result | None
    counted: frozenset[str]


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
        counted = _verify_ballots(archive, the_election, voters, each)
    result = _verify_tally(archive, the_election, holders, counted)
    return Verified(the_election, len(voters), len(counted), result, frozenset(counted))


def _verify_credentials(archive: Archive, each: Map) -> set[Element]:
    with _about("daftar kredensial publik"):
        voters = credentials.read_list(archive.data(archive.setup.credentials))
        if not all(each(group.is_member, voters)):
            raise InvalidRecord("ada yang bukan anggota grup")
    return set(voters)


def _verify_ballots(
    archive: Archive, the_election: Election, voters: set[Element], each: Map
) -> list[str]:
    """The hashes of the ballots that count: of each credential the last one (4.15)."""
    counted: dict[Element, str] = {}
    payloads = list(archive.payloads(EventType.BALLOT))
    jobs = ((the_election, archive.data(payload)) for payload in payloads)
    verified = zip(payloads, each(_verify_ballot, jobs), strict=True)
    for number, (payload, (credential, problem)) in enumerate(verified, start=1):
        with _about(f"surat suara ke-{number} ({payload[:8]}…)"):
            if problem:
                raise InvalidRecord(problem)
            if credential not in voters:
                raise InvalidRecord("kredensialnya tidak ada dalam daftar")
        counted[credential] = payload
    return list(counted.values())


def _verify_ballot(job: tuple[Election, bytes]) -> tuple[Element, str]:
    """The credential of a ballot, and what is wrong with the ballot; empty if nothing is."""
    try:
        return ballot.verify(*job).credential, ""
    except InvalidRecord as error:
        return group.G, str(error)


def _verify_tally(
    archive: Archive, the_election: Election, holders: Trustees, counted: list[str]
) -> Result | None:
    sized = next(archive.payloads(EventType.ENCRYPTED_TALLY), None)
    if sized is None:
        return None
    ballots = (wire.decode(Ballot, archive.data(payload)) for payload in counted)
    encrypted = tally.add_up(the_election, ballots)
    with _about("penjumlahan terenkripsi"):
        expected = wire.encode(encrypted)
        size = SizedEncryptedTally(len(counted), len(counted), wire.sha256_hex(expected))
        if archive.data(sized) != wire.encode(size):
            raise InvalidRecord("bukan jumlah dari surat suara yang ada")
    shares = _verify_shares(archive, the_election, holders, encrypted)
    published = next(archive.payloads(EventType.RESULT), None)
    if published is None:
        return None
    with _about("hasil"):
        result = tally.combine(holders, encrypted, shares, len(counted))
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
