"""Messages that were not understood: what is kept of them, and how they become examples."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from actions.fallback import DefaultFallback
from actions.voter_action import Heard
from assistant.nlu.cases import Example, read_examples
from bilik.errors import BilikError
from bilik.services import inbox as inboxes
from bilik.services.booth import Booth
from bilik.services.inbox import BATCH, Inbox
from bilik.storage.tables import not_understood
from tests.booth import Polling, set_up
from tests.databases import ONLY_SQLITE, is_sqlite, on_disk
from tests.elections import REGION, VILLAGE
from tests.integration.test_cli import Shell

ALLOWED = "simpan_tak_dipahami: ya\n"
SENDER = "web:pengirim-1234567"

TRAINING = """\
version: "3.1"
nlu:
# Gangguan teknis. Makian masuk insult.
- intent: report_problem
  examples: |
    - eror terus
# Robot atau orang.
- intent: ask_bot
  examples: |
    - kamu siapa
"""


@pytest.fixture
def asking(url: str, tmp_path: Path) -> Iterator[Polling]:
    """A village whose file allows it."""
    polling = set_up(tmp_path, ALLOWED + VILLAGE, url=url)
    yield polling
    polling.database.close()


def say(polling: Polling, text: str, sender: str = SENDER) -> tuple[str, ...]:
    """A message that the model makes nothing of, and what is answered."""
    return DefaultFallback().respond(polling.booth, Heard(sender, text, greeted=True)).texts


def kept(polling: Polling) -> list[str]:
    with polling.database.read() as connection:
        return list(connection.execute(select(not_understood.c.text)).scalars())


def fill(polling: Polling, count: int = BATCH, first: int = 0) -> list[str]:
    """Keep some messages, each unlike all others; ``first`` numbers the first."""
    letters = "bcdfghjklmpqrstvwxz"
    numbers = range(first, first + count)
    messages = [f"kenapa kok {letters[n // 19]}o{letters[n % 19]}in ya" for n in numbers]
    for message in messages:
        say(polling, message)
    return messages


# -- what is kept ----------------------------------------------------------------------------------


def test_nothing_is_kept_unless_the_file_allows_it(village: Polling) -> None:
    assert say(village, "kok gitu sih ya")
    village.identify(SENDER)
    assert say(village, "kok gitu sih ya")
    assert kept(village) == []


def test_what_is_not_understood_is_kept_masked(asking: Polling) -> None:
    say(asking, "kok 3329015203900001 ditolak, kode 7KQ-2M9-XDM, pak Joko?")
    asking.identify(SENDER)
    say(asking, "kenapa pemilih ini ga bisa ya")
    assert sorted(kept(asking)) == [
        "kenapa NAMA ini ga bisa ya",
        "kok # ditolak, kode KODE, pak NAMA?",
    ]


def test_what_is_understood_after_all_is_not_kept(asking: Polling) -> None:
    asking.identify(SENDER)
    assert "nomor 2" in " ".join(say(asking, "2 deh"))
    say(asking, "1 atau 2")
    say(asking, "jangan siti")
    assert kept(asking) == []


def test_what_teaches_nothing_is_not_kept_and_nothing_twice(asking: Polling) -> None:
    for text in ("siti aminah", "👍", "123", "perintah", "", "kok gitu 1", "kok gitu 2"):
        say(asking, text)
    assert kept(asking) == ["kok gitu #"]


def test_where_it_is_unclear_whose_message_it_is_nothing_is_kept(
    asking: Polling, tmp_path: Path
) -> None:
    (tmp_path / "lain").mkdir()
    other = set_up(tmp_path / "lain", ALLOWED + REGION, url=asking.url, first=100)
    say(asking, "kok gitu sih ya")
    assert kept(asking) == []
    other.identify(SENDER)
    say(other, "kok gitu sih ya")
    assert kept(asking) == ["kok gitu sih ya"]
    other.database.close()


def test_a_row_has_no_sender_and_no_time_and_its_place_is_random(asking: Polling) -> None:
    messages = fill(asking, 40)
    with asking.database.read() as connection:
        columns = inspect(connection).get_columns("not_understood")
        rows = connection.exec_driver_sql("SELECT id, text FROM not_understood").all()
    assert [one["name"] for one in columns] == ["id", "election_id", "text", "released"]
    if is_sqlite(asking.url):  # PostgreSQL has no table in the order of its key.
        assert [text for _, text in rows] != messages
        assert rows == sorted(rows)
    assert {len(row_id) for row_id, _ in rows} == {16}


def test_a_full_inbox_takes_no_more(asking: Polling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "MOST_PER_ELECTION", 3)
    messages = fill(asking, 5)
    assert sorted(kept(asking)) == sorted(messages[:3])


def test_an_answer_goes_out_even_if_the_message_cannot_be_kept(
    asking: Polling, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    expected = say(asking, "kok gitu sih ya")

    def fail(*_: object) -> None:
        raise ValueError("kok gitu sih ya")

    monkeypatch.setattr(Booth, "keep_not_understood", fail)
    assert say(asking, "kok gitu sih ya") == expected
    assert "ValueError" in caplog.text
    assert "kok gitu" not in caplog.text


def test_canaries_are_never_in_the_database_file(asking: Polling) -> None:
    nik, code = asking.pairs[0]
    asking.identify("web:lain")
    for text in (
        f"kok {nik} salah terus", f"kode {code} kok gitu", f"kok {code.lower()} gitu ya",
        "kenapa Zulkarnain ga ada ya", "pak zulkarnain kok gitu", "nama saya zulkarnain kok ga ada",
        "kok FAUZI gitu ya", "kok ke zulkarnain@contoh.id ga bisa",
    ):  # fmt: skip
        for sender in (SENDER, "web:lain"):
            say(asking, text, sender)
    assert len(kept(asking)) == 8
    asking.database.close()
    stored = on_disk(asking.url).lower()
    assert b"salah terus" in stored
    for canary in (nik, code, code.replace("-", ""), "zulkarnain", SENDER, "kok fauzi"):
        assert canary.lower().encode() not in stored


# -- batches ---------------------------------------------------------------------------------------


def test_fewer_than_a_batch_are_not_shown(asking: Polling) -> None:
    inbox = Inbox(asking.database)
    with pytest.raises(BilikError, match="simpan_tak_dipahami"):
        inbox.take_batch(random.Random(1))
    fill(asking, BATCH - 1)
    assert inbox.waiting() == BATCH - 1
    with pytest.raises(BilikError, match="Baru 19 pesan"):
        inbox.take_batch(random.Random(1))


def test_a_batch_is_all_that_waits_shuffled(asking: Polling) -> None:
    messages = fill(asking, BATCH + 5)
    inbox = Inbox(asking.database)
    batch = inbox.take_batch(random.Random(1))
    assert sorted(batch) == sorted(messages)
    assert batch != sorted(batch)
    assert inbox.take_batch(random.Random(2)) != batch


def test_what_is_left_of_a_batch_can_be_gone_on_with(asking: Polling) -> None:
    fill(asking)
    inbox = Inbox(asking.database)
    batch = inbox.take_batch(random.Random(1))
    for message in batch[:15]:
        inbox.settle(message)
    assert sorted(inbox.take_batch(random.Random(1))) == sorted(batch[15:])
    assert inbox.waiting() == 5


def test_skipping_all_shows_no_newcomer_before_it_is_one_of_a_batch(asking: Polling) -> None:
    first = fill(asking)
    inbox = Inbox(asking.database)
    inbox.take_batch(random.Random(1))
    later = fill(asking, BATCH - 1, first=BATCH)
    assert sorted(inbox.take_batch(random.Random(1))) == sorted(first)
    for message in first:
        inbox.settle(message)
    with pytest.raises(BilikError):
        inbox.take_batch(random.Random(1))
    later += fill(asking, 1, first=100)
    assert sorted(inbox.take_batch(random.Random(1))) == sorted(later)


def test_only_what_was_shown_can_be_settled(asking: Polling) -> None:
    message = fill(asking, 1)[0]
    Inbox(asking.database).settle(message)
    assert kept(asking) == [message]


# -- the trainer -----------------------------------------------------------------------------------


@pytest.fixture
def bilik(asking: Polling, tmp_path: Path) -> Shell:
    (tmp_path / "latihan").mkdir()
    (tmp_path / "latihan" / "bantuan.yml").write_text(TRAINING, encoding="utf-8")
    return Shell(tmp_path, asking.url)


@ONLY_SQLITE
def test_a_trainer_labels_skips_throws_away_and_quits(
    bilik: Shell, asking: Polling, tmp_path: Path
) -> None:
    messages = fill(asking)
    assert json.loads(bilik.ok("nlu", "inbox", "--json")) == {"waiting": BATCH}
    answers = ["report", "ask_bot", "", "x", "?", "asah", "r", "q"]
    said = bilik.ok("nlu", "inbox", "--data", "latihan", answer="\n".join(answers) + "\n")
    assert "20 pesan menunggu" in said
    assert "report_problem  Gangguan teknis.\n" in said
    assert "belum dikenal" in said
    assert "3 masuk data latihan, 1 dibuang, 16 masih menunggu." in said
    added = [one for one in read_examples(tmp_path / "latihan") if one.text in messages]
    assert sorted(one.intent for one in added) == ["ask_bot", "report_problem", "report_problem"]
    assert json.loads(bilik.ok("nlu", "inbox", "--json")) == {"waiting": 16}
    left = set(kept(asking))
    assert len(left) == 16
    assert left.isdisjoint(one.text for one in added)


@ONLY_SQLITE
def test_no_more_input_is_quitting_and_loses_nothing(bilik: Shell, asking: Polling) -> None:
    messages = fill(asking)
    assert "0 masuk data latihan" in bilik.ok("nlu", "inbox", "--data", "latihan", answer="")
    assert sorted(kept(asking)) == sorted(messages)
    again = bilik.ok("nlu", "inbox", "--data", "latihan", answer="ask_bot\n" * BATCH)
    assert "20 masuk data latihan, 0 dibuang, 0 masih menunggu." in again


@ONLY_SQLITE
def test_what_is_an_example_already_is_not_added_again(
    bilik: Shell, asking: Polling, tmp_path: Path
) -> None:
    say(asking, "EROR  teruuus")
    fill(asking, BATCH - 1)
    said = bilik.ok("nlu", "inbox", "--data", "latihan", answer="ask_bot\n" * BATCH)
    assert "Sudah ada di bantuan.yml, sebagai report_problem." in said
    assert "19 masuk data latihan" in said
    assert Example("EROR teruuus", "ask_bot") not in read_examples(tmp_path / "latihan")
    assert kept(asking) == []


@ONLY_SQLITE
def test_an_ambiguous_beginning_is_asked_again(bilik: Shell, asking: Polling) -> None:
    fill(asking)
    both = TRAINING + "- intent: ask_human\n  examples: |\n    - minta admin\n"
    (bilik.directory / "latihan" / "bantuan.yml").write_text(both, encoding="utf-8")
    said = bilik.ok("nlu", "inbox", "--data", "latihan", answer="ask\nask_h\nq\n")
    assert "Ada beberapa: ask_bot, ask_human." in said
    assert "Masuk ask_human, di bantuan.yml." in said


@ONLY_SQLITE
@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--data", "latihan"], "Baru 3 pesan"), (["--data", "tiada"], "tidak ada berkas latihan")],
)
def test_what_stands_in_the_way_is_told_in_one_line(
    bilik: Shell, asking: Polling, arguments: list[str], says: str
) -> None:
    fill(asking, 3)
    done = bilik("nlu", "inbox", *arguments)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("bilik: ")
    assert says in done.stderr
