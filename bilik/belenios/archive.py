"""The public record: a ``.bel`` archive, in which every event names the one before it.

Specification, 4.4. The archive is an old-style tar without end marker, so that it grows by
appending alone. Each file's name is the hash of its contents. An event follows the data it brings
in and names its predecessor by hash: who keeps the hash of the last event has fixed all before it.

All files bear the archive's own time: the record does not tell when a ballot came.
"""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO

from bilik.belenios import wire
from bilik.belenios.tally import (
    EncryptedTally,
    OwnedPartialDecryption,
    PartialDecryption,
    Result,
    SizedEncryptedTally,
)
from bilik.errors import InvalidRecord

VERSION = 1
_BLOCK = 512
_HEADER_NAME = "BELENIOS"
_TIME = re.compile("[1-9][0-9]{0,9}")
_DATA, _EVENT = ".data.json", ".event.json"
_NAME_END, _SIZE, _CHECKSUM = 100, slice(124, 135), slice(148, 156)


class EventType(str, Enum):
    """What an event tells."""

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

    Contents stay in the file, which must be kept open; in memory are their hashes and places only,
    some 200 MB for a million ballots.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read and check a seekable file.

        Raises:
            InvalidRecord: a byte is not what it must be; the line says where.
        """
        self.last: Event | None = None
        self._file = file
        self._places: dict[bytes, int] = {}
        self._event_places = array("Q")
        self._kinds: list[EventType] = []
        offset = 0
        try:
            self.header, content = self._read_header()
            offset = _padded(len(content)) + _BLOCK
            brought: list[str] = []
            end = file.seek(0, os.SEEK_END)
            while offset < end:
                name, content = _read_file(file, offset, end, self.timestamp)
                digest = wire.sha256_hex(content)
                if name == digest + _DATA:
                    self._add_data(digest, offset)
                    brought.append(digest)
                elif name == digest + _EVENT:
                    self._add_event(wire.decode(Event, content), brought, offset)
                    brought = []
                else:
                    raise InvalidRecord("isi berkas tidak sama dengan sidik pada namanya")
                offset += _BLOCK + _padded(len(content))
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
        return self._kinds.count(kind)

    def event(self, height: int) -> Event:
        """The event of that number, from 0.

        Raises:
            IndexError: there is none.
        """
        return wire.decode(Event, self._content(self._event_places[height]))

    def payloads(self, kind: EventType) -> Iterator[str]:
        """The payload hashes of all events of a type, in order."""
        for height, one in enumerate(self._kinds):
            if one is kind and (payload := self.event(height).payload) is not None:
                yield payload

    def data(self, digest: str) -> bytes:
        """A data file's contents.

        Raises:
            InvalidRecord: there is no such file.
        """
        try:
            return self._content(self._places[bytes.fromhex(digest)])
        except (KeyError, ValueError):
            raise InvalidRecord("ada rujukan ke berkas yang tidak ada") from None

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
        self._file.seek(offset + _SIZE.start)
        size = int(self._file.read(_SIZE.stop - _SIZE.start), 8)
        self._file.seek(offset + _BLOCK)
        return self._file.read(size)

    def _read_header(self) -> tuple[Header, bytes]:
        end = self._file.seek(0, os.SEEK_END)
        name, content = _read_file(self._file, 0, end, None)
        header = wire.decode(Header, content)
        time = header.timestamp
        if name != _HEADER_NAME or header.version != VERSION or not _TIME.fullmatch(time):
            raise InvalidRecord("berkas pertama bukan kepala arsip Belenios yang dikenal")
        _read_file(self._file, 0, end, int(time))
        return header, content

    def _add_data(self, digest: str, offset: int) -> None:
        key = bytes.fromhex(digest)
        if key in self._places:
            raise InvalidRecord("berkas yang sama ada dua kali")
        self._places[key] = offset

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
        self._event_places.append(offset)
        self._kinds.append(kind)


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

    def setup(self, election: bytes, trustees: bytes, credentials: bytes) -> None:
        """Open the election with its three published files."""
        files = [election, trustees, credentials]
        self._append(EventType.SETUP, [*files, setup_payload(*files)])

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

    def _append(self, kind: EventType, files: Sequence[bytes]) -> None:
        """Add an event; the last of its files is the payload."""
        event = next_event(self._last, kind, wire.sha256_hex(files[-1]) if files else None)
        named = [(wire.sha256_hex(content) + _DATA, content) for content in files]
        named.append((hash_of(event) + _EVENT, wire.encode(event)))
        self._file.write(b"".join(_tar(*one, self._timestamp) for one in named))
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


def setup_payload(election: bytes, trustees: bytes, credentials: bytes) -> bytes:
    """The file that names the three that an election starts from."""
    return wire.encode(
        SetupData(*(wire.sha256_hex(one) for one in (election, trustees, credentials)))
    )


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


def _read_file(file: BinaryIO, offset: int, end: int, timestamp: int | None) -> tuple[str, bytes]:
    """Name and contents of the file at ``offset``; its form is checked if the time is known."""
    file.seek(offset)
    block = file.read(_BLOCK)
    try:
        name = block[: block.index(0)].decode("ascii")
        size = int(block[_SIZE], 8)
    except ValueError:
        raise InvalidRecord("bukan kepala berkas tar") from None
    if not 0 <= size <= end - offset - _BLOCK:
        raise InvalidRecord("berkas terpotong")
    body = file.read(_padded(size))
    content = body[:size]
    if timestamp is not None and block + body != _tar(name, content, timestamp):
        raise InvalidRecord("kepala berkas tar tidak dalam bentuk bakunya")
    return name, content


def _tar(name: str, content: bytes, timestamp: int) -> bytes:
    """A file as it stands in the archive: a block that describes it, and padded contents."""
    block = bytearray(_BLOCK)
    fields = [f"{0o644:07o}", f"{0:07o}", f"{0:07o}", f"{len(content):011o}", f"{timestamp:011o}"]
    described = "\0".join([*fields, " " * 8 + "0"]).encode()
    block[: len(name)] = name.encode()
    block[_NAME_END : _NAME_END + len(described)] = described
    block[_CHECKSUM] = f"{sum(block):06o}\0 ".encode()
    return bytes(block) + content.ljust(_padded(len(content)), b"\0")


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
