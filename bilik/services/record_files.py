"""The records of counted elections as everybody may download them: one zip file for each.

A file is there whole or not at all, and what is in it was verified before.
"""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bilik.errors import BilikError
from bilik.services import whole_files
from bilik.services.files import reason
from bilik.services.publication import RESULT

_LOCK = ".kunci"
_PIECE = 2**20


@dataclass(frozen=True)
class RecordFile:
    """A record to download, and the two hashes that are read out with the result."""

    path: Path
    bytes: int
    archive_hash: str
    log_hash: str


def find(records_dir: Path, uuid: str) -> RecordFile | None:
    """The record of an election; None if it is not there yet."""
    path = _path(records_dir, uuid)
    try:
        stat = path.stat()
    except OSError:
        return None
    return _look_into(path, stat.st_size, stat.st_mtime_ns)


@contextmanager
def preparing(records_dir: Path, uuid: str) -> Iterator[Path | None]:
    """A directory to export a record into, gone at the end; None while somebody else prepares one.

    Raises:
        BilikError: there is no room for it.
    """
    try:
        records_dir.mkdir(parents=True, exist_ok=True)
        with (records_dir / _LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            directory = records_dir / f".{uuid}"
            shutil.rmtree(directory, ignore_errors=True)  # left by one that was killed
            try:
                yield directory
            finally:
                shutil.rmtree(directory, ignore_errors=True)
    except OSError as error:
        raise BilikError(f"Folder {records_dir} tidak bisa ditulis: {reason(error)}.") from None


def pack(directory: Path, records_dir: Path, uuid: str, folder: str) -> None:
    """Put an exported directory into one file, in which it is called ``folder``.

    The same record gives the same bytes.

    Raises:
        BilikError: it cannot be written.
    """
    with (
        whole_files.replacing(_path(records_dir, uuid)) as file,
        ZipFile(file, "w", ZIP_DEFLATED) as packed,
    ):
        for one in sorted(directory.iterdir()):
            info = ZipInfo(f"{folder}/{one.name}")  # dated 1980: a record has no times
            info.compress_type, info.external_attr = ZIP_DEFLATED, 0o644 << 16
            info.file_size = one.stat().st_size
            with one.open("rb") as content, packed.open(info, "w") as inside:
                shutil.copyfileobj(content, inside, _PIECE)


def _path(records_dir: Path, uuid: str) -> Path:
    return records_dir / f"{uuid}.zip"


@lru_cache(maxsize=64)
def _look_into(path: Path, size: int, changed_ns: int) -> RecordFile:
    """Look once at each file that is there; ``changed_ns`` tells a new one from an old one."""
    with ZipFile(path) as packed:
        (name,) = [one for one in packed.namelist() if one.endswith(f"/{RESULT}")]
        said = json.loads(packed.read(name))
    return RecordFile(path, size, said["sha256_arsip"], said["sha256_jejak"])
