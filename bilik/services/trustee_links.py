"""Personal links of trustees: who has one may act on the trustees' page under that name.

A link holds a keyed hash over the election, how often its key ceremony was begun anew, and the
name. So nothing is kept for it, and `bilik trustees restart` voids those handed out before. What it
allows is to hand in the first message of a ceremony, the certificate; all later ones show by
themselves whose they are, and no link can count or open anything.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bilik.domain.audit import Act
from bilik.domain.trustees import TrusteeGroup, label
from bilik.keys import Keys
from bilik.services.elections import StoredElection
from bilik.storage.tables import audit_log


@dataclass(frozen=True)
class TrusteeLink:
    """The address at which a trustee acts; it is for nobody else."""

    name: str
    url: str


def links(
    connection: Connection, keys: Keys, stored: StoredElection, group: TrusteeGroup, base_url: str
) -> tuple[TrusteeLink, ...]:
    """Every trustee's link, in their order; ``base_url`` is where the pages are, like https://….

    What follows the ``#`` stays in the browser, so that no log on the way has it.
    """
    begun = _times_begun(connection, stored)
    page = f"{base_url.rstrip('/')}/saksi/{stored.election.slug}"
    return tuple(
        TrusteeLink(name, f"{page}#{place}-{_token(keys, stored, begun, name)}")
        for place, name in enumerate(group.names, start=1)
    )


def bearer(
    connection: Connection, keys: Keys, stored: StoredElection, group: TrusteeGroup, said: str
) -> int | None:
    """The number of the trustee whose link ends in ``said``; None if it is nobody's."""
    number, _, token = said.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 3):
        return None
    place = int(number)
    if not 1 <= place <= len(group.names):
        return None
    begun = _times_begun(connection, stored)
    right = _token(keys, stored, begun, group.names[place - 1])
    return place if hmac.compare_digest(right.encode(), token.encode()) else None


def _token(keys: Keys, stored: StoredElection, begun: int, name: str) -> str:
    return keys.trustee_token(stored.uuid, begun, label(name))


def _times_begun(connection: Connection, stored: StoredElection) -> int:
    columns = audit_log.c
    query = select(func.count()).where(
        columns.election == stored.election.slug, columns.act == Act.KEY_ANEW.value
    )
    return int(connection.execute(query).scalar_one())
