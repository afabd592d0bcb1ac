"""Headers that both servers, the chat's and that of the pages, give every answer."""

from __future__ import annotations

COMMON = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
ONLY_TLS = "max-age=31536000"
"""A year, for a browser that has come by TLS once (Strict-Transport-Security)."""
