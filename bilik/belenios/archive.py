"""The public record: a ``.bel`` archive, in which every event names the one before it.

Specification, 4.4. The archive is an old-style tar without end marker, so that it grows by
appending alone. Each file's name is the hash of its contents. An event follows the data it brings
in and names its predecessor by hash: who keeps the hash of the last event has fixed all before it.

All files bear the archive's own time: the record does not tell when a ballot came.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile
from typing import BinaryIO

from bilik.belenios import wire
from bilik.belenios.tally import (
    EncryptedTally,
    OwnedPartialDecryption,
    PartialDecryption,
    Result,
    SizedEncryptedTally,
)
from bilik.disk_index import DiskIndex
from bilik.errors import InvalidRecord

VERSION = 1
_BLOCK = 512
_PIECE = 2**16
_HEADER_NAME = "BELENIOS"
_TIME = re.compile("[1-9][0-9]{0,9}")
_DATA, _EVENT = ".data.json", ".event.json"
_NAME_END, _SIZE, _CHECKSUM = 100, slice(124, 135), slice(148, 156)

Pieces = Callable[[], Iterable[bytes]]
"""A file that may be larger than memory; it is asked for more than once."""


class EventType(str, Enum):
    """What an event tells; in a chain they come in this order."""

    SETUP = "Setup"
    BALLOT = "Ballot"
    END_BALLOTS = "EndBallots"
    ENCRYPTED_TALLY = "EncryptedTally"
    PARTIAL_DECRYPTION = "PartialDecryption"
    RESULT = "Result"


_NEXT: dict[EventType | None, frozenset[EventType]] = {
    None: frozenset({EventType.SETUP}),
    EventType.SETUP: frozenset({EventType.BALLOT, EventType.END_BALLOTS}),
    EventType.BALLOT: frozenset({EventType.BALLOT, EventType.END_BALLOTS}),
    EventType.END_BALLOTS: frozenset({EventType.ENCRYPTED_TALLY}),
    EventType.ENCRYPTED_TALLY: frozenset({EventType.PARTIAL_DECRYPTION}),
    EventType.PARTIAL_DECRYPTION: frozenset({EventType.PARTIAL_DECRYPTION, EventType.RESULT}),
    EventType.RESULT: frozenset(),
}


@dataclass(frozen=True)
class Header:
    """The archive's first file; the time is in seconds, in a string as ``belenios-tool`` has it."""

    version: int
    timestamp: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """A link of the chain. The first has no parent; the end of ballots has no payload."""

    parent: str | None = None
    height: int
    type: str
    payload: str | None = None


@dataclass(frozen=True)
class SetupData:
    """The hashes of the three files that an election starts from."""

    election: str
    trustees: str
    credentials: str


