"""A town on its election day: its servers, its people, and the chat platforms they use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import aiohttp

from tests.channels.platforms import Platforms, running
from tests.soak import ledger
from tests.soak.crowd import Crowd
from tests.soak.figures import Figures
from tests.soak.ledger import Ledger
from tests.soak.page import Page
from tests.soak.phone import KINDS, PhoneWay
from tests.soak.stand import Stand, stand
from tests.soak.voter import Voter, Way

ON_PHONES = 0.2
"""So many come by a chat platform; the others by the page."""


@dataclass
class Town:
    """Whoever has voted in one crowd does not come in the next."""

    stand: Stand
    platforms: Platforms
    chance: Random
    pairs: Iterator[tuple[str, str]]
    people: list[Voter]
    _http: aiohttp.ClientSession

    def crowd(self, at_once: int, think: float, resigned: float = 0.0) -> Crowd:
        """People who come now, so many at a time."""
        figures = Figures()

        def way() -> Way:
            if self.chance.random() < ON_PHONES:
                phone = self.chance.choice(KINDS)(self.stand.servers, self.platforms)
                return PhoneWay(phone, self._http, figures)
            connector = self._http.connector
            assert connector is not None
            return Page(self.stand.url, connector, self.chance, figures)

        return Crowd(
            self.pairs, way, at_once, think, self.chance,
            resigned=resigned, figures=figures, people=self.people,
        )  # fmt: skip

    def books(self, since: int = 0) -> Ledger:
        """All who have come so far, against the database; see :func:`ledger.check`."""
        village = self.stand.servers.village
        return ledger.check(village.database, village.keys, self.people, since)


@asynccontextmanager
async def town(
    directory: Path, voters: int, can_hurt: bool = False, seed: int = 7
) -> AsyncIterator[Town]:
    """Of so many voters, on a cluster of its own; see :func:`stand`."""
    with running() as platforms:
        async with (
            stand(directory, voters, platforms.settings(), can_hurt) as servers,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
        ):
            pairs = iter(servers.servers.village.pairs)
            yield Town(servers, platforms, Random(seed), pairs, [], http)
