"""Requests to the platforms: one client with time limits, patience with those that are busy.

    SendingFailed                 the platform did not take a message
    ├── PlatformBusy              it does not answer, or not now; later it may
    └── PlatformRefused           it will not, however often it is asked

Neither of them, and no line of the log, says what was to be sent or to whom. The libraries' own
loggers would: httpx writes every address, and Telegram's hold the bot's token.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from bilik.services import metrics

logger = logging.getLogger(__name__)
for _library in ("httpx", "httpcore", "aiogram", "twilio"):
    logging.getLogger(_library).setLevel(logging.WARNING)

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30.0)
TRIES = 3
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
"""Seconds; for longer pauses the message goes back to the queue."""
_NEVER_ARRIVED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Errors after which nothing can have reached the platform."""


class SendingFailed(Exception):
    """The platform did not take a message."""


class PlatformBusy(SendingFailed):
    """It may take it after ``pause`` seconds."""

    def __init__(self, platform: str, reason: str, pause: float, unsure: bool = False) -> None:
        """``pause`` is 0 where the platform did not ask for one; ``unsure`` that it may have."""
        super().__init__(f"{platform}: {reason}")
        self.pause = pause
        self.unsure = unsure


class PlatformRefused(SendingFailed):
    """It will not; ``code`` is the platform's own word for why."""

    def __init__(self, platform: str, status: int, code: str) -> None:
        """``status`` is that of HTTP."""
        super().__init__(f"{platform}: {status} {code}".strip())
        self.status = status
        self.code = code


class Caller:
    """Calls one platform's API."""

    def __init__(
        self,
        platform: str,
        client: Callable[[], httpx.AsyncClient],
        error_code: Callable[[Any], str],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        sure: bool = False,
    ) -> None:
        """``error_code`` finds the platform's code of an error in its answer.

        With ``sure`` nothing is asked again that the platform may have taken already.
        """
        self._platform = platform
        self._client = client
        self._error_code = error_code
        self._pause = pause
        self._sure = sure

    async def call(self, method: str, url: str, **request: Any) -> Any:
        """The JSON of the answer, or None if it has none.

        Raises:
            PlatformBusy, PlatformRefused: see there.
        """
        for tried in range(1, TRIES + 1):
            try:
                return await self._once(method, url, **request)
            except PlatformBusy as busy:
                given_up = tried == TRIES or busy.pause > LONGEST_PAUSE
                if given_up or (self._sure and busy.unsure):
                    raise
                pause = busy.pause or FIRST_PAUSE * 2**tried * random.uniform(0.5, 1)
                logger.warning("%s, again in %.1f s", busy, pause)
                await self._pause(pause)
        raise AssertionError("not reached")

    async def _once(self, method: str, url: str, **request: Any) -> Any:
        try:
            answer = await self._client().request(method, url, **request)
        except httpx.HTTPError as error:
            # No "from": the request, which the library's error holds, goes no further.
            unsure = not isinstance(error, _NEVER_ARRIVED)
            self._count_failure("network")
            raise PlatformBusy(self._platform, type(error).__name__, 0.0, unsure) from None
        content = _json(answer)
        if answer.is_success:
            return content
        # By its hundreds: a code of its own may be one voter's.
        busy = answer.status_code == 429
        self._count_failure("429" if busy else f"{answer.status_code // 100}xx")
        code = self._error_code(content) if isinstance(content, dict) else ""
        if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
            reason = f"{answer.status_code} {code}".strip()
            unsure = answer.status_code >= 500
            raise PlatformBusy(self._platform, reason, _retry_after(answer, content), unsure)
        raise PlatformRefused(self._platform, answer.status_code, code)

    def _count_failure(self, reason: str) -> None:
        metrics.outgoing_failures.labels(self._platform, reason).inc()


class Client:
    """The one client of this process, opened at the first use in each event loop."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __call__(self) -> httpx.AsyncClient:
        """The client."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client = httpx.AsyncClient(timeout=TIMEOUT, limits=LIMITS)
            self._loop = loop
        return self._client

    async def close(self) -> None:
        """Close its connections."""
        if self._client is not None and self._loop is asyncio.get_running_loop():
            await self._client.aclose()
        self._client = None


the_client = Client()


async def quietly(act: Awaitable[Any]) -> None:
    """What is nice to have: if it fails, the rest goes on."""
    try:
        await act
    except SendingFailed as failed:
        logger.warning("%s", failed)


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json() if answer.content else None
    except ValueError:
        return None


def _retry_after(answer: httpx.Response, content: Any) -> float:
    """Seconds that the platform asks to wait, in the header or, at Telegram, in the answer."""
    given = answer.headers.get("retry-after", "")
    if isinstance(content, dict) and isinstance(content.get("parameters"), dict):
        given = given or str(content["parameters"].get("retry_after", ""))
    return min(float(given), 3600.0) if given.isdigit() else 0.0
