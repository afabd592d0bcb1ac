"""Rasa's tokenizer: the spaCy pipeline of :mod:`assistant.nlu.indonesian`."""

from __future__ import annotations

from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language

from assistant.nlu.indonesian import build, forms, is_strange, signs_of
from assistant.nlu.slips import SLIP

SIGNS = "signs"
"""Where a message keeps what the choice grammar sees in it."""
STRANGE = "strange"
"""Where it keeps whether not one of its words is known."""
NOTHING = "kosongmelompong"
"""Stands for a message without a single word."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class IndonesianTokenizer(Tokenizer):
    """Tokens in one spelling, numbers and names reduced to their kind; and signs of choosing."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, nlp: Language
    ) -> None:
        """Use ``nlp``; see :func:`assistant.nlu.indonesian.build`."""
        super().__init__(config)
        self._storage, self._resource, self._nlp = storage, resource, nlp

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The settings of Rasa's own tokenizers, all unused here."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IndonesianTokenizer:
        """See the parent class."""
        return cls(config, model_storage, resource, build(()))

    def train(self, training_data: TrainingData) -> Resource:
        """Build the pipeline for the training messages, and keep it with the model."""
        examples = training_data.training_examples
        self._nlp = build(one.get(TEXT) for one in examples if one.get(TEXT) and not one.get(SLIP))
        with self._storage.write_to(self._resource) as directory:
            self._nlp.to_disk(directory)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> IndonesianTokenizer:
        """The tokenizer as it was trained."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, spacy.load(directory))

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The attribute's tokens, at their places in the normalised text."""
        doc = self._nlp(message.get(attribute))
        if attribute == TEXT:
            message.set(SIGNS, signs_of(doc))
            message.set(STRANGE, is_strange(doc))
        tokens, place = [], 0
        for text in forms(doc) or [NOTHING]:
            tokens.append(Token(text, place))
            place += len(text) + 1
        return tokens
