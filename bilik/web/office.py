"""What all pages work with."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from bilik.clock import Clock, system_clock
from bilik.keys import Keys
from bilik.services.desk import Desk
from bilik.settings import Settings
from bilik.storage.database import Database

NOBODY = "halaman"
"""Who looks at the desk for the public's pages, which do nothing that is noted in a log."""


@dataclass(frozen=True)
class Office:
    """One installation: its database, keys, settings and clock."""

    database: Database
    keys: Keys
    settings: Settings
    clock: Clock = system_clock

    def desk(self, actor: str = NOBODY) -> Desk:
        """The desk with ``actor`` at it; their acts are noted under that name."""
        return Desk(self.database, self.keys, self.settings.trustee_dir, self.clock, actor)


def address_of(request: Request) -> str:
    """Where the pages are, as whoever asks can reach them."""
    return office_of(request).settings.pages_url or str(request.base_url).rstrip("/")


def office_of(request: Request) -> Office:
    """The office that a page belongs to."""
    office = request.app.state.office
    assert isinstance(office, Office)
    return office
