"""The action server or the database fails: never silence, never a double, never a lie."""

import os
import signal
import sqlite3
import threading
import time

import pytest

from bilik.domain.receipt import find_receipt
from tests.conversation.test_voting import identified, sender
from tests.installation import Installation, wait_for


def test_a_killed_action_server_before_the_receipt(bilik: Installation) -> None:
    who, before = sender(), bilik.ballots(bilik.village)
    identified(bilik, who)
    bilik.say(who, "2")
    for process in bilik.action_server():
        os.kill(process, signal.SIGKILL)
    began = time.monotonic()
    answer = bilik.say(who, "ya")
    assert time.monotonic() - began < 10
    assert "Sedang kami periksa, ketik *status*" in answer
    assert "SUDAH" not in answer
    assert "BELUM" not in answer
    bilik.wait_for_actions()
    assert "SUDAH tercatat" in bilik.say(who, "ya")
    assert bilik.ballots(bilik.village) == before + 1


@pytest.mark.parametrize("delay", [0.0, 0.004, 0.008, 0.012, 0.02, 0.03])
def test_a_kill_in_the_middle_of_the_cast(bilik: Installation, delay: float) -> None:
    who, before = sender(), bilik.ballots(bilik.village)
    identified(bilik, who)
    bilik.say(who, "2")
    answers: list[str] = []
    cast = threading.Thread(target=lambda: answers.append(bilik.say(who, "ya")))
    cast.start()
    time.sleep(delay)
    for process in bilik.action_server():
        os.kill(process, signal.SIGKILL)
    cast.join()
    if "SUDAH" in answers[0]:
        assert bilik.ballots(bilik.village) == before + 1
    bilik.wait_for_actions()
    if bilik.ballots(bilik.village) == before + 1 and "SUDAH" not in answers[0]:
        # Recorded, but the answer was lost: whatever is said next, the voter learns of it.
        assert "sudah masuk kotak" in bilik.say(who, "status")
    else:
        assert "SUDAH tercatat" in bilik.say(who, "ya")
    assert bilik.ballots(bilik.village) == before + 1


def test_a_locked_database_is_told_within_ten_seconds(bilik: Installation) -> None:
    who, before = sender(), bilik.ballots(bilik.village)
    identified(bilik, who)
    bilik.say(who, "2")
    other = sqlite3.connect(
        bilik.village.url.removeprefix("sqlite:///"), isolation_level=None, timeout=30
    )
    other.execute("BEGIN EXCLUSIVE")
    try:
        began = time.monotonic()
        answer = bilik.say(who, "ya")
        assert time.monotonic() - began < 10
        assert "Sedang kami periksa" in answer
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert bilik.ballots(bilik.village) == before
    assert "SUDAH tercatat" in bilik.say(who, "ya")
    assert bilik.ballots(bilik.village) == before + 1


def test_a_killed_rasa_server_starts_again_and_the_vote_goes_on(bilik: Installation) -> None:
    done = sender()
    identified(bilik, done)
    bilik.say(done, "2")
    receipt = find_receipt(bilik.say(done, "ya"))
    who, before = sender(), bilik.ballots(bilik.village)
    identified(bilik, who)
    bilik.say(who, "2")
    (rasa,) = bilik.processes("assistant.serve", "run", str(bilik.port))
    os.kill(rasa, signal.SIGKILL)
    wait_for(f"{bilik.url}/chat", bilik.process)
    # The read-back that the voter saw is not known any more: it is read again before any cast.
    assert "Saya ulangi" in bilik.say(who, "ya")
    assert bilik.ballots(bilik.village) == before
    assert "SUDAH tercatat" in bilik.say(who, "ya")
    assert bilik.ballots(bilik.village) == before + 1
    # Whether the other one ever got the receipt is not known any more either: it is told again.
    assert f"sudah masuk kotak. Tanda terima: *{receipt}*" in bilik.say(done, "status")
    assert "sudah masuk kotak" not in bilik.say(done, "status")
