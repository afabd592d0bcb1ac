"""The identity check."""

from __future__ import annotations

from actions.replies import Reply
from actions.voter_action import Visit, VoterAction


class Identify(VoterAction):
    """Takes NIK and voting code."""

    gives_way = False

    def answer(self, visit: Visit) -> list[Reply]:
        """Check what the message holds of them."""
        return visit.act(visit.booth.identify(visit.sender, visit.text))
