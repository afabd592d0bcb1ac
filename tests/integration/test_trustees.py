"""Elections whose key trustees hold: no count before enough of them act, and the right one then."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from gmpy2 import mpz
from sqlalchemy import insert, select, update

from bilik.belenios import credentials, tally, trustees, wire
from bilik.belenios.archive import Archive, EventType
from bilik.belenios.tally import OwnedPartialDecryption
from bilik.errors import BilikError, InvalidRecord, NotFound, WrongState
from bilik.services import key_ceremony, record, trustee_files, trustee_member
from bilik.services.counting import Result, Waiting
from bilik.services.desk import Desk, TrusteeFiles
from bilik.services.elections import pick
from bilik.services.keeper import Keeper
from bilik.services.publication import MANUAL, check
from bilik.services.trustee_files import Share, TallyFile
from bilik.storage.database import Database
from bilik.storage.tables import ballots, elections, partial_decryptions, records, voters
from tests.booth import Polling, set_up
from tests.databases import ONLY_SQLITE, Backend, copy_rows
from tests.trustees import Group, held_by

VOTES = ["1", "2", "2", "2", "3"]
COUNT = {1: 1, 2: 3, 3: 1}


@dataclass
class Held:
    """An election that is closed and added up, and every trustee's part of its count."""

    polling: Polling
    group: Group
    published: Path
    files: TrusteeFiles
    shares: list[Path]


def hold(directory: Path) -> Held:
    group, published = Group(directory), []
    polling = set_up(
        directory, held_by(),
        before_opening=lambda database: published.append(group.make_key(database)),
    )  # fmt: skip
    for voter, choice in enumerate(VOTES):
        polling.vote(f"web:{voter}", choice, voter)
    polling.desk.close()
    assert isinstance(polling.desk.tally(), Waiting)
    files = polling.desk.write_for_trustees(group.panitia)
    shares = [member.decrypt(files.tally, files.archive) for member in group.members]
    polling.database.close()
    return Held(polling, group, published[0], files, shares)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    return hold(tmp_path_factory.mktemp("held"))


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """The same people with other keys, in an election of the same name."""
    return hold(tmp_path_factory.mktemp("another"))


@pytest.fixture
def desk(held: Held, backend: Backend, tmp_path: Path) -> Iterator[Desk]:
    """A desk over a copy of the database, in which no trustee has acted."""
    url = backend.new()
    copy_rows(held.polling.url, url)
    database = Database(url)
    yield Desk(database, held.polling.keys, tmp_path / "trustee", held.polling.clock)
    database.close()


def database_of(desk: Desk) -> Database:
    return desk._database


@ONLY_SQLITE
@pytest.mark.parametrize("owners", list(combinations(range(5), 3)))
def test_any_three_of_five_count(
    owners: tuple[int, ...], held: Held, desk: Desk, tmp_path: Path
) -> None:
    result = desk.tally(None, [held.shares[owner] for owner in owners])
    assert isinstance(result, Result)
    assert result.counts[0].votes == COUNT
    desk.export(tmp_path / "terbitan")
    assert check(tmp_path / "terbitan")["hasil"][0]["calon"][1]["suara"] == 3


@ONLY_SQLITE
@pytest.mark.parametrize("owners", list(combinations(range(5), 2)))
def test_any_two_of_five_do_not(
    owners: tuple[int, ...], held: Held, desk: Desk, tmp_path: Path
) -> None:
    waiting = desk.tally(None, [held.shares[owner] for owner in owners])
    assert isinstance(waiting, Waiting)
    assert waiting.given == tuple(owner + 1 for owner in owners)
    assert "2 dari 3" in waiting.line
    assert desk.tally() == waiting
    told: list[str] = []
    Keeper(desk, told.append).look_after()
    assert told == []  # the count is theirs alone
    assert desk.standing().waiting == waiting
    with database_of(desk).read() as connection:
        assert connection.execute(select(records.c.result)).scalar_one() is None
    with pytest.raises(WrongState, match="belum dihitung"):
        desk.export(tmp_path / "terbitan")
    with pytest.raises(WrongState, match="belum dihitung"):
        desk.report(tmp_path / "berita-acara.pdf")
    assert not (tmp_path / "berita-acara.pdf").exists()


