"""Belenios elections for tests: trustees, an open box, its ballots, its result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO

from bilik.belenios import ballot, ceremony, channels, credentials, election, tally, trustees, wire
from bilik.belenios.archive import Archive, Writer
from bilik.belenios.ballot import Ballot, Selection
from bilik.belenios.ceremony import Certificates, Polynomial, Voutput
from bilik.belenios.election import Election, Question
from bilik.belenios.group import Exponent
from bilik.belenios.tally import Result
from bilik.belenios.trustees import Threshold, Trustees

OPENED = 1_771_891_200
CHIEF = election.question("Siapa ketua RT?", ["Siti Rahmawati, S.Pd.", "Budi", 'Agus "Gus" S.'])
TREASURER = election.question("Siapa bendahara?", ["Dewi", "Kotak kosong"])


@dataclass(frozen=True)
class Holders:
    """Trustees with their private keys by owner."""

    trustees: Trustees
    private_keys: dict[int, Exponent]


@cache
def single() -> Holders:
    key = trustees.new_private_key()
    return Holders((trustees.publish(key),), {1: key})


@dataclass
class Ceremony:
    """The files of a ceremony in which everyone is honest."""

    threshold: int
    seeds: list[str]
    certs: Certificates = ()
    polynomials: list[Polynomial] = field(default_factory=list)
    voutputs: list[Voutput] = field(default_factory=list)

    def run(self) -> Threshold:
        self.certs = [ceremony.certify(seed) for seed in self.seeds]
        self.polynomials = [ceremony.deal(seed, self.certs, self.threshold) for seed in self.seeds]
        vinputs = ceremony.route(self.certs, self.polynomials, self.threshold)
        self.voutputs = [
            ceremony.accept(seed, self.certs, vinput, self.threshold)
            for seed, vinput in zip(self.seeds, vinputs, strict=True)
        ]
        return ceremony.conclude(self.certs, self.polynomials, self.voutputs, self.threshold)

    def keys(self) -> list[Exponent]:
        return [
            ceremony.decryption_key(seed, cert, voutput.private_key)
            for seed, cert, voutput in zip(self.seeds, self.certs, self.voutputs, strict=True)
        ]


@cache
def group_of(threshold: int, members: int) -> Holders:
    """A group of whom ``threshold`` suffice."""
    them = Ceremony(threshold, [channels.new_seed() for _ in range(members)])
    item = them.run()
    return Holders((item,), dict(enumerate(them.keys(), start=1)))


class Box:
    """An open election."""

    def __init__(
        self, holders: Holders, voters: int, questions: Sequence[Question] = (CHIEF,)
    ) -> None:
        self.holders = holders
        self.election: Election = election.create(
            election.new_uuid(), "Ketua RT 03 “Melati”", "Contoh",
            trustees.election_key(holders.trustees), questions,
        )  # fmt: skip
        self.credentials = [credentials.generate() for _ in range(voters)]
        self.secrets = [credentials.secret_key(one, self.election.uuid) for one in self.credentials]
        self.file = BytesIO()
        self.ballots: list[bytes] = []
        self.writer = Writer.create(self.file, OPENED)
        self.writer.setup(
            wire.encode(self.election),
            trustees.encode(holders.trustees),
            credentials.encode_list(credentials.public_key(one) for one in self.secrets),
        )

    def cast(self, voter: int, *selections: Selection) -> bytes:
        made = ballot.make(self.election, self.secrets[voter], selections)
        self.ballots.append(made)
        self.writer.ballot(made)
        return made

    def close(self) -> None:
        self.encrypted = tally.add_up(
            self.election, (wire.decode(Ballot, one) for one in self.ballots)
        )
        self.writer.end_ballots()
        self.writer.encrypted_tally(self.encrypted, len(self.ballots))

    def count(self, owners: Iterable[int]) -> Result:
        shares = {
            owner: tally.decrypt(self.election, self.encrypted, self.holders.private_keys[owner])
            for owner in owners
        }
        for owner, share in shares.items():
            self.writer.partial_decryption(owner, share)
        result = tally.combine(self.holders.trustees, self.encrypted, shares, len(self.ballots))
        self.writer.result(result)
        return result

    def archive(self) -> Archive:
        """What has been published up to now."""
        return Archive(BytesIO(self.file.getvalue()))
