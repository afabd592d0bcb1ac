"""The files that trustees and the panitia hand each other, on a USB stick or in a chat.

From the panitia            to the panitia              what it is
    Invitation              Certificate                 the trustee's public keys, under a name
    CertificateList         Polynomial                  shares for all, encrypted to each
    Vinput                  Voutput                     the public key that came of the shares
    Published                                           the group's public data, for rehearsals
    TallyFile               Share                       a part of the decryption

Those without a name of our own here are Belenios' files to the byte, so a trustee may use
``belenios-tool`` at any of these steps. Nothing in any of them is secret to others than whom it is
encrypted to. What a file is, is told from its contents: names of files do not survive every chat.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from bilik.belenios import trustees, wire
from bilik.belenios.ceremony import Polynomial, Vinput, Voutput
from bilik.belenios.channels import SignedMessage
from bilik.belenios.election import Election
from bilik.belenios.tally import EncryptedTally, OwnedPartialDecryption, PartialDecryption
from bilik.belenios.trustees import Threshold, Trustees
from bilik.domain.trustees import TrusteeGroup
from bilik.errors import InvalidRecord
from bilik.services.files import read_bytes

T = TypeVar("T")
INVITATION, CERTIFICATE, TALLY = (
    "bilik/undangan-saksi/1", "bilik/sertifikat-saksi/1", "bilik/hitungan/1",
)  # fmt: skip
LARGEST = 32 * 2**20
"""No file of these has more bytes."""

_CHECK_DIGITS, _CHECK_GROUP = 30, 5
_CHECK_ITERATIONS = 1_000_000


@dataclass(frozen=True)
class Invitation:
    """What a trustee joins: an election by its uuid, and everyone who will hold its key."""

    kind: str
    uuid: str
    title: str
    threshold: int
    names: tuple[str, ...]

    @property
    def group(self) -> TrusteeGroup:
        """The trustees."""
        return TrusteeGroup(self.threshold, self.names)


@dataclass(frozen=True)
class Certificate:
    """A trustee's Belenios certificate, with the name it is for and the invitation it answers."""

    kind: str
    invitation: Invitation
    name: str
    cert: SignedMessage


@dataclass(frozen=True)
class CertificateList:
    """Everyone's certificates in order: ``certs.jsons``."""

    certs: tuple[SignedMessage, ...]


@dataclass(frozen=True)
class Published:
    """The trustees as the record will have them: ``trustees.json``."""

    trustees: Trustees


@dataclass(frozen=True)
class TallyFile:
    """What is to be decrypted: the sum of so many ballots. ``trustees`` is the published form."""

    kind: str
    election: Election
    trustees: str
    encrypted_tally: EncryptedTally
    ballots: int

    @property
    def holders(self) -> Trustees:
        """The trustees, verified.

        Raises:
            InvalidRecord: they do not verify, or the election's key is not theirs.
        """
        holders = trustees.read(self.trustees.encode())
        if trustees.election_key(holders) != self.election.public_key:
            raise InvalidRecord("kunci pemilihan bukan gabungan kunci saksi")
        return holders


@dataclass(frozen=True)
class Share:
    """A trustee's part of the decryption, as ``belenios-tool election decrypt`` writes it."""

    owner: int
    decryption: PartialDecryption


File = (
    Invitation | Certificate | SignedMessage | CertificateList | Polynomial | Vinput | Voutput
    | Published | TallyFile | Share
)  # fmt: skip

_NAMES: dict[type[Any], str] = {
    Invitation: "undangan saksi",
    Certificate: "sertifikat saksi",
    SignedMessage: "sertifikat saksi",
    CertificateList: "daftar sertifikat semua saksi",
    Polynomial: "titipan dari seorang saksi",
    Vinput: "titipan untuk seorang saksi",
    Voutput: "kunci publik seorang saksi",
    Published: "daftar saksi pemegang kunci",
    TallyFile: "hitungan untuk saksi",
    Share: "bagian hitungan dari saksi",
}
_ONE_LINE: dict[type[Any], str | None] = {
    Invitation: INVITATION, Certificate: CERTIFICATE, TallyFile: TALLY,
    SignedMessage: None, Polynomial: None, Vinput: None, Voutput: None,
}  # fmt: skip


