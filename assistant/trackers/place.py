"""Whether the place of the trackers answers. Knows nothing of Rasa, so the launcher can ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis
import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bilik.errors import BilikError, TrackerUnavailable
from bilik.storage.database import Database

PATIENCE_SECONDS = 4
"""A voter waits behind each call."""


def open_redis(url: str) -> redis.asyncio.Redis:
    """The Redis at ``url``, each call of which answers or fails within :data:`PATIENCE_SECONDS`.

    Nothing is opened before the first call. A connection that a restart has cut is made anew.

    Raises:
        ValueError: the URL cannot be read.
    """
    return redis.asyncio.Redis.from_url(
        url,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 1),
        retry_on_error=[redis.ConnectionError],
    )


def require(url: str | None) -> None:
    """See that what ``url`` names is there.

    Raises:
        TrackerUnavailable: it is not.
    """
    if url is None:
        return
    with answering():
        if url.startswith("redis"):
            tracker_check(url)()
        else:
            database = Database(url)
            with database.read():
                database.close()


def tracker_check(url: str) -> Callable[[], object]:
    """What asks again and again whether the place at ``url`` answers, and raises if it does not."""
    if url.startswith("redis"):
        return redis.Redis.from_url(
            url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
        ).ping
    database = Database(url)

    def ask() -> None:
        with database.read():
            pass

    return ask


@contextmanager
def answering() -> Iterator[None]:
    """What goes wrong within is the place's fault, and is told in one line without any content.

    Raises:
        TrackerUnavailable: instead of what was raised.
    """
    try:
        yield
    except BilikError as error:
        raise TrackerUnavailable(_line(type(error).__name__)) from None
    except Exception as error:
        raise TrackerUnavailable(_line(type(getattr(error, "orig", error)).__name__)) from None


def _line(reason: str) -> str:
    return (
        f"Tempat jejak percakapan tidak menjawab ({reason}). Periksa BILIK_TRACKER_URL dan apakah "
        "servernya menyala, lalu ulangi."
    )
