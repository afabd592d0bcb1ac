"""One message understood, as the `bilik nlu` commands show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bilik.domain.choice import Resolution
from bilik.domain.election import BLANK, Selection


class Place(str, Enum):
    """Where in the conversation the message comes."""

    IDENTITY = "identity"
    CHOOSING = "choosing"
    CONFIRMING = "confirming"


class Act(str, Enum):
    """What Bilik would do."""

    READ_BACK = "read_back"
    """A choice goes to the read-back."""
    ASK = "ask"
    """The voter is asked to be clearer, or for what comes next."""
    CAST = "cast"
    """Taken as the yes that casts the ballot."""
    ANSWER = "answer"
    """A question is answered, or a courtesy returned."""
    IDENTIFY = "identify"
    """Taken as NIK, voting code, or an attempt at them."""
    STOP = "stop"
    NONE = "none"
    """Not understood."""


@dataclass(frozen=True)
class Understanding:
    """One message understood.

    ``reading`` tells, when it is asked for, what the resolver makes of it. ``selection`` is what is
    read back or cast, by contest, and None where nothing is. ``says`` are Bilik's answers.
    """

    text: str
    intent: str
    confidence: float
    reading: Callable[[], Resolution]
    act: Act
    selection: dict[str, Selection] | None
    says: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The fields that ``bilik nlu try --json`` prints; a blank selection is ``"blank"``."""
        reading = self.reading()
        return {
            "text": self.text,
            "intent": self.intent,
            "confidence": round(self.confidence, 4),
            "accepted": _plain(reading.accepted),
            "rejected": {
                contest: sorted(map(_word, refused), key=str)
                for contest, refused in reading.rejected.items()
            },
            "action": self.act.value,
            "selection": None if self.selection is None else _plain(self.selection),
        }


def _word(selection: Selection) -> int | str:
    return "blank" if selection is BLANK else int(str(selection))


def _plain(selections: dict[str, Selection]) -> dict[str, int | str]:
    return {contest: _word(one) for contest, one in selections.items()}