class Archive:
    """An archive whose structure and hashes are checked; :mod:`verify` checks what it says.

    Contents stay in the file, which must be kept open; the places of files and events are on disk
    too. What is kept in memory does not grow with the ballots.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read and check a seekable file.

        Raises:
            InvalidRecord: a byte is not what it must be; the line says where.
        """
        self.last: Event | None = None
        self._file = file
        self._places = DiskIndex()
        self._event_places = DiskIndex()
        self._counts = dict.fromkeys(EventType, 0)
        offset = 0
        try:
            self.header, offset = self._read_header()
            brought: list[str] = []
            end = file.seek(0, os.SEEK_END)
            while offset < end:
                name, size, digest = _examine(file, offset, end, self.timestamp)
                if name == digest + _DATA:
                    self._add_data(digest, offset)
                    brought.append(digest)
                elif name == digest + _EVENT:
                    event = wire.decode(Event, self._content(offset))
                    self._add_event(event, brought, offset)
                    brought = []
                else:
                    raise InvalidRecord("isi berkas tidak sama dengan sidik pada namanya")
                offset += _BLOCK + _padded(size)
            if brought:
                raise InvalidRecord("berkas terakhir tidak dirujuk oleh peristiwa")
        except InvalidRecord as error:
            raise InvalidRecord(f"arsip rusak mulai bita {offset}: {error}") from None

    @property
    def timestamp(self) -> int:
        """The archive's time, in seconds of Unix time."""
        return int(self.header.timestamp)

    @property
    def head(self) -> str:
        """The hash of the last event.

        Raises:
            InvalidRecord: the archive holds nothing yet.
        """
        if self.last is None:
            raise InvalidRecord("arsip belum berisi pemilihan")
        return hash_of(self.last)

    @property
    def setup(self) -> SetupData:
        """The files that the election starts from.

        Raises:
            InvalidRecord: the archive holds nothing yet.
        """
        for payload in self.payloads(EventType.SETUP):
            return wire.decode(SetupData, self.data(payload))
        raise InvalidRecord("arsip belum berisi pemilihan")

    def count(self, kind: EventType) -> int:
        """How many events of a type there are."""
        return self._counts[kind]

    def event(self, height: int) -> Event:
        """The event of that number, from 0.

        Raises:
            IndexError: there is none.
        """
        offset = self._event_places.get(height)
        if offset is None:
            raise IndexError(height)
        return wire.decode(Event, self._content(offset))

    def payloads(self, kind: EventType) -> Iterator[str]:
        """The payload hashes of all events of a type, in order."""
        first = sum(self._counts[one] for one in takewhile(lambda one: one is not kind, EventType))
        for height in range(first, first + self._counts[kind]):
            if (payload := self.event(height).payload) is not None:
                yield payload

    def data(self, digest: str) -> bytes:
        """A data file's contents.

        Raises:
            InvalidRecord: there is no such file.
        """
        return b"".join(self.pieces(digest))

    def pieces(self, digest: str) -> Iterator[bytes]:
        """The same, piece by piece, for a file that may be larger than memory.

        Raises:
            InvalidRecord: there is no such file.
        """
        try:
            offset = self._places.get(bytes.fromhex(digest))
        except ValueError:
            offset = None
        if offset is None:
            raise InvalidRecord("ada rujukan ke berkas yang tidak ada")
        return self._pieces(offset)

    def extends(self, earlier: Archive) -> bool:
        """Whether everything that an earlier copy held is still there, unchanged (3.5.1).

        The copy's last event is the same only if all before it is.
        """
        if self.header != earlier.header:
            return False
        last = earlier.last
        return last is None or (
            last.height < len(self._event_places) and self.event(last.height) == last
        )

    def _content(self, offset: int) -> bytes:
        return b"".join(self._pieces(offset))

    def _pieces(self, offset: int) -> Iterator[bytes]:
        self._file.seek(offset + _SIZE.start)
        end = offset + _BLOCK + int(self._file.read(_SIZE.stop - _SIZE.start), 8)
        for place in range(offset + _BLOCK, end, _PIECE):
            self._file.seek(place)  # others may have read elsewhere meanwhile
            yield self._file.read(min(_PIECE, end - place))

    def _read_header(self) -> tuple[Header, int]:
        """The header, and where the first file after it begins."""
        end = self._file.seek(0, os.SEEK_END)
        name, size, _ = _examine(self._file, 0, end, None)
        header = wire.decode(Header, self._content(0))
        time = header.timestamp
        if name != _HEADER_NAME or header.version != VERSION or not _TIME.fullmatch(time):
            raise InvalidRecord("berkas pertama bukan kepala arsip Belenios yang dikenal")
        _examine(self._file, 0, end, int(time))
        return header, _BLOCK + _padded(size)

    def _add_data(self, digest: str, offset: int) -> None:
        if not self._places.add(bytes.fromhex(digest), offset):
            raise InvalidRecord("berkas yang sama ada dua kali")

    def _add_event(self, event: Event, brought: Sequence[str], offset: int) -> None:
        previous = self.last
        kind = _successor(previous, event.type)
        if event.height != len(self._event_places):
            raise InvalidRecord("nomor urut peristiwa tidak berlanjut")
        if event.parent != (hash_of(previous) if previous else None):
            raise InvalidRecord("peristiwa tidak menyambung pada peristiwa sebelumnya")
        expected: list[str] = []
        if event.payload is not None:
            expected = [*_references(kind, self.data(event.payload)), event.payload]
        if expected != brought or (event.payload is None) != (kind is EventType.END_BALLOTS):
            raise InvalidRecord("berkas sebelum peristiwa bukan yang dirujuknya")
        self.last = event
        self._event_places.add(event.height, offset)
        self._counts[kind] += 1


class Writer:
    """Appends events to an archive, each with its files in one piece.

    What it is given must already have been verified. An event out of turn raises
    :class:`InvalidRecord`.
    """

    def __init__(self, file: BinaryIO, timestamp: int, last: Event | None = None) -> None:
        """Continue after ``last``; see :meth:`create` and :meth:`resume`."""
        self._file = file
        self._timestamp = timestamp
        self._last = last

    @classmethod
    def create(cls, file: BinaryIO, timestamp: int) -> Writer:
        """Begin an archive in an empty file; ``timestamp`` is in seconds of Unix time."""
        header = wire.encode(Header(VERSION, str(timestamp)))
        file.write(_tar(_HEADER_NAME, header, timestamp))
        return cls(file, timestamp)

    @classmethod
    def resume(cls, file: BinaryIO) -> Writer:
        """Continue the archive in a file opened for reading and writing.

        Raises:
            InvalidRecord: the archive is damaged.
        """
        archive = Archive(file)
        file.seek(0, os.SEEK_END)
        return cls(file, archive.timestamp, archive.last)

    def setup(self, election: bytes, trustees: bytes, credentials: bytes | Pieces) -> None:
        """Open the election with its three published files."""
        payload = setup_payload(election, trustees, _examined(credentials)[1])
        self._append(EventType.SETUP, [election, trustees, credentials, payload])

    def ballot(self, ballot: bytes) -> None:
        """Put in a ballot."""
        self._append(EventType.BALLOT, [ballot])

    def end_ballots(self) -> None:
        """Close the box."""
        self._append(EventType.END_BALLOTS, [])

    def encrypted_tally(self, tally: EncryptedTally, ballots: int) -> None:
        """Add the tally of so many ballots."""
        encrypted = wire.encode(tally)
        sized = SizedEncryptedTally(ballots, ballots, wire.sha256_hex(encrypted))
        self._append(EventType.ENCRYPTED_TALLY, [encrypted, wire.encode(sized)])

    def partial_decryption(self, owner: int, share: PartialDecryption) -> None:
        """Add a trustee's share."""
        decryption = wire.encode(share)
        owned = OwnedPartialDecryption(owner, wire.sha256_hex(decryption))
        self._append(EventType.PARTIAL_DECRYPTION, [decryption, wire.encode(owned)])

    def result(self, result: Result) -> None:
        """Add the result, which ends the archive."""
        self._append(EventType.RESULT, [wire.encode(result)])

    def _append(self, kind: EventType, files: Sequence[bytes | Pieces]) -> None:
        """Add an event; the last of its files is the payload."""
        examined = [_examined(one) for one in files]
        event = next_event(self._last, kind, examined[-1][1] if files else None)
        for file, (size, digest) in zip(files, examined, strict=True):
            self._file.write(_header(digest + _DATA, size, self._timestamp))
            for piece in _in_pieces(file):
                self._file.write(piece)
            self._file.write(_padding(size))
        self._file.write(_tar(hash_of(event) + _EVENT, wire.encode(event), self._timestamp))
        self._last = event


