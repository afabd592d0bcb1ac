"""The scripts that handle a trustee's key, and one fingerprint of them all.

A page cannot vouch for itself: whoever sends other scripts also sends another figure. The figure is
for those who fetch the scripts by other means and compare them with a release's.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from bilik.web import ASSETS


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """SHA-256 over ``sha256sum``'s lines for the scripts in order of their names."""
    files = sorted((ASSETS / "saksi").glob("*.js"))
    lines = (f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
