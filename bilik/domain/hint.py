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
    def of_intent(cls, intent: str, confidence: float = 1.0) -> Hint:
        """The hint that an intent gives, held with a confidence of 0 to 1."""
        if intent in _CHOICES:
            return cls.CHOICE if confidence >= SURE_OF_A_CHOICE else cls.OPEN
        if intent in _SMALL_TALK or confidence < SURE:
            return cls.OPEN
        return cls.REJECTION if intent == "reject_candidate" else cls.OTHER


SURE = 0.7
SURE_OF_A_CHOICE = 0.5
_CHOICES = frozenset({"choose", "vote_blank"})
_SMALL_TALK = frozenset(
    "nlu_fallback thanks greet goodbye affirm start_voting provide_identity out_of_scope "
    "change_choice".split()
)
"""Beside these, a choice may well stand: "pilihan saya nomor tiga, terima kasih"."""
