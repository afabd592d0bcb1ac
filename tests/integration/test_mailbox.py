"""Messages from chat platforms in the database: once, in order, sealed, and never lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain, count
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bilik.services.mailbox import LEASE, MAX_WAITING, SETTLING, Letter, Mailbox, vouched_phone
from bilik.storage.tables import processed_messages, waiting_messages
from tests.booth import Polling
from tests.databases import ONLY_SQLITE

CHAT = "telegram:7"
_rounds = count(100)


def letter(text: str, position: int, chat: str = CHAT) -> Letter:
    return Letter("telegram", chat, "text", position, text)


def box(village: Polling, server: str = "a") -> Mailbox:
    return Mailbox(village.database, village.keys, server, village.clock)


def read_all(mailbox: Mailbox, chat: str = CHAT) -> list[str]:
    said, turn = [], mailbox.turn(chat)
    while turn:
        said.append(turn.letter.text)
        turn = mailbox.finish(turn)
    return said


def test_a_message_is_kept_once_however_often_and_to_whomever_it_is_delivered(
    village: Polling,
) -> None:
    first, second = box(village, "a"), box(village, "b")
    assert first.put([("1", letter("halo", 1))]) == [CHAT]
    assert first.put([("1", letter("halo", 1))]) == []
    assert second.put([("1", letter("halo", 1))]) == []
    assert read_all(first) == ["halo"]
    assert second.put([("1", letter("halo", 1))]) == []
    assert second.waiting() == 0


def test_the_platforms_order_counts_and_a_yes_waits_for_what_was_sent_before_it(
    village: Polling,
) -> None:
    mailbox = box(village)
    mailbox.put([("3", letter("ya", 3))])
    turn = mailbox.turn(CHAT)
    assert turn is not None
    assert turn.due == village.clock() + SETTLING
    mailbox.put([("2", letter("nomor 2", 2))])
    assert read_all(mailbox) == ["nomor 2", "ya"]


def test_a_yes_tells_whether_something_else_was_sent_at_about_the_same_time(
    village: Polling,
) -> None:
    for beside, is_followed in (
        (letter("nomor 3", 5_500), True),
        (letter("ya", 5_500), False),
        (letter("nomor 3", 6_000), False),
        (Letter("telegram", CHAT, "notice", 5_500), False),
    ):
        mailbox, number = box(village), str(next(_rounds))
        mailbox.put([(f"{number}a", letter("ya", 5_000)), (f"{number}b", beside)])
        turn = mailbox.turn(CHAT)
        assert turn is not None
        assert turn.is_followed is is_followed
        while turn:
            turn = mailbox.finish(turn)


def test_one_server_answers_a_chat_and_another_takes_over_when_it_dies(village: Polling) -> None:
    first, second = box(village, "a"), box(village, "b")
    assert first.put([("1", letter("satu", 1))]) == [CHAT]
    assert second.put([("2", letter("dua", 2))]) == []
    assert second.abandoned() == []
    village.clock.forward(seconds=LEASE.total_seconds() - 1)
    first.renew([CHAT])
    village.clock.forward(seconds=2)
    assert second.abandoned() == []
    village.clock.forward(seconds=LEASE.total_seconds())
    (turn,) = second.abandoned()
    assert turn.letter.text == "satu"
    assert first.turn(CHAT) is None
    assert read_all(second) == ["satu", "dua"]


def test_a_clock_that_is_set_back_holds_up_no_chat(village: Polling) -> None:
    first, second = box(village, "a"), box(village, "b")
    village.clock.forward(hours=1)
    assert first.put([("1", letter("ya", 1))]) == [CHAT]
    village.clock.forward(hours=-1)
    assert second.put([("2", letter("halo", 2))]) == [CHAT]
    turn = second.turn(CHAT)
    assert turn is not None
    assert (turn.letter.text, turn.due) == ("ya", village.clock())
    assert first.turn(CHAT) is None
    assert read_all(second) == ["ya", "halo"]


def test_what_comes_up_again_comes_before_all_others(village: Polling) -> None:
    mailbox = box(village)
    mailbox.put([("1", letter("satu", 1)), ("2", letter("dua", 2))])
    turn = mailbox.turn(CHAT)
    assert turn is not None
    again = mailbox.finish(turn, timedelta(seconds=30))
    assert again is not None
    assert (again.letter.text, again.due) == ("satu", village.clock() + timedelta(seconds=30))
    mailbox.release(CHAT)
    assert mailbox.abandoned() == []
    village.clock.forward(seconds=31)
    assert [turn.letter.text for turn in mailbox.abandoned()] == ["satu"]


def test_a_flood_in_one_chat_has_an_end(village: Polling) -> None:
    mailbox = box(village)
    mailbox.put([(str(n), letter(f"{n}", n)) for n in range(3 * MAX_WAITING)])
    assert mailbox.waiting() == MAX_WAITING


@ONLY_SQLITE
def test_no_text_sender_or_id_stands_in_the_database(village: Polling) -> None:
    mailbox = box(village)
    mailbox.put([("ID-RAHASIA", letter("PESAN-RAHASIA", 1, "whatsapp:+628120000001"))])
    files = village.url.removeprefix("sqlite:///")
    content = b"".join(file.read_bytes() for file in Path(files).parent.glob("bilik.db*"))
    for secret in (b"RAHASIA", b"628120000001"):
        assert secret not in content
    assert b"Sukamaju" in content  # what is no secret would have been found


def test_servers_that_get_the_same_messages_in_any_order_keep_each_once(village: Polling) -> None:
    messages = [(str(n), letter(f"m{n}", n + 1, f"telegram:{n % 7}")) for n in range(60)]
    shuffled = [Random(seed).sample(messages, len(messages)) for seed in range(8)]
    with ThreadPoolExecutor(8) as pool:
        claimed = list(
            pool.map(lambda one: box(village, str(one[0])).put(one[1]), enumerate(shuffled))
        )
    assert sorted(chain.from_iterable(claimed)) == [f"telegram:{n}" for n in range(7)]
    assert box(village).waiting() == len(messages)


def test_what_is_remembered_of_a_chat_is_there_next_time(village: Polling) -> None:
    mailbox = box(village)
    mailbox.put([("1", letter("halo", 1))])
    turn = mailbox.turn(CHAT)
    assert turn is not None
    turn.chat.phone = village.keys.phone_hash("+6281234567890").hex()
    mailbox.finish(turn)
    mailbox.put([("2", letter("lagi", 2))])
    again = mailbox.turn(CHAT)
    assert again is not None
    assert again.chat.phone == turn.chat.phone
    with village.database.read() as connection:
        found = vouched_phone(connection, village.keys, CHAT)
        assert found == village.keys.phone_hash("+6281234567890")
        assert vouched_phone(connection, village.keys, "telegram:8") is None


def test_processed_ids_go_with_the_closing_and_old_ones_before(village: Polling) -> None:
    mailbox = box(village)
    mailbox.put([("1", letter("halo", 1))])

    def kept() -> int:
        with village.database.read() as connection:
            return len(connection.execute(select(processed_messages)).all())

    mailbox.sweep()
    assert kept() == 1
    village.desk.close(village.election.slug)
    assert kept() == 0
    mailbox.put([("2", letter("halo", 1))])
    village.clock.forward(days=9)
    mailbox.sweep()
    assert kept() == 0


def test_letters_of_another_key_are_let_go(village: Polling) -> None:
    mailbox = box(village)
    mailbox.put([("1", letter("halo", 1))])
    with village.database.write() as connection:
        connection.execute(update(waiting_messages).values(sealed=b"\0"))
    assert mailbox.turn(CHAT) is None
    assert mailbox.waiting() == 0


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    deliveries=st.lists(
        st.tuples(st.integers(0, 12), st.sampled_from("ab")), min_size=1, max_size=40
    )
)
def test_whatever_order_and_number_of_deliveries_each_is_answered_once_and_in_order(
    village: Polling, deliveries: list[tuple[int, str]]
) -> None:
    boxes = {server: box(village, server) for server in "ab"}
    round_ = next(_rounds)
    chat = f"telegram:{round_}"
    for position, server in deliveries:
        boxes[server].put([(f"{round_}/{position}", letter(f"m{position}", position, chat))])
    village.clock.forward(seconds=2 * LEASE.total_seconds())
    said = [one for mailbox in boxes.values() for one in _work_off(mailbox, chat)]
    assert said == [f"m{position}" for position in sorted({one for one, _ in deliveries})]


def _work_off(mailbox: Mailbox, chat: str) -> list[str]:
    mailbox.abandoned()
    return read_all(mailbox, chat)
