"""The pages' outbox of several servers: in Redis, answers sealed, under names that tell nothing.

A message that a server has begun with is its own for a few seconds, and longer only while it says
so: if it dies, whoever gets the message next takes it over. That a message is not acted on twice,
the booth sees to (:meth:`bilik.services.booth.Booth.hearing`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from assistant.channels.delivery import Answers, Message
from assistant.channels.outbox import KEEP_SECONDS, Batch, Outbox, Post
from assistant.trackers.place import answering, open_redis
from bilik.keys import Keys, SealBroken

LEASE_SECONDS = 3.0
_BEGUN, _ANSWERED = b"begun", b"answered"
_BLOCK = 2048


class RedisOutbox(Outbox):
    """See :class:`Outbox`; what Redis loses, was never posted."""

    def __init__(self, url: str, keys: Keys) -> None:
        """Use the Redis at ``url``; ``keys`` are the installation's."""
        self._redis = open_redis(url)
        self._keys = keys

    async def take(self, session: str, name: str) -> Post:
        """See :meth:`Outbox.take`."""
        key = self._key(session, f"post:{name}")
        with answering():
            pipe = self._redis.pipeline()
            pipe.set(key, _BEGUN, nx=True, px=int(1000 * LEASE_SECONDS))
            pipe.get(key)
            is_fresh, state = await pipe.execute()
        if is_fresh:
            return Post.FRESH
        return Post.ANSWERED if state == _ANSWERED else Post.ELSEWHERE

    async def renew(self, session: str, name: str) -> None:
        """See :meth:`Outbox.renew`."""
        with answering():
            key = self._key(session, f"post:{name}")
            await self._redis.pexpire(key, int(1000 * LEASE_SECONDS))

    async def act(self, session: str, name: str) -> None:
        """See :meth:`Outbox.act`."""
        with answering():
            await self._redis.set(self._key(session, "acting"), name, ex=KEEP_SECONDS)

    async def is_behind(self, session: str, name: str) -> bool:
        """See :meth:`Outbox.is_behind`."""
        with answering():
            acting = await self._redis.get(self._key(session, "acting"))
        return acting is not None and acting != name.encode()

    async def answer(self, session: str, name: str, batch: Batch, settles: bool) -> None:
        """See :meth:`Outbox.answer`."""
        await self._put(session, batch, settles, name)

    async def push(self, session: str, batch: Batch) -> None:
        """See :meth:`Outbox.push`."""
        await self._put(session, batch, settles=True)

    async def seen(self, session: str, names: Collection[str]) -> None:
        """See :meth:`Outbox.seen`."""
        if names:
            with answering():
                await self._redis.hdel(self._key(session, "waiting"), *names)

    async def waiting(self, session: str) -> list[Batch]:
        """See :meth:`Outbox.waiting`."""
        with answering():
            found = await self._redis.hgetall(self._key(session, "waiting"))
        known = [self._unsealed(session, name.decode(), one) for name, one in found.items()]
        since = time.time() - KEEP_SECONDS
        return [
            batch for at, batch in sorted(filter(None, known), key=lambda one: one[0]) if at > since
        ]

    async def forget(self, session: str) -> None:
        """See :meth:`Outbox.forget`."""
        with answering():
            await self._redis.delete(self._key(session, "waiting"), self._key(session, "acting"))

    async def _put(
        self, session: str, batch: Batch, settles: bool, name: str | None = None
    ) -> None:
        waiting = self._key(session, "waiting")
        with answering():
            pipe = self._redis.pipeline()
            if name is not None:
                pipe.set(self._key(session, f"post:{name}"), _ANSWERED, ex=KEEP_SECONDS)
            pipe.hset(waiting, batch.name, self._sealed(session, batch))
            pipe.expire(waiting, KEEP_SECONDS)
            if settles:
                pipe.delete(self._key(session, "acting"))
            await pipe.execute()

    def _key(self, session: str, what: str) -> str:
        return f"page:{self._keys.tracker_name(f'page:{session}')}:{what}"

    def _sealed(self, session: str, batch: Batch) -> bytes:
        plain = json.dumps({"at": time.time(), "answers": asdict(batch.answers)}).encode()
        context = self._context(session, batch.name)
        return self._keys.outbox.seal(plain.ljust(-(-len(plain) // _BLOCK) * _BLOCK), context)

    def _unsealed(self, session: str, name: str, sealed: bytes) -> tuple[float, Batch] | None:
        """When it was put here, and what; None if the server's key was changed since."""
        try:
            plain = json.loads(self._keys.outbox.unseal(sealed, self._context(session, name)))
        except SealBroken:
            return None
        return plain["at"], Batch(_answers(plain["answers"]), name)

    @staticmethod
    def _context(session: str, name: str) -> bytes:
        return f"{session}\0{name}".encode()


def _answers(plain: dict[str, Any]) -> Answers:
    messages = [
        Message(one["text"], tuple(one["buttons"]), one["custom"]) for one in plain["messages"]
    ]
    return Answers(messages, plain["finished"], plain["more_to_come"])
