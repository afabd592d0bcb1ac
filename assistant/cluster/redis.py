"""A Redis for one machine: in memory alone, with a password of its own."""

from __future__ import annotations

import secrets
from pathlib import Path

_FILE = """\
bind 127.0.0.1
port {port}
requirepass {password}
# What is in it is worth nothing after a restart, and belongs on no disk.
save ""
appendonly no
# It never fills the machine; what has waited longest for its end goes first.
maxmemory 512mb
maxmemory-policy volatile-ttl
"""


def write(file: Path, port: int) -> str:
    """Write its settings; the URL by which the servers reach it."""
    password = secrets.token_urlsafe(24)
    file.write_text(_FILE.format(port=port, password=password))
    return f"redis://:{password}@127.0.0.1:{port}/0"
