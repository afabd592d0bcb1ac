"""The server as its elections' only trustee: one private key per election, outside the database.

Whoever has an election's key file and its ballots can open every single ballot.
"""

from __future__ import annotations

from pathlib import Path

from bilik.belenios import trustees, wire
from bilik.belenios.group import Exponent
from bilik.errors import BilikError, InvalidRecord, NotFound
from bilik.services.files import read_bytes, write_secret_file
from bilik.services.whole_files import sync

OWNER = 1
"""The server's number among the trustees."""


def private_key(directory: Path, uuid: str) -> Exponent:
    """The key of the election ``uuid``.

    Raises:
        BilikError: its file is missing or spoilt.
    """
    path = _path(directory, uuid)
    try:
        return wire.decode(Exponent, read_bytes(path))
    except NotFound:
        raise BilikError(
            f"Kunci pemilihan {path} tidak bisa dibaca, jadi suara tidak bisa dihitung. "
            "Kembalikan berkas itu dari cadangan, atau perbaiki BILIK_TRUSTEE_DIR."
        ) from None
    except InvalidRecord:
        raise BilikError(
            f"Berkas {path} bukan kunci pemilihan. Kembalikan yang asli dari cadangan "
            "BILIK_TRUSTEE_DIR."
        ) from None


def ensure_private_key(directory: Path, uuid: str) -> Exponent:
    """The key of the election ``uuid``, made and safe on disk if there was none.

    A key left by an opening that did not come to its end has never been used, and is taken.

    Raises:
        BilikError: it can be neither read nor written.
    """
    path = _path(directory, uuid)
    if not path.exists():
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            raise BilikError(
                f"Folder {directory} tidak bisa dibuat. Periksa BILIK_TRUSTEE_DIR."
            ) from None
        write_secret_file(path, wire.encode(trustees.new_private_key()).decode())
        sync(directory)
    return private_key(directory, uuid)


def _path(directory: Path, uuid: str) -> Path:
    return directory / f"{uuid}.key"