def hash_of(event: Event) -> str:
    """The name that the next event knows an event by."""
    return wire.sha256_hex(wire.encode(event))


def next_event(last: Event | None, kind: EventType, payload: str | None) -> Event:
    """The event that follows ``last``; ``payload`` is the hash of the file that it brings in.

    Raises:
        InvalidRecord: none of that type may.
    """
    _successor(last, kind.value)
    return Event(
        parent=hash_of(last) if last else None,
        height=last.height + 1 if last else 0,
        type=kind.value,
        payload=payload,
    )


def setup_payload(election: bytes, trustees: bytes, credentials: str) -> bytes:
    """The file that names the three that an election starts from; of the last we have the hash."""
    return wire.encode(SetupData(wire.sha256_hex(election), wire.sha256_hex(trustees), credentials))


def _successor(last: Event | None, kind: str) -> EventType:
    """The type of an event that may follow ``last``.

    Raises:
        InvalidRecord: none of that name may.
    """
    allowed = _NEXT[None if last is None else EventType(last.type)]
    for one in allowed:
        if one.value == kind:
            return one
    raise InvalidRecord(f"peristiwa {kind} tidak boleh ada di sini")


def _references(kind: EventType, payload: bytes) -> list[str]:
    """The data files that come before an event's payload."""
    if kind is EventType.SETUP:
        setup = wire.decode(SetupData, payload)
        return [setup.election, setup.trustees, setup.credentials]
    if kind is EventType.ENCRYPTED_TALLY:
        return [wire.decode(SizedEncryptedTally, payload).encrypted_tally]
    if kind is EventType.PARTIAL_DECRYPTION:
        return [wire.decode(OwnedPartialDecryption, payload).payload]
    return []


def _examine(file: BinaryIO, offset: int, end: int, timestamp: int | None) -> tuple[str, int, str]:
    """Name, size and hash of the file at ``offset``; its form is checked if the time is known."""
    file.seek(offset)
    block = file.read(_BLOCK)
    try:
        name = block[: block.index(0)].decode("ascii")
        size = int(block[_SIZE], 8)
    except ValueError:
        raise InvalidRecord("bukan kepala berkas tar") from None
    if not 0 <= size <= end - offset - _BLOCK:
        raise InvalidRecord("berkas terpotong")
    digest = hashlib.sha256()
    for place in range(0, size, _PIECE):
        digest.update(file.read(min(_PIECE, size - place)))
    padding = file.read(_padded(size) - size)
    if timestamp is not None and (
        block != _header(name, size, timestamp) or padding != _padding(size)
    ):
        raise InvalidRecord("kepala berkas tar tidak dalam bentuk bakunya")
    return name, size, digest.hexdigest()


def _examined(file: bytes | Pieces) -> tuple[int, str]:
    """Size and hash of what is to be written."""
    size, digest = 0, hashlib.sha256()
    for piece in _in_pieces(file):
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()


def _in_pieces(file: bytes | Pieces) -> Iterable[bytes]:
    return [file] if isinstance(file, bytes) else file()


def _tar(name: str, content: bytes, timestamp: int) -> bytes:
    """A file as it stands in the archive: a block that describes it, and padded contents."""
    return _header(name, len(content), timestamp) + content + _padding(len(content))


def _header(name: str, size: int, timestamp: int) -> bytes:
    block = bytearray(_BLOCK)
    fields = [f"{0o644:07o}", f"{0:07o}", f"{0:07o}", f"{size:011o}", f"{timestamp:011o}"]
    described = "\0".join([*fields, " " * 8 + "0"]).encode()
    block[: len(name)] = name.encode()
    block[_NAME_END : _NAME_END + len(described)] = described
    block[_CHECKSUM] = f"{sum(block):06o}\0 ".encode()
    return bytes(block)


def _padding(size: int) -> bytes:
    return bytes(_padded(size) - size)


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
