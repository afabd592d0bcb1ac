"""How exactly turnout may be told: all of it after the closing, and less while people still vote.

Whoever watches a figure all day sees when it moves. "Somebody in this town has just voted" says
little about anybody; "somebody of TPS 03", or "one of these thirty", tells who it was to whoever
saw them with their phone. So only a figure about many moves with every voter. All others move in
steps and say how many have voted at least; and they are looked at only when the box has published
another batch, so that not even a step shows the moment at which it was reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bilik.domain.turnout import FEWEST, Station

STEP = FEWEST
"""What figures about few move by."""
MANY = 100
"""Of so many voters the total may move with every one of them."""


@dataclass(frozen=True)
class Turnout:
    """How many of the voters have voted, together and by station.

    ``at_least`` says that ``voted`` is a lower bound; ``stations_at_least`` the same of all
    stations, of which there are none where they would say the same as the total.
    """

    voters: int
    voted: int
    stations: tuple[Station, ...] = ()
    at_least: bool = False
    stations_at_least: bool = False


def while_voting(voters: int, voted: int, at_batch: Sequence[Station]) -> Turnout:
    """What may be told while people vote.

    ``voted`` is as of now, ``at_batch`` the stations as they were when the box last published.
    """
    stepped = tuple(replace(one, voted=in_steps(one.voted)) for one in at_batch)
    told = stepped if len(stepped) > 1 else ()
    if voters >= MANY:
        return Turnout(voters, voted, told, stations_at_least=True)
    total = in_steps(sum(one.voted for one in at_batch))
    return Turnout(voters, total, told, at_least=True, stations_at_least=True)


def once_closed(voters: int, voted: int, stations: Sequence[Station]) -> Turnout:
    """What may be told when nobody votes any more: all, the small stations together."""
    return Turnout(voters, voted, tuple(stations))


def in_steps(voted: int) -> int:
    """The step that has been reached."""
    return voted // STEP * STEP
