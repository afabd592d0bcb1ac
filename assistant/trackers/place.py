"""Whether the place of the trackers answers. Knows nothing of Rasa, so the launcher can ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import redis

from bilik.errors import BilikError, TrackerUnavailable
from bilik.storage.database import Database

PATIENCE_SECONDS = 4
"""A voter waits behind each call."""


def connect_redis(url: str) -> redis.Redis:
    """The Redis at ``url``, which answers or fails within :data:`PATIENCE_SECONDS`.

    Raises:
        redis.RedisError: it does not answer.
        ValueError: the URL cannot be read.
    """
    client = redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
    )
    client.ping()
    return client


def require(url: str | None) -> None:
    """See that what ``url`` names is there.

    Raises:
        TrackerUnavailable: it is not.
    """
    if url is None:
        return
    with answering():
        if url.startswith("redis"):
            connect_redis(url).close()
        else:
            database = Database(url)
            with database.read():
                database.close()


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
