"""The figures of a page as texts and lengths of bars, by the names under which the page has them.

They are all that changes on a page from one vote to the next. The page's *shape* is the rest of it:
when that changes, open pages fetch themselves again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from bilik.domain.election import Contest
from bilik.domain.indonesian import figure, percent
from bilik.domain.outcome import Ending, outcome_of, sentence
from bilik.domain.tally import ContestCount
from bilik.domain.telling import counting_line, interim_line, turnout_line, voted_of
from bilik.domain.turnout import Station, station_name
from bilik.services.public_view import PublicView

FULL = 1000
"""How long a bar is that stands for all."""


@dataclass(frozen=True)
class Row:
    """A candidate's line: ``key`` names its figures; ``first`` if they have most votes, alone."""

    key: str
    number: int
    name: str
    first: bool


@dataclass(frozen=True)
class Ballot:
    """A contest on the page, with what its count says; ``ending`` only once that is final."""

    key: str
    title: str
    rows: tuple[Row, ...]
    ending: str = ""


@dataclass
class Figures:
    """What a page shows of an election; ``texts`` and ``bars`` are by the figures' names."""

    texts: dict[str, str] = field(default_factory=dict)
    bars: dict[str, int] = field(default_factory=dict)
    stations: tuple[tuple[str, str], ...] = ()
    contests: tuple[Ballot, ...] = ()
    shape: str = ""


def of(view: PublicView, record: str) -> Figures:
    """The figures of an election; ``record`` names what can be downloaded of it."""
    made = Figures()
    turnout = view.turnout
    made.texts |= {
        "memilih": figure(turnout.voted),
        "pemilih": figure(turnout.voters),
        "persen": percent(turnout.voted, turnout.voters),
        "dari": f"{'sedikitnya ' if turnout.at_least else ''}{voted_of(turnout)}",
        "partisipasi": turnout_line(turnout),
        "menunggu": counting_line(view.election, view.parts),
    }
    made.bars["memilih"] = _length(turnout.voted, turnout.voters)
    made.stations = tuple(
        _station(made, f"tps-{place}", one, turnout.stations_at_least)
        for place, one in enumerate(turnout.stations, start=1)
    )
    if view.result:
        made.texts |= {
            "masuk": figure(view.result.ballots), "disisihkan": figure(view.result.set_aside),
        }  # fmt: skip
        made.contests = _contests(made, view.election.contests, view.result.counts, final=True)
    elif view.interim:
        made.texts["sementara"] = interim_line(view.interim.ballots)
        made.contests = _contests(made, view.election.contests, view.interim.counts, final=False)
    parts = [
        view.phase.value, view.election.title, record, *(name for _, name in made.stations),
        *sorted(made.texts), *(one.ending for one in made.contests),
    ]  # fmt: skip
    made.shape = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    return made


def _station(made: Figures, key: str, one: Station, at_least: bool) -> tuple[str, str]:
    """Note the figures of a station; under which name, and what it is called."""
    made.texts[f"{key}-memilih"] = _voted(one, at_least)
    made.texts[f"{key}-pemilih"] = figure(one.voters)
    if not at_least:
        made.texts[f"{key}-persen"] = percent(one.voted, one.voters)
    made.bars[key] = _length(one.voted, one.voters)
    return key, station_name(one.name)


def _voted(one: Station, at_least: bool) -> str:
    if not at_least:
        return figure(one.voted)
    return f"{figure(one.voted)}+" if one.voted else "–"


def _contests(
    made: Figures, contests: Sequence[Contest], counts: Sequence[ContestCount], final: bool
) -> tuple[Ballot, ...]:
    return tuple(
        _contest(made, contest, count, final)
        for contest, count in zip(contests, counts, strict=True)
    )


def _contest(made: Figures, contest: Contest, count: ContestCount, final: bool) -> Ballot:
    outcome = outcome_of(contest, count)
    elected = [one.number for one in outcome.best] if outcome.ending is Ending.LEADS else []
    rows = []
    for one in sorted(contest.candidates, key=lambda one: one.number):
        key, votes = f"{contest.id}-{one.number}", count.votes[one.number]
        made.texts[key] = figure(votes)
        made.texts[f"{key}-persen"] = percent(votes, count.valid)
        made.bars[key] = _length(votes, count.valid)
        rows.append(Row(key, one.number, one.full_name, final and one.number in elected))
    made.texts[f"{contest.id}-sah"] = figure(count.valid)
    made.texts[f"{contest.id}-kosong"] = figure(count.blank)
    ending = sentence(contest, count) if final else ""
    return Ballot(contest.id, contest.title, tuple(rows), ending)


def _length(part: int, whole: int) -> int:
    """Of a bar from zero, to the same scale as all others."""
    return round(FULL * part / whole) if whole else 0