def test_parts_may_come_one_by_one_in_any_order_and_more_than_needed(
    held: Held, desk: Desk, tmp_path: Path
) -> None:
    for share in (held.shares[4], held.shares[0]):
        assert isinstance(desk.tally(None, [share]), Waiting)
    result = desk.tally(None, [held.shares[3], held.shares[1]])
    assert isinstance(result, Result)
    assert result.counts[0].votes == COUNT
    assert desk.tally() == result
    assert not (tmp_path / "trustee").exists()
    desk.export(tmp_path / "terbitan")
    (path,) = (tmp_path / "terbitan").glob("*.bel")
    with path.open("rb") as file:
        archive = Archive(file)
        owners = [
            wire.decode(OwnedPartialDecryption, archive.data(payload)).owner
            for payload in archive.payloads(EventType.PARTIAL_DECRYPTION)
        ]
    assert owners == [1, 2, 4, 5]
    assert path.read_bytes().startswith(held.files.archive.read_bytes())
    manual = (tmp_path / "terbitan" / MANUAL).read_text(encoding="utf-8")
    assert "dari Pak Budi, Bu Siti R., Ibu Wayan, Pak Made" in manual
    assert "dipegang server" not in manual
    _, said = desk.minutes()
    assert said.decrypted_by == ("Pak Budi", "Bu Siti R.", "Ibu Wayan", "Pak Made")
    with pytest.raises(WrongState, match="hasilnya sudah ada"):
        desk.tally(None, [held.shares[2]])


def spoil(share: Path, to: Path, change: Callable[[Share], Share]) -> Path:
    changed = change(trustee_files.read(Share, share))
    path = to / f"bagian-{secrets.token_hex(4)}.json"
    path.write_bytes(trustee_files.share_lines(changed))
    return path


def add_one(share: Share) -> Share:
    (first, *others), *rows = share.decryption.decryption_factors
    factors = ((mpz(first + 1), *others), *rows)
    return Share(share.owner, tally.PartialDecryption(factors, share.decryption.decryption_proofs))


def test_a_wrong_foreign_or_repeated_part_is_refused_and_nothing_is_kept(
    held: Held, another: Held, desk: Desk, tmp_path: Path
) -> None:
    first, second, *_ = held.shares
    altered = tmp_path / "rusak.json"
    altered.write_bytes(first.read_bytes().replace(b"1", b"2", 1))
    wrong: list[tuple[list[Path], str]] = [
        ([another.shares[1]], "bukan bagian Bu Siti R. untuk hitungan ini"),
        ([spoil(first, tmp_path, lambda one: Share(2, one.decryption))], "Bu Siti R. mengulang"),
        ([spoil(first, tmp_path, lambda one: Share(6, one.decryption))], "saksinya hanya 5"),
        ([spoil(first, tmp_path, lambda one: Share(0, one.decryption))], "saksi nomor 0"),
        ([spoil(first, tmp_path, add_one)], "bukan bagian Pak Budi"),
        ([altered], "sudah berubah"),
        ([held.files.tally], "itu hitungan untuk saksi, bukan bagian"),
        ([tmp_path / "tiada.json"], "tidak ada"),
        ([first, first], "dua kali"),
    ]
    for files, says in wrong:
        # A good part beside a bad one is not kept either.
        for given in (files, [second, *files]) if files[0] != first else (files,):
            with pytest.raises(BilikError, match=says) as caught:
                desk.tally(None, given)
            assert "\n" not in str(caught.value)
    waiting = desk.tally()
    assert isinstance(waiting, Waiting)
    assert waiting.given == ()
    desk.tally(None, [first])
    with pytest.raises(BilikError, match="Bagian Pak Budi sudah diterima sebelumnya"):
        desk.tally(None, [first])
    waiting = desk.tally(None, [first, second])
    assert isinstance(waiting, Waiting)
    assert waiting.given == (1, 2)


def test_a_wrong_third_part_leaves_two_and_the_right_one_counts(
    held: Held, another: Held, desk: Desk
) -> None:
    desk.tally(None, held.shares[:2])
    with pytest.raises(InvalidRecord, match="Mas Joko"):
        desk.tally(None, [another.shares[2]])
    waiting = desk.tally()
    assert isinstance(waiting, Waiting)
    assert waiting.given == (1, 2)
    assert isinstance(desk.tally(None, [held.shares[2]]), Result)


