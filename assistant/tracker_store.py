"""Rasa's tracker store (`endpoints.yml`): keeps structure only, in memory, in Redis or in SQL.

Which of them is set by ``BILIK_TRACKER_URL``. Sender ids are stored as keyed hashes, so that no
telephone number stands anywhere; Rasa itself goes on working with the sender id.

If a tracker cannot be read or kept, the message fails. Rasa would then go on with a tracker in
memory, the unstripped one; see :mod:`assistant.rasa_patches`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from assistant import rasa_patches
from assistant.trackers.place import answering
from assistant.trackers.shelves import open_shelf
from assistant.trackers.structure import structure
from bilik import logs, settings
from bilik.errors import SettingsError
from bilik.keys import Keys

rasa_patches.apply()


class StructureStore(TrackerStore):
    """Keeps of each conversation what :func:`structure` says, and nothing else."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        shelf: TrackerStore | None = None,
        keys: Keys | None = None,
        clock: Callable[[], float] = time.time,
        **_: Any,
    ) -> None:
        """Open the place of the settings, or use ``shelf``.

        Rasa makes the store before any message comes in: here the server's logs are made discreet.

        Raises:
            SettingsError: an event broker is configured, which would publish messages.
            TrackerUnavailable: the place does not answer.
        """
        if event_broker is not None:
            raise SettingsError(
                "Hapus event_broker dari endpoints.yml: ia mengirimkan pesan pemilih ke luar."
            )
        super().__init__(domain)
        if shelf is None or keys is None:
            configured = settings.load()
            logs.make_discreet(configured.log_format)
            keys = Keys(configured.secret_key)
            with answering():
                shelf = open_shelf(configured.tracker_url, self.domain)
        self._shelf, self._keys, self._clock = shelf, keys, clock

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the structure of ``tracker``.

        Raises:
            TrackerUnavailable: it is not kept.
        """
        kept = structure(tracker, self._keys.tracker_name(tracker.sender_id), self._clock())
        if kept.events:
            with answering():
                await self._shelf.save(kept)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """What is kept of the sender's conversation.

        Raises:
            TrackerUnavailable: nobody knows.
        """
        with answering():
            kept = await self._shelf.retrieve(self._keys.tracker_name(sender_id))
        if kept is not None:
            kept.sender_id = sender_id
        return kept

    async def keys(self) -> Iterable[str]:
        """The stored names: hashes, from which no sender id comes back."""
        with answering():
            return await self._shelf.keys()

    @property
    def domain(self) -> Domain:
        """The model's domain."""
        return self._domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        self._domain = self._shelf.domain = domain or Domain.empty()
