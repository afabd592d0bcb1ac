"""What is broken while people vote; each leaves everything whole again, or lets it mend itself."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter

from tests.channels import platforms
from tests.soak.stand import Stand, send
from tests.soak.town import Town
from tests.soak.wire import Wire

DOWN_SECONDS = 5.0
HANG_SECONDS = 30.0
"""Longer than anything waits for an answer."""
JUMP_SECONDS = 10.0
MANY = 10**6


@dataclass(frozen=True)
class Fault:
    """Its name, in the words of who runs the servers, and how it is done."""

    name: str
    do: Callable[[Town], Awaitable[None]]
    is_possible: Callable[[Town], bool] = lambda _: True


async def _kill_rasa(town: Town) -> None:
    send(town.stand.pids()["Rasa"][:1], signal.SIGKILL)


async def _kill_actions(town: Town) -> None:
    send(town.stand.pids()["actions"][:1], signal.SIGKILL)


async def _restart_postgres(town: Town) -> None:
    await asyncio.to_thread(town.stand.postgres.restart)


async def _crash_postgres(town: Town) -> None:
    await asyncio.to_thread(town.stand.postgres.crash)
    await asyncio.sleep(DOWN_SECONDS)
    await asyncio.to_thread(town.stand.postgres.start)


async def _pause_postgres(town: Town) -> None:
    with town.stand.postgres.hanging():
        await asyncio.sleep(HANG_SECONDS)


async def _kill_redis(town: Town) -> None:
    town.stand.redis.kill()
    await asyncio.sleep(DOWN_SECONDS)
    town.stand.redis.start()


async def _flush_redis(town: Town) -> None:
    town.stand.redis.flush()


def _slow(line: Callable[[Stand], Wire]) -> Callable[[Town], Awaitable[None]]:
    async def do(town: Town) -> None:
        line(town.stand).delay = 0.15
        await asyncio.sleep(HANG_SECONDS)
        line(town.stand).delay = 0.0

    return do


def _hold(line: Callable[[Stand], Wire]) -> Callable[[Town], Awaitable[None]]:
    async def do(town: Town) -> None:
        line(town.stand).hold()
        await asyncio.sleep(HANG_SECONDS)
        line(town.stand).release()

    return do


def _cut(line: Callable[[Stand], Wire]) -> Callable[[Town], Awaitable[None]]:
    async def do(town: Town) -> None:
        await line(town.stand).cut()
        await asyncio.sleep(DOWN_SECONDS)
        await line(town.stand).mend()

    return do


_to_postgres, _to_redis, _to_actions = map(attrgetter, ("to_postgres", "to_redis", "to_actions"))
_cut_postgres, _cut_actions = _cut(_to_postgres), _cut(_to_actions)


async def _kill_proxy(town: Town) -> None:
    send(town.stand.pids()["proxy"], signal.SIGKILL)


async def _kill_all_actions(town: Town) -> None:
    send(town.stand.pids()["actions"], signal.SIGKILL)


async def _kill_all_rasa(town: Town) -> None:
    send(town.stand.pids()["Rasa"], signal.SIGKILL)


async def _fill_disk(town: Town) -> None:
    assert town.stand.disk
    with town.stand.disk.full():
        await asyncio.sleep(HANG_SECONDS)
    # What its process manager does, should it have given up.
    await asyncio.to_thread(town.stand.postgres.start)


async def _jump(town: Town) -> None:
    assert town.stand.clock
    for away in (timedelta(hours=1), -timedelta(hours=1)):
        town.stand.clock.jump(away)
        await asyncio.sleep(JUMP_SECONDS)
    town.stand.clock.jump(timedelta())


async def _fail_platforms(town: Town) -> None:
    await _platforms(town, platforms.Fault("", status=500, times=MANY))


async def _slow_platforms(town: Town) -> None:
    await _platforms(town, platforms.Fault("", status=504, seconds=8, times=MANY))


async def _platforms(town: Town, fault: platforms.Fault) -> None:
    town.platforms.faults.append(fault)
    await asyncio.sleep(HANG_SECONDS)
    town.platforms.faults.clear()


FAULTS = (
    Fault("Satu proses action dimatikan (SIGKILL)", _kill_actions),
    Fault("Semua proses action dimatikan (SIGKILL)", _kill_all_actions),
    Fault("HAProxy dimatikan (SIGKILL)", _kill_proxy),
    Fault("PostgreSQL dimulai ulang", _restart_postgres),
    Fault("PostgreSQL mati mendadak, 5 detik kemudian menyala", _crash_postgres),
    Fault("PostgreSQL berhenti 30 detik (SIGSTOP)", _pause_postgres),
    Fault("Redis mati mendadak, 5 detik kemudian menyala kosong", _kill_redis),
    Fault("Isi Redis dihapus (FLUSHALL)", _flush_redis),
    Fault("Jaringan ke PostgreSQL lambat 150 ms, 30 detik", _slow(_to_postgres)),
    Fault("Jaringan ke PostgreSQL bungkam, 30 detik", _hold(_to_postgres)),
    Fault("Jaringan ke PostgreSQL putus, 5 detik", _cut_postgres),
    Fault("Jaringan ke Redis bungkam, 30 detik", _hold(_to_redis)),
    Fault("Jaringan ke Redis putus, 5 detik", _cut(_to_redis)),
    Fault("Jaringan Rasa ke action lambat 150 ms, 30 detik", _slow(_to_actions)),
    Fault("Jaringan Rasa ke action bungkam, 30 detik", _hold(_to_actions)),
    Fault("Jaringan Rasa ke action putus, 5 detik", _cut_actions),
    Fault("Disk PostgreSQL penuh, 30 detik", _fill_disk, lambda town: bool(town.stand.disk)),
    Fault(
        "Jam server maju 1 jam, lalu mundur 1 jam, masing-masing 10 detik",
        _jump,
        lambda town: bool(town.stand.clock),
    ),
    Fault("API platform menjawab galat, 30 detik", _fail_platforms),
    Fault("API platform tidak menjawab, 30 detik", _slow_platforms),
    Fault("Satu proses Rasa dimatikan (SIGKILL)", _kill_rasa),
    Fault("Semua proses Rasa dimatikan (SIGKILL)", _kill_all_rasa),
)

SHORT = tuple(
    one
    for one in FAULTS
    if one.do
    in (_kill_rasa, _kill_actions, _restart_postgres, _flush_redis, _cut_postgres, _cut_actions)
)
"""Those that take no longer than a few seconds."""
