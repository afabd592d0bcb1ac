"""Files of the panitia's: read, and written for their owner's eyes only."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from bilik.errors import BilikError, NotFound


def write_secret_file(path: Path, text: str) -> None:
    """Write a new file for its owner's eyes only, complete on disk at return.

    Raises:
        BilikError: it exists already, or cannot be written; then nothing of it is left.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BilikError(
            f"Berkas {path} sudah ada. Pilih nama lain; yang lama tidak ditimpa."
        ) from None
    except OSError as error:
        raise BilikError(f"Berkas {path} tidak bisa dibuat: {_reason(error)}.") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink()
        raise BilikError(f"Berkas {path} tidak bisa ditulis: {_reason(error)}.") from None


class SecretFiles:
    """Files being written under other names; see :func:`new_secret_files`."""

    def __init__(self) -> None:
        """None yet."""
        self.texts: list[IO[str]] = []
        self._names: list[tuple[str, Path]] = []
        self._reserved: list[Path] = []

    def add(self, path: Path) -> None:
        """Reserve the file's name with an empty file, and begin it beside that."""
        write_secret_file(path, "")
        self._reserved.append(path)
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        except OSError as error:
            raise BilikError(f"Berkas {path} tidak bisa ditulis: {_reason(error)}.") from None
        self._names.append((name, path))
        self.texts.append(os.fdopen(descriptor, "w", encoding="utf-8"))

    def complete(self) -> None:
        """Give all files their names; they are complete on disk at return."""
        for text in self.texts:
            text.flush()
            os.fsync(text.fileno())
            text.close()
        for name, path in self._names:
            os.replace(name, path)
            sync_directory(path.parent)

    def remove(self) -> None:
        """Leave nothing of them."""
        for text in self.texts:
            with suppress(OSError):
                text.close()
        for path in [*(Path(name) for name, _ in self._names), *self._reserved]:
            path.unlink(missing_ok=True)


@contextmanager
def new_secret_files(paths: Sequence[Path]) -> Iterator[SecretFiles]:
    """New files, mode 0600, that have their names from ``complete`` on, and on an error are gone.

    A crash may leave an empty file, and what was written under another name.

    Raises:
        BilikError: one exists already, or cannot be written.
    """
    files = SecretFiles()
    try:
        for path in paths:
            files.add(path)
        yield files
    except BaseException as error:
        files.remove()
        if isinstance(error, OSError):
            raise BilikError(f"Berkas {paths[0]} tidak bisa ditulis: {_reason(error)}.") from None
        raise


def sync_directory(directory: Path) -> None:
    """See that a new file is in its directory even after a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
        raise BilikError(f"Folder {directory} tidak bisa ditulis: {_reason(error)}.") from None


def read_bytes(path: Path) -> bytes:
    """A file's contents.

    Raises:
        NotFound: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"Berkas {path} tidak bisa dibaca: {_reason(error)}.") from None


def _reason(error: OSError) -> str:
    reasons = {
        errno.ENOENT: "berkas atau foldernya tidak ada",
        errno.EACCES: "tidak ada izin",
        errno.EISDIR: "itu folder, bukan berkas",
        errno.ENOTDIR: "itu berkas, bukan folder",
        errno.EEXIST: "itu berkas, bukan folder",
        errno.ENOSPC: "penyimpanan penuh",
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
