"""One message, without the work that Bilik has no use for."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_VALIDATE_SLOT_MAPPINGS, DEFAULT_SLOT_NAMES
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.data import TrainingType
from rasa.utils.endpoints import EndpointConfig

from assistant.engine.decisions import Decisions
from assistant.engine.remote import KeptEndpoint


class Uncopied:
    """Stands for the module ``copy`` where Rasa copies only what it logs, for each message anew."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        """The value itself: what is logged is written at once, and here not even that."""
        return value


_CUSTOM = {"type": "custom"}
"""A slot that only actions set."""


class LeanProcessor(MessageProcessor):
    """Rasa's processor, for a domain whose slots are set by actions alone."""

    def __init__(
        self, *arguments: Any, action_endpoint: EndpointConfig | None = None, **named: Any
    ) -> None:
        """See the parent class."""
        kept = KeptEndpoint.of(action_endpoint)
        super().__init__(*arguments, action_endpoint=kept, **named)
        self._extracts_slots = extracts_slots(self.domain)
        # A model of both kinds has no rules or stories that are made of texts.
        self.decisions = (
            Decisions() if self.model_metadata.training_type is TrainingType.BOTH else None
        )

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """Nothing, unless a slot is filled from messages."""
        if self._extracts_slots:
            return await super().run_action_extract_slots(output_channel, tracker)
        return tracker

    def _predict_next_with_tracker(self, tracker: DialogueStateTracker) -> PolicyPrediction:
        if self.decisions is None or tracker.followup_action:
            return super()._predict_next_with_tracker(tracker)
        decide = super()._predict_next_with_tracker
        return self.decisions.about(tracker, lambda: decide(tracker))

    @staticmethod
    def _log_slots(tracker: DialogueStateTracker) -> None:
        """Nothing: nobody is told what stands in them."""

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Nothing: intents come from the model, which was trained with this domain."""


def extracts_slots(domain: Domain) -> bool:
    """Whether anything in the domain makes Rasa's `action_extract_slots` do something."""
    return ACTION_VALIDATE_SLOT_MAPPINGS in domain.user_actions or any(
        mapping != _CUSTOM
        for slot in domain.slots
        if slot.name not in DEFAULT_SLOT_NAMES
        for mapping in slot.mappings
    )
