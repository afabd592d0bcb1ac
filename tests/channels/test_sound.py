"""What a platform signs is JSON, in which anything can stand for anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assistant.channels.delivery import sayable
from assistant.channels.requests import _is_sound, plain_code
from bilik.services.mailbox import Letter

LETTER = Letter("line", "line:U1", "text", 1_700_000_000_000, "halo", {"sent": 1.7e9, "x": "y"})


def test_a_message_as_platforms_send_it_is_sound() -> None:
    assert _is_sound("event-1", LETTER)


@pytest.mark.parametrize("name", [None, 5, "", "a\0", "\ud800", "x" * 600, ["a"]])
def test_a_message_without_a_plain_name_is_not(name: object) -> None:
    assert not _is_sound(name, LETTER)


@pytest.mark.parametrize(
    "odd",
    [
        {"text": 5}, {"text": None}, {"text": ["halo"]}, {"chat": "line:\0"},
        {"chat": "line:\ud800"},
        {"position": None}, {"position": 1e9}, {"position": 2**63}, {"position": -(10**30)},
        {"details": {"sent": float("inf")}}, {"details": {"sent": float("nan")}},
        {"details": {"sent": "1"}}, {"details": {"reply_token": {"a": 1}}},
    ],
)  # fmt: skip
def test_a_message_of_other_kinds_is_not(odd: dict[str, Any]) -> None:
    assert not _is_sound("event-1", replace(LETTER, **odd))


def test_what_no_keyboard_writes_does_not_reach_the_booth() -> None:
    assert sayable("1\0 \ud800ya") == "1\ufffd \ufffdya"
    assert sayable("iya 👍") == "iya 👍"


def test_a_code_of_an_error_is_a_code_or_a_question_mark() -> None:
    assert [plain_code(one) for one in ("63016", 131047, "", None, "1\nERROR forged", {})] == [
        "63016", "131047", "?", "?", "?", "?",
    ]  # fmt: skip
