"""What belenios-tool made: the files in ``vectors``, see the script beside them."""

from functools import cache
from pathlib import Path

from bilik.belenios import election
from bilik.belenios.archive import Archive, EventType
from bilik.belenios.election import Election

VECTORS = Path(__file__).parent / "vectors"


def vector(name: str) -> bytes:
    return (VECTORS / name).read_bytes().rstrip(b"\n")


@cache
def the_archive() -> Archive:
    return Archive((VECTORS / "election.bel").open("rb"))


@cache
def the_election() -> Election:
    return election.read(the_archive().data(the_archive().setup.election))


def the_ballots() -> list[bytes]:
    return [the_archive().data(one) for one in the_archive().payloads(EventType.BALLOT)]


def the_credentials() -> list[str]:
    return vector("credentials.txt").decode().split()
