import random
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from gmpy2 import mpz
from hypothesis import given, settings
from hypothesis import strategies as st

from bilik.belenios import ballot, credentials, group, tally, trustees, wire
from bilik.belenios.archive import Archive, EventType, Writer
from bilik.belenios.tally import Result
from bilik.belenios.verify import verify
from bilik.errors import InvalidRecord
from tests.box import OPENED, TREASURER, Box, group_of, single
from tests.mutations import MUTATIONS, Pieces
from tests.unit.belenios.made_elsewhere import VECTORS, the_archive

TOOLS = (VECTORS / "election.bel").read_bytes()


def a_whole_election() -> bytes:
    box = Box(single(), 3)
    box.cast(0, 1)
    box.cast(2, None)
    box.close()
    box.count([1])
    return box.file.getvalue()


WHOLE = a_whole_election()


def blocks(whole: bytes) -> list[bytes]:
    return [whole[place : place + 512] for place in range(0, len(whole), 512)]


def test_an_archive_of_the_tool_verifies() -> None:
    verified = verify(the_archive())
    assert (verified.credentials, verified.ballots) == (3, 3)
    assert verified.result == Result(((1, 1, 1),))


def test_an_archive_of_the_tool_is_written_again_byte_for_byte() -> None:
    theirs = the_archive()
    setup = theirs.setup
    file = BytesIO()
    writer = Writer.create(file, theirs.timestamp)
    writer.setup(*(theirs.data(one) for one in (setup.election, setup.trustees, setup.credentials)))
    for payload in theirs.payloads(EventType.BALLOT):
        writer.ballot(theirs.data(payload))
    writer.end_ballots()
    for payload in theirs.payloads(EventType.ENCRYPTED_TALLY):
        sized = wire.decode(tally.SizedEncryptedTally, theirs.data(payload))
        encrypted = wire.decode(tally.EncryptedTally, theirs.data(sized.encrypted_tally))
        writer.encrypted_tally(encrypted, sized.num_tallied)
    for payload in theirs.payloads(EventType.PARTIAL_DECRYPTION):
        owned = wire.decode(tally.OwnedPartialDecryption, theirs.data(payload))
        share = wire.decode(tally.PartialDecryption, theirs.data(owned.payload))
        writer.partial_decryption(owned.owner, share)
    writer.result(Result(((1, 1, 1),)))
    assert file.getvalue() == TOOLS


def test_an_archive_can_be_verified_at_every_stage() -> None:
    box = Box(group_of(3, 5), 2)
    stages = [verify(box.archive())]
    box.cast(1, 2)
    stages.append(verify(box.archive()))
    box.close()
    stages.append(verify(box.archive()))
    box.count([5, 1, 2])
    stages.append(verify(box.archive()))
    assert [one.ballots for one in stages] == [0, 1, 1, 1]
    assert [one.result for one in stages] == [None, None, None, Result(((0, 0, 0, 1),))]


def test_an_archive_is_continued_where_it_stopped() -> None:
    box = Box(single(), 2)
    box.cast(0, 0)
    earlier = box.archive()
    box.writer = Writer.resume(box.file)
    box.cast(1, 0)
    box.close()
    box.count([1])
    assert verify(box.archive()).result == Result(((0, 2, 0, 0),))
    assert box.archive().extends(earlier)
    assert not earlier.extends(box.archive())


def test_an_archive_does_not_tell_when_a_ballot_came() -> None:
    box = Box(single(), 2)
    box.cast(0, 0)
    box.cast(1, 0)
    header = f"\0{OPENED:011o}\0".encode()
    assert box.file.getvalue().count(header) == 1 + 4 + 1 + 2 * 2


def test_the_last_ballot_of_a_credential_counts() -> None:
    box = Box(single(), 2)
    box.cast(0, 0)
    box.cast(1, 1)
    box.cast(0, 2)
    del box.ballots[0]
    box.close()
    box.count([1])
    verified = verify(box.archive())
    assert verified.ballots == 2
    assert verified.result == Result(((0, 0, 1, 1),))


def test_any_changed_byte_is_found_by_opening() -> None:
    chance = random.Random(17)
    for place in chance.sample(range(len(WHOLE)), 300):
        changed = bytearray(WHOLE)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises(InvalidRecord, match="arsip rusak mulai bita"):
            Archive(BytesIO(changed))


@given(st.sampled_from(sorted(MUTATIONS)), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_whatever_is_altered_missing_added_swapped_or_repeated_is_found(
    kind: str, chance: random.Random
) -> None:
    mutated = MUTATIONS[kind](Pieces.of(WHOLE), chance).joined()
    assert mutated != WHOLE
    with pytest.raises(InvalidRecord) as caught:
        verify(Archive(BytesIO(mutated)))
    assert "\n" not in str(caught.value)


CHANGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "nothing": lambda _: [],
    "half a block more": lambda all: [*all, bytes(256)],
    "an end marker": lambda all: [*all, bytes(1024)],
    "no header": lambda all: all[2:],
    "the header alone, again": lambda all: all[:2] + all,
    "a block less": lambda all: all[:-1],
    "an event less, its data left": lambda all: all[:-2],
    "half a block less": lambda all: [*all[:-1], all[-1][:256]],
    "the end twice": lambda all: all + all[-2:],
    "an event cut out of the middle": lambda all: all[:16] + all[18:],
}


@pytest.mark.parametrize("change", CHANGES)
def test_pieces_cannot_be_removed_or_added(change: str) -> None:
    with pytest.raises(InvalidRecord, match="arsip rusak"):
        Archive(BytesIO(b"".join(CHANGES[change](blocks(WHOLE)))))


