"""The pages' server as a process of its own, over the database of an election in a test."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.booth import SECRET
from tests.installation import free_port, wait_for


@dataclass(frozen=True)
class Pages:
    """A running server; ``log`` is what it has written, ``figures`` where it tells of itself."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]
    figures: str


@contextmanager
def serve(directory: Path, database: str, trustee_dir: Path) -> Iterator[Pages]:
    """`bilik web` on loopback; stopped at the end."""
    port, figures, log = free_port(), free_port(), directory / "web.log"
    environment = {
        **os.environ,
        "BILIK_SECRET_KEY": base64.urlsafe_b64encode(SECRET).decode(),
        "BILIK_DATABASE_URL": database,
        "BILIK_TRUSTEE_DIR": str(trustee_dir),
        "BILIK_RECORDS_DIR": str(directory / "terbitan"),
        "BILIK_DESK_DIR": str(directory / "meja"),
        "BILIK_HOST": "127.0.0.1",
        "BILIK_WEB_PORT": str(port),
        "BILIK_METRICS_PORT": str(figures),
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bilik.cli", "web"],
            env=environment, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/sehat", process)
        yield Pages(f"http://127.0.0.1:{port}", log, process, f"http://127.0.0.1:{figures}/metrics")
    finally:
        process.terminate()
        process.wait(20)
