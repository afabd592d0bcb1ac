"""Candidates as cards, for channels that can show them; the list in words says the same."""

from __future__ import annotations

from typing import Any

from actions.render import in_order
from bilik.domain import lexicon
from bilik.domain.election import Candidate, Contest, Election
from bilik.services import portraits
from bilik.services.sessions import Stage

_CHOOSES = (Stage.CHOOSING, Stage.CONFIRMING)


def of_contest(election: Election, contest: Contest, stage: Stage) -> list[dict[str, Any]]:
    """A contest's cards in the order of their numbers.

    ``says`` is what a voter says by pressing one; none before identity, when nothing can be chosen.
    With more than one contest it names its own, as the card may be older than the question.
    """
    prefix = f"{contest.title} " if len(election.contests) > 1 else ""
    cards = [_card(election, contest, one) for one in in_order(contest)]
    if stage not in _CHOOSES:
        return cards
    return [{**card, "says": f"{prefix}nomor {card['number']}"} for card in cards]


def _card(election: Election, contest: Contest, candidate: Candidate) -> dict[str, Any]:
    return {
        "contest": contest.title,
        "number": candidate.number,
        "name": candidate.full_name,
        "photos": portraits.addresses(election, contest, candidate),
        "initials": [] if candidate.empty_box else [initials(name) for name in candidate.names],
        "empty_box": candidate.empty_box,
    }


def initials(name: str) -> str:
    """``AF`` for *H. Ahmad Fauzi, S.E.*: first and last name, without titles and degrees."""
    words = name.split(",", maxsplit=1)[0].split()
    own = [word for word in words if "." not in word and word.lower() not in lexicon.TITLE] or words
    return "".join(word[0].upper() for word in dict.fromkeys((*own[:1], *own[1:][-1:])))
