"""The files with codes of one election, on the server from their making until they are removed.

Their making may end at any moment, with a power cut, and what then lies there unlocks nothing, or
everything. The database tells which (:meth:`bilik.services.desk.Desk.unlocks`): letters are never
drawn from codes that do not count. And no file of codes is removed but by somebody who says so, or
while nobody in the election has a code at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bilik.errors import BilikError
from bilik.web.panitia.ways import Visit

CODES, SPARES = "kode.csv", "kode-cadangan.csv"
_PDF = "application/pdf"
_KINDS = {
    ".pdf": _PDF,
    ".csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True)
class SecretFile:
    """A file to be taken: what it is, and its size in bytes."""

    name: str
    title: str
    size: int
    kind: str


class Letters:
    """The folder of one existing election's codes and letters."""

    def __init__(self, visit: Visit, slug: str) -> None:
        """It need not hold anything."""
        self.slug = slug
        self.folder: Path = visit.workshop.folders.of("surat", slug)
        self._folders = visit.workshop.folders

    @property
    def codes(self) -> Path:
        """Where the voters' codes are."""
        return self.folder / CODES

    @property
    def spares(self) -> Path:
        """Where the spare ones are."""
        return self.folder / SPARES

    @property
    def code_files(self) -> list[Path]:
        """Those of both that are there; an empty one is what a crash has left."""
        return [one for one in (self.codes, self.spares) if one.exists() and one.stat().st_size]

    @property
    def present(self) -> bool:
        """Whether codes lie on the server."""
        return bool(self.code_files)

    @property
    def printed(self) -> bool:
        """Whether letters are drawn of all of them."""
        drawn = {re.sub(r"(-\d+)?\.pdf$", ".pdf", one.name) for one in self.folder.glob("*.pdf")}
        return all(self.letters_of(one).name in drawn for one in self.code_files)

    def files(self) -> list[SecretFile]:
        """What can be taken: letters first."""
        there = self.folder.iterdir() if self.folder.is_dir() else ()
        found = [
            SecretFile(one.name, _title(one), one.stat().st_size, _KINDS[one.suffix])
            for one in there
            if one.suffix in _KINDS and not one.name.startswith(".") and one.stat().st_size
        ]
        return sorted(found, key=lambda one: (one.kind != _PDF, _is_spare(one.name), one.name))

    def file(self, name: str) -> SecretFile:
        """The one of that name.

        Raises:
            BilikError: there is none.
        """
        found = next((one for one in self.files() if one.name == name), None)
        if found is None:
            raise BilikError("Berkas itu sudah tidak ada di server.")
        return found

    def letters_of(self, codes: Path) -> Path:
        """Where the letters of a file of codes go."""
        return self.folder / f"surat{_rest(codes)}.pdf"

    def take_letters(self, drawn: Path) -> None:
        """Put the letters of another folder in the place of those that are here."""
        for one in self.folder.glob("*.pdf"):
            one.unlink(missing_ok=True)
        for one in drawn.glob("*.pdf"):
            one.replace(self.folder / one.name)

    def remove(self) -> None:
        """Remove all.

        Raises:
            BilikError: something is left.
        """
        self._folders.remove(self.folder)
        if self.folder.exists():
            raise BilikError(
                "Belum terhapus: folder di server tidak bisa diubah. Minta operator memeriksanya."
            )


def _rest(codes: Path) -> str:
    """``-cadangan`` of ``kode-cadangan.csv``."""
    return codes.stem.removeprefix("kode")


def _is_spare(name: str) -> bool:
    return "cadangan" in name


def _title(path: Path) -> str:
    spare = _is_spare(path.name)
    if path.suffix == ".csv":
        return "Daftar kode cadangan" if spare else "Daftar kode"
    number = path.stem.rpartition("-")[2]
    part = f", bagian {int(number)}" if number.isdigit() else ""
    return f"{'Surat cadangan' if spare else 'Surat undangan'}{part}"
