"""For requests to servers of this machine, which speak no TLS."""

import ssl

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For httpx' `verify`. Without it, it reads the whole system's certificates for each request that
has no client, which takes longer than most requests."""
