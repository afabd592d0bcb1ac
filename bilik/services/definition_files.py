"""The panitia's file on disk, and the photos that it names."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bilik.domain.definition import Checked, PhotoCheck, check_definition
from bilik.services import portraits
from bilik.services.files import read_text

LARGEST_PHOTO = 1 << 20
"""In bytes. Photos are sent to cheap telephones."""
_SIGNS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""How JPEG (ITU T.81) and PNG files begin."""


def check_file(path: Path, now: datetime) -> Checked:
    """All that is wrong with a definition, photos included, and what should be looked at again.

    Raises:
        NotFound: it cannot be read. BilikError: it is no UTF-8.
    """
    return check_definition(read_text(path), now, str(path), photo_check(path.parent))


def photo_check(folder: Path) -> PhotoCheck:
    """Says what is wrong with a photo that a definition in that folder names."""

    def problem(written: str) -> str | None:
        path = folder / written
        try:
            if not path.resolve().is_relative_to(folder.resolve()):
                return "harus di folder yang sama dengan berkas pemilihan, atau di dalamnya"
            with path.open("rb") as file:
                content = file.read(LARGEST_PHOTO + 1)
        except (OSError, ValueError):
            return "tidak ada; periksa namanya, dan pilih juga berkas fotonya"
        if not content.startswith(_SIGNS):
            return "bukan JPEG atau PNG; simpan lagi sebagai JPEG"
        if len(content) > LARGEST_PHOTO:
            return "lebih dari 1 MB; perkecil dulu"
        try:
            portraits.small(content)
        except ValueError:
            return "tidak bisa dibuka; simpan lagi sebagai JPEG"
        return None

    return problem
