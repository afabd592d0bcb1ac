"""What a server process may use of its machine."""

from __future__ import annotations

import resource

MOST_FILES = 8192
"""Each page that listens is a connection; the usual limit of a process is 1024."""


def allow_connections() -> None:
    """Raise the limit on open files, for this process and those it starts, as far as may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
