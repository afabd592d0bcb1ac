"""Training on slips: the model sees every example also as thumbs would have typed it."""

from __future__ import annotations

import random
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.slips import SLIP, with_slips


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SlipHardening(GraphComponent):
    """Adds mistyped copies of each example while training; what voters write passes untouched.

    ``copies`` for each example, ``rate`` of their words (0 to 1) mistyped, drawn with ``seed``.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        """Use the settings in ``config``."""
        self._config = config

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See the class."""
        return {"copies": 2, "rate": 0.3, "seed": 1}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SlipHardening:
        """See the parent class."""
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The examples and their mistyped copies."""
        source = random.Random(self._config["seed"])
        copies = []
        for example in training_data.intent_examples:
            for _ in range(self._config["copies"]):
                text = with_slips(example.get(TEXT), self._config["rate"], source)
                if text != example.get(TEXT):
                    data = {TEXT: text, INTENT: example.get(INTENT), SLIP: example.get(TEXT)}
                    copies.append(Message(data=data))
        return TrainingData([*training_data.training_examples, *copies])

    def process(self, messages: list[Message]) -> list[Message]:
        """The messages as they are."""
        return messages
