"""Archives that are whole files all the same, but no longer what was published.

Each change is at random, and leaves the rest as well-formed as its author could: files keep or get
their proper names, and where it says so, the chain is made anew after the change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from random import Random

from bilik.belenios import archive as archives
from bilik.belenios import wire
from bilik.belenios.archive import Archive, EventType, Writer

_BLOCK = 512


@dataclass
class Pieces:
    """An archive as its files, each with its tar header and padding."""

    files: list[bytes]

    @classmethod
    def of(cls, archive: bytes) -> Pieces:
        files, place = [], 0
        while place < len(archive):
            size = int(archive[place + 124 : place + 135], 8)
            end = place + _BLOCK + -(-size // _BLOCK) * _BLOCK
            files.append(archive[place:end])
            place = end
        return cls(files)

    def joined(self) -> bytes:
        return b"".join(self.files)

    def name(self, place: int) -> str:
        return self.files[place].split(b"\0")[0].decode()

    def places(self, ending: str) -> list[int]:
        """Where the files of a kind are."""
        return [one for one in range(len(self.files)) if self.name(one).endswith(ending)]

    def ballots(self) -> list[int]:
        """Where the ballots are; the event that brings each in follows it."""
        return [
            place - 1
            for place in self.places(".event.json")
            if b'"type":"Ballot"' in self.files[place]
        ]


Mutation = Callable[[Pieces, Random], Pieces]


def _flip_a_bit(pieces: Pieces, chance: Random) -> Pieces:
    content = bytearray(pieces.joined())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return Pieces([bytes(content)])


def _drop_a_byte(pieces: Pieces, chance: Random) -> Pieces:
    content = bytearray(pieces.joined())
    del content[chance.randrange(len(content))]
    return Pieces([bytes(content)])


def _add_a_byte(pieces: Pieces, chance: Random) -> Pieces:
    content = bytearray(pieces.joined())
    content.insert(chance.randrange(len(content) + 1), chance.randrange(256))
    return Pieces([bytes(content)])


def _drop(ending: str) -> Mutation:
    def drop(pieces: Pieces, chance: Random) -> Pieces:
        place = chance.choice(pieces.places(ending))
        return Pieces(pieces.files[:place] + pieces.files[place + 1 :])

    return drop


def _repeat(ending: str) -> Mutation:
    def repeat(pieces: Pieces, chance: Random) -> Pieces:
        again = pieces.files[chance.choice(pieces.places(ending))]
        place = chance.randrange(1, len(pieces.files) + 1)
        return Pieces([*pieces.files[:place], again, *pieces.files[place:]])

    return repeat


def _swap(ending: str) -> Mutation:
    def swap(pieces: Pieces, chance: Random) -> Pieces:
        here, there = chance.sample(pieces.places(ending), 2)
        files = list(pieces.files)
        files[here], files[there] = files[there], files[here]
        return Pieces(files)

    return swap


def _drop_a_ballot_with_its_event(pieces: Pieces, chance: Random) -> Pieces:
    place = chance.choice(pieces.ballots())
    return Pieces(pieces.files[:place] + pieces.files[place + 2 :])


def _repeat_a_ballot_with_its_event(pieces: Pieces, chance: Random) -> Pieces:
    here, there = chance.choice(pieces.ballots()), chance.choice(pieces.ballots())
    both = pieces.files[here : here + 2]
    return Pieces([*pieces.files[:there], *both, *pieces.files[there:]])


def _swap_ballots_with_their_events(pieces: Pieces, chance: Random) -> Pieces:
    here, there = sorted(chance.sample(pieces.ballots(), 2))
    files = list(pieces.files)
    files[here : here + 2], files[there : there + 2] = (
        files[there : there + 2],
        files[here : here + 2],
    )
    return Pieces(files)


def _add_a_file_nobody_names(pieces: Pieces, chance: Random) -> Pieces:
    file = BytesIO()
    Writer.create(file, Archive(BytesIO(pieces.joined())).timestamp).setup(
        chance.randbytes(20).hex().encode(), b"", b""
    )
    stranger = Pieces.of(file.getvalue()).files[1]
    place = chance.randrange(1, len(pieces.files) + 1)
    return Pieces([*pieces.files[:place], stranger, *pieces.files[place:]])


def _chained_anew(change: Callable[[list[bytes], Random], list[bytes]]) -> Mutation:
    """The ballots changed, and every event written anew; tally, share and result as they were."""

    def chained(pieces: Pieces, chance: Random) -> Pieces:
        archive = Archive(BytesIO(pieces.joined()))
        ballots = [archive.data(one) for one in archive.payloads(EventType.BALLOT)]
        file = BytesIO()
        writer = Writer.create(file, archive.timestamp)
        setup = archive.setup
        writer.setup(
            *(archive.data(one) for one in (setup.election, setup.trustees, setup.credentials))
        )
        for ballot in change(ballots, chance):
            writer.ballot(ballot)
        writer.end_ballots()
        made = Pieces.of(file.getvalue()).files
        # What follows is data of the old archive, under events that name one another anew.
        rest = _rest_of(pieces, made)
        return Pieces(made + rest)

    return chained


def _rest_of(pieces: Pieces, made: list[bytes]) -> list[bytes]:
    """The files after the end of ballots, their events chained onto ``made``."""
    file = BytesIO(b"".join(made))
    last = Archive(file).last
    old = Archive(BytesIO(pieces.joined()))
    events = pieces.places(".event.json")
    rest: list[bytes] = []
    start = next(
        place + 1
        for place in pieces.places(".event.json")
        if b'"type":"EndBallots"' in pieces.files[place]
    )
    for place in range(start, len(pieces.files)):
        if not pieces.name(place).endswith(".event.json"):
            rest.append(pieces.files[place])
            continue
        event = old.event(events.index(place))
        last = archives.next_event(last, EventType(event.type), event.payload)
        name = archives.hash_of(last) + ".event.json"
        rest.append(archives._tar(name, wire.encode(last), old.timestamp))
    return rest


def _without_one(ballots: list[bytes], chance: Random) -> list[bytes]:
    del ballots[chance.randrange(len(ballots))]
    return ballots


def _altered(ballots: list[bytes], chance: Random) -> list[bytes]:
    place = chance.randrange(len(ballots))
    number = chance.choice(b"123456789")
    content = bytearray(ballots[place])
    digits = [at for at, one in enumerate(content) if chr(one).isdigit() and one != number]
    content[chance.choice(digits)] = number
    ballots[place] = bytes(content)
    return ballots


MUTATIONS: dict[str, Mutation] = {
    "a bit flipped": _flip_a_bit,
    "a byte less": _drop_a_byte,
    "a byte more": _add_a_byte,
    "a data file less": _drop(".data.json"),
    "an event less": _drop(".event.json"),
    "a data file twice": _repeat(".data.json"),
    "an event twice": _repeat(".event.json"),
    "data files swapped": _swap(".data.json"),
    "events swapped": _swap(".event.json"),
    "a ballot less": _drop_a_ballot_with_its_event,
    "a ballot twice": _repeat_a_ballot_with_its_event,
    "ballots swapped": _swap_ballots_with_their_events,
    "a file more": _add_a_file_nobody_names,
    "a ballot less, chained anew": _chained_anew(_without_one),
    "a ballot altered, chained anew": _chained_anew(_altered),
}
"""Each makes something of a whole, counted archive of at least two ballots that must be refused."""
