"""A trustee's key file: the secret half under a passphrase, the rest in the clear.

The file is JSON in one line. ``sealed`` is the secret under ChaCha20-Poly1305 with a key that
Argon2id (RFC 9106) makes of the passphrase, by the parameters that stand in the file; everything
else in it is authenticated along. What is secret is what ``belenios-tool`` keeps: the seed of its
``.key`` file and, once the group is made, the text of its ``.dkey``.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw

from bilik.belenios import wire
from bilik.belenios.channels import SignedMessage
from bilik.errors import BilikError, InvalidRecord
from bilik.keys import SealBroken, Sealer
from bilik.services import whole_files
from bilik.services.files import read_bytes
from bilik.services.trustee_files import Invitation

Passphrase = Callable[[], str]
"""Asks the trustee; only called when there is something to do with the answer."""

KIND = "bilik/kunci-saksi/1"
SHORTEST_PASSPHRASE = 12
"""Signs in a passphrase, at least. Guessing one costs 128 MiB and half a second or more."""

_ALGORITHM = "argon2id"
_MEMORY_KIB, _PASSES = 128 * 1024, 4
_MOST_MEMORY_KIB, _MOST_PASSES = 1024 * 1024, 16
_SALT_BYTES, _KEY_BYTES = 16, 32


@dataclass(frozen=True)
class Stretching:
    """How the passphrase becomes a key; ``salt`` is in hexadecimal."""

    algorithm: str
    memory_kib: int
    passes: int
    salt: str


@dataclass(frozen=True, repr=False)
class Secret:
    """What nobody but the trustee may have; ``decryption_key`` is there when the group is made."""

    seed: str
    decryption_key: str | None = None


@dataclass(frozen=True)
class KeyFile:
    """A key file as it stands on disk.

    ``certs`` are everyone's certificates that the trustee agreed to, ``tally`` is the hash of the
    one tally that the key has been used for.
    """

    kind: str
    invitation: Invitation
    name: str
    cert: SignedMessage
    stretching: Stretching
    sealed: str
    certs: tuple[SignedMessage, ...] | None = None
    tally: str | None = None

    @property
    def place(self) -> int:
        """The trustee's number."""
        place = self.invitation.group.place(self.name)
        if place is None:
            raise InvalidRecord("Nama di berkas kunci tidak ada di undangannya.")
        return place


class TrusteeKey:
    """A key file that is open: its secret, and the key to seal it again."""

    def __init__(self, path: Path, file: KeyFile, secret: Secret, sealer: Sealer) -> None:
        """See :func:`unlock`."""
        self.path = path
        self.file = file
        self.secret = secret
        self._sealer = sealer

    def save(
        self,
        secret: Secret | None = None,
        certs: tuple[SignedMessage, ...] | None = None,
        tally: str | None = None,
    ) -> None:
        """Write the file anew with what is given; the rest stays.

        Raises:
            BilikError: it cannot be written; then the old file is still there.
        """
        self.secret = secret or self.secret
        self.file = _sealed(
            replace(self.file, certs=certs or self.file.certs, tally=tally or self.file.tally),
            self.secret,
            self._sealer,
        )
        whole_files.replace(self.path, _written(self.file))


def create(
    path: Path,
    invitation: Invitation,
    name: str,
    cert: SignedMessage,
    secret: Secret,
    passphrase: Passphrase,
    certs: tuple[SignedMessage, ...] | None = None,
) -> None:
    """Make a key file; one that is there already stays.

    Raises:
        BilikError: the passphrase is too short, or the file exists or cannot be written.
    """
    if path.exists():
        raise BilikError(
            f"Berkas {path} sudah ada, dan kunci tidak pernah ditimpa. Pakai yang itu, atau "
            "pindahkan dulu ke tempat lain."
        )
    new = passphrase()
    check_passphrase(new)
    stretching = Stretching(_ALGORITHM, _MEMORY_KIB, _PASSES, os.urandom(_SALT_BYTES).hex())
    sealer = _sealer(stretching, new)
    draft = KeyFile(KIND, invitation, name, cert, stretching, "", certs)
    whole_files.write_once(path, _written(_sealed(draft, secret, sealer)))


def read(path: Path) -> KeyFile:
    """What a key file says without its passphrase.

    Raises:
        NotFound: it cannot be read. BilikError: it is no key file, or was altered.
    """
    try:
        file = wire.decode(KeyFile, read_bytes(path).strip())
        stretching = file.stretching
        fits = (
            file.kind == KIND
            and stretching.algorithm == _ALGORITHM
            and 8 <= stretching.memory_kib <= _MOST_MEMORY_KIB
            and 1 <= stretching.passes <= _MOST_PASSES
            and len(bytes.fromhex(stretching.salt)) == _SALT_BYTES
            and file.invitation.group.place(file.name) is not None
            and bytes.fromhex(file.sealed)
        )
    except (InvalidRecord, ValueError):
        fits = False
    if not fits:
        raise BilikError(
            f"Berkas {path} bukan kunci saksi, atau isinya sudah rusak. Pakai salinannya."
        )
    return file


def unlock(path: Path, passphrase: Passphrase) -> TrusteeKey:
    """Open a key file.

    Raises:
        NotFound: it cannot be read. BilikError: the passphrase is wrong, or the file was altered.
    """
    file = read(path)
    sealer = _sealer(file.stretching, passphrase())
    try:
        plain = sealer.unseal(bytes.fromhex(file.sealed), _context(file))
    except SealBroken:
        raise BilikError(
            f"Kata sandi untuk {path} salah, atau berkasnya sudah berubah. Coba lagi pelan-pelan; "
            "kalau tetap gagal, pakai salinan cadangan Anda."
        ) from None
    return TrusteeKey(path, file, wire.decode(Secret, plain), sealer)


def check_passphrase(passphrase: str) -> None:
    """See that a new passphrase is long enough.

    Raises:
        BilikError: it is not.
    """
    if len(_spelt(passphrase)) < SHORTEST_PASSPHRASE:
        raise BilikError(
            f"Kata sandi terlalu pendek: paling sedikit {SHORTEST_PASSPHRASE} tanda. Empat kata "
            "yang tidak berhubungan mudah diingat dan sulit ditebak."
        )


def _sealed(file: KeyFile, secret: Secret, sealer: Sealer) -> KeyFile:
    return replace(file, sealed=sealer.seal(wire.encode(secret), _context(file)).hex())


def _context(file: KeyFile) -> bytes:
    """Everything but the secret, so that none of it can be changed without the passphrase."""
    return wire.encode(replace(file, sealed=""))


def _written(file: KeyFile) -> bytes:
    return wire.encode(file) + b"\n"


def _sealer(stretching: Stretching, passphrase: str) -> Sealer:
    return Sealer(
        hash_secret_raw(
            _spelt(passphrase).encode(), bytes.fromhex(stretching.salt), stretching.passes,
            stretching.memory_kib, 1, _KEY_BYTES, Type.ID,
        )
    )  # fmt: skip


def _spelt(passphrase: str) -> str:
    """The same letters in the same bytes, whatever keyboard they were typed on."""
    return unicodedata.normalize("NFC", passphrase).strip()
