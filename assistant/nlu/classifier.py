"""The lean intent classifier: a linear model over n-grams of letters and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import joblib
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GroupShuffleSplit
from sklearn.svm import LinearSVC

from assistant.nlu.slips import SLIP
from assistant.nlu.tokenizer import SIGNS

FILE = "linear.joblib"
RANKED = 10
_SHARPNESS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)


class Sample(NamedTuple):
    """What is learned from a message: its tokens, and what the choice grammar sees in it."""

    tokens: Sequence[str]
    signs: Sequence[str] = ()


def letters(sample: Sample) -> list[str]:
    """Runs of two to four letters within each word, its edges counted as letters.

    >>> letters(Sample(["ya"]))
    [' y', 'ya', 'a ', ' ya', 'ya ', ' ya ']
    """
    padded = [f" {token} " for token in sample.tokens]
    return [
        word[at : at + size]
        for word in padded
        for size in (2, 3, 4)
        for at in range(len(word) - size + 1)
    ]


def phrases(sample: Sample) -> list[str]:
    """Words alone and in pairs, beginning and end counted as words.

    >>> phrases(Sample(["ya", "sudah"]))
    ['ya', 'sudah', '^ ya', 'ya sudah', 'sudah $']
    """
    return [*sample.tokens, *map(" ".join, pairwise(("^", *sample.tokens, "$")))]


def grammar(sample: Sample) -> list[str]:
    """The signs of the choice grammar."""
    return list(sample.signs)


BLOCKS = ((letters, 1.0), (phrases, 1.0), (grammar, 0.6))
"""What a message is cut into, and how much each kind weighs."""


@dataclass
class _Block:
    """Weights of one kind of n-gram, of shape (n-grams, intents), and how rare each n-gram is."""

    cut: Callable[[Sample], list[str]]
    weight: float
    places: dict[str, int]
    rarity: Any
    weights: Any

    def margins(self, sample: Sample) -> Any:
        """What a message says of each intent: n-grams weighed by tf-idf, scaled to length 1."""
        counts = Counter(map(self.places.get, self.cut(sample)))
        counts.pop(None, None)
        if not counts:
            return 0.0
        at = np.fromiter(counts, int, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), float, len(counts)))) * self.rarity[at]
        return (self.weight * values / np.linalg.norm(values)) @ self.weights[at]


@dataclass
class _Model:
    """What was learned.

    ``sharpness`` turns margins into probabilities, softmax(sharpness x margin), fitted on examples
    that the weights were not learned from.
    """

    intents: list[str]
    blocks: list[_Block]
    bias: Any
    sharpness: float = 1.0

    def probabilities(self, sample: Sample) -> Any:
        """A probability for each intent, in their order."""
        margins = self.bias + sum(block.margins(sample) for block in self.blocks)
        powers = np.exp(self.sharpness * (margins - margins.max()))
        return powers / powers.sum()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):
    """Support vector machines, one intent against the rest (liblinear), over tf-idf of n-grams.

    Training is deterministic; a message costs some hundred look-ups and one small product.
    """

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: _Model | None = None,
    ) -> None:
        """Use ``model``, or learn one with :meth:`train`."""
        self._config, self._storage, self._resource = config, storage, resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``C``: how closely the examples are fitted."""
        return {"C": 1.5}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """See the parent class."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all intent examples."""
        examples = training_data.intent_examples
        self._model = learn(
            [_sample(one) for one in examples],
            [one.get(INTENT) for one in examples],
            [one.get(SLIP) or one.get(TEXT) for one in examples],
            self._config["C"],
        )
        with self._storage.write_to(self._resource) as directory:
            joblib.dump(self._model, directory / FILE)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> LinearIntentClassifier:
        """The classifier as it was trained."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, joblib.load(directory / FILE))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking of each message."""
        if self._model is None:
            return messages
        for message in messages:
            probabilities = self._model.probabilities(_sample(message))
            ranking = [
                {
                    INTENT_NAME_KEY: self._model.intents[at],
                    PREDICTED_CONFIDENCE_KEY: float(probabilities[at]),
                }
                for at in np.argsort(-probabilities)[:RANKED]
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages


def learn(
    samples: Sequence[Sample],
    intents: Sequence[str],
    origins: Sequence[str],
    closeness: float,
) -> _Model:
    """The model of these examples, its sharpness fitted on a fifth of them held back.

    Examples of one origin, such as mistyped copies, are held back together.
    """
    split = GroupShuffleSplit(n_splits=1, test_size=0.2, random_state=1)
    learned, held = next(split.split(samples, groups=origins))
    trial = _fit([samples[at] for at in learned], [intents[at] for at in learned], closeness)
    known = [at for at in held if intents[at] in trial.intents]

    def surprise(sharpness: float) -> float:
        trial.sharpness = sharpness
        right = [trial.probabilities(samples[at])[trial.intents.index(intents[at])] for at in known]
        return float(-np.log(np.maximum(right, 1e-9)).mean())

    model = _fit(samples, intents, closeness)
    model.sharpness = min(_SHARPNESS, key=surprise)
    return model


def _fit(samples: Sequence[Sample], intents: Sequence[str], closeness: float) -> _Model:
    vectorizers = [TfidfVectorizer(analyzer=cut, sublinear_tf=True, min_df=2) for cut, _ in BLOCKS]
    features = hstack(
        [
            weight * vectorizer.fit_transform(samples)
            for vectorizer, (_, weight) in zip(vectorizers, BLOCKS, strict=True)
        ]
    ).tocsr()
    machine = LinearSVC(C=closeness, random_state=1).fit(features, intents)
    weights = np.ascontiguousarray(machine.coef_.T, dtype=np.float32)
    blocks, begin = [], 0
    for vectorizer, (cut, weight) in zip(vectorizers, BLOCKS, strict=True):
        end = begin + len(vectorizer.vocabulary_)
        places = {ngram: int(place) for ngram, place in vectorizer.vocabulary_.items()}
        blocks.append(_Block(cut, weight, places, vectorizer.idf_, weights[begin:end]))
        begin = end
    return _Model([str(one) for one in machine.classes_], blocks, machine.intercept_)


def _sample(message: Message) -> Sample:
    tokens = [token.text for token in message.get(TOKENS_NAMES[TEXT]) or ()]
    return Sample(tokens, message.get(SIGNS) or ())
