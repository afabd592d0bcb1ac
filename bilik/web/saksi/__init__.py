"""The trustees' page: everything secret happens in the browser, in ``assets/saksi``.

addresses.py  the page, and what its scripts fetch and send
scripts.py    the fingerprint of those scripts
"""

from bilik.web.saksi.addresses import routes

__all__ = ["routes"]
