"""The trustees' own pages, as far as the panitia hands them out."""

from __future__ import annotations

from bilik.errors import WrongState
from bilik.services import trustee_links
from bilik.services.desk.seat import Seat
from bilik.services.elections import pick
from bilik.services.trustee_links import TrusteeLink


class TrusteePages(Seat):
    """Links for trustees."""

    def trustee_links(self, base_url: str, slug: str | None = None) -> tuple[TrusteeLink, ...]:
        """Every trustee's personal link to the pages at ``base_url``, in the trustees' order.

        Raises:
            NotFound: there is no such election. WrongState: trustees do not hold its key.
        """
        with self._database.read() as connection:
            stored = pick(connection, slug)
            group = stored.election.trustees
            if group is None:
                raise WrongState(
                    f"Pemilihan `{stored.election.slug}` tidak memakai saksi pemegang kunci. "
                    "Tambahkan bagian `saksi` di berkasnya, lalu `bilik election load`."
                )
            return trustee_links.links(connection, self._keys, stored, group, base_url)
