"""What is broken while people vote; each leaves everything whole again, or lets it mend itself."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.soak.stand import Stand, send

DOWN_SECONDS = 5.0
HANG_SECONDS = 30.0
"""Longer than anything waits for an answer."""


@dataclass(frozen=True)
class Fault:
    """Its name, in the words of who runs the servers, and how it is done."""

    name: str
    do: Callable[[Stand], Awaitable[None]]


async def _kill_rasa(stand: Stand) -> None:
    send(stand.pids()["Rasa"][:1], signal.SIGKILL)


async def _kill_actions(stand: Stand) -> None:
    send(stand.pids()["actions"][:1], signal.SIGKILL)


async def _restart_postgres(stand: Stand) -> None:
    await asyncio.to_thread(stand.postgres.restart)


async def _crash_postgres(stand: Stand) -> None:
    await asyncio.to_thread(stand.postgres.crash)
    await asyncio.sleep(DOWN_SECONDS)
    await asyncio.to_thread(stand.postgres.start)


async def _pause_postgres(stand: Stand) -> None:
    with stand.postgres.hanging():
        await asyncio.sleep(HANG_SECONDS)


async def _kill_redis(stand: Stand) -> None:
    stand.redis.kill()
    await asyncio.sleep(DOWN_SECONDS)
    stand.redis.start()


async def _flush_redis(stand: Stand) -> None:
    stand.redis.flush()


async def _slow_postgres(stand: Stand) -> None:
    stand.to_postgres.delay = 0.15
    await asyncio.sleep(HANG_SECONDS)
    stand.to_postgres.delay = 0.0


async def _hold_postgres(stand: Stand) -> None:
    stand.to_postgres.hold()
    await asyncio.sleep(HANG_SECONDS)
    stand.to_postgres.release()


async def _cut_postgres(stand: Stand) -> None:
    await stand.to_postgres.cut()
    await asyncio.sleep(DOWN_SECONDS)
    await stand.to_postgres.mend()


async def _hold_redis(stand: Stand) -> None:
    stand.to_redis.hold()
    await asyncio.sleep(HANG_SECONDS)
    stand.to_redis.release()


async def _cut_redis(stand: Stand) -> None:
    await stand.to_redis.cut()
    await asyncio.sleep(DOWN_SECONDS)
    await stand.to_redis.mend()


FAULTS = (
    Fault("Satu proses Rasa dimatikan (SIGKILL)", _kill_rasa),
    Fault("Satu proses action dimatikan (SIGKILL)", _kill_actions),
    Fault("PostgreSQL dimulai ulang", _restart_postgres),
    Fault("PostgreSQL mati mendadak, 5 detik kemudian menyala", _crash_postgres),
    Fault("PostgreSQL berhenti 30 detik (SIGSTOP)", _pause_postgres),
    Fault("Redis mati mendadak, 5 detik kemudian menyala kosong", _kill_redis),
    Fault("Isi Redis dihapus (FLUSHALL)", _flush_redis),
    Fault("Jaringan ke PostgreSQL lambat 150 ms, 30 detik", _slow_postgres),
    Fault("Jaringan ke PostgreSQL bungkam, 30 detik", _hold_postgres),
    Fault("Jaringan ke PostgreSQL putus, 5 detik", _cut_postgres),
    Fault("Jaringan ke Redis bungkam, 30 detik", _hold_redis),
    Fault("Jaringan ke Redis putus, 5 detik", _cut_redis),
)
