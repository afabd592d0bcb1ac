"""Files of the panitia's: read, and written for their owner's eyes only."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bilik.errors import BilikError, NotFound


def write_secret_file(path: Path, text: str) -> None:
    """Write a new file for its owner's eyes only, complete on disk at return.

    It is written under another name first: whatever happens, it is there wholly or not at all.

    Raises:
        BilikError: it exists already, or cannot be written; then nothing of it is left.
    """
    if os.path.lexists(path):
        raise BilikError(f"Berkas {path} sudah ada. Pilih nama lain; yang lama tidak ditimpa.")
    part = path.with_name(f"{path.name}.sebagian")
    try:
        part.unlink(missing_ok=True)  # left by a run that was killed
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BilikError(f"Berkas {path} tidak bisa dibuat: {reason(error)}.") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as error:
        part.unlink()
        raise BilikError(f"Berkas {path} tidak bisa ditulis: {reason(error)}.") from None


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A new file for its owner's eyes only, to write to; an error leaves nothing of it.

    Raises:
        BilikError: it exists already, or cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BilikError(f"Berkas {path} tidak bisa ditulis: {reason(error)}.") from None


@contextmanager
def new_directory(directory: Path) -> Iterator[None]:
    """A directory that is new or empty, to write files into; an error leaves it as it was.

    Raises:
        BilikError: it is neither, or cannot be written.
    """
    try:
        existed = directory.exists()
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise BilikError(f"Folder {directory} tidak kosong. Pilih folder baru.")
        try:
            yield
        except BaseException:
            for file in directory.iterdir():
                file.unlink()
            if not existed:
                directory.rmdir()
            raise
    except OSError as error:
        raise BilikError(f"Folder {directory} tidak bisa ditulis: {reason(error)}.") from None


def read_bytes(path: Path) -> bytes:
    """A file's contents.

    Raises:
        NotFound: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"Berkas {path} tidak bisa dibaca: {reason(error)}.") from None


def reason(error: OSError) -> str:
    """Why a file could not be read or written, in words."""
    reasons = {
        errno.ENOENT: "berkas atau foldernya tidak ada",
        errno.EACCES: "tidak ada izin",
        errno.EISDIR: "itu folder, bukan berkas",
        errno.ENOTDIR: "itu berkas, bukan folder",
        errno.EEXIST: "itu berkas, bukan folder",
        errno.ENOSPC: "penyimpanan penuh",
        errno.ENAMETOOLONG: "namanya terlalu panjang",
    }
    return reasons.get(error.errno or 0, "periksa nama dan izinnya")


def read_text(path: Path) -> str:
    """A UTF-8 file's text, without a byte order mark.

    Raises:
        NotFound: it cannot be read. BilikError: it is no UTF-8.
    """
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BilikError(f"Berkas {path} harus disimpan sebagai UTF-8.") from None
