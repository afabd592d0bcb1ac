"""What the minutes of a count (*berita acara*) say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bilik.domain.audit import Act, Entry
from bilik.domain.election import Election
from bilik.domain.tally import ContestCount
from bilik.domain.turnout import Station


@dataclass(frozen=True)
class Fingerprints:
    """What fixes a published record, each a SHA-256 in hexadecimal.

    Of the archive as a file, the last event in its chain, the panitia's log up to the count, and
    the roll at the opening.
    """

    archive: str
    chain: str
    log: str
    roll: str


@dataclass(frozen=True)
class Minutes:
    """An election that has been counted, in the figures of its published record.

    ``enrolled`` voters were on the roll at the opening and ``added`` came later; of the ``spares``,
    letters in reserve, ``given`` were handed out. ``ballots`` came in, of which ``set_aside`` did
    not verify; ``replaced`` are ballots besides, in whose place their voters cast another. ``log``
    goes up to the count. ``decrypted_by`` names the trustees who did their part of it.
    """

    election: Election
    counts: Sequence[ContestCount]
    enrolled: int
    added: int
    spares: int
    given: int
    ballots: int
    set_aside: int
    replaced: int
    stations: Sequence[Station]
    log: Sequence[Entry]
    decrypted_by: Sequence[str]
    fingerprints: Fingerprints

    @property
    def voters(self) -> int:
        """All on the roll, those who were added too."""
        return self.enrolled + self.added

    @property
    def counted(self) -> int:
        """The ballots that count."""
        return self.ballots - self.set_aside

    @property
    def counted_at(self) -> datetime | None:
        """When the result was there; None for an election that was opened without a log."""
        return next((one.at for one in self.log if one.act == Act.TALLY.value), None)


@dataclass(frozen=True)
class Particulars:
    """What only the panitia knows of their minutes; what is empty is left to be filled in by hand.

    ``url`` is where the record is published.
    """

    number: str = ""
    place: str = ""
    url: str = ""
