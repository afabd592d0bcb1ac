"""Candidates' photos: made small and square at loading, and shown beside their names.

Only the picture itself is kept. What cameras write beside it (place, time, device) is left out.
"""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from bilik.domain.election import Candidate, Contest, Election, State
from bilik.storage.tables import elections, portraits

SIDE = 240
"""Pixels: twice the size at which it is shown, for screens that are that fine."""
_QUALITY = 82
_MOST_PIXELS, _LONGEST_SIDE = 30_000_000, 12_000
_ADDRESS = re.compile(r"(?P<number>\d{1,2})-(?P<place>[12])\.jpg")


class Place(NamedTuple):
    """Whose photo: contest, candidate's number, and which one of a pair, from 1."""

    contest: str
    number: int
    place: int


def small(content: bytes) -> bytes:
    """A photo as square JPEG of :data:`SIDE` pixels, its middle.

    Raises:
        ValueError: it is no picture, is damaged, or is larger than any camera's.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as opened:
                if opened.width * opened.height > _MOST_PIXELS or max(opened.size) > _LONGEST_SIDE:
                    raise ValueError("too many pixels")
                upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (
        UnidentifiedImageError, OSError, SyntaxError, struct.error, EOFError,
        Image.DecompressionBombError, Image.DecompressionBombWarning,
    ) as error:  # fmt: skip
        raise ValueError(str(error)) from None
    squared = ImageOps.fit(upright, (SIDE, SIDE))
    paper = Image.new("RGB", squared.size, "white")
    paper.paste(squared, mask=squared.getchannel("A"))
    written = BytesIO()
    paper.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()


def read(election: Election, folder: Path) -> dict[Place, bytes]:
    """The photos that an election names, from the folder of its file, made small.

    Raises:
        OSError: one cannot be read. ValueError: one is damaged.
    """
    return {
        Place(contest.id, candidate.number, place): small((folder / path).read_bytes())
        for contest in election.contests
        for candidate in contest.candidates
        for place, path in enumerate(candidate.photos, start=1)
        if path
    }


def replace(connection: Connection, election_id: int, photos: Mapping[Place, bytes]) -> None:
    """Keep these for an election, in the place of those that it had."""
    forget(connection, election_id)
    rows = [
        {"election_id": election_id, **whose._asdict(), "content": content}
        for whose, content in photos.items()
    ]
    if rows:
        connection.execute(insert(portraits), rows)


def forget(connection: Connection, election_id: int) -> None:
    """Delete an election's photos."""
    connection.execute(delete(portraits).where(portraits.c.election_id == election_id))


def addresses(election: Election, contest: Contest, candidate: Candidate) -> list[str]:
    """Where a candidate's photos are found, below the address of all photos."""
    return [
        f"{election.slug}/{contest.id}/{candidate.number}-{place}.jpg"
        for place, path in enumerate(candidate.photos, start=1)
        if path
    ]


def find(connection: Connection, slug: str, contest: str, file: str) -> bytes | None:
    """The photo at one of :func:`addresses`; None if there is none. Drafts show nothing yet."""
    named = _ADDRESS.fullmatch(file)
    if named is None:
        return None
    columns = portraits.c
    query = (
        select(columns.content)
        .select_from(portraits.join(elections))
        .where(
            elections.c.slug == slug, elections.c.state != State.DRAFT.value,
            columns.contest == contest, columns.number == int(named["number"]),
            columns.place == int(named["place"]),
        )
    )  # fmt: skip
    found = connection.execute(query).scalar()
    return None if found is None else bytes(found)
