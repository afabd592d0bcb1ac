"""Passwords of the desk's accounts: Argon2id (RFC 9106) over a keyed hash of what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError, VerifyMismatchError

from bilik.domain.accounts import normal_password
from bilik.errors import BoxUnavailable
from bilik.keys import Keys

_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
"""RFC 9106's second recommendation, on one core."""
_AT_ONCE = BoundedSemaphore(2)
"""So many are computed at a time, for whoever asks: each takes 64 MiB."""
_PATIENCE_SECONDS = 5
_OF_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=1$YmlsaWsvbm9ib2R5Li4$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


def hashed(keys: Keys, password: str) -> str:
    """The form in which a password is kept."""
    with _turn():
        return _HASHER.hash(keys.password_input(normal_password(password)))


def matches(keys: Keys, kept: str | None, password: str) -> bool:
    """Whether a password is the one that is kept; where there is none, it costs as much to say."""
    with _turn():
        try:
            _HASHER.verify(kept or _OF_NOBODY, keys.password_input(normal_password(password)))
        except (VerifyMismatchError, VerificationError):
            return False
    return kept is not None


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE_SECONDS):
        raise BoxUnavailable("Terlalu banyak yang masuk bersamaan. Coba sebentar lagi.")
    try:
        yield
    finally:
        _AT_ONCE.release()
