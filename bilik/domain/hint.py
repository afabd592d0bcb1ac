"""What the intent model takes a message for, as far as the choice grammar cares."""

from __future__ import annotations

from enum import Enum


class Hint(str, Enum):
    """A hint can make the grammar's reading stricter or looser, never another one."""

    CHOICE = "choice"
    """A choice: words that the lexicon does not know may stand around one."""
    OPEN = "open"
    """It does not know, or was not asked."""
    REJECTION = "rejection"
    """A rejection: if the grammar finds none in it, it has missed something."""
    OTHER = "other"
    """Something else: every word must be known."""

    @classmethod
    def of_intent(cls, intent: str) -> Hint:
        """The hint that an intent's name gives."""
        return _HINTS.get(intent, cls.OTHER)


_HINTS = {
    "choose": Hint.CHOICE,
    "vote_blank": Hint.CHOICE,
    "reject_candidate": Hint.REJECTION,
    "nlu_fallback": Hint.OPEN,
}
