"""The booth that all actions of this process share, opened at the first use."""

from __future__ import annotations

from functools import lru_cache

from bilik import settings
from bilik.keys import Keys
from bilik.services.booth import Booth
from bilik.storage.database import Database


@lru_cache(maxsize=1)
def the_booth() -> Booth:
    """The booth over the database that the settings name.

    Raises:
        SettingsError: a setting is missing.
    """
    configured = settings.load()
    return Booth(
        Database(configured.database_url),
        Keys(configured.secret_key),
        pages_url=configured.pages_url,
    )
