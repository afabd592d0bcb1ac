"""Requests to the platforms: one client, limits of time, patience, and what is said of failures."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from assistant.channels.outgoing import (
    LONGEST_PAUSE,
    TRIES,
    Caller,
    Client,
    PlatformBusy,
    PlatformRefused,
)
from bilik.services import metrics
from tests.channels.platforms import Fault, Platforms
from tests.installation import free_port

MESSAGE = {"to": "+6281234567890", "text": {"body": "KATA-KENARI"}}


def call(
    url: str,
    client: Callable[[], httpx.AsyncClient],
    pause: Callable[[float], Awaitable[None]],
    times: int = 1,
) -> None:
    async def all_of_it() -> None:
        caller = Caller("papan", client, lambda content: str(content.get("code", "")), pause)
        for _ in range(times):
            await caller.call("POST", f"{url}/graph/1/messages", json=MESSAGE)
        await client().aclose()

    asyncio.run(all_of_it())


class Pauses:
    """Notes how long it was to wait, and does not."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def impatient() -> Callable[[], httpx.AsyncClient]:
    made: list[httpx.AsyncClient] = []

    def client() -> httpx.AsyncClient:
        made[:] = made or [httpx.AsyncClient(timeout=0.2)]
        return made[0]

    return client


def test_a_platform_that_does_not_answer_in_time_is_busy_and_is_asked_again(
    platforms: Platforms, caplog: pytest.LogCaptureFixture
) -> None:
    silent, pauses = Fault("/messages", seconds=600, times=10), Pauses()
    platforms.faults.append(silent)
    with pytest.raises(PlatformBusy, match="ReadTimeout"):
        call(platforms.url, impatient(), pauses)
    assert silent.times == 10 - TRIES
    assert len(pauses.seconds) == TRIES - 1
    assert 0 < pauses.seconds[0] < pauses.seconds[1] <= LONGEST_PAUSE
    assert "KATA-KENARI" not in caplog.text
    assert MESSAGE["to"] not in caplog.text


def test_a_platform_that_nobody_reaches_is_busy() -> None:
    with pytest.raises(PlatformBusy, match="ConnectError"):
        call(f"http://127.0.0.1:{free_port()}", impatient(), Pauses())


@pytest.mark.parametrize(
    ("asked", "waited"), [("3", [3.0, 3.0]), ("6", []), ("morgen", None), ("", None)]
)
def test_a_pause_that_is_asked_for_is_kept_and_a_long_one_is_left_to_the_queue(
    platforms: Platforms, asked: str, waited: list[float] | None
) -> None:
    headers, pauses = {"Retry-After": asked} if asked else {}, Pauses()
    platforms.faults.append(Fault("/messages", 429, headers=headers, times=TRIES))
    with pytest.raises(PlatformBusy, match="429") as busy:
        call(platforms.url, impatient(), pauses)
    assert busy.value.pause == (float(asked) if asked.isdigit() else 0.0)
    assert pauses.seconds == waited if waited is not None else len(pauses.seconds) == 2


def test_a_refusal_is_not_repeated_and_holds_the_code_alone(
    platforms: Platforms, caplog: pytest.LogCaptureFixture
) -> None:
    content: dict[str, Any] = {"code": "131026", "message": "KATA-KENARI", **MESSAGE}
    refusing = Fault("/messages", 400, content, times=5)
    platforms.faults.append(refusing)
    with caplog.at_level(logging.DEBUG, "assistant"), pytest.raises(PlatformRefused) as refused:
        call(platforms.url, impatient(), Pauses())
    assert refusing.times == 4
    assert str(refused.value) == "papan: 400 131026"
    assert refused.value.__cause__ is None
    assert "KATA-KENARI" not in caplog.text


def test_a_failure_is_counted_by_its_hundreds(platforms: Platforms) -> None:
    def counted(reason: str) -> float:
        labels = {"platform": "papan", "reason": reason}
        return metrics.registry.get_sample_value("bilik_outgoing_failures_total", labels) or 0

    before = counted("4xx"), counted("network")
    platforms.faults.append(Fault("/messages", status=403, times=1))
    with pytest.raises(PlatformRefused):
        call(platforms.url, impatient(), Pauses())
    with pytest.raises(PlatformBusy):
        call(f"http://127.0.0.1:{free_port()}", impatient(), Pauses())
    assert (counted("4xx"), counted("network")) == (before[0] + 1, before[1] + TRIES)


def test_all_requests_of_a_process_share_their_connections(platforms: Platforms) -> None:
    start = len(platforms.calls)
    call(platforms.url, Client(), Pauses(), times=5)
    assert len({one.connection for one in platforms.calls[start:]}) == 1
