"""The booth that all actions of this process share, opened at the first use."""

from __future__ import annotations

import logging
from functools import lru_cache

from bilik import settings
from bilik.errors import BilikError
from bilik.keys import Keys
from bilik.services.activity import Noter, the_meter
from bilik.services.booth import Booth
from bilik.storage.database import Database

logger = logging.getLogger(__name__)


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


@lru_cache(maxsize=1)
def _the_noter() -> Noter:
    return Noter(the_meter, Database(settings.load().database_url))


def note_failures() -> None:
    """Note what has failed in this process for the panitia's live view; if not now, the next time.

    It blocks for as long as the database may take.
    """
    try:
        _the_noter().note()
    except BilikError as error:
        logger.warning("failures could not be noted: %s", type(error).__name__)
