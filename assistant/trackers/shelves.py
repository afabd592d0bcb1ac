"""The places where trackers can be kept: Rasa's own stores, one kept tracker for each chat.

Rasa's stores add to what they have; these put the new in place of the old. And they give up on a
server that does not answer, for a voter waits behind each call.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator

from rasa.core.tracker_store import (
    InMemoryTrackerStore,
    SerializedTrackerAsText,
    SQLTrackerStore,
    TrackerStore,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Session, sessionmaker

from assistant.trackers.place import open_redis, tracker_check
from bilik.storage.database import Database

IDLE_SECONDS = 86_400
"""A tracker not touched for so long is forgotten. Sessions of voters end long before."""
_PREFIX = "tracker:"
MAX_IN_MEMORY = 50_000
"""With so many chats in memory, the one that has been idle longest is forgotten."""


class MemoryShelf(InMemoryTrackerStore):
    """In this process's memory, and gone with it."""

    def __init__(self, domain: Domain, room: int = MAX_IN_MEMORY) -> None:
        """Keep at most ``room`` trackers."""
        super().__init__(domain)
        self.store: OrderedDict[str, str] = OrderedDict()
        self._room = room

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep it as the newest one."""
        await super().save(tracker)
        self.store.move_to_end(tracker.sender_id)
        while len(self.store) > self._room:
            self.store.popitem(last=False)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """What is kept; of one session there is no need to look for the last."""
        return await self.retrieve_full_tracker(sender_id)


class RedisShelf(TrackerStore, SerializedTrackerAsText):
    """In Redis, which forgets a tracker after :data:`IDLE_SECONDS`.

    Rasa's own store waits for Redis with the whole server.
    """

    def __init__(self, domain: Domain, url: str) -> None:
        """Use the Redis at ``url``.

        Raises:
            redis.RedisError: it does not answer.
            ValueError: the URL cannot be read.
        """
        super().__init__(domain)
        tracker_check(url)()
        self._redis = open_redis(url)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep it as the only one."""
        content = self.serialise_tracker(tracker)
        await self._redis.set(_PREFIX + tracker.sender_id, content, ex=IDLE_SECONDS)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """What is kept."""
        content = await self._redis.get(_PREFIX + sender_id)
        return self.deserialise_tracker(sender_id, content.decode()) if content else None

    async def keys(self) -> Iterable[str]:
        """The stored names."""
        found = await self._redis.keys(_PREFIX + "*")
        return [one.decode().removeprefix(_PREFIX) for one in found]


class SqlShelf(SQLTrackerStore):
    """In the table ``events`` of an SQL database."""

    def __init__(self, domain: Domain, url: str) -> None:
        """Open the database at ``url`` and create the table if need be.

        Raises:
            SQLAlchemyError: it does not answer.
            SettingsError: the URL is of another kind.
        """
        # The parent's own engine waits for a server without end, and shows values in its errors.
        self.engine = Database(url).engine
        self.Base.metadata.create_all(self.engine)
        self.sessionmaker = sessionmaker(bind=self.engine)
        self._cleared = 0.0
        TrackerStore.__init__(self, domain)

    def _additional_events(
        self, session: Session, tracker: DialogueStateTracker
    ) -> Iterator[Event]:
        """All events, after those of before are deleted in the same transaction."""
        stored = session.query(self.SQLEvent)
        stored.filter(self.SQLEvent.sender_id == tracker.sender_id).delete()
        now = tracker.events[-1].timestamp
        if now - self._cleared > IDLE_SECONDS / 24:
            stored.filter(self.SQLEvent.timestamp < now - IDLE_SECONDS).delete()
            self._cleared = now
        return iter(tracker.events)


def open_shelf(url: str | None, domain: Domain) -> TrackerStore:
    """The place that ``url`` names; memory for none.

    Raises:
        Exception: of the place's own kind, if it does not answer.
    """
    if url is None:
        return MemoryShelf(domain)
    return RedisShelf(domain, url) if url.startswith("redis") else SqlShelf(domain, url)
