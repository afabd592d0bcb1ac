"""Live results: what is counted while people vote, and what never is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from actions.questions import Results
from actions.voter_action import Heard
from bilik.belenios import tally, wire
from bilik.belenios.ballot import Ballot
from bilik.errors import BilikError, WrongState
from bilik.keys import Keys
from bilik.services import counting, interim, record, trustee
from bilik.services.batches import BATCH, Publisher
from bilik.services.elections import all_elections
from bilik.services.running_sum import RunningSum
from bilik.storage.tables import ballots, chains, interim_counts
from tests.booth import Polling, set_up
from tests.elections import LIVE, VILLAGE


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Polling]:
    polling = set_up(tmp_path, LIVE, voters=80)
    yield polling
    polling.database.close()


def counts(polling: Polling) -> list[int]:
    """Of how many ballots there are interim counts."""
    with polling.database.read() as connection:
        query = select(interim_counts.c.ballots).order_by(interim_counts.c.ballots)
        return list(connection.execute(query).scalars())


def two_batches(polling: Polling) -> None:
    """The first fifty vote; the second twenty-five are held back."""
    for first in (0, BATCH):
        polling.vote_each(range(first, first + BATCH))
        assert polling.desk.tend() is None


def ask(polling: Polling, sender: str = "web:penanya") -> str:
    """What a voter hears who asks for the results."""
    heard = Heard(sender, "hasilnya gimana?", greeted=True)
    return "\n".join(Results().respond(polling.booth, heard).texts)


def test_interim_counts_come_with_batches_and_never_between(live: Polling) -> None:
    seen = []
    for voter in range(80):
        live.vote_each([voter])
        if voter % 3 == 0 or voter > 70:
            live.desk.tend()
            seen.append(counts(live))
    assert seen[-1][0] == BATCH
    standing = live.desk.standing()
    assert standing.interim is not None
    assert standing.interim.ballots == seen[-1][-1]
    assert live.counts()["kades"] == {1: 27, 2: 27, 3: 26, "blank": 0}
    assert counts(live) == seen[-1]
    steps = itertools.pairwise([0, *seen[-1], 80])
    assert all(after - before >= BATCH for before, after in steps)


@pytest.mark.parametrize(
    ("visits", "shown"),
    [([BATCH, 1], []), ([BATCH, BATCH, 1], [BATCH]), ([10, 45, 3], [])],
    ids=str,
)
def test_the_result_differs_from_the_last_interim_count_by_a_batch_too(
    tmp_path: Path, visits: list[int], shown: list[int]
) -> None:
    """However few came last: else the difference would show what they chose."""
    polling = set_up(tmp_path, LIVE, voters=sum(visits))
    voters = iter(range(sum(visits)))
    for coming in visits:
        polling.vote_each(itertools.islice(voters, coming))
        assert polling.desk.tend() is None
    assert counts(polling) == shown
    assert sum(polling.counts()["kades"].values()) - max([0, *shown]) >= BATCH
    polling.database.close()


def test_an_interim_count_is_the_count_of_the_ballots_in_it(live: Polling) -> None:
    two_batches(live)
    live.vote_each(range(2 * BATCH, 2 * BATCH + 10))
    assert live.desk.tend() is None
    count = live.seen.interim
    assert count is not None
    assert count.ballots == BATCH
    assert (count.counts[0].votes, count.counts[0].blank) == ({1: 9, 2: 8, 3: 8}, 0)


def test_the_voter_is_told_the_newest_interim_count_and_that_all_can_see_it(live: Polling) -> None:
    assert "muncul setelah 50 suara masuk" in ask(live)
    two_batches(live)
    said = ask(live)
    assert "dari 25 suara yang sudah masuk hitungan" in said
    assert "1. H. Ahmad Fauzi, S.E.: 9 (36,0%)" in said
    assert "Semua orang bisa melihatnya" in said
    assert "terbanyak" not in said
    live.desk.close()
    assert "Suara sedang dihitung. Hasilnya muncul sebentar lagi." in ask(live)
    live.desk.tally()
    assert "Hasil sementara" not in ask(live)
    assert "50 suara masuk" in ask(live)
    assert "Suara terbanyak sama: nomor 1, H. Ahmad Fauzi, S.E.; dan nomor 2" in ask(live)


def test_at_identification_the_voter_is_told_that_results_are_live(
    live: Polling, village: Polling
) -> None:
    from actions import replies

    told = [reply.name for reply in replies.of_outcome(live.identify("web:1"))]
    assert told == ["identified", "results_visible", "candidates", "ask_choice"]
    assert "hasil sementara terlihat semua orang" in replies.answers()["results_visible"]
    told = [reply.name for reply in replies.of_outcome(village.identify("web:1"))]
    assert told == ["identified", "candidates", "ask_choice"]


def test_where_results_wait_for_the_closing_nothing_counts_before(tmp_path: Path) -> None:
    village = set_up(tmp_path, VILLAGE, voters=30)
    village.vote_each(range(30))
    standing = village.desk.standing()
    assert (standing.published, standing.interim, standing.problem) == (30, None, None)
    assert village.seen.interim is None
    assert "belum ada. Suara dihitung setelah pemungutan ditutup" in ask(village)
    with pytest.raises(WrongState, match="baru boleh dihitung setelah ditutup"):
        interim.count(village.database, village.keys, 1, unasked)
    with pytest.raises(WrongState, match="belum ditutup"):
        village.desk.tally()
    with village.database.write() as connection:
        (stored,) = all_elections(connection)
        with pytest.raises(WrongState, match="belum ditutup"):
            counting.publish(connection, stored, counting.Box(), unasked)
    with village.database.read() as connection:
        row = connection.execute(select(chains)).one()
        assert (row.summed, row.sealed_sum) == (0, None)
    # Not even a count that somebody wrote there is shown.
    result = tally.Result(((0, 30, 0, 0),))
    change(village, insert(interim_counts).values(
        election_id=1, ballots=30, result=wire.encode(result),
    ))  # fmt: skip
    assert village.desk.standing().interim is None
    assert village.seen.interim is None
    village.database.close()


def unasked() -> Any:
    raise AssertionError("nothing is to be decrypted")


def change(polling: Polling, statement: Any) -> None:
    with polling.database.write() as connection:
        connection.execute(statement)


def test_the_last_batch_is_counted_at_the_closing_only(live: Polling) -> None:
    live.vote_each(range(BATCH + 1))
    live.desk.close()
    Publisher(live.database, live.keys).publish(1)
    live.desk.tend()
    with pytest.raises(WrongState, match="tidak sedang berlangsung"):
        interim.count(live.database, live.keys, 1, unasked)
    assert counts(live) == []
    assert live.counts()["kades"] == {1: 9, 2: 9, 3: 8, "blank": 0}


def test_a_count_that_is_there_is_not_made_again(live: Polling) -> None:
    two_batches(live)
    assert interim.count(live.database, live.keys, 1, unasked) is False
    assert counts(live) == [BATCH]


def test_a_sum_that_somebody_wrote_into_the_database_is_not_decrypted(live: Polling) -> None:
    """Else a single ballot could be opened so: with another key, at another place, or unsealed."""
    live.vote_each(range(BATCH))
    Publisher(live.database, live.keys).publish(1)
    with live.database.read() as connection:
        (stored,) = all_elections(connection)
        election = record.election_of(connection, stored)
        content = connection.execute(select(ballots.c.sealed)).scalars().first()
        mine = connection.execute(select(chains.c.sealed_sum)).scalar_one()
    one = tally.add_up(election, [wire.decode(Ballot, content)])
    single = wire.encode(RunningSum(1, one, one))
    other_keys = Keys(bytes(32)).sums
    for forged, summed in [
        (single, BATCH),
        (other_keys.seal(single, f"sums of {stored.uuid} {BATCH}".encode()), BATCH),
        (mine, BATCH - 1),
    ]:
        change(live, update(chains).values(sealed_sum=forged, summed=summed))
        with pytest.raises(BilikError, match="bukan buatan server ini"):
            interim.count(live.database, live.keys, 1, unasked)
        assert "bukan buatan server ini" in (live.desk.standing().problem or "")
    live.vote_each(range(BATCH, 2 * BATCH))
    live.desk.tend()
    assert counts(live) == []
    assert sum(live.counts()["kades"].values()) == 2 * BATCH


def test_a_sum_of_other_ballots_stops_the_count(live: Polling) -> None:
    live.vote_each(range(BATCH))
    live.desk.tend()
    with live.database.read() as connection:
        (stored,) = all_elections(connection)
        election = record.election_of(connection, stored)
    nothing = tally.add_up(election, [])
    sealed = live.keys.sums.seal(
        wire.encode(RunningSum(0, nothing, nothing)), f"sums of {stored.uuid} {BATCH}".encode()
    )
    change(live, update(chains).values(sealed_sum=sealed))
    live.desk.close()
    with pytest.raises(BilikError, match="tidak berasal dari surat suara yang ada sekarang"):
        live.desk.tally()


def test_without_the_elections_key_voting_goes_on_and_the_panitia_is_told(live: Polling) -> None:
    live.vote_each(range(BATCH))
    live.desk.tend()
    (file,) = live.trustee_dir.iterdir()
    key = file.read_bytes()
    file.unlink()
    live.vote_each(range(BATCH, 2 * BATCH))
    standing = live.desk.standing()
    assert (standing.published, standing.interim) == (2 * BATCH, None)
    assert "Kembalikan berkas itu dari cadangan" in (standing.problem or "")
    live.trustee_dir.rmdir()
    trustee.ensure_private_key(live.trustee_dir, file.stem)
    assert "bukan kunci pemilihan ini" in (live.desk.standing().problem or "")
    file.write_bytes(key)
    assert live.desk.standing().problem is None
    assert counts(live) == [BATCH]


def test_the_chat_says_what_the_page_says_and_where_it_is(tmp_path: Path) -> None:
    polling = set_up(tmp_path, VILLAGE, voters=110)
    polling.vote_each(range(2))
    assert "2 dari 110 pemilih sudah memilih (1,8%)." in ask(polling)
    assert "/hasil" not in ask(polling)
    polling.booth.pages_url = "https://pilih.desa.id"
    for sender in ("web:penanya", "twilio-sms:+6281200000000"):
        assert "https://pilih.desa.id/hasil/sukamaju-2026" in ask(polling, sender)
    polling.desk.close()
    assert "Suara sedang dihitung. Hasilnya muncul sebentar lagi." in ask(polling)
    polling.desk.tally()
    assert "Suara terbanyak sama: nomor 1, H. Ahmad Fauzi, S.E.; dan nomor 2" in ask(polling)
    short = "Hasil akhir: no. 1: 1 (50,0%), no. 2: 1 (50,0%), no. 3: 0 (0,0%)."
    assert ask(polling, "twilio-sms:+6281200000000").startswith(short)
    polling.database.close()
