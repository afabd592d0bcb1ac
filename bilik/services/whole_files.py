"""Files that are there whole or not at all, whatever happens while they are written.

Hard links and owners are not needed: the files may be on a USB stick.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from bilik.errors import BilikError
from bilik.services.files import reason


def write_once(path: Path, content: bytes) -> None:
    """Write a new file for its owner's eyes only; the same content may be there already.

    Raises:
        BilikError: another content is there, or it cannot be written.
    """
    try:
        if path.exists():
            if path.read_bytes() == content:
                return
            raise BilikError(
                f"Berkas {path} sudah ada dan isinya lain. Pindahkan dulu; yang lama tidak ditimpa."
            )
    except OSError as error:
        raise BilikError(f"Berkas {path} tidak bisa dibaca: {reason(error)}.") from None
    replace(path, content)


def replace(path: Path, content: bytes) -> None:
    """Write a file for its owner's eyes only, in the place of what was there.

    Raises:
        BilikError: it cannot be written; then what was there still is.
    """
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of what was there when all is written.

    Raises:
        BilikError: it cannot be written; then what was there still is.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise
        sync(path.parent)
    except OSError as error:
        raise BilikError(f"Berkas {path} tidak bisa ditulis: {reason(error)}.") from None


def sync(directory: Path) -> None:
    """See that a new file is in its directory even after a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
