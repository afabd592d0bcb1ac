"""What the channels of this server process do, noted for the panitia's live view while it runs."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from sanic import Blueprint

from bilik.services.activity import NOTED_EVERY, Noter


def keep_noting(blueprint: Blueprint, noter: Noter) -> None:
    """Have the counts of all channels noted while the server runs, and once more at its end."""
    tasks: list[asyncio.Task[None]] = []

    async def repeat() -> None:
        while True:
            await asyncio.sleep(NOTED_EVERY.total_seconds())
            await asyncio.to_thread(noter.note)

    @blueprint.listener("after_server_start")
    async def start(*_: Any) -> None:
        tasks.append(asyncio.create_task(repeat()))

    @blueprint.listener("before_server_stop")
    async def stop(*_: Any) -> None:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        tasks.clear()
        await asyncio.to_thread(noter.note, at_last=True)
