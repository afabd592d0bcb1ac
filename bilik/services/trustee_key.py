"""A trustee's key file: the secret half under a passphrase, the rest in the clear.

The file is JSON in one line. ``sealed`` is the secret under a key made of the passphrase, by what
``stretching`` says; everything else in the file is authenticated along. What is secret is what
``belenios-tool`` keeps: the seed of its ``.key`` file and, once the group is made, the text of its
``.dkey``.

One form is written, by this module and by the trustees' page (``bilik/web/assets/saksi/key.js``):
PBKDF2-HMAC-SHA-256 and AES-256-GCM (RFC 8018, NIST SP 800-38D), because every browser has these by
itself, and so will have in ten years. Files of before, with Argon2id and ChaCha20-Poly1305, are
read, and take the new form when they are next saved.

A guess costs less against PBKDF2: a good graphics card makes some ten thousand a second, where
Argon2id let it make some tens. That is ten bits, one word of a passphrase; hence the four words.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from bilik.belenios import wire
from bilik.belenios.channels import SignedMessage
from bilik.errors import BilikError, InvalidRecord
from bilik.services import whole_files
from bilik.services.files import read_bytes
from bilik.services.trustee_files import Invitation

Passphrase = Callable[[], str]
"""Asks the trustee; only called when there is something to do with the answer."""

KIND = "bilik/kunci-saksi/1"
SHORTEST_PASSPHRASE = 12
"""Signs in a passphrase, at least."""
ITERATIONS = 1_000_000
"""Of PBKDF2; OWASP's Password Storage Cheat Sheet asks for 600,000."""

_PBKDF2, _ARGON2 = "pbkdf2-hmac-sha-256", "argon2id"
_FEWEST_ITERATIONS, _MOST_ITERATIONS = 600_000, 20_000_000
_MOST_MEMORY_KIB, _MOST_PASSES = 1024 * 1024, 16
_SALT_BYTES, _KEY_BYTES, _NONCE_BYTES = 16, 32, 12


@dataclass(frozen=True, kw_only=True)
class Stretching:
    """How the passphrase becomes a key; ``salt`` is in hexadecimal.

    PBKDF2 has ``iterations``, Argon2id the two before that.
    """

    algorithm: str
    memory_kib: int | None = None
    passes: int | None = None
    iterations: int | None = None
    salt: str

    @property
    def is_usable(self) -> bool:
        """Whether it is one of both, and neither too cheap to guess nor too costly to open."""
        if len(bytes.fromhex(self.salt)) != _SALT_BYTES:
            return False
        memory, passes, iterations = self.memory_kib, self.passes, self.iterations
        if self.algorithm == _PBKDF2 and iterations is not None and memory is passes is None:
            return _FEWEST_ITERATIONS <= iterations <= _MOST_ITERATIONS
        if self.algorithm == _ARGON2 and memory is not None and passes is not None:
            fits = 8 <= memory <= _MOST_MEMORY_KIB and 1 <= passes <= _MOST_PASSES
            return fits and iterations is None
        return False


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


@dataclass(frozen=True, repr=False)
class _Sealing:
    """A stretched passphrase, ready to seal a file's secret again."""

    stretching: Stretching
    cipher: AESGCM | ChaCha20Poly1305

    @classmethod
    def new(cls, passphrase: str) -> _Sealing:
        """The passphrase as it is stretched today."""
        salt = os.urandom(_SALT_BYTES).hex()
        stretching = Stretching(algorithm=_PBKDF2, iterations=ITERATIONS, salt=salt)
        return cls(stretching, _cipher(stretching, passphrase))


class TrusteeKey:
    """A key file that is open: its secret, and what seals it again."""

    def __init__(self, path: Path, file: KeyFile, secret: Secret, sealing: _Sealing) -> None:
        """See :func:`unlock`."""
        self.path = path
        self.file = file
        self.secret = secret
        self._sealing = sealing

    @property
    def is_of_before(self) -> bool:
        """Whether the file has the form that only this program reads."""
        return self.file.stretching.algorithm != _PBKDF2

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
            self._sealing,
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
    sealing = _Sealing.new(new)
    draft = KeyFile(KIND, invitation, name, cert, sealing.stretching, "", certs)
    whole_files.write_once(path, _written(_sealed(draft, secret, sealing)))


def read(path: Path) -> KeyFile:
    """What a key file says without its passphrase.

    Raises:
        NotFound: it cannot be read. BilikError: it is no key file, or was altered.
    """
    try:
        file = wire.decode(KeyFile, read_bytes(path).strip())
        fits = (
            file.kind == KIND
            and file.stretching.is_usable
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
    typed = passphrase()
    sealed = bytes.fromhex(file.sealed)
    sealing = _Sealing(file.stretching, _cipher(file.stretching, typed))
    try:
        plain = sealing.cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _context(file))
    except (InvalidTag, ValueError):
        raise BilikError(
            f"Kata sandi untuk {path} salah, atau berkasnya sudah berubah. Coba lagi pelan-pelan; "
            "kalau tetap gagal, pakai salinan cadangan Anda."
        ) from None
    if file.stretching.algorithm != _PBKDF2:
        sealing = _Sealing.new(typed)
    return TrusteeKey(path, file, wire.decode(Secret, plain), sealing)


def check_passphrase(passphrase: str) -> None:
    """See that a new passphrase is long enough.

    Raises:
        BilikError: it is not.
    """
    if len(_spelt(passphrase)) < SHORTEST_PASSPHRASE:
        raise BilikError(
            f"Kata sandi terlalu pendek: paling sedikit {SHORTEST_PASSPHRASE} karakter. Empat kata "
            "yang tidak berhubungan mudah diingat dan sulit ditebak."
        )


def _sealed(file: KeyFile, secret: Secret, sealing: _Sealing) -> KeyFile:
    file = replace(file, stretching=sealing.stretching)
    nonce = os.urandom(_NONCE_BYTES)
    hidden = sealing.cipher.encrypt(nonce, wire.encode(secret), _context(file))
    return replace(file, sealed=(nonce + hidden).hex())


def _context(file: KeyFile) -> bytes:
    """Everything but the secret, so that none of it can be changed without the passphrase."""
    return wire.encode(replace(file, sealed=""))


def _written(file: KeyFile) -> bytes:
    return wire.encode(file) + b"\n"


def _cipher(stretching: Stretching, passphrase: str) -> AESGCM | ChaCha20Poly1305:
    """The cipher under the stretched passphrase."""
    password, salt = _spelt(passphrase).encode(), bytes.fromhex(stretching.salt)
    if stretching.iterations is not None:
        return AESGCM(hashlib.pbkdf2_hmac("sha256", password, salt, stretching.iterations))
    passes, memory = stretching.passes or 0, stretching.memory_kib or 0
    return ChaCha20Poly1305(hash_secret_raw(password, salt, passes, memory, 1, _KEY_BYTES, Type.ID))


def _spelt(passphrase: str) -> str:
    """The same letters in the same bytes, whatever keyboard they were typed on."""
    return unicodedata.normalize("NFC", passphrase).strip()
