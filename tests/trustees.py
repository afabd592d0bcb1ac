"""Trustees for tests: five people, each with a folder of their own and a passphrase."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from bilik.domain.trustees import label
from bilik.services import trustee_member
from bilik.services.key_ceremony import KeyCeremony
from bilik.storage.database import Database
from tests.elections import VILLAGE

NAMES = ("Pak Budi", "Bu Siti R.", "Mas Joko", "Ibu Wayan", "Pak Made")


def held_by(names: tuple[str, ...] = NAMES, threshold: int = 3, definition: str = VILLAGE) -> str:
    """The definition, with trustees."""
    listed = ", ".join(f"{name}" for name in names)
    return f"saksi: {{ambang: {threshold}, nama: [{listed}]}}\n{definition}"


@dataclass(frozen=True)
class Member:
    """A trustee at their own machine."""

    name: str
    folder: Path

    @property
    def key(self) -> Path:
        return self.folder / f"saksi-{label(self.name)}.kunci"

    def passphrase(self) -> str:
        return f"kata sandi {self.name}"

    def get(self, file: Path) -> Path:
        """A copy of a file, as a stick or a chat brings it."""
        return Path(shutil.copy(file, self.folder / file.name))

    def join(self, invitation: Path) -> Path:
        mine = self.get(invitation)
        return trustee_member.join(mine, self.name, self.passphrase, self.folder).certificate

    def answer(self, received: Path) -> Path:
        return trustee_member.answer(self.key, self.get(received), self.passphrase).file

    def decrypt(self, *tally_and_archive: Path) -> Path:
        tally, *_ = (self.get(file) for file in tally_and_archive)
        request = trustee_member.look_at(self.key, tally)
        return trustee_member.decrypt(request, self.passphrase, self.folder)


class Group:
    """The trustees of one election, and the folder in which the panitia keeps their files."""

    def __init__(self, directory: Path, names: tuple[str, ...] = NAMES) -> None:
        self.panitia = directory / "panitia"
        self.panitia.mkdir()
        self.members = [Member(name, directory / label(name)) for name in names]
        for member in self.members:
            member.folder.mkdir()

    def invite(self, lead: KeyCeremony) -> Path:
        return lead.write_invitation(lead.standing(), self.panitia)

    def certify(self, lead: KeyCeremony) -> Path:
        """Up to everyone's certificate."""
        invitation = self.invite(lead)
        lead.collect([member.join(invitation) for member in self.members])
        (everyone,) = lead.write_next(lead.standing(), self.panitia)
        return everyone

    def deal(self, lead: KeyCeremony) -> list[Path]:
        """Up to the shares for each."""
        everyone = self.certify(lead)
        lead.collect([member.answer(everyone) for member in self.members])
        return lead.write_next(lead.standing(), self.panitia)

    def make_key(self, database: Database) -> Path:
        """All of it; the published group."""
        lead = KeyCeremony(database)
        for_each = self.deal(lead)
        lead.collect(
            [member.answer(shares) for member, shares in zip(self.members, for_each, strict=True)]
        )
        (published,) = lead.write_next(lead.standing(), self.panitia)
        return published