@pytest.mark.parametrize("cut", [1, 100, 512, 700, 1024])
def test_a_torn_end_is_found(cut: int) -> None:
    with pytest.raises(InvalidRecord):
        Archive(BytesIO(WHOLE[:-cut]))


def test_events_have_their_order() -> None:
    box = Box(single(), 1)
    for too_early in (
        lambda: box.writer.result(Result(((0, 0, 0, 0),))),
        lambda: box.writer.encrypted_tally((), 0),
        lambda: box.writer.setup(b"", b"", b""),
    ):
        with pytest.raises(InvalidRecord, match="tidak boleh ada di sini"):
            too_early()
    box.cast(0, 0)
    box.close()
    with pytest.raises(InvalidRecord, match="Ballot tidak boleh"):
        box.cast(0, 0)
    box.count([1])
    with pytest.raises(InvalidRecord, match="EndBallots tidak boleh"):
        box.writer.end_ballots()


def test_an_archive_without_an_election_says_so() -> None:
    file = BytesIO()
    Writer.create(file, OPENED)
    with pytest.raises(InvalidRecord, match="belum berisi pemilihan"):
        verify(Archive(file))
    Writer.resume(file).setup(b"1", b"2", b"3")
    with pytest.raises(InvalidRecord, match="pemilihan: "):
        verify(Archive(file))


def error_of(box: Box) -> str:
    with pytest.raises(InvalidRecord) as caught:
        verify(box.archive())
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_a_stuffed_ballot_is_found() -> None:
    box = Box(single(), 1)
    box.cast(0, 0)
    stranger = credentials.secret_key(credentials.generate(), box.election.uuid)
    box.writer.ballot(ballot.make(box.election, stranger, [0]))
    assert error_of(box).startswith("surat suara ke-2 (")
    assert error_of(box).endswith("kredensialnya tidak ada dalam daftar")


def test_a_spoilt_ballot_is_found_by_several_processes_too() -> None:
    box = Box(single(), 1, [TREASURER])
    other = Box(single(), 1)
    box.writer.ballot(other.cast(0, 0))
    line = error_of(box)
    assert line.endswith("surat suara milik pemilihan lain")
    with pytest.raises(InvalidRecord) as caught:
        verify(box.archive(), workers=2)
    assert str(caught.value) == line


def test_a_ballot_that_was_left_out_of_the_tally_is_found() -> None:
    box = Box(single(), 2)
    box.cast(0, 0)
    box.cast(1, 1)
    del box.ballots[1]
    box.close()
    assert error_of(box) == "penjumlahan terenkripsi: bukan jumlah dari surat suara yang ada"


@pytest.mark.parametrize("owner", [0, 2])
def test_a_share_of_nobody_is_found(owner: int) -> None:
    box = Box(single(), 1)
    box.close()
    share = tally.decrypt(box.election, box.encrypted, box.holders.private_keys[1])
    box.writer.partial_decryption(owner, share)
    assert error_of(box).startswith(f"bagian dekripsi saksi {owner}: saksi itu tidak ada")


def test_a_false_share_is_found() -> None:
    box = Box(single(), 1)
    box.close()
    box.writer.partial_decryption(
        1, tally.decrypt(box.election, box.encrypted, trustees.new_private_key())
    )
    assert error_of(box) == "bagian dekripsi saksi 1: bukti bagian dekripsi tidak berlaku"


def test_a_false_result_is_found() -> None:
    box = Box(single(), 1)
    box.cast(0, 0)
    box.close()
    share = tally.decrypt(box.election, box.encrypted, box.holders.private_keys[1])
    box.writer.partial_decryption(1, share)
    box.writer.result(Result(((0, 0, 1, 0),)))
    assert error_of(box) == "hasil: bukan dekripsi dari penjumlahan yang ada"


def test_a_key_that_is_not_the_trustees_is_found() -> None:
    box = Box(single(), 1)
    other = replace(single(), trustees=(trustees.publish(trustees.new_private_key()),))
    file = BytesIO()
    Writer.create(file, OPENED).setup(
        wire.encode(box.election), trustees.encode(other.trustees), credentials.encode_list([])
    )
    with pytest.raises(InvalidRecord, match="bukan gabungan kunci mereka"):
        verify(Archive(file))


def test_a_list_that_names_a_voter_twice_is_found() -> None:
    box = Box(single(), 0)
    for listed, problem in (([group.G, group.G], "dua kali"), ([mpz(2)], "bukan anggota grup")):
        file = BytesIO()
        Writer.create(file, OPENED).setup(
            wire.encode(box.election), trustees.encode(box.holders.trustees),
            credentials.encode_list(listed),
        )  # fmt: skip
        with pytest.raises(InvalidRecord, match=f"daftar kredensial publik: .*{problem}"):
            verify(Archive(file))


def test_a_list_longer_than_what_is_read_at_once_is_read_whole() -> None:
    box = Box(single(), 120)
    box.cast(119, 1)
    archive = box.archive()
    listed = archive.setup.credentials
    assert len(list(archive.pieces(listed))) > 1
    assert b"".join(archive.pieces(listed)) == archive.data(listed)
    assert (verify(archive).credentials, verify(archive).ballots) == (120, 1)
    whole = bytearray(box.file.getvalue())
    whole[-20_000] ^= 1
    with pytest.raises(InvalidRecord):
        verify(Archive(BytesIO(whole)))
