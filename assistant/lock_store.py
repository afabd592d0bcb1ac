"""Rasa's lock store (`endpoints.yml`): one message of a chat at a time, on all servers together.

Where the trackers are in Redis, there may be several servers, and the locks are there too; else
they are in this process. Rasa's own lock in Redis is not used: it is read, changed and written
back, so that two servers can both have it, it outlives a killed server for a minute, and is asked
for once a second.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import InMemoryLockStore, LockError, LockStore
from rasa.utils.endpoints import EndpointConfig

from assistant.trackers.place import answering, open_redis
from bilik import settings
from bilik.keys import Keys

LEASE_SECONDS = 4.0
"""How long the lock of a server that died stays: less than a voter is kept waiting."""
RENEW_SECONDS = 1.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.02, 0.25
PATIENCE_SECONDS = 120.0
"""Nothing that a message does takes so long; the voter has been told to wait long before."""

_IF_MINE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call({}) end return 0"
_RENEW = _IF_MINE.format("'pexpire', KEYS[1], ARGV[2]")
_FREE = _IF_MINE.format("'del', KEYS[1]")


class ConversationLocks(LockStore):
    """The locks of the settings' place."""

    def __init__(self, endpoint_config: EndpointConfig | None = None) -> None:
        """Nothing is set in `endpoints.yml` but this name.

        Raises:
            SettingsError: a setting is missing.
        """
        configured = settings.load()
        url = configured.tracker_url
        self._locks: LockStore = InMemoryLockStore()
        if url and url.startswith("redis"):
            self._locks = RedisLocks(url, Keys(configured.secret_key))

    def lock(
        self, conversation_id: str, *arguments: Any, **named: Any
    ) -> AbstractAsyncContextManager[TicketLock]:
        """Hold the chat's lock; see :meth:`RedisLocks.lock`."""
        return self._locks.lock(conversation_id, *arguments, **named)


class RedisLocks(LockStore):
    """A lock is a key that goes by itself unless its holder renews it.

    Who waits is in no order: within a server :mod:`assistant.channels.delivery` sees to that, and
    between servers a chat is one server's at a time.
    """

    def __init__(self, url: str, keys: Keys, lease_seconds: float = LEASE_SECONDS) -> None:
        """Keep the locks in the Redis at ``url``, under names that only ``keys`` make."""
        self._redis = open_redis(url)
        self._keys = keys
        self._lease = int(1000 * lease_seconds)

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = PATIENCE_SECONDS,
        wait_time_in_seconds: float = FIRST_PAUSE_SECONDS,
    ) -> AsyncIterator[TicketLock]:
        """Hold the chat's lock.

        Raises:
            TrackerUnavailable: Redis does not answer, and nobody knows who else works on the chat.
            LockError: it was not free within ``lock_lifetime``.
        """
        key = f"lock:{self._keys.tracker_name(conversation_id)}"
        mine = secrets.token_hex(8)
        await self._take(key, mine, lock_lifetime, wait_time_in_seconds)
        renewing = asyncio.create_task(self._renew(key, mine))
        try:
            yield TicketLock(conversation_id)
        finally:
            renewing.cancel()
            # What cannot be freed goes by itself.
            with suppress(Exception):
                await self._redis.eval(_FREE, 1, key, mine)

    async def _take(self, key: str, mine: str, patience: float, pause: float) -> None:
        end = asyncio.get_running_loop().time() + patience
        while True:
            with answering():
                if await self._redis.set(key, mine, nx=True, px=self._lease):
                    return
            if asyncio.get_running_loop().time() >= end:
                raise LockError("a chat's lock was not free in time")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _renew(self, key: str, mine: str) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(Exception):  # Tried again in a second.
                await self._redis.eval(_RENEW, 1, key, mine, self._lease)
