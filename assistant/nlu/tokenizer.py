"""Tokens in one spelling, with numbers reduced to their kind."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bilik.domain.words import Word, words


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class IndonesianTokenizer(Tokenizer):
    """Splits and normalises with :func:`bilik.domain.words.words`, as every reader in Bilik does.

    Numbers become ``angka`` or ``angkapanjang``: which number it is means nothing to an intent, and
    no NIK can end up in a model.
    """

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
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The attribute's tokens, at their places in the normalised text."""
        tokens, place = [], 0
        for word in words(message.get(attribute)):
            text = _kind(word)
            tokens.append(Token(text, place))
            place += len(text) + 1
        return tokens or [Token("kosongmelompong", 0)]


def _kind(word: Word) -> str:
    if not word.is_number:
        return word.text
    return "angka" if len(word.raw) <= 2 else "angkapanjang"
