"""Folders and jobs of one running server."""

from __future__ import annotations

from pathlib import Path

from bilik.web.panitia.arrivals import Arrivals
from bilik.web.panitia.folders import Folders
from bilik.web.panitia.jobs import Jobs


class Workshop:
    """What the desk keeps besides the database."""

    def __init__(self, root: Path) -> None:
        """Keep it in the directory ``root``, on this machine only."""
        self.folders = Folders(root)
        self.jobs = Jobs()
        self.arrivals = Arrivals(self.folders)
