"""A key made and used by trustees of whom some have Bilik and some belenios-tool."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from bilik.belenios import wire
from bilik.errors import BilikError
from bilik.services import trustee_member
from bilik.services.counting import Result, Waiting
from bilik.services.key_ceremony import KeyCeremony, Step
from bilik.services.publication import check
from bilik.storage.database import Database
from tests.booth import set_up
from tests.trustees import NAMES, Group, Member, held_by

GROUP = ["--group", "BELENIOS-2048"]
KEYGEN = ["setup", "generate-trustee-key-threshold", *GROUP]


@pytest.fixture(scope="session")
def binary() -> str:
    path = shutil.which("belenios-tool")
    if path is None:
        pytest.fail("belenios-tool is missing: apt-get install belenios-tool", pytrace=False)
    return path


class ToolMember:
    """A trustee who has belenios-tool and no Bilik."""

    def __init__(self, member: Member, binary: str) -> None:
        self.name = member.name
        self.folder = member.folder
        self._binary = binary

    def run(self, *arguments: str, given: bytes = b"") -> bytes:
        done = subprocess.run(
            [self._binary, *arguments], input=given, cwd=self.folder, capture_output=True,
            check=False, env={**os.environ, "BELENIOS_USE_URANDOM": "1"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    @property
    def key(self) -> Path:
        (key,) = self.folder.glob("*.key")
        return key

    def certify(self) -> Path:
        self.run(*KEYGEN, "--step", "1")
        return self.key.with_suffix(".cert")

    def deal(self, everyone: Path) -> Path:
        shutil.copy(everyone, self.folder / "certs.jsons")
        step = ["--certs", "certs.jsons", "--key", self.key.name, "--step", "3"]
        return self._write("polinom", self.run(*KEYGEN, *step, "--threshold", "3"))

    def accept(self, shares: Path) -> Path:
        step = ["--certs", "certs.jsons", "--key", self.key.name, "--step", "5"]
        voutput = self.run(*KEYGEN, *step, given=shares.read_bytes())
        self._write("rahasia.dkey", wire.load(voutput)["private_key"].encode())
        return self._write("voutput", voutput)

    def decrypt(self, archive: Path, place: int) -> Path:
        shutil.copy(archive, self.folder)
        keys = ["--key", self.key.name, "--decryption-key", "rahasia.dkey"]
        made = self.run("election", "decrypt-threshold", *keys, "--trustee-id", str(place))
        return self._write("bagian", made)

    def _write(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path


class Mixed:
    """Five trustees: the first and the fourth have belenios-tool."""

    def __init__(self, directory: Path, binary: str) -> None:
        self.group = Group(directory)
        self.members: Sequence[Member | ToolMember] = [
            ToolMember(member, binary) if place in (0, 3) else member
            for place, member in enumerate(self.group.members)
        ]
        self.published = Path()

    def make_key(self, database: Database) -> None:
        lead, office = KeyCeremony(database), self.group.panitia
        invitation = self.group.invite(lead)
        for member in self.members:
            if isinstance(member, Member):
                lead.collect([member.join(invitation)])
            else:
                lead.collect([member.certify()], sender=member.name)
        (everyone,) = lead.write_next(lead.standing(), office)
        lead.collect(
            [
                member.answer(everyone) if isinstance(member, Member) else member.deal(everyone)
                for member in self.members
            ]
        )
        shares = lead.write_next(lead.standing(), office)
        lead.collect(
            [
                member.answer(file) if isinstance(member, Member) else member.accept(file)
                for member, file in zip(self.members, shares, strict=True)
            ]
        )
        assert lead.standing().step is None
        assert not lead.standing().missing(Step.VOUTPUT)
        (self.published,) = lead.write_next(lead.standing(), office)


def test_trustees_with_either_program_make_one_key_and_count_with_it(
    binary: str, tmp_path: Path
) -> None:
    mixed = Mixed(tmp_path, binary)
    polling = set_up(tmp_path, held_by(), before_opening=mixed.make_key)
    for voter, choice in enumerate(["1", "2", "2"]):
        polling.vote(f"web:{voter}", choice, voter)
    polling.desk.close()
    assert isinstance(polling.desk.tally(), Waiting)
    files = polling.desk.write_for_trustees(mixed.group.panitia)
    (first, second, third, fourth, _) = mixed.members
    assert isinstance(first, ToolMember)
    assert isinstance(fourth, ToolMember)
    assert isinstance(second, Member)
    parts = [
        second.decrypt(files.tally, files.archive),
        first.decrypt(files.archive, 1),
        fourth.decrypt(files.archive, 4),
    ]
    assert isinstance(polling.desk.tally(None, parts[:1]), Waiting)
    result = polling.desk.tally(None, parts[1:])
    assert isinstance(result, Result)
    assert result.counts[0].votes == {1: 1, 2: 2, 3: 0}
    published = tmp_path / "terbitan"
    polling.desk.export(published)
    assert check(published)["suara_masuk"] == 3
    done = subprocess.run(
        [binary, "election", "verify"], cwd=published, capture_output=True, check=True
    )
    assert b"all checks passed" in done.stderr

    # The tool's key becomes a key file of Bilik's, and Bilik's key becomes one of the tool's.
    assert isinstance(third, Member)
    adopted = trustee_member.adopt(
        mixed.group.panitia / "sukamaju-2026.1-undangan.json", NAMES[0], first.key,
        mixed.published, first.folder / "rahasia.dkey", third.passphrase, tmp_path,
    )  # fmt: skip
    assert trustee_member.rehearse(adopted, mixed.published, third.passphrase).name == NAMES[0]
    with pytest.raises(BilikError, match="bukan milik"):
        trustee_member.adopt(
            mixed.group.panitia / "sukamaju-2026.1-undangan.json", NAMES[1], first.key,
            mixed.published, None, third.passphrase, tmp_path,
        )  # fmt: skip
    seed, decryption_key = trustee_member.reveal(third.key, third.passphrase, tmp_path)
    stranger = ToolMember(Member(third.name, tmp_path / "lain"), binary)
    stranger.folder.mkdir()
    shutil.copy(seed, stranger.folder / "a.key")
    shutil.copy(decryption_key, stranger.folder / "rahasia.dkey")
    share = stranger.decrypt(files.archive, 3)
    tool_s, own = share.read_bytes().split(), third.decrypt(files.tally).read_bytes().split()
    factors = [wire.load(one[0])["decryption_factors"] for one in (tool_s, own)]
    assert factors[0] == factors[1]
