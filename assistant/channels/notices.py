"""What a channel says by itself; the words stand in `notices.yml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

FILE = Path(__file__).parent / "notices.yml"


@lru_cache(maxsize=1)
def notices() -> dict[str, str]:
    """All notices by name, as the file has them."""
    loaded: dict[str, str] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def notice(name: str, **values: str) -> str:
    """One notice.

    Raises:
        KeyError: there is none of that name, or it asks for a value that is not there.
    """
    return notices()[name].format_map(values)
