"""Trustees make their key: every file is checked, and nothing is lost on the way."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bilik.belenios import ceremony, trustees, wire
from bilik.belenios.ceremony import Polynomial, Vinput, Voutput
from bilik.belenios.channels import SignedMessage
from bilik.errors import BilikError, InvalidRecord, NotFound, WrongState
from bilik.keys import Keys
from bilik.services import trustee_files, trustee_key, trustee_member
from bilik.services.desk import Desk
from bilik.services.key_ceremony import KeyCeremony, Step
from bilik.services.trustee_files import Certificate, Published
from bilik.storage.database import Database
from bilik.storage.schema import upgrade
from bilik.storage.tables import trustee_messages
from tests.booth import SECRET
from tests.elections import VILLAGE
from tests.trustees import Group, held_by

NAMES = ("Pak Budi", "Bu Siti")


class Office:
    """The panitia's side, before the opening."""

    def __init__(self, directory: Path, definition: str = "") -> None:
        self.database = Database(f"sqlite:///{directory / 'bilik.db'}")
        upgrade(self.database)
        self.desk = Desk(self.database, Keys(SECRET), directory / "trustee")
        self.lead = KeyCeremony(self.database)
        self.file = directory / "pemilihan.yml"
        self.load(definition or held_by(NAMES, 2))

    def load(self, definition: str) -> None:
        self.file.write_text(definition, encoding="utf-8")
        self.desk.load_election(self.file)

    def messages(self) -> int:
        with self.database.read() as connection:
            query = select(func.count()).select_from(trustee_messages)
            return int(connection.execute(query).scalar_one())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def dealt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Office, Group, list[Path]]:
    """Two trustees with their shares for each other."""
    directory = tmp_path_factory.mktemp("dealt")
    office, group = Office(directory), Group(directory, NAMES)
    for_each = group.deal(office.lead)
    office.database.close()
    return directory, office, group, for_each


@pytest.fixture
def half_way(
    dealt: tuple[Path, Office, Group, list[Path]], tmp_path: Path
) -> Iterator[tuple[Office, Group, list[Path]]]:
    """A copy of that in which anything may be tried."""
    directory, _, group, for_each = dealt
    copy = tmp_path / "salinan"
    shutil.copytree(directory, copy)
    office = Office(copy)
    mine = Group.__new__(Group)
    mine.panitia = copy / "panitia"
    mine.members = [
        type(member)(member.name, copy / member.folder.name) for member in group.members
    ]
    yield office, mine, [mine.panitia / file.name for file in for_each]
    office.database.close()


def test_the_key_is_made_whatever_order_files_come_in_and_however_often(
    half_way: tuple[Office, Group, list[Path]],
) -> None:
    office, group, for_each = half_way
    budi, siti = group.members
    finished = siti.answer(for_each[1])
    found, (line,) = office.lead.collect([finished])
    assert line == "Bu Siti: kunci publik diterima."
    assert found.missing(Step.VOUTPUT) == ["Pak Budi"]
    # The same once more, an older step once more, and what was lost written again.
    _, lines = office.lead.collect(
        [finished, *budi.folder.glob("saksi-*.1-*"), *siti.folder.glob("saksi-*.2-*")]
    )
    assert [line.endswith("sudah ada sejak tadi.") for line in lines] == [True] * 3
    for_each[0].unlink()
    assert office.lead.write_next(found, group.panitia) == for_each
    again = siti.answer(for_each[1])
    _, (line,) = office.lead.collect([again])
    assert line == "Bu Siti: kunci publik sudah ada sejak tadi."
    office.lead.collect([budi.answer(for_each[0])])
    (published,) = office.lead.write_next(office.lead.standing(), group.panitia)
    holders = trustee_files.read(Published, published).trustees
    assert len(trustees.public_keys(holders)) == 2
    for member in group.members:
        trustee_member.rehearse(member.key, published, member.passphrase)


def test_a_trustee_who_answers_again_sends_the_same_shares(
    half_way: tuple[Office, Group, list[Path]],
) -> None:
    office, group, _ = half_way
    budi = group.members[0]
    (everyone,) = group.panitia.glob("*.2-sertifikat.jsons")
    (sent,) = budi.folder.glob("saksi-*.2-titipan.json")
    before = sent.read_bytes()
    assert budi.answer(everyone) == sent
    assert sent.read_bytes() == before
    sent.unlink()
    with pytest.raises(BilikError, match="titipan Pak Budi sudah diterima, dan yang ini lain"):
        office.lead.collect([budi.answer(everyone)])


