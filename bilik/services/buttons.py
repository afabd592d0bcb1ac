"""Buttons under an answer: what each does, and the opaque word that stands for it.

A button's payload travels through the chat platform and could be copied, forged or sent again. So
it tells nothing and names nothing: each set of buttons has a seed of its own, in the sealed
session, and a payload is a keyed hash of a button's place in the set. What that place means follows
from where the voter stands. Whatever changes there, the session gets a new seed; so only the newest
set counts, only in its own chat, and a button can be used once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bilik.domain.election import BLANK, Election, Selection
from bilik.services.sessions import Session, Stage

MOST = 10
"""Longer lists are for typing; no phone shows more buttons."""

PREFIX = "tombol:"
# Letters that make no words and no numbers: nothing else in a message is taken for a payload, nor a
# payload for a NIK, a code or a choice.
_LETTERS = "bcdfghjklmnpqrst"
_PAYLOAD = re.compile(rf"{PREFIX}[{_LETTERS}]{{16}}")
_FROM_HEX = str.maketrans("0123456789abcdef", _LETTERS)


class Press(str, Enum):
    """What pressing a button does."""

    CHOOSE = "choose"
    CHANGE = "change"
    CONFIRM = "confirm"
    STOP = "stop"


@dataclass(frozen=True)
class Button:
    """One button: what it does, in which contest and with which selection, and its payload."""

    press: Press
    contest: str | None = None
    selection: Selection | None = None
    payload: str = ""


def is_payload(text: str) -> bool:
    """Whether a message has the form of a button's payload, whoever made it."""
    return _PAYLOAD.fullmatch(text.strip()) is not None


def new_seed() -> str:
    """A seed for a new set of buttons, from the system's randomness."""
    return secrets.token_hex(8)


def offered(session: Session, election: Election | None) -> tuple[Button, ...]:
    """The buttons that fit where the voter stands; none where typing is better."""
    if election is None or session.seed is None:
        return ()
    acts = _acts(session, election)
    if len(acts) > MOST + 1:
        return ()
    return tuple(
        Button(press, contest, selection, _payload(session.seed, place))
        for place, (press, contest, selection) in enumerate(acts)
    )


def pressed(text: str, session: Session, election: Election | None) -> Button | None:
    """The button of the newest set that a message presses; None if it is none of them."""
    given = text.strip()
    for button in offered(session, election):
        if hmac.compare_digest(button.payload.encode(), given.encode()):
            return button
    return None


_Act = tuple[Press, str | None, Selection | None]


def _acts(session: Session, election: Election) -> Sequence[_Act]:
    match session.stage:
        case Stage.CHOOSING if session.asked:
            contest = election.contest(session.asked)
            choices: Sequence[Selection] = sorted(one.number for one in contest.candidates)
            return [(Press.CHOOSE, contest.id, one) for one in (*choices, BLANK)]
        case Stage.CHOOSING:
            return [(Press.CHANGE, one.id, None) for one in election.contests]
        case Stage.CONFIRMING:
            return [(Press.CONFIRM, None, None), (Press.CHANGE, None, None), _STOP]
        case Stage.DONE:
            # The set that cast: pressed again, it gets the same answer.
            return [(Press.CONFIRM, None, None)]
        case _:
            return []


_STOP: _Act = (Press.STOP, None, None)


def _payload(seed: str, place: int) -> str:
    digest = hashlib.blake2b(str(place).encode(), key=seed.encode(), digest_size=8).hexdigest()
    return PREFIX + digest.translate(_FROM_HEX)
