"""Bilik's record and belenios-tool's: each is taken by the other."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import pytest

from bilik.belenios import ballot, ceremony, channels, credentials, election, tally, trustees, wire
from bilik.belenios.archive import Archive, Writer
from bilik.belenios.ceremony import Polynomial, Vinput, Voutput
from bilik.belenios.channels import SignedMessage
from bilik.belenios.tally import PartialDecryption, Result
from bilik.belenios.trustees import Threshold, TrusteePublicKey
from bilik.belenios.verify import verify
from bilik.errors import InvalidRecord
from bilik.services.batches import BATCH
from bilik.services.publication import check, check_since
from tests.booth import held_by_25, set_up
from tests.box import CHIEF, OPENED, TREASURER, Box, Ceremony, Holders, group_of, single
from tests.elections import VILLAGE
from tests.forgeries import BOX as FORGERS
from tests.forgeries import FORGERIES
from tests.mutations import MUTATIONS, Pieces

GROUP = ["--group", "BELENIOS-2048"]
Tool = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture(scope="session")
def binary() -> str:
    path = shutil.which("belenios-tool")
    if path is None:
        pytest.fail("belenios-tool is missing: apt-get install belenios-tool", pytrace=False)
    return path


@pytest.fixture
def tool(binary: str, tmp_path: Path) -> Tool:
    """Runs belenios-tool in a directory; ``fails`` expects it to."""

    def run(
        *arguments: str, given: bytes = b"", fails: bool = False, where: Path = tmp_path
    ) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [binary, *arguments], input=given, cwd=where, capture_output=True, check=False,
            env={**os.environ, "BELENIOS_USE_URANDOM": "1"},
        )  # fmt: skip
        assert (done.returncode != 0) == fails, done.stderr.decode()
        return done

    return run


def publish(box: Box, where: Path) -> Path:
    """Put the box's record where belenios-tool looks for it."""
    file = where / f"{box.election.uuid}.bel"
    file.write_bytes(box.file.getvalue())
    return file


def archive_in(where: Path) -> Archive:
    (file,) = where.glob("*.bel")
    return Archive(BytesIO(file.read_bytes()))


def twenty_voters(holders: Holders) -> Box:
    """Voters 0 … 19; every question has blanks."""
    box = Box(holders, 20, [CHIEF, TREASURER])
    for voter in range(20):
        box.cast(voter, [0, 1, 2, None][voter % 4], [0, 1, None][voter % 3])
    return box


TWENTY = ((5, 5, 5, 5), (6, 7, 7))
"""Their count, the blanks first."""


def test_ballots_of_bilik_are_taken_by_the_tool(tool: Tool, tmp_path: Path) -> None:
    box = Box(single(), 4)
    publish(box, tmp_path)
    for voter, selection in enumerate([None, 0, 1, 2]):
        made = ballot.make(box.election, box.secrets[voter], [selection])
        tool("archive", "add-event", "--type=Ballot", given=made)
    tool("election", "verify")
    assert verify(archive_in(tmp_path)).ballots == 4


def test_ballots_of_the_tool_are_taken_by_bilik(tool: Tool, tmp_path: Path) -> None:
    box = Box(single(), 4, [CHIEF, TREASURER])
    publish(box, tmp_path)
    for voter, choices in enumerate(
        ["[[1,0,0,0],[0,1,0]]", "[[0,1,0,0],[0,0,1]]", "[[0,0,1,0],[1,0,0]]", "[[0,0,0,1],[0,1,0]]"]
    ):
        (tmp_path / "credential").write_text(box.credentials[voter])
        (tmp_path / "choices").write_text(choices)
        made = tool(
            "election", "generate-ballot", "--privcred", "credential", "--ballot", "choices"
        ).stdout.rstrip(b"\n")
        assert ballot.verify(box.election, made).credential == credentials.public_key(
            box.secrets[voter]
        )
        box.ballots.append(made)
        box.writer.ballot(made)
    box.close()
    assert box.count([1]).result == ((1, 1, 1, 1), (1, 2, 1))
    publish(box, tmp_path)
    tool("election", "verify")


def test_the_tool_finds_a_stuffed_ballot_as_bilik_does(tool: Tool, tmp_path: Path) -> None:
    box = Box(single(), 1)
    stranger = credentials.secret_key(credentials.generate(), box.election.uuid)
    box.writer.ballot(ballot.make(box.election, stranger, [0]))
    publish(box, tmp_path)
    tool("election", "verify", fails=True)
    with pytest.raises(InvalidRecord, match="tidak ada dalam daftar"):
        verify(box.archive())


