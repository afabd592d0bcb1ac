"""Folders as one file to download."""

from __future__ import annotations

import zipfile
from pathlib import Path

from bilik.services.whole_files import replacing

KIND = "application/zip"


def pack(folder: Path, path: Path, inside: str = "") -> None:
    """Put all files of a folder into a new zip, in the place of an earlier one.

    ``inside`` is the folder that they are in once it is unpacked.

    Raises:
        BilikError: it cannot be written; then the earlier one is still there.
    """
    with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in sorted(folder.iterdir()):
            packed.write(one, f"{inside}/{one.name}" if inside else one.name)
