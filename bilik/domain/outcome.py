"""What a count means for a contest: who leads, a tie, the empty box, or no vote at all.

One rule for all who tell a result. It says who has most votes, not who is appointed: what follows
from a tie, say, is in the rules of that election.

A single candidate against the empty box (*calon tunggal*) is elected with more than half of the
valid votes only (UU 10/2016, article 54D). With the empty box as the one other answer, that is the
same as having more votes than it; so one comparison serves there and where several candidates stand
beside an empty box.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bilik.domain.election import Candidate, Contest
from bilik.domain.tally import ContestCount


class Ending(Enum):
    """How a contest ends."""

    LEADS = "leads"
    TIE = "tie"
    EMPTY_BOX = "empty_box"
    NO_VOTES = "no_votes"


@dataclass(frozen=True)
class Outcome:
    """How a contest ended, and whose most votes are: one candidate if it ``LEADS``, more in a tie.

    ``best`` of an ``EMPTY_BOX`` are all with most votes, the empty box among them.
    """

    ending: Ending
    best: tuple[Candidate, ...] = ()


def outcome_of(contest: Contest, count: ContestCount) -> Outcome:
    """What the count means; blank ballots are no votes."""
    if not count.valid:
        return Outcome(Ending.NO_VOTES)
    most = max(count.votes.values())
    ordered = sorted(contest.candidates, key=lambda one: one.number)
    best = tuple(one for one in ordered if count.votes[one.number] == most)
    if any(one.empty_box for one in best):
        return Outcome(Ending.EMPTY_BOX, best)
    return Outcome(Ending.LEADS if len(best) == 1 else Ending.TIE, best)


def sentence(contest: Contest, count: ContestCount) -> str:
    """The same in words, for voters, the panitia, and the minutes."""
    outcome = outcome_of(contest, count)
    people = [one for one in contest.candidates if not one.empty_box]
    alone = people[0] if len(people) == 1 < len(contest.candidates) else None
    names = [f"nomor {one.number}, {one.full_name}" for one in outcome.best]
    match outcome.ending:
        case Ending.NO_VOTES:
            return "Tidak ada suara untuk calon mana pun."
        case Ending.LEADS if alone:
            return f"Calon tunggal, {alone.full_name}, mendapat lebih dari setengah suara sah."
        case Ending.LEADS:
            return _stopped(f"Suara terbanyak: {names[0]}")
        case Ending.TIE:
            return (
                _stopped(f"Suara terbanyak sama: {'; '.join(names[:-1])}; dan {names[-1]}")
                + " Penentuannya mengikuti aturan pemilihan ini."
            )
        case Ending.EMPTY_BOX if alone:
            how = "Kotak kosong unggul" if len(outcome.best) == 1 else "Suaranya sama banyak"
            return (
                f"{how}. Calon tunggal, {alone.full_name}, tidak mendapat lebih dari setengah "
                "suara sah, jadi belum terpilih."
            )
        case Ending.EMPTY_BOX:
            return "Tidak ada calon yang mengungguli kotak kosong, jadi belum ada yang terpilih."


def _stopped(text: str) -> str:
    """With one full stop at its end, also behind a name that ends with ``S.Pd.``."""
    return text if text.endswith(".") else f"{text}."