@pytest.mark.parametrize("name", FORGERIES)
def test_the_tool_refuses_the_forgeries_that_bilik_refuses(
    name: str, tool: Tool, tmp_path: Path
) -> None:
    forged, _ = FORGERIES[name]
    file = publish(FORGERS, tmp_path)
    with file.open("r+b") as archive:
        Writer.resume(archive).ballot(forged)
    tool("election", "verify", fails=True)


def test_credentials_of_the_tool_are_those_of_bilik(tool: Tool, tmp_path: Path) -> None:
    uuid = election.new_uuid()
    tool("setup", "generate-credentials", "--uuid", uuid, *GROUP, "--count", "5")
    private = [line.split()[1] for line in next(tmp_path.glob("*.privcreds")).open()]
    public = wire.load(next(tmp_path.glob("*.pubcreds")).read_bytes())
    ours = {str(credentials.public_key(credentials.secret_key(one, uuid))) for one in private}
    assert ours == {one.split(",")[0] for one in public}


@pytest.mark.parametrize(
    ("holders", "owners"),
    [(single, [1]), (lambda: group_of(3, 5), [1, 3, 5]), (lambda: group_of(3, 5), [1, 2, 4, 5])],
    ids=["one trustee", "3 of 5", "4 of whom 3 suffice"],
)
def test_a_whole_election_of_bilik_is_verified_by_the_tool(
    holders: Callable[[], Holders], owners: list[int], tool: Tool, tmp_path: Path
) -> None:
    box = twenty_voters(holders())
    publish(box, tmp_path)
    tool("election", "verify")
    box.close()
    assert box.count(owners).result == TWENTY
    publish(box, tmp_path)
    assert b"all checks passed" in tool("election", "verify").stderr
    assert verify(box.archive()).result == verify(box.archive(), workers=2).result


def test_the_tool_ends_an_election_that_bilik_began(tool: Tool, tmp_path: Path) -> None:
    box = twenty_voters(single())
    publish(box, tmp_path)
    (tmp_path / "key").write_bytes(wire.encode(str(box.holders.private_keys[1])))
    for event, command in [
        ("EndBallots", None),
        ("EncryptedTally", ["compute-encrypted-tally"]),
        ("PartialDecryption", ["decrypt", "--privkey", "key", "--trustee-id", "1"]),
        ("Result", ["compute-result"]),
    ]:
        content = tool("election", *command).stdout if command else b""
        tool("archive", "add-event", f"--type={event}", given=content)
    result = verify(archive_in(tmp_path)).result
    assert result is not None
    assert result.result == TWENTY


def test_two_of_five_do_not_suffice(tool: Tool, tmp_path: Path) -> None:
    box = twenty_voters(group_of(3, 5))
    box.close()
    shares = {
        owner: tally.decrypt(box.election, box.encrypted, box.holders.private_keys[owner])
        for owner in range(1, 6)
    }
    for one in range(1, 6):
        for other in range(one + 1, 6):
            with pytest.raises(InvalidRecord, match="belum cukup: ada 2, perlu 3"):
                tally.combine(
                    box.holders.trustees, box.encrypted,
                    {one: shares[one], other: shares[other]}, 20,
                )  # fmt: skip
    for owner in (2, 4):
        box.writer.partial_decryption(owner, shares[owner])
    publish(box, tmp_path)
    tool("election", "compute-result", fails=True)


def test_an_update_that_drops_a_ballot_is_found(tool: Tool, tmp_path: Path) -> None:
    box = Box(single(), 3)
    ballots = [box.cast(voter, voter) for voter in range(3)]
    snapshot = box.file.getvalue()
    earlier = box.archive()
    box.close()
    box.count([1])
    shortened = BytesIO()
    writer = Writer.create(shortened, OPENED)
    setup = earlier.setup
    writer.setup(
        *(earlier.data(one) for one in (setup.election, setup.trustees, setup.credentials))
    )
    for made in ballots[1:]:
        writer.ballot(made)

    for name, content in [
        ("earlier", snapshot),
        ("later", box.file.getvalue()),
        ("shortened", shortened.getvalue()),
    ]:
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{box.election.uuid}.bel").write_bytes(content)
    compare = ["election", "verify-diff", "--dir1", "earlier", "--dir2"]
    tool(*compare, "later")
    tool(*compare, "shortened", fails=True)
    assert box.archive().extends(earlier)
    assert not Archive(shortened).extends(earlier)