def test_all_trustees_hear_the_number_that_the_panitia_sees(
    half_way: tuple[Office, Group, list[Path]],
) -> None:
    office, group, _ = half_way
    (everyone,) = group.panitia.glob("*.2-sertifikat.jsons")
    numbers = {
        trustee_member.answer(member.key, everyone, member.passphrase).number
        for member in group.members
    }
    assert numbers == {office.lead.standing().number}


def test_a_damaged_share_is_noticed_by_whom_it_is_for_and_can_be_sent_again(
    half_way: tuple[Office, Group, list[Path]],
) -> None:
    office, group, for_each = half_way
    budi, siti = group.members
    vinput = trustee_files.read(Vinput, for_each[1])
    good = vinput.secrets[0]
    damaged = f'{good[:-3]}{"1" if good[-3] == "0" else "0"}"}}'
    broken = group.panitia / "rusak.json"
    broken.write_bytes(
        wire.encode(Vinput(vinput.polynomial, (damaged, vinput.secrets[1]), vinput.coefexps))
    )
    key = siti.key.read_bytes()
    with pytest.raises(InvalidRecord, match="Titipan dari Pak Budi untuk Anda rusak"):
        siti.answer(broken)
    assert siti.key.read_bytes() == key
    # It was damaged on its way to the panitia: the same shares, sent again, take its place.
    (sent,) = budi.folder.glob("saksi-*.2-titipan.json")
    whole = trustee_files.read(Polynomial, sent)
    office.lead.collect(
        [_write(group, Polynomial(whole.polynomial, (good, damaged), whole.coefexps))]
    )
    assert "rusak" in str(_error(lambda: siti.answer(_vinput(office, group, 1))))
    _, (line,) = office.lead.collect([sent])
    assert line == "Pak Budi: titipan diterima."
    assert siti.answer(_vinput(office, group, 1)).exists()


def _write(group: Group, message: object) -> Path:
    path = group.panitia / f"berkas-{len(list(group.panitia.iterdir()))}.json"
    path.write_bytes(wire.encode(message))
    return path


def _vinput(office: Office, group: Group, place: int) -> Path:
    found = office.lead.standing()
    certs, polynomials = (found.messages(step) for step in (Step.CERTIFICATE, Step.POLYNOMIAL))
    return _write(group, ceremony.route(certs, polynomials, 2)[place])


def _error(act: Callable[[], object]) -> BilikError:
    with pytest.raises(BilikError) as caught:
        act()
    return caught.value


def test_files_of_another_step_election_or_person_are_refused_and_nothing_is_kept(
    half_way: tuple[Office, Group, list[Path]], tmp_path: Path
) -> None:
    office, group, for_each = half_way
    budi, siti = group.members
    other, others = Office(tmp_path), Group(tmp_path, NAMES)
    theirs = others.deal(other.lead)
    strangers = [
        *others.members[0].folder.glob("saksi-*.1-*"),
        *others.members[0].folder.glob("saksi-*.2-*"),
        others.members[0].answer(theirs[0]),
    ]
    other.database.close()
    before = office.messages()
    good = siti.answer(for_each[1])
    (certificate,) = budi.folder.glob("saksi-*.1-*")
    cut = tmp_path / "potong.json"
    cut.write_bytes(good.read_bytes()[:-20])
    for file, says in [
        (strangers[0], "untuk pemilihan lain, atau untuk undangan yang lama"),
        (strangers[1], "bukan dari saksi pemilihan ini"),
        (strangers[2], "bukan dari saksi pemilihan ini"),
        (for_each[0], "itu titipan untuk seorang saksi"),
        (cut, "isinya sudah berubah"),
        (budi.key, "bukan berkas saksi yang dikenal"),
        (_write(group, ceremony.certify("1" * 22)), "--from NAMA"),
        (
            _write(group, Certificate(
                trustee_files.CERTIFICATE, office.lead.standing().invitation, "Bu Siti",
                trustee_files.read(Certificate, certificate).cert,
            )),
            "sertifikat Bu Siti sudah diterima, dan yang ini lain",
        ),
    ]:  # fmt: skip
        with pytest.raises(BilikError, match=says) as caught:
            office.lead.collect([good, file])
        assert "\n" not in str(caught.value)
        assert office.messages() == before
    for file, says in [
        (theirs[0], "bukan untuk Pak Budi"),
        (for_each[1], "bukan untuk Pak Budi"),
        (good, "itu kunci publik seorang saksi"),
        (others.panitia / "sukamaju-2026.2-sertifikat.jsons", "bukan milik Anda"),
    ]:
        with pytest.raises(InvalidRecord, match=says):
            budi.answer(file)
    fresh = others.members[1]
    for file in fresh.folder.glob("saksi-*"):
        file.unlink()
    fresh.join(others.panitia / "sukamaju-2026.1-undangan.json")
    with pytest.raises(InvalidRecord, match="Jawab dulu daftar sertifikat"):
        fresh.answer(theirs[1])


