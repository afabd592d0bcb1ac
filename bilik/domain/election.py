"""An election as the panitia defines it: contests, candidates, hours, and the phase it is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bilik.domain.trustees import TrusteeGroup

SPARE_PERCENT = 2
"""So many spare letters are made for a hundred voters, unless told."""
LEAST_AGE = 17
"""In years, unless told (UU 7/2017, article 198); who is or was married may vote earlier."""

KEPT_DAYS = 30
"""So long after the closing the voters' data is kept, in days, unless told (UU 27/2022, article 16
(2) g: personal data is deleted when its retention ends)."""


class State(str, Enum):
    """What the panitia has done with the election; the clock does the rest, see :class:`Phase`."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    TALLIED = "tallied"


class Phase(str, Enum):
    """What a voter meets at a given instant."""

    DRAFT = "draft"
    UPCOMING = "upcoming"
    OPEN = "open"
    PAUSED = "paused"
    GRACE = "grace"
    CLOSED = "closed"
    TALLIED = "tallied"


class Visibility(str, Enum):
    """When counts may be seen."""

    AFTER_CLOSING = "after_closing"
    LIVE = "live"


class Blank(Enum):
    """The selection of a voter who leaves a contest blank."""

    BLANK = "blank"


BLANK = Blank.BLANK
Selection = int | Blank
"""A candidate's number, or :data:`BLANK`."""
Selections = Mapping[str, Selection]
"""Contest id → selection."""


@dataclass(frozen=True)
class Candidate:
    """One answer of a contest: a person, a pair, or the empty box (*kotak kosong*).

    ``names`` has two entries for a pair (*paslon*). ``gender`` is ``"L"``, ``"P"`` or empty, and
    only of use to "yang ibu-ibu". ``photos`` are paths from the definition's
    folder.
    """

    number: int
    names: tuple[str, ...]
    nicknames: tuple[str, ...] = ()
    vision: str = ""
    missions: tuple[str, ...] = ()
    gender: str = ""
    empty_box: bool = False
    photos: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """``Siti Rahmawati, S.Pd.``, or both names of a pair joined by ``&``."""
        return " & ".join(self.names)


@dataclass(frozen=True)
class Contest:
    """One question on the ballot, answered with exactly one candidate or left blank."""

    id: str
    title: str
    candidates: tuple[Candidate, ...]
    aliases: tuple[str, ...] = ()

    def candidate(self, number: int) -> Candidate | None:
        """The candidate of that number, or None if the ballot has none."""
        return next((one for one in self.candidates if one.number == number), None)


@dataclass(frozen=True)
class Election:
    """One election: everything that stands in ``pemilihan.yml``.

    ``opens`` and ``closes`` are instants; ``zone`` is WIB, WITA or WIT. During ``grace`` after
    closing, voters who have already proved their identity may finish. ``keeps_not_understood`` lets
    messages that Bilik did not understand wait, masked, for a trainer. ``trustees`` hold the key
    together; without them the server holds it alone.
    ``needs_known_number`` lets voters vote only from the telephone number that the roll has of
    them. ``spare_percent`` of the voters is how many spare letters are made. With ``allows_revote``
    voters may vote again until closing, and the last ballot counts. Voters on the roll who are
    younger than ``least_age`` at the closing are pointed out, not refused. Once ``kept_days`` have
    passed since the closing, what the roll says of voters may be deleted. ``place`` is where the
    votes are counted and ``committee`` the panitia, their head first, for the minutes of the count.
    """

    slug: str
    title: str
    zone: str
    opens: datetime
    closes: datetime
    contests: tuple[Contest, ...]
    contact: str = ""
    grace: timedelta = timedelta(minutes=15)
    visibility: Visibility = Visibility.AFTER_CLOSING
    keeps_not_understood: bool = False
    trustees: TrusteeGroup | None = None
    needs_known_number: bool = False
    spare_percent: int = SPARE_PERCENT
    allows_revote: bool = False
    least_age: int = LEAST_AGE
    kept_days: int = KEPT_DAYS
    place: str = ""
    committee: tuple[str, ...] = ()

    def contest(self, contest_id: str) -> Contest:
        """The contest of that id.

        Raises:
            KeyError: there is none.
        """
        for contest in self.contests:
            if contest.id == contest_id:
                return contest
        raise KeyError(contest_id)

    def phase(self, state: State, now: datetime) -> Phase:
        """What a voter meets at ``now``: the panitia's state, moved on by the clock."""
        if state is State.PAUSED and now >= self.closes + self.grace:
            return Phase.CLOSED  # It could not be opened again.
        if state is not State.OPEN:
            return Phase(state.value)
        if now < self.opens:
            return Phase.UPCOMING
        if now < self.closes:
            return Phase.OPEN
        return Phase.GRACE if now < self.closes + self.grace else Phase.CLOSED

    def accepts(self, selections: Selections) -> bool:
        """Whether there is one possible selection for each contest, and nothing besides."""
        return set(selections) == {contest.id for contest in self.contests} and all(
            selection is BLANK
            or (isinstance(selection, int) and self.contest(contest_id).candidate(selection))
            for contest_id, selection in selections.items()
        )
