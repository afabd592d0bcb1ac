"""What has only one reading is not left to a learned model."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from assistant.nlu.tokenizer import STRANGE
from bilik.domain.choice import is_bare_number
from bilik.domain.confirmation import is_clear_yes
from bilik.domain.identity import find_credentials, holds_credentials
from bilik.domain.lost import says_lost
from bilik.domain.receipt import find_receipt
from bilik.domain.words import words
from bilik.services.buttons import is_payload

COMMAND = "/"
NOT_UNDERSTOOD = "nlu_fallback"
PRESS = "press_button"
SURE = 0.8
"""With less confidence, a message of which not one word is known is not understood."""
_RECEIPT_WORDS = {"tanda", "resi", "struk", "bukti"}
"""Beside one of these, what looks like a voting code is a mistyped receipt."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class PatternIntentClassifier(IntentClassifier, GraphComponent):
    """Names the intent of messages of a fixed form, over whatever was predicted before.

    A message that begins with ``/`` names an intent to Rasa, which any voter could type. Here it is
    a message like others, and not understood.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PatternIntentClassifier:
        """See the parent class."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent where the form of a message tells it."""
        for message in messages:
            text = message.get(TEXT) or ""
            intent = intent_by_form(text)
            if intent is None and _intent(message) == PRESS:
                intent = NOT_UNDERSTOOD  # only its form makes a button
            if intent is None and message.get(STRANGE) and not _is_sure(message):
                intent = NOT_UNDERSTOOD  # a guess from letters alone would be a wild one
            if text.lstrip().startswith(COMMAND):
                # Rasa looks for commands after this component. Nothing of it goes any further.
                message.set(TEXT, "perintah")
            if intent is not None:
                found = {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: 1.0}
                message.set(INTENT, found, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [found], add_to_output=True)
        return messages


def _is_sure(message: Message) -> bool:
    """Whether the model knows what a message is of which no word is known.

    That it is about "something else" is no knowledge, of gibberish least of all.
    """
    confidence = float((message.get(INTENT) or {}).get(PREDICTED_CONFIDENCE_KEY) or 0.0)
    return confidence >= SURE and _intent(message) != "out_of_scope"


def _intent(message: Message) -> str | None:
    return (message.get(INTENT) or {}).get(INTENT_NAME_KEY)


def intent_by_form(text: str) -> str | None:
    """The intent that a message's form alone tells; None if it tells none."""
    if text.lstrip().startswith(COMMAND):
        return NOT_UNDERSTOOD
    if is_payload(text):
        return PRESS
    if find_receipt(text):
        return "check_receipt"
    given = find_credentials(text)
    if given.nik and not given.code and not given.code_slip and says_lost(text):
        return "lost_letter"
    if holds_credentials(text) and not _RECEIPT_WORDS & {word.text for word in words(text)}:
        return "provide_identity"
    if is_clear_yes(text):
        return "affirm"
    if is_bare_number(text):
        return "choose"
    return None