def test_a_certificate_that_the_panitia_exchanged_is_found_by_its_trustee(
    half_way: tuple[Office, Group, list[Path]],
) -> None:
    office, group, _ = half_way
    certs: list[SignedMessage] = office.lead.standing().messages(Step.CERTIFICATE)
    swapped = group.panitia / "tukar.jsons"
    for forged, says in [
        ([ceremony.certify("1" * 22), certs[1]], "bukan milik Anda"),
        ([certs[1], certs[0]], "bukan milik Anda"),
        ([certs[0], certs[0]], "sertifikat saksi yang sama"),
        ([certs[0]], "Sertifikatnya 1, padahal saksinya 2"),
        ([certs[0], ceremony.certify("1" * 22)], "lain dari yang dulu Anda jawab"),
    ]:
        swapped.write_bytes(trustee_files.lines(forged))
        with pytest.raises(InvalidRecord, match=says):
            group.members[0].answer(swapped)


def test_joining_again_gives_the_same_certificate_and_keeps_the_key(
    half_way: tuple[Office, Group, list[Path]],
) -> None:
    _, group, _ = half_way
    budi, siti = group.members
    key = budi.key.read_bytes()
    (certificate,) = budi.folder.glob("saksi-*.1-*")
    before = certificate.read_bytes()
    certificate.unlink()
    invitation = budi.folder / "sukamaju-2026.1-undangan.json"
    again = trustee_member.join(invitation, "pak  budi", lambda: "", budi.folder)
    assert (again.certificate.read_bytes(), again.new) == (before, False)
    assert budi.key.read_bytes() == key
    with pytest.raises(NotFound, match="Yang diundang: Pak Budi, Bu Siti"):
        trustee_member.join(invitation, "Pak Camat", siti.passphrase, siti.folder)
    with pytest.raises(BilikError, match="terlalu pendek"):
        trustee_member.join(invitation, "Bu Siti", lambda: "pendek", budi.folder)
    assert not list(budi.folder.glob("saksi-bu-siti*"))


def test_steps_out_of_turn_wait_for_those_before(office: Office, tmp_path: Path) -> None:
    group = Group(tmp_path, NAMES)
    invitation = group.invite(office.lead)
    certificate, other = (member.join(invitation) for member in group.members)
    found, _ = office.lead.collect([certificate])
    assert found.number is None
    assert office.lead.write_next(found, group.panitia) == []
    certs = [trustee_files.read(Certificate, file).cert for file in (certificate, other)]
    with pytest.raises(BilikError, match="itu sertifikat Pak Budi, bukan Bu Siti"):
        office.lead.collect([_write(group, certs[0])], sender="Bu Siti")
    with pytest.raises(BilikError, match="`Pak Camat` bukan saksi pemilihan ini"):
        office.lead.collect([_write(group, certs[1])], sender="Pak Camat")
    early = tmp_path / "awal.json"
    early.write_bytes(wire.encode(ceremony.deal(_seed(group), certs, 2)))
    with pytest.raises(BilikError, match="sertifikat masih ditunggu dari Bu Siti"):
        office.lead.collect([early])
    office.lead.collect([other])
    too_low = tmp_path / "ambang.json"
    too_low.write_bytes(wire.encode(ceremony.deal(_seed(group), certs, 1)))
    with pytest.raises(BilikError, match="tidak sesuai dengan ambangnya"):
        office.lead.collect([too_low])
    office.lead.collect([early])
    public = tmp_path / "publik.json"
    public.write_bytes(wire.encode(Voutput("", trustees.publish(trustees.new_private_key()))))
    with pytest.raises(BilikError, match="titipan masih ditunggu dari Bu Siti"):
        office.lead.collect([public])


def _seed(group: Group) -> str:
    budi = group.members[0]
    return trustee_key.unlock(budi.key, budi.passphrase).secret.seed


