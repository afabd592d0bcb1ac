"""The chat page without a browser: it posts, tries again and listens as its script does."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Mapping
from random import Random
from typing import Any

import aiohttp

from tests.soak.figures import Figures
from tests.soak.voter import Way

ANSWER_SECONDS = 25.0
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
ALIVE_SECONDS = 45.0
REMEMBERED = 30
"""All as in `assistant/channels/page/connection.js`."""
_BROKEN = (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError)


class Page(Way):
    """One open page, with the cookie of its own session."""

    def __init__(
        self, url: str, connector: aiohttp.BaseConnector, chance: Random, figures: Figures
    ) -> None:
        self._url = url
        self._http = aiohttp.ClientSession(
            connector=connector,
            connector_owner=False,
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
        )
        self._chance = chance
        self._figures = figures
        self._seen: list[str] = []
        self._new: list[str] = []
        self._came = asyncio.Event()
        self._alive = asyncio.Event()
        self._failures = 0
        self._listening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        while not await self._load():
            await asyncio.sleep(1)  # the person loads it again
        self._listening = asyncio.create_task(self._listen())

    async def say(self, text: str) -> list[str]:
        posted = {"name": secrets.token_hex(12), "text": text, "early": False, "seen": self._seen}
        while True:
            began = time.monotonic()
            status, content = await self._post("/chat/messages", posted)
            if status == 200:
                self._figures.answered(time.monotonic() - began)
                self._failures = 0
                for batch in content["batches"]:
                    self._show(batch)
                return self._take()
            self._figures.failed(status)
            if status == 403:
                await self._load()
                return ["(the session is over)"]
            if 0 < status < 500 and status != 429:
                raise AssertionError(f"the page was refused: {status}")
            self._alive.clear()
            await self._within(self._alive, self._next_pause())

    async def listen(self, seconds: float) -> list[str]:
        self._came.clear()
        if not self._new:
            await self._within(self._came, seconds)
        return self._take()

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self._http.close()

    # -- the script ----------------------------------------------------------------------------

    async def _load(self) -> bool:
        try:
            async with self._http.get(f"{self._url}/chat") as answer:
                return answer.status == 200
        except _BROKEN:
            return False

    async def _post(self, path: str, content: Mapping[str, Any]) -> tuple[int, Any]:
        """The status and what came; 0 if there was no connection, or it broke."""
        try:
            async with self._http.post(f"{self._url}{path}", json=content) as answer:
                return answer.status, await answer.json() if answer.status == 200 else None
        except _BROKEN:
            return 0, None

    async def _listen(self) -> None:
        forever = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=ALIVE_SECONDS)
        while True:
            try:
                async with self._http.get(f"{self._url}/chat/events", timeout=forever) as stream:
                    async for line in stream.content:
                        self._heard(line)
            except _BROKEN:
                pass
            await asyncio.sleep(self._next_pause())

    def _heard(self, line: bytes) -> None:
        if line.strip():
            self._failures = 0
            self._alive.set()
        if line.startswith(b"data: "):
            self._show(json.loads(line[6:]))

    def _show(self, batch: Mapping[str, Any]) -> None:
        if batch["name"] in self._seen:
            return
        self._seen = [*self._seen, batch["name"]][-REMEMBERED:]
        self._new += [one["text"] for one in batch["messages"]]
        self._came.set()

    def _take(self) -> list[str]:
        new, self._new = self._new, []
        return new

    def _next_pause(self) -> float:
        pause = PAUSES[min(self._failures, len(PAUSES) - 1)]
        self._failures += 1
        return pause * (0.75 + self._chance.random() / 2)

    @staticmethod
    async def _within(event: asyncio.Event, seconds: float) -> None:
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except asyncio.TimeoutError:
            return
