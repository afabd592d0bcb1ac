"""Messages that were not understood, and Rasa's commands, which voters have no use for."""

from __future__ import annotations

import logging

from actions import replies
from actions.replies import Reply
from actions.voter_action import Visit, VoterAction
from bilik.domain.choice import Doubt
from bilik.services.outcomes import Kind
from bilik.services.sessions import Stage

logger = logging.getLogger(__name__)


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
        said = [replies.reply(name, visit.scene), *replies.guide(visit.scene)]
        _keep(visit)
        return said


class Restart(DefaultFallback):
    """Takes the place of Rasa's own ``action_restart``: no message can wipe a conversation."""


def _keep(visit: Visit) -> None:
    """Let the message wait for a trainer; whatever comes of that, the voter gets an answer."""
    try:
        visit.booth.keep_not_understood(visit.sender, visit.text, visit.scene)
    except Exception as error:
        logger.error("a message could not be kept: %s", type(error).__name__)
