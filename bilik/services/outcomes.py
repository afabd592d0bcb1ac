"""What comes of a voter's act, and where the voter stands after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from bilik.domain.choice import Resolution
from bilik.domain.election import Election, Phase, Selection
from bilik.services.buttons import Button
from bilik.services.sessions import Stage


class Kind(str, Enum):
    """What came of a voter's act."""

    # identity
    NEED_IDENTITY = "need_identity"
    NEED_CODE = "need_code"
    NEED_NIK = "need_nik"
    ODD_NIK = "odd_nik"
    ODD_CODE = "odd_code"
    WRONG_PAIR = "wrong_pair"
    TOO_MANY = "too_many"
    IDENTIFIED = "identified"
    ALREADY_VOTED = "already_voted"
    WRONG_NUMBER = "wrong_number"
    NEED_NUMBER = "need_number"
    NO_NUMBER = "no_number"
    # a lost letter
    ASK_LOST = "lost_letter_ask"
    LOST_WAIT = "lost_letter_wait"
    LOST_NOTED = "lost_letter_noted"
    LOST_ELSEWHERE = "lost_letter"
    # choosing
    ASK_CONTEST = "ask_contest"
    READ_BACK = "read_back"
    UNCLEAR = "unclear"
    ASK_WHAT_TO_CHANGE = "ask_what_to_change"
    # the cast
    RECORDED = "recorded"
    NOT_A_YES = "not_a_yes"
    LETTER_REPLACED = "not_recorded_letter"
    # the hours
    NOT_OPEN = "not_open"
    PAUSED = "paused"
    CLOSED = "closed"
    # the rest
    EXPIRED = "expired"
    STOPPED = "stopped"
    NOTHING_TO_STOP = "nothing_to_stop"
    BUTTON_GONE = "button_gone"


@dataclass(frozen=True)
class Scene:
    """Where a voter stands.

    ``elections`` holds the voter's own one, or else all current ones, each with its phase.
    ``selections`` are pending, not recorded. ``half`` names the half of an identity that is still
    missing, ``"nik"`` or ``"code"``, when the other has come. ``buttons`` are what can be pressed
    instead of typing. ``again`` says that a ballot of the voter's is in the box, and a new one
    would take its place. ``repeated`` says that the very message that is being heard has led here
    already. ``ageing`` says that the session was last kept more than a minute ago, and is to be
    prolonged.
    """

    stage: Stage
    now: datetime
    elections: tuple[tuple[Election, Phase], ...] = ()
    selections: dict[str, Selection] = field(default_factory=dict)
    asked: str | None = None
    readback: str | None = None
    receipt: str | None = None
    half: str | None = None
    buttons: tuple[Button, ...] = ()
    again: bool = False
    repeated: bool = False
    ageing: bool = False

    @property
    def election(self) -> Election | None:
        """The one election in question; None where there is none or more than one."""
        return self.elections[0][0] if len(self.elections) == 1 else None


@dataclass(frozen=True)
class Outcome:
    """What came of an act, and where the voter stands after it."""

    kind: Kind
    scene: Scene
    resolution: Resolution | None = None
    voter: str = ""
    tps: str = ""
    until: datetime | None = None
    digits: int = 0