def name_of(file: File) -> str:
    """What a file is, in words."""
    return _NAMES[type(file)]


def read_any(path: Path) -> File:
    """Whatever of these a file is.

    Raises:
        NotFound: it cannot be read. InvalidRecord: it is none of these, or was altered.
    """
    return recognise(path, read_bytes(path))


def recognise(path: Path, data: bytes) -> File:
    """Whatever of these the contents of ``path`` are, which need not be on this machine.

    Raises:
        InvalidRecord: they are none of these, or were altered.
    """
    file = _recognise(data.strip()) if len(data) <= LARGEST else None
    if file is None:
        raise InvalidRecord(
            f"Berkas {path} bukan berkas saksi yang dikenal, atau isinya sudah berubah. Minta "
            "dikirim ulang sebagai dokumen."
        )
    return file


def read(kind: type[T], path: Path) -> T:
    """A file that should be of one kind.

    Raises:
        NotFound: it cannot be read. InvalidRecord: it is not of that kind.
    """
    file = read_any(path)
    if not isinstance(file, kind):
        raise InvalidRecord(f"Berkas {path} itu {name_of(file)}, bukan {_NAMES[kind]}.")
    return file


def lines(messages: Iterable[object]) -> bytes:
    """Messages as ``belenios-tool`` has them in a file: one a line."""
    return b"".join(wire.encode(one) + b"\n" for one in messages)


def share_lines(share: Share) -> bytes:
    """The file of a share."""
    digest = wire.sha256_hex(wire.encode(share.decryption))
    return lines([share.decryption, OwnedPartialDecryption(share.owner, digest)])


def group_in(holders: Trustees) -> Threshold:
    """The group, where it alone holds the key.

    Raises:
        InvalidRecord: the key is held in another way.
    """
    (first, *others) = holders
    if others or not isinstance(first, Threshold):
        raise InvalidRecord("Kunci pemilihan itu tidak dipegang bersama oleh saksi.")
    return first


def check_number(*parts: bytes) -> str:
    """30 digits to be compared aloud: who hears the same number has the same contents.

    Whoever wants two parties to hear one number for two contents tries many of both: among some
    2^50, two agree. PBKDF2-HMAC-SHA-256 (RFC 8018) makes each try cost two million compressions, so
    2^71 in all, some thousands of years of a graphics card. To find other contents for a number
    that was heard already takes 2^99 tries. Not Argon2id, which makes a try dearer and would allow
    for fewer digits: a browser has none, and what a trustee compares must come out of the very
    machine that decrypts (``bilik/web/assets/saksi/files.js``).
    """
    digests = b"".join(bytes.fromhex(wire.sha256_hex(part)) for part in parts)
    value = hashlib.pbkdf2_hmac("sha256", digests, b"bilik/angka-periksa/2", _CHECK_ITERATIONS)
    digits = f"{int.from_bytes(value, 'big') % 10**_CHECK_DIGITS:0{_CHECK_DIGITS}d}"
    return " ".join(
        digits[start : start + _CHECK_GROUP] for start in range(0, _CHECK_DIGITS, _CHECK_GROUP)
    )


def certificates_number(invitation: Invitation, certs: Iterable[SignedMessage]) -> str:
    """The check number of a group about to make its key: who they are, and how many suffice."""
    return check_number(wire.encode(invitation), lines(certs))


def _recognise(data: bytes) -> File | None:
    rows = data.split(b"\n")
    try:
        if data.startswith(b"["):
            return Published(trustees.read(data))
        if len(rows) == 1:
            return _one_line(data)
        if len(rows) == 2 and (share := _share(*rows)):
            return share
        return CertificateList(tuple(wire.decode(SignedMessage, row) for row in rows))
    except InvalidRecord:
        return None


def _one_line(data: bytes) -> File | None:
    for kind, mark in _ONE_LINE.items():
        try:
            file: Any = wire.decode(kind, data)
        except InvalidRecord:
            continue
        if mark is None or file.kind == mark:
            return cast(File, file)
    return None


def _share(decryption: bytes, owned: bytes) -> Share | None:
    try:
        owner = wire.decode(OwnedPartialDecryption, owned)
        if owner.payload != wire.sha256_hex(decryption):
            return None
        return Share(owner.owner, wire.decode(PartialDecryption, decryption))
    except InvalidRecord:
        return None