def test_a_box_that_changed_meanwhile_is_not_counted(held: Held, desk: Desk) -> None:
    with database_of(desk).write() as connection:
        one = connection.execute(select(ballots.c.tracker)).scalars().first()
        connection.execute(update(ballots).where(ballots.c.tracker == one).values(sealed=b"rusak"))
    with pytest.raises(BilikError, match="Jangan umumkan"):
        desk.tally(None, held.shares[:3])
    with database_of(desk).read() as connection:
        assert connection.execute(select(records.c.result)).scalar_one() is None
        assert connection.execute(select(partial_decryptions)).all() == []


def test_parts_wait_for_the_closing_and_for_the_sum(
    held: Held, tmp_path: Path, village: Polling
) -> None:
    with pytest.raises(WrongState, match="belum ditutup"):
        village.desk.tally(None, held.shares[:3])
    village.desk.close()
    with pytest.raises(WrongState, match="kuncinya dipegang server"):
        village.desk.tally(None, held.shares[:3])
    with pytest.raises(WrongState, match="kuncinya dipegang server"):
        village.desk.write_for_trustees(tmp_path)
    assert isinstance(village.desk.tally(), Result)


def test_parts_that_come_before_the_sum_are_refused(held: Held, desk: Desk) -> None:
    with database_of(desk).write() as connection:
        connection.execute(update(records).values(encrypted_tally=None))
    with pytest.raises(WrongState, match="belum dijumlahkan"):
        desk.tally(None, held.shares[:3])
    assert desk.standing().waiting is None
    assert isinstance(desk.tally(), Waiting)
    assert isinstance(desk.tally(None, held.shares[:3]), Result)


def test_the_files_for_trustees_are_the_same_each_time(
    held: Held, desk: Desk, tmp_path: Path
) -> None:
    again = desk.write_for_trustees(tmp_path)
    assert again.number == held.files.number
    assert again.tally.read_bytes() == held.files.tally.read_bytes()
    assert again.archive.read_bytes() == held.files.archive.read_bytes()
    with pytest.raises(BilikError, match="tidak bisa ditulis"):
        desk.write_for_trustees(tmp_path / "tiada")


def test_a_server_that_opens_with_its_own_key_in_the_trustees_place_is_found(
    tmp_path: Path, village: Polling
) -> None:
    private = trustees.new_private_key()
    holders = (trustees.publish(private),)
    named = held_by(("Pak Budi",), 1).replace("sukamaju-2026", "sukamaju-lain")
    (tmp_path / "lain.yml").write_text(named, encoding="utf-8")
    village.desk.load_election(tmp_path / "lain.yml")
    with village.database.write() as connection:
        stored = pick(connection, "sukamaju-lain")
        with pytest.raises(WrongState, match="sertifikat masih ditunggu dari Pak Budi"):
            key_ceremony.holders_of(connection, stored)
        row = {"election_id": stored.id, "nik_hash": b"1", "nik_masked": "", "name": "", "tps": ""}
        secret = credentials.secret_key(credentials.generate(), stored.uuid)
        public = int(credentials.public_key(secret)).to_bytes(256, "big")
        connection.execute(insert(voters).values(**row, public_credential=public))
        record.write_setup(connection, stored, bytes(32), bytes(32), holders)
        connection.execute(
            update(elections)
            .where(elections.c.id == stored.id)
            .values(state="open", roll_hash=bytes(32))
        )
    village.desk.close("sukamaju-lain")
    assert isinstance(village.desk.tally("sukamaju-lain"), Waiting)
    file = trustee_files.read(
        TallyFile, village.desk.write_for_trustees(tmp_path, "sukamaju-lain").tally
    )
    share = tmp_path / "bagian.json"
    made = tally.decrypt(file.election, file.encrypted_tally, private)
    share.write_bytes(trustee_files.share_lines(Share(1, made)))
    assert isinstance(village.desk.tally("sukamaju-lain", [share]), Result)
    with pytest.raises(InvalidRecord, match="tidak dipegang oleh saksi"):
        village.desk.export(tmp_path / "terbitan", "sukamaju-lain")


