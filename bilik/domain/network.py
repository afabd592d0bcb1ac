"""Whom an address on the internet belongs to."""

from __future__ import annotations

import ipaddress


def network_of(address: str) -> str:
    """The address itself; of IPv6 the network, for a household has a whole /64 (RFC 6177)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
