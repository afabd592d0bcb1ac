"""Whether a request comes from the platform that it claims to come from.

All comparisons take the same time wherever two values begin to differ.
"""

from __future__ import annotations

import base64
import hmac


def same(given: str, expected: str) -> bool:
    """Whether a secret that was presented is the expected one."""
    return bool(expected) and hmac.compare_digest(
        given.encode("utf-8", "surrogateescape"), expected.encode()
    )


def is_signed_hex(body: bytes, secret: str, header: str) -> bool:
    """``sha256=`` and the HMAC-SHA256 of the raw body in hex, as Meta signs webhooks."""
    return same(header, "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex())


def is_signed_base64(body: bytes, secret: str, header: str) -> bool:
    """The HMAC-SHA256 of the raw body in base64, as LINE signs webhooks."""
    digest = hmac.digest(secret.encode(), body, "sha256")
    return same(header, base64.b64encode(digest).decode())
