"""Messages that were not understood, and Rasa's commands, which voters have no use for."""

from __future__ import annotations

from actions import replies
from actions.replies import Reply
from actions.voter_action import Visit, VoterAction
from bilik.domain.choice import Doubt
from bilik.services.outcomes import Kind
from bilik.services.sessions import Stage


class DefaultFallback(VoterAction):
    """Not understood: once, a plea for other words; twice, what one can say."""

    def answer(self, visit: Visit) -> list[Reply]:
        """Ask for other words, or about the candidates that were named."""
        if visit.scene.stage in (Stage.CHOOSING, Stage.CONFIRMING):
            outcome = visit.booth.choose(visit.sender, visit.text, visit.heard.hint)
            doubt = outcome.resolution.doubt if outcome.resolution else None
            visit.scene = outcome.scene
            if outcome.kind is not Kind.UNCLEAR or doubt is not Doubt.NOTHING:
                return visit.act(outcome)
        name = "not_understood_again" if visit.heard.repeated else "not_understood"
        return [replies.reply(name, visit.scene), *replies.guide(visit.scene)]


class Restart(DefaultFallback):
    """Takes the place of Rasa's own ``action_restart``: no message can wipe a conversation."""
