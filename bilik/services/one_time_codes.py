"""One-time codes from an app on the person's telephone: TOTP (RFC 6238), six digits, 30 seconds."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

from bilik.keys import Keys, SealBroken

ISSUER = "Bilik"
_STEP_SECONDS = 30
_SLACK_STEPS = 1
"""Telephones' clocks are wrong by so many steps; RFC 6238, 5.2, advises one."""
_OF_NOBODY = "A" * 32


def new_secret() -> str:
    """160 random bits in base 32."""
    return pyotp.random_base32()


def sealed(keys: Keys, secret: str, stamp: bytes) -> bytes:
    """A secret as the database keeps it, for the account of that stamp."""
    return keys.totp.seal(secret.encode(), stamp)


def unsealed(keys: Keys, kept: bytes, stamp: bytes) -> str:
    """The inverse of :func:`sealed`.

    Raises:
        SealBroken: it was altered, or belongs to another account.
    """
    return keys.totp.unseal(kept, stamp).decode()


def address(secret: str, name: str) -> str:
    """What the QR code says to the app: the secret, and whose it is."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(keys: Keys, kept: bytes | None, stamp: bytes, code: str, now: datetime) -> int | None:
    """The time step that a code belongs to; None if it is of none near ``now``.

    Where nothing is ``kept`` it costs as much to say so.
    """
    try:
        secret = unsealed(keys, kept, stamp) if kept else _OF_NOBODY
    except SealBroken:
        secret, kept = _OF_NOBODY, None
    typed = "".join(code.split()).encode()
    generator = pyotp.TOTP(secret)
    present = int(now.timestamp()) // _STEP_SECONDS
    found = None
    for step in range(present - _SLACK_STEPS, present + _SLACK_STEPS + 1):
        if hmac.compare_digest(generator.generate_otp(step).encode(), typed):
            found = step
    return found if kept else None
