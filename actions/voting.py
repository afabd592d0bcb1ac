"""Choosing, the read-back, and the cast."""

from __future__ import annotations

from dataclasses import replace

from actions import replies
from actions.replies import Reply
from actions.voter_action import Visit, VoterAction, answer_to_yes, confirm, leave_finished
from bilik.domain.election import Phase
from bilik.domain.wondering import asks_what_if
from bilik.services.outcomes import Kind
from bilik.services.sessions import Stage


class Choose(VoterAction):
    """Takes what a message chooses or rejects."""

    gives_way = False

    def answer(self, visit: Visit) -> list[Reply]:
        """Read back what is clear, ask about what is not."""
        return visit.act(visit.booth.choose(visit.sender, visit.text, visit.heard.hint))


class LeaveBlank(VoterAction):
    """Leaves a contest blank."""

    gives_way = False

    def answer(self, visit: Visit) -> list[Reply]:
        """Take the blank selection and read back."""
        return visit.act(visit.booth.leave_blank(visit.sender, visit.text))


class ChangeChoice(VoterAction):
    """Goes back from the read-back to choosing."""

    def answer(self, visit: Visit) -> list[Reply]:
        """Ask what to change; to those who only wonder whether they could, say so."""
        phases = {phase for _, phase in visit.scene.elections}
        if asks_what_if(visit.text) and phases & {Phase.OPEN, Phase.GRACE}:
            election = visit.scene.election
            later = election is not None and election.allows_revote
            said = replies.reply("may_change_later" if later else "may_change", visit.scene)
            return [said, *replies.guide(visit.scene)]
        return visit.act(visit.booth.change(visit.sender, visit.text))


class CastBallot(VoterAction):
    """Where a yes leads. Whatever a message was taken for, only :func:`confirm` records a vote, and
    only its answers say SUDAH or BELUM tercatat."""

    keeps_finished_session = True
    gives_way = False

    def answer(self, visit: Visit) -> list[Reply]:
        """Cast on a clear yes to the read-back that the voter has seen."""
        return confirm(visit)


class PressButton(VoterAction):
    """Does what a button does; the button of the read-back casts, as a typed yes would."""

    keeps_finished_session = True
    gives_way = False

    def answer(self, visit: Visit) -> list[Reply]:
        """Press it; if it is no longer valid, say so and where the voter stands."""
        outcome = visit.booth.press(visit.sender, visit.text)
        if outcome.kind is Kind.BUTTON_GONE and visit.scene.stage is Stage.DONE:
            told = leave_finished(visit)
            return [*told, *visit.act(replace(outcome, scene=visit.scene))]
        confirming = visit.heard.told_stage == Stage.CONFIRMING.value
        return answer_to_yes(visit, outcome) if confirming else visit.act(outcome)


class Stop(VoterAction):
    """Stops; nothing is recorded."""

    def answer(self, visit: Visit) -> list[Reply]:
        """Forget what was pending."""
        return visit.act(visit.booth.stop(visit.sender))