def test_a_false_result_is_found_by_both(tool: Tool, tmp_path: Path) -> None:
    box = Box(single(), 3)
    for voter in range(3):
        box.cast(voter, 1)
    box.close()
    share = tally.decrypt(box.election, box.encrypted, box.holders.private_keys[1])
    box.writer.partial_decryption(1, share)
    box.writer.result(Result(((0, 3, 0, 0),)))
    publish(box, tmp_path)
    tool("election", "verify", fails=True)
    with pytest.raises(InvalidRecord, match="hasil: bukan dekripsi"):
        verify(box.archive())


def test_a_changed_byte_is_found_by_both(tool: Tool, tmp_path: Path) -> None:
    box = twenty_voters(single())
    box.close()
    box.count([1])
    whole = box.file.getvalue()
    chance = random.Random(2024)
    for place in chance.sample(range(len(whole)), 60):
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises(InvalidRecord):
            verify(Archive(BytesIO(changed)))
        publish(box, tmp_path).write_bytes(changed)
        tool("election", "verify", fails=True)


def test_a_whole_election_is_verified_by_both_and_so_is_every_changed_byte(
    tool: Tool, tmp_path: Path
) -> None:
    polling = held_by_25(tmp_path)
    published = tmp_path / "terbitan"
    polling.desk.export(published)
    polling.database.close()
    tool("election", "verify", where=published)
    assert check(published)["suara_masuk"] == 23
    (file,) = published.glob("*.bel")
    whole = file.read_bytes()
    chance = random.Random(25)
    for place in chance.sample(range(len(whole)), 12):
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        file.write_bytes(changed)
        tool("election", "verify", where=published, fails=True)
        with pytest.raises(InvalidRecord) as caught:
            check(published)
        assert "\n" not in str(caught.value)


def test_snapshots_while_people_vote_and_the_end_are_verified_by_both(
    tool: Tool, tmp_path: Path
) -> None:
    polling = set_up(tmp_path, VILLAGE, 2 * BATCH)
    desk = polling.desk
    desk.snapshot(tmp_path / "awal")
    polling.vote_each(range(BATCH))
    desk.snapshot(tmp_path / "satu")
    polling.vote_each(range(BATCH, 2 * BATCH))
    desk.snapshot(tmp_path / "dua")
    desk.close()
    desk.tally()
    desk.export(tmp_path / "akhir")
    polling.database.close()
    names = ["awal", "satu", "dua", "akhir"]
    for name in names:
        tool("election", "verify", where=tmp_path / name)
        check(tmp_path / name)
    for earlier, later in itertools.pairwise(names):
        compare = ["election", "verify-diff", "--dir1", earlier, "--dir2", later]
        tool(*compare)
        check_since(tmp_path / earlier, tmp_path / later)
    tool("election", "verify-diff", "--dir1", "dua", "--dir2", "satu", fails=True)
    with pytest.raises(InvalidRecord, match="tidak memuat semua"):
        check_since(tmp_path / "dua", tmp_path / "satu")


@pytest.mark.parametrize("kind", MUTATIONS)
def test_whatever_is_altered_missing_added_swapped_or_repeated_is_found_by_both(
    kind: str, tool: Tool, tmp_path: Path
) -> None:
    box = Box(single(), 4)
    for voter in range(3):
        box.cast(voter, voter)
    box.close()
    box.count([1])
    chance = random.Random(kind)
    for _ in range(5):
        mutated = MUTATIONS[kind](Pieces.of(box.file.getvalue()), chance).joined()
        publish(box, tmp_path).write_bytes(mutated)
        tool("election", "verify", fails=True)
        with pytest.raises(InvalidRecord):
            verify(Archive(BytesIO(mutated)))


