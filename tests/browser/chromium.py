"""Which Chromium drives the pages: Debian's, or the one that Playwright has downloaded."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

MISSING = "no Chromium: apt-get install chromium (Debian), or .venv/bin/playwright install chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-first-run",
]  # fmt: skip


def find(playwright: Playwright) -> str | None:
    """The path of a Chromium that is installed."""
    own = playwright.chromium.executable_path
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    return installed or (own if Path(own).exists() else None)


def launch(playwright: Playwright) -> Browser:
    """A headless Chromium.

    Raises:
        RuntimeError: none is installed.
    """
    path = find(playwright)
    if path is None:
        raise RuntimeError(MISSING)
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


if __name__ == "__main__":  # for `scripts/test`: tells whether there is one
    with sync_playwright() as running:
        sys.exit(find(running) is None)
