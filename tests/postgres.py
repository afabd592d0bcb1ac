"""A real PostgreSQL server for tests, reached by a Unix socket only."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

_NUMBERS = count(1)


@contextmanager
def a_server() -> Iterator[Any]:
    """A server with an empty cluster, stopped and deleted at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of XDG_RUNTIME_DIR, which not every machine sets
        import pgserver
    with tempfile.TemporaryDirectory(prefix="bilik-postgresql-") as directory:
        server = pgserver.get_server(Path(directory) / "data", cleanup_mode="stop")
        try:
            yield server
        finally:
            server.cleanup()


def a_database(server: Any) -> str:
    """The URL of a new database on the server."""
    name = f"bilik_{next(_NUMBERS)}"
    server.psql(f"CREATE DATABASE {name}")
    return str(server.get_uri(name))
