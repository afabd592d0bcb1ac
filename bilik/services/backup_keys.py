"""Whose a backup is: the public key that seals it, and the private one, which no server has.

Both are those of the age format (age-encryption.org/v1): an X25519 key of whoever keeps the
backups. The private one is a file under a passphrase, as ``age-keygen | age -p`` makes it; `age`
opens what Bilik seals, and the other way round.
"""

from __future__ import annotations

from pathlib import Path

import pyrage
from pyrage.x25519 import Identity, Recipient

from bilik.errors import BilikError
from bilik.services.files import new_file, read_bytes
from bilik.services.trustee_key import Passphrase, check_passphrase

_SEALED = (b"age-encryption.org/v1\n-> scrypt ", b"-----BEGIN AGE ENCRYPTED FILE-----")
_MOST_BYTES = 10_000


def create(path: Path, passphrase: Passphrase) -> str:
    """Write a new private key under a passphrase; the public key, which may be told to anybody.

    Raises:
        BilikError: the passphrase is too short, or the file exists or cannot be written.
    """
    if path.exists():
        raise BilikError(f"Berkas {path} sudah ada. Pilih nama lain; kunci tidak pernah ditimpa.")
    new = passphrase()
    check_passphrase(new)
    identity = Identity.generate()
    public = str(identity.to_public())
    text = f"# kunci cadangan Bilik; kunci publiknya: {public}\n{identity}\n"
    with new_file(path) as file:
        file.write(pyrage.passphrase.encrypt(text.encode(), new, armored=True))
    return public


def recipient(public: str) -> Recipient:
    """The key that seals.

    Raises:
        BilikError: there is none, or it is no public key.
    """
    if not public:
        raise BilikError(
            "Kunci publik cadangan belum ada. Buat dengan `bilik backup-key BERKAS` di komputer "
            "lain, lalu isi BILIK_BACKUP_KEY di .env server ini."
        )
    try:
        return Recipient.from_str(public.strip())
    except pyrage.RecipientError:
        raise BilikError(
            "Kunci publik cadangan tidak terbaca. Bentuknya age1… seperti yang ditunjukkan "
            "`bilik backup-key`."
        ) from None


def unlock(path: Path, passphrase: Passphrase) -> Identity:
    """The private key in a file; ``passphrase`` is asked for only if it is under one.

    Raises:
        NotFound: the file cannot be read. BilikError: the passphrase is wrong, or it is no key.
    """
    content = read_bytes(path)[:_MOST_BYTES]
    if content.startswith(_SEALED):
        try:
            content = pyrage.passphrase.decrypt(content, passphrase())
        except pyrage.DecryptError as error:
            if "Excessive work" in str(error):
                raise BilikError(
                    f"Membuka {path} terlalu berat untuk komputer ini, atau ia sedang sangat "
                    "sibuk. Hentikan dulu program lain, lalu ulangi."
                ) from None
            raise BilikError(
                f"Kata sandi untuk {path} salah, atau berkasnya sudah berubah. Coba lagi "
                "pelan-pelan, atau pakai salinannya."
            ) from None
    lines = content.decode("ascii", "replace").split()
    for line in lines:
        if line.startswith("AGE-SECRET-KEY-1"):
            try:
                return Identity.from_str(line)
            except pyrage.IdentityError:
                break
    raise BilikError(f"Berkas {path} bukan kunci cadangan. Pakai yang dibuat `bilik backup-key`.")