class TestCeremony:
    """Every trustee and the server may use either program."""

    @staticmethod
    def jsons(messages: Sequence[object]) -> bytes:
        return b"".join(wire.encode(one) + b"\n" for one in messages)

    def test_the_tool_carries_the_messages_of_trustees_with_bilik(
        self, tool: Tool, tmp_path: Path
    ) -> None:
        them = Ceremony(2, [channels.new_seed() for _ in range(3)])
        them.run()
        (tmp_path / "certs.jsons").write_bytes(self.jsons(them.certs))
        (tmp_path / "polynomials.jsons").write_bytes(self.jsons(them.polynomials))
        keygen = ["setup", "generate-trustee-key-threshold", *GROUP, "--certs", "certs.jsons"]
        tool(*keygen, "--step", "2")
        tool(*keygen, "--step", "4", "--polynomials", "polynomials.jsons")
        vinputs = ceremony.route(them.certs, them.polynomials, 2)
        made = {file.read_bytes().rstrip(b"\n") for file in tmp_path.glob("*.vinput")}
        assert made == {wire.encode(one) for one in vinputs}
        threshold = tool(
            *keygen, "--step", "6", "--polynomials", "polynomials.jsons",
            given=self.jsons(them.voutputs),
        ).stdout.rstrip(b"\n")  # fmt: skip
        assert threshold == wire.encode(
            ceremony.conclude(them.certs, them.polynomials, them.voutputs, 2)
        )

    def test_trustees_with_the_tool_and_with_bilik_make_one_key(
        self, tool: Tool, tmp_path: Path
    ) -> None:
        keygen = ["setup", "generate-trustee-key-threshold", *GROUP]
        for _ in range(2):
            tool(*keygen, "--step", "1")
        theirs = sorted(tmp_path.glob("*.key"))
        mine = channels.new_seed()
        certs = [
            wire.decode(SignedMessage, key.with_suffix(".cert").read_bytes().strip())
            for key in theirs
        ]
        certs.append(ceremony.certify(mine))
        (tmp_path / "certs.jsons").write_bytes(self.jsons(certs))
        keygen += ["--certs", "certs.jsons"]
        polynomials = [
            wire.decode(
                Polynomial,
                tool(*keygen, "--key", key.name, "--step", "3", "--threshold", "2").stdout.strip(),
            )
            for key in theirs
        ]
        polynomials.append(ceremony.deal(mine, certs, 2))
        vinputs: list[Vinput] = ceremony.route(certs, polynomials, 2)
        voutputs = [
            wire.decode(
                Voutput,
                tool(
                    *keygen, "--key", key.name, "--step", "5", given=wire.encode(vinput)
                ).stdout.strip(),
            )
            for key, vinput in zip(theirs, vinputs, strict=False)
        ]
        voutputs.append(ceremony.accept(mine, certs, vinputs[2], 2))
        item: Threshold = ceremony.conclude(certs, polynomials, voutputs, 2)
        keys = {3: ceremony.decryption_key(mine, certs[2], voutputs[2].private_key)}

        box = Box(Holders((item,), keys), 3)
        for voter in range(3):
            box.cast(voter, voter)
        box.close()
        publish(box, tmp_path)
        theirs[0].with_suffix(".dkey").write_text(voutputs[0].private_key)
        done = tool(
            "election", "decrypt-threshold", "--key", theirs[0].name,
            "--decryption-key", theirs[0].with_suffix(".dkey").name, "--trustee-id", "1",
        )  # fmt: skip
        first, _ = done.stdout.strip().split(b"\n")
        share = wire.decode(PartialDecryption, first)
        tally.check_decryption(
            box.election, box.encrypted, item.verification_keys[0].public_key, share
        )
        box.writer.partial_decryption(1, share)
        mine_too = tally.decrypt(box.election, box.encrypted, keys[3])
        box.writer.partial_decryption(3, mine_too)
        result = tally.combine((item,), box.encrypted, {1: share, 3: mine_too}, 3)
        assert result.result == ((0, 1, 1, 1),)
        box.writer.result(result)
        publish(box, tmp_path)
        tool("election", "verify")

    def test_a_mandatory_trustee_may_use_either(self, tool: Tool, tmp_path: Path) -> None:
        tool("setup", "generate-trustee-key", *GROUP)
        public = wire.decode(TrusteePublicKey, next(tmp_path.glob("*.pubkey")).read_bytes().strip())
        trustees.check_public_key(public)
        (tmp_path / "public_keys.jsons").write_bytes(
            self.jsons([public, trustees.publish(trustees.new_private_key())])
        )
        tool("setup", "make-trustees")
        made = (tmp_path / "trustees.json").read_bytes().strip()
        assert trustees.encode(trustees.read(made)) == made
        assert len(trustees.public_keys(trustees.read(made))) == 2
