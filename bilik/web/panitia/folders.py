"""Files that somebody works with at the desk, each in a folder that only the server can enter."""

from __future__ import annotations

import fcntl
import secrets
import shutil
from pathlib import Path

from bilik.errors import BilikError
from bilik.services.files import reason

_PASSING, _LOCK = "sementara", ".kunci"


class Folders:
    """What lies in the desk's directory.

    In `sementara` is what has no business to outlive the server: uploads, and what is being made.
    It is emptied when a server starts, as nobody can be working with it then.
    """

    def __init__(self, root: Path) -> None:
        """Take ``root`` for it, and clear away what an earlier server left.

        Raises:
            BilikError: another server works there, or it cannot be made.
        """
        self._root = self.make(root)
        self._held = (root / _LOCK).open("w")  # for as long as this server runs
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BilikError(
                f"Folder {root} sedang dipakai `bilik web` yang lain. Hentikan yang itu, atau atur "
                "BILIK_DESK_DIR."
            ) from None
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
