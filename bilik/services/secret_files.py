"""Several new files for their owner's eyes only, which are there together or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

from bilik.errors import BilikError
from bilik.services.files import reason, write_secret_file
from bilik.services.whole_files import sync


class SecretFiles:
    """Files being written under other names; see :func:`new_secret_files`."""

    def __init__(self) -> None:
        """None yet."""
        self.texts: list[TextIO] = []
        self._names: list[tuple[str, Path]] = []
        self._reserved: list[Path] = []

    def add(self, path: Path) -> None:
        """Reserve the file's name with an empty file, and begin it beside that."""
        write_secret_file(path, "")
        self._reserved.append(path)
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        except OSError as error:
            raise BilikError(f"Berkas {path} tidak bisa ditulis: {reason(error)}.") from None
        self._names.append((name, path))
        self.texts.append(os.fdopen(descriptor, "w", encoding="utf-8"))

    @property
    def binaries(self) -> list[BinaryIO]:
        """The same files, for bytes."""
        return [text.buffer for text in self.texts]

    def complete(self) -> None:
        """Give all files their names; they are complete on disk at return."""
        for text in self.texts:
            text.flush()
            os.fsync(text.fileno())
            text.close()
        for name, path in self._names:
            os.replace(name, path)
            sync(path.parent)

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
            raise BilikError(f"Berkas {paths[0]} tidak bisa ditulis: {reason(error)}.") from None
        raise
