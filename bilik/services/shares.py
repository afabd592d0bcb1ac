"""The trustees' parts of a decryption: checked, kept, and put together when there are enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from bilik.belenios import tally, trustees, wire
from bilik.belenios.election import Election
from bilik.belenios.tally import EncryptedTally, PartialDecryption
from bilik.belenios.trustees import Trustees
from bilik.domain.trustees import TrusteeGroup
from bilik.errors import BilikError, InvalidRecord
from bilik.services import trustee_files
from bilik.services.trustee_files import Share
from bilik.storage.tables import partial_decryptions

Shares = Mapping[int, PartialDecryption]
"""Parts by their owners' numbers, in the order of these."""


def read_shares(paths: Iterable[Path]) -> list[tuple[Path, Share]]:
    """Files that trustees sent.

    Raises:
        NotFound: one cannot be read. InvalidRecord: one is no share.
    """
    return [(path, trustee_files.read(Share, path)) for path in paths]


def kept(connection: Connection, election_id: int) -> dict[int, PartialDecryption]:
    """The parts that are there."""
    columns = partial_decryptions.c
    query = select(columns.owner, columns.content).where(columns.election_id == election_id)
    return {
        row.owner: wire.decode(PartialDecryption, row.content)
        for row in connection.execute(query.order_by(columns.owner))
    }


def keep(connection: Connection, election_id: int, owner: int, share: PartialDecryption) -> None:
    """Keep a verified part."""
    connection.execute(
        insert(partial_decryptions).values(
            election_id=election_id, owner=owner, content=wire.encode(share)
        )
    )


def new_ones(
    given: Sequence[tuple[Path, Share]],
    known: Shares,
    names: TrusteeGroup,
    holders: Trustees,
    election: Election,
    encrypted: EncryptedTally,
) -> dict[int, PartialDecryption]:
    """Those of the given parts that are not there yet, each verified.

    Raises:
        InvalidRecord: one is nobody's, not of this tally, or was altered. BilikError: a trustee's
        is given twice, or none is new.
    """
    keys = trustees.public_keys(holders)
    found: dict[int, PartialDecryption] = {}
    for path, share in given:
        if not 1 <= share.owner <= len(keys):
            raise InvalidRecord(
                f"Berkas {path} dari saksi nomor {share.owner}, padahal saksinya hanya {len(keys)}."
            )
        name = names.names[share.owner - 1]
        try:
            tally.check_decryption(election, encrypted, keys[share.owner - 1], share.decryption)
        except InvalidRecord:
            raise InvalidRecord(
                f"Berkas {path} bukan bagian {name} untuk hitungan ini: dari kunci atau hitungan "
                f"lain, atau berubah di jalan. Minta {name} mengulang `bilik trustees decrypt`."
            ) from None
        if share.owner in found:
            raise BilikError(
                f"Bagian {name} diberikan dua kali. Cukup satu berkas untuk tiap saksi."
            )
        found[share.owner] = share.decryption
    fresh = {owner: share for owner, share in found.items() if owner not in known}
    if given and not fresh:
        repeated = ", ".join(names.names[owner - 1] for owner in sorted(found))
        raise BilikError(
            f"Bagian {repeated} sudah diterima sebelumnya. {waiting_for(names, known)}."
        )
    return fresh


def waiting_for(names: TrusteeGroup, known: Iterable[int]) -> str:
    """How many parts are there, and whose are not."""
    known = set(known)
    missing = [name for place, name in enumerate(names.names, start=1) if place not in known]
    line = f"Menunggu saksi: {len(known)} dari {names.threshold}"
    return f"{line}; yang belum: {', '.join(missing)}" if missing else line
