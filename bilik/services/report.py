"""The minutes of a count, from what is published of it: the same figures, verified before."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from bilik.domain.election import Election
from bilik.domain.minutes import Fingerprints, Minutes, Particulars
from bilik.domain.tally import ContestCount
from bilik.services.publication import Description
from bilik.services.record import Source


def minutes_of(
    election: Election, source: Source, description: Description, acted: Iterable[int]
) -> Minutes:
    """What the minutes say of the count that ``description`` describes.

    ``acted`` are the numbers of the trustees who did their part; the server's does not matter.
    """
    said = description.summary
    group = election.trustees
    return Minutes(
        election=election,
        counts=tuple(
            ContestCount(
                one["kode"],
                {candidate["nomor"]: candidate["suara"] for candidate in one["calon"]},
                one["dikosongkan"],
            )
            for one in said["hasil"]
        ),
        enrolled=said["pemilih"] - said["pemilih_tambahan"],
        added=said["pemilih_tambahan"],
        spares=said["cadangan"],
        given=said["cadangan_dipakai"],
        ballots=said["suara_masuk"],
        set_aside=said["disisihkan"],
        replaced=said["diganti"],
        stations=source.turnout,
        log=source.log,
        decrypted_by=tuple(group.names[owner - 1] for owner in sorted(acted)) if group else (),
        fingerprints=Fingerprints(
            archive=said["sha256_arsip"],
            chain=description.head,
            log=said["sha256_jejak"],
            roll=said["sidik_daftar_pemilih"],
        ),
    )


def as_pdf(said: Minutes, particulars: Particulars) -> bytes:
    """The minutes to print; the same bytes each time."""
    # What draws takes long to load, and few commands need it.
    from bilik.printing import minutes

    file = BytesIO()
    minutes.write_file(file, said, particulars)
    return file.getvalue()
