"""Files of the panitia's: definitions and rolls read, voting codes made and written."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bilik.domain import crockford
from bilik.domain.identity import CODE_SYMBOLS
from bilik.errors import BilikError, NotFound

CODE_FILE_HEADER = "nama,tps,nik,kode_undangan\n"


def new_code() -> str:
    """A voting code of 8 symbols with letters and digits, so that it cannot pass for a word."""
    while True:
        code = "".join(secrets.choice(crockford.ALPHABET) for _ in range(CODE_SYMBOLS))
        if re.search(r"\d", code) and re.search(r"[A-Z]", code):
            return code


def code_lines(voters_and_codes: Iterable[tuple[object, str]]) -> str:
    """The file of voting codes, CSV, from rows with ``name``, ``tps`` and ``nik_masked``."""
    out = io.StringIO()
    out.write(CODE_FILE_HEADER)
    writer = csv.writer(out, lineterminator="\n")
    for row, code in voters_and_codes:
        fields: Sequence[str] = (row.name, row.tps, row.nik_masked)  # type: ignore[attr-defined]
        writer.writerow([*fields, crockford.grouped(code)])
    return out.getvalue()


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
