"""A chat platform's way to Bilik: it delivers until it is told 200, and answers come unasked."""

from __future__ import annotations

import asyncio
import time

import aiohttp

from tests.channels.phones import LinePhone, Phone, Request, TelegramPhone, WhatsAppPhone
from tests.channels.platforms import shown
from tests.soak.figures import Figures
from tests.soak.voter import Way

KINDS = (TelegramPhone, WhatsAppPhone, LinePhone)
DELIVERY_SECONDS = 20.0
AGAIN_SECONDS = 1.0
"""Real platforms take longer; the order of things is the same."""
ANSWER_SECONDS = 25.0
SETTLED_SECONDS = 0.4
"""An answer may be several messages."""
LOOK_SECONDS = 0.05


class PhoneWay(Way):
    """A voter with one of the platforms' apps."""

    def __init__(self, phone: Phone, http: aiohttp.ClientSession, figures: Figures) -> None:
        self._phone = phone
        self._http = http
        self._figures = figures
        self._read = len(phone.platforms.calls)

    async def say(self, text: str) -> list[str]:
        request = self._phone.request(text)
        began = time.monotonic()
        while (status := await self._deliver(request)) != 200:
            self._figures.failed(status)
            await asyncio.sleep(AGAIN_SECONDS)
        answer = await self.listen(ANSWER_SECONDS)
        if answer:
            self._figures.answered(time.monotonic() - began - SETTLED_SECONDS)
        return answer

    async def listen(self, seconds: float) -> list[str]:
        end = time.monotonic() + seconds
        heard = self._take()
        while not heard and time.monotonic() < end:
            await asyncio.sleep(LOOK_SECONDS)
            heard = self._take()
        while heard:
            await asyncio.sleep(SETTLED_SECONDS)
            more = self._take()
            if not more:
                break
            heard += more
        return heard

    async def _deliver(self, request: Request) -> int:
        url = f"{self._phone.bilik.url}{request.path}"
        limit = aiohttp.ClientTimeout(total=DELIVERY_SECONDS)
        try:
            async with self._http.post(
                url, data=request.body, headers=request.headers, timeout=limit
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
            return 0

    def _take(self) -> list[str]:
        start, self._read = self._read, len(self._phone.platforms.calls)
        return [text for call in self._phone.answers(start) for text in shown(call.content)]