class TestTrustee:
    """What a trustee is asked, and what is refused before the key is touched."""

    @pytest.fixture
    def alone(self, held: Held, tmp_path: Path) -> tuple[Path, Path]:
        """A trustee's key that was never used, and a tally with its archive."""
        member = held.group.members[0]
        folder = tmp_path / "saksi"
        folder.mkdir()
        key = Path(shutil.copy(member.key, folder))
        shutil.copy(held.files.archive, folder)
        return key, Path(shutil.copy(held.files.tally, folder))

    @staticmethod
    def change(path: Path, **values: Any) -> None:
        path.write_bytes(wire.encode(replace(trustee_files.read(TallyFile, path), **values)))

    def test_every_key_passes_a_rehearsal_by_itself(self, held: Held) -> None:
        for member in held.group.members:
            for public in (held.published, held.files.archive):
                file = trustee_member.rehearse(member.key, public, member.passphrase)
                assert file.name == member.name

    def test_a_rehearsal_with_another_group_fails(self, held: Held, another: Held) -> None:
        member = held.group.members[0]
        for public in (another.published, another.files.archive):
            with pytest.raises(InvalidRecord):
                trustee_member.rehearse(member.key, public, member.passphrase)
        with pytest.raises(NotFound):
            trustee_member.rehearse(member.key, held.published / "x.bel", member.passphrase)

    def test_a_tally_is_checked_against_the_archive_beside_it(
        self, held: Held, alone: tuple[Path, Path]
    ) -> None:
        key, file = alone
        request = trustee_member.look_at(key, file)
        assert (request.all_ballots, request.tally.ballots) == (True, len(VOTES))
        assert request.number == held.files.number
        self.change(file, ballots=len(VOTES) - 1)
        with pytest.raises(InvalidRecord, match="bukan jumlah semua suara"):
            trustee_member.look_at(key, file)
        (archive,) = file.parent.glob("*.bel")
        archive.unlink()
        request = trustee_member.look_at(key, file)
        assert not request.all_ballots
        assert request.number != held.files.number

    def test_a_tally_that_is_none_of_this_election_is_refused(
        self, held: Held, another: Held, alone: tuple[Path, Path]
    ) -> None:
        key, file = alone
        with pytest.raises(InvalidRecord, match="untuk pemilihan lain"):
            trustee_member.look_at(key, another.files.tally)
        whole = trustee_files.read(TallyFile, file)
        theirs = trustee_files.read(TallyFile, another.files.tally)
        outside = whole.encrypted_tally[0][0].__class__(mpz(2), mpz(3))
        for values in (
            {"trustees": theirs.trustees},
            {"encrypted_tally": ()},
            {"encrypted_tally": (whole.encrypted_tally[0][1:],)},
            {"encrypted_tally": ((outside, *whole.encrypted_tally[0][1:]),)},
            {"kind": "bilik/hitungan/2"},
        ):
            self.change(file, **values)
            with pytest.raises(InvalidRecord) as caught:
                trustee_member.look_at(key, file)
            assert "\n" not in str(caught.value)
            file.write_bytes(wire.encode(whole))

    def test_a_key_counts_once(self, held: Held, alone: tuple[Path, Path], tmp_path: Path) -> None:
        key, file = alone
        passphrase = held.group.members[0].passphrase
        request = trustee_member.look_at(key, file)
        share = trustee_member.decrypt(request, passphrase, tmp_path)
        assert trustee_member.decrypt(request, passphrase, tmp_path) == share
        (archive,) = file.parent.glob("*.bel")
        archive.unlink()
        self.change(file, ballots=1)
        request = trustee_member.look_at(key, file)
        assert request.used_for_other
        with pytest.raises(BilikError, match="sudah dipakai untuk hitungan lain"):
            trustee_member.decrypt(request, passphrase, tmp_path)
        share.unlink()
        assert trustee_member.decrypt(request, passphrase, tmp_path, recount=True) == share


def test_the_server_s_parts_stand_in_the_same_table(village: Polling) -> None:
    village.vote("web:1", "2")
    assert village.counts()["kades"][2] == 1
    with village.database.read() as connection:
        rows = connection.execute(select(partial_decryptions)).all()
    assert [(row.election_id, row.owner) for row in rows] == [(1, 1)]
