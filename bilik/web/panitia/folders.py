"""Files that somebody works with at the desk, each in a folder that only the server can enter."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from bilik.errors import BilikError
from bilik.services.files import reason

_PASSING = "sementara"


class Folders:
    """What lies in the desk's directory.

    In `sementara` is what has no business to outlive the server: uploads, and what is being made.
    It is emptied when a server starts, as nobody can be working with it then.
    """

    def __init__(self, root: Path) -> None:
        """Take ``root`` for it, and clear away what an earlier server left."""
        self._root = root
        shutil.rmtree(root / _PASSING, ignore_errors=True)

    def passing(self) -> Path:
        """A new folder for one piece of work."""
        return self.make(self._root / _PASSING / secrets.token_hex(8))

    def of(self, kind: str, slug: str) -> Path:
        """Where one kind of an existing election's files is; the folder may not be there yet."""
        return self._root / kind / slug

    def remove(self, folder: Path) -> None:
        """Remove a folder with all that is in it."""
        shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def make(folder: Path) -> Path:
        """See that a folder is there.

        Raises:
            BilikError: it cannot be made.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BilikError(f"Folder {folder} tidak bisa dibuat: {reason(error)}.") from None
        return folder
