"""`wajib_nomor_terdaftar`: only the number on the roll votes, where the platform vouches for it."""

import asyncio
from pathlib import Path

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.identity import Identify
from bilik.errors import WrongState
from bilik.services.mailbox import Letter, Mailbox
from bilik.services.outcomes import Kind
from tests.booth import Polling, set_up
from tests.elections import VILLAGE

STRICT = VILLAGE.replace("kontak:", "wajib_nomor_terdaftar: ya\nkontak:")
PHONES = [f"08123456789{last}" for last in range(6)]
OWN, OTHER = "+6281234567890", "+6281234567891"


@pytest.fixture
def strict(tmp_path: Path) -> Polling:
    return set_up(tmp_path, STRICT, phones=PHONES)


@pytest.mark.parametrize("channel", ["whatsapp", "twilio-sms", "twilio-whatsapp"])
def test_where_the_sender_is_a_number_it_must_be_the_rolls(strict: Polling, channel: str) -> None:
    assert strict.identify(f"{channel}:{OTHER}").kind is Kind.WRONG_NUMBER
    assert strict.identify(f"{channel}:{OWN}").kind is Kind.IDENTIFIED


def test_on_telegram_the_number_is_the_one_that_was_shared(strict: Polling) -> None:
    def share(chat: str, number: str) -> None:
        mailbox = Mailbox(strict.database, strict.keys, "a", strict.clock)
        mailbox.put([(chat, Letter("telegram", chat, "contact", 1))])
        turn = mailbox.turn(chat)
        assert turn is not None
        turn.chat.phone = strict.keys.phone_hash(number).hex()
        mailbox.finish(turn)

    assert strict.identify("telegram:1").kind is Kind.NEED_NUMBER
    share("telegram:1", OTHER)
    assert strict.identify("telegram:1").kind is Kind.WRONG_NUMBER
    share("telegram:2", OWN)
    assert strict.identify("telegram:2").kind is Kind.IDENTIFIED


@pytest.mark.parametrize("sender", ["web:1", "line:U1", f"rest:whatsapp:{OWN}", f"web:{OWN}"])
def test_where_nobody_vouches_for_a_number_there_is_none(strict: Polling, sender: str) -> None:
    assert strict.identify(sender).kind is Kind.NO_NUMBER


def test_a_wrong_pair_gets_the_same_answer_from_any_number(strict: Polling) -> None:
    nik, _ = strict.pairs[0]
    outcome = strict.booth.identify(f"whatsapp:{OTHER}", f"{nik} 7KQ-2M9-XDM")
    assert outcome.kind is Kind.WRONG_PAIR


def test_without_the_rule_any_number_will_do(village: Polling) -> None:
    assert village.identify(f"whatsapp:{OTHER}").kind is Kind.IDENTIFIED


def test_such_an_election_opens_only_with_everybodys_number(tmp_path: Path) -> None:
    with pytest.raises(WrongState, match="1 pemilih belum punya nomor HP"):
        set_up(tmp_path, STRICT, phones=PHONES[:5])


def test_on_telegram_the_answer_asks_for_the_number(
    strict: Polling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.voter_action.the_booth", lambda: strict.booth)
    nik, code = strict.pairs[0]

    def answer(sender: str) -> list[dict[str, object]]:
        message = {"text": f"{nik} {code}", "intent": {"name": "provide_identity"}}
        tracker = Tracker(sender, {"greeted": True}, message, [], False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        asyncio.run(Identify().run(dispatcher, tracker, {}))
        return dispatcher.messages

    first, second = answer("telegram:1")
    assert "Bagikan nomor saya" in str(first["text"])
    assert second["custom"] == {"asks_contact": True}
    (only,) = answer("web:1")
    assert "lewat aplikasi lain" in str(only["text"])
