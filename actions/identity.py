"""The identity check, and what becomes of those who have no letter."""

from __future__ import annotations

from actions import replies
from actions.replies import Reply
from actions.voter_action import Visit, VoterAction
from bilik.domain.identity import find_credentials
from bilik.services.outcomes import Kind
from bilik.services.sessions import Stage


class Identify(VoterAction):
    """Takes NIK and voting code."""

    gives_way = False

    def answer(self, visit: Visit) -> list[Reply]:
        """Check what the message holds of them."""
        return visit.act(visit.booth.identify(visit.sender, visit.text))


class LostLetter(VoterAction):
    """No letter, or the code is lost: the panitia is told, once the NIK is there."""

    def answer(self, visit: Visit) -> list[Reply]:
        """Take the NIK or ask for it; a code means that the letter is there after all."""
        given = find_credentials(visit.text)
        if visit.scene.stage is Stage.LOST and (given.code or given.code_slip):
            return visit.act(visit.booth.identify(visit.sender, visit.text))
        outcome = visit.booth.report_lost(visit.sender, visit.text)
        said = visit.act(outcome)
        # Only who was told whom to ask is led back: the others have been told what comes next.
        return [*said, *replies.guide(visit.scene)] if outcome.kind is Kind.LOST_ELSEWHERE else said


class KeepLetter(VoterAction):
    """The letter is not to be reported after all."""

    def answer(self, visit: Visit) -> list[Reply]:
        """Back to the beginning."""
        return visit.act(visit.booth.keep_letter(visit.sender))