def test_an_election_with_trustees_opens_only_with_their_key(
    half_way: tuple[Office, Group, list[Path]],
) -> None:
    office, group, for_each = half_way
    roll = office.file.with_name("dpt.csv")
    roll.write_text("nik,nama\n3329015203900001,Siti\n", encoding="utf-8")
    office.desk.import_roll(roll)
    office.desk.make_codes(office.file.with_name("kode.csv"))
    office.desk._clock = lambda: office.lead.standing().stored.election.opens
    with pytest.raises(WrongState, match="kunci publik masih ditunggu dari Pak Budi, Bu Siti"):
        office.desk.open()
    answers = [
        member.answer(shares) for member, shares in zip(group.members, for_each, strict=True)
    ]
    office.lead.collect(answers)
    office.desk.open()
    assert not list(office.file.parent.glob("trustee/*"))
    with pytest.raises(WrongState, match="dibuat sebelum dibuka"):
        office.lead.collect(answers)
    for_each[0].unlink()
    office.lead.write_next(office.lead.collect([])[0], group.panitia)
    assert for_each[0].exists()
    with pytest.raises(WrongState, match="kuncinya sudah dipakai"):
        office.lead.restart()


def test_trustees_who_have_begun_are_not_exchanged_but_may_begin_anew(
    half_way: tuple[Office, Group, list[Path]],
) -> None:
    office, group, _ = half_way
    office.load(held_by(NAMES, 2, VILLAGE.replace("Desa mandiri.", "Desa maju.")))
    for other in (held_by(NAMES, 1), held_by(NAMES[::-1], 2), VILLAGE):
        with pytest.raises(WrongState, match="bilik trustees restart"):
            office.load(other)
    assert office.lead.restart() == 4
    office.load(held_by(NAMES, 1))
    assert office.lead.standing().step is Step.CERTIFICATE
    with pytest.raises(BilikError, match="undangan yang lama"):
        office.lead.collect(list(group.members[0].folder.glob("saksi-*.1-*")))
    office.load(VILLAGE)
    with pytest.raises(WrongState, match="tidak memakai saksi"):
        office.lead.standing()


def test_a_removed_draft_takes_the_trustees_files_along(
    half_way: tuple[Office, Group, list[Path]],
) -> None:
    office, _, _ = half_way
    office.desk.remove_draft("sukamaju-2026")
    assert office.messages() == 0


def test_an_old_copy_of_a_key_becomes_whole_again(
    half_way: tuple[Office, Group, list[Path]],
) -> None:
    office, group, for_each = half_way
    budi = group.members[0]
    old = budi.key.read_bytes()
    office.lead.collect(
        [member.answer(shares) for member, shares in zip(group.members, for_each, strict=True)]
    )
    (published,) = office.lead.write_next(office.lead.standing(), group.panitia)
    budi.key.write_bytes(old)
    with pytest.raises(BilikError, match="Kunci ini belum selesai"):
        trustee_member.rehearse(budi.key, published, budi.passphrase)
    budi.answer(for_each[0])
    trustee_member.rehearse(budi.key, published, budi.passphrase)


def test_where_one_of_two_suffices_each_has_the_same_key(tmp_path: Path) -> None:
    office, group = Office(tmp_path, held_by(NAMES, 1)), Group(tmp_path, NAMES)
    budi, siti = group.members
    for_each = group.deal(office.lead)
    # Whose it is cannot be told from the key, but from who is known to send it.
    answer = trustee_files.read_any(siti.answer(for_each[1]))
    office.lead.take([(None, answer)], None, "Bu Siti")
    found, _ = office.lead.take([(None, answer)], None, "Bu Siti")
    assert found.missing(Step.VOUTPUT) == ["Pak Budi"]
    office.lead.collect([budi.answer(for_each[0])])
    (published,) = office.lead.write_next(office.lead.standing(), group.panitia)
    for member in group.members:
        trustee_member.rehearse(member.key, published, member.passphrase)
    office.database.close()


def test_one_trustee_alone_can_hold_the_key(tmp_path: Path) -> None:
    office, group = Office(tmp_path, held_by(("Bu Siti",), 1)), Group(tmp_path, ("Bu Siti",))
    published = group.make_key(office.database)
    (siti,) = group.members
    assert trustee_member.rehearse(siti.key, published, siti.passphrase).name == "Bu Siti"
    office.database.close()
