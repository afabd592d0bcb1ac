"""The spaCy pipeline for chatted Bahasa Indonesia: tokens, their spelling, what they stand for.

``build`` makes it from code and from the words of the training data, so that the same data give
the same pipeline; Rasa keeps it with the model (:mod:`assistant.nlu.tokenizer`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

import spacy
from indoNLP.preprocessing.slang_data import SLANG_DATA
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from assistant.nlu.signs import signs
from bilik.domain import lexicon, numbers
from bilik.domain.words import Word, words

NAME = "namaorang"
NUMBER = "angka"
LONG_NUMBER = "angkapanjang"
UNKNOWN = "asing"
SHORTEST = 3
"""Shorter unknown words are particles of some dialect, and no names."""
_COMMON = 3
"""A word in so many training messages is no name."""
_PICTURES = re.compile("[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]")


class ChatTokenizer:
    """Splits with :func:`bilik.domain.words.words`, as every reader in Bilik does, and keeps each
    emoji once, at the end. ``token.norm_`` is the usual spelling."""

    def __init__(self, vocab: Vocab) -> None:
        """Make docs with ``vocab``."""
        self._vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The message as a doc; empty for one without words and emoji."""
        found = [(word.raw, word.text) for word in words(text)]
        found += [(sign, sign) for sign in dict.fromkeys(_PICTURES.findall(text)) if sign.strip()]
        doc = Doc(self._vocab, words=[raw for raw, _ in found])
        for token, (_, usual) in zip(doc, found, strict=True):
            token.norm_ = usual
        return doc

    def to_bytes(self, **_: object) -> bytes:
        """Nothing of its own to keep."""
        return b""

    def from_bytes(self, _data: bytes, **_: object) -> ChatTokenizer:
        """The inverse of :meth:`to_bytes`."""
        return self

    def to_disk(self, _path: object, **_: object) -> None:
        """See :meth:`to_bytes`."""

    def from_disk(self, _path: object, **_: object) -> ChatTokenizer:
        """See :meth:`from_bytes`."""
        return self


@spacy.registry.tokenizers("bilik.chat.v1")
def _chat_tokenizer() -> Callable[[Language], ChatTokenizer]:
    return lambda nlp: ChatTokenizer(nlp.vocab)


@Language.component("bilik_slang")
def spell_slang(doc: Doc) -> Doc:
    """Usual spellings by indoNLP's table, for words that Bilik itself does not know."""
    for token in doc:
        if token.norm_ not in lexicon.ALL and token.norm_ in SLANG_DATA:
            token.norm_ = SLANG_DATA[token.norm_]
    return doc


def build(texts: Iterable[str]) -> Language:
    """The pipeline, with the rules that ``texts``, the training messages, make for it."""
    nlp: Language = spacy.blank(
        "id", config={"nlp": {"tokenizer": {"@tokenizers": "bilik.chat.v1"}}}
    )
    nlp.add_pipe("bilik_slang")
    counts = Counter(token.norm_ for text in texts for token in set(nlp(text)))
    known = sorted(lexicon.ALL | {word for word, count in counts.items() if count >= _COMMON})
    number_words = sorted(numbers.WORDS.keys() - {"i", "sa", "atu"})
    unknown = {"IS_ALPHA": True, "NORM": {"NOT_IN": known}}
    title = {"NORM": {"IN": sorted(lexicon.TITLE)}}
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(
        [
            {"label": LONG_NUMBER, "pattern": [{"NORM": {"REGEX": r"^\d.{2,}"}}]},
            {"label": NUMBER, "pattern": [{"NORM": {"REGEX": r"^\d{1,2}$"}}]},
            {"label": NUMBER, "pattern": [{"NORM": {"IN": number_words}}]},
            {"label": NAME, "pattern": [title, {**unknown, "OP": "{1,3}"}]},
            {"label": UNKNOWN, "pattern": [{**unknown, "LENGTH": {">=": SHORTEST}, "OP": "{1,3}"}]},
        ]
    )
    return nlp


def forms(doc: Doc) -> list[str]:
    """What the message is learned from: usual spellings, with numbers and names by their kind.

    Which number it is means nothing to an intent, and no NIK can end up in a model.
    """
    found = []
    for token in doc:
        if token.ent_type_ in (NUMBER, LONG_NUMBER):
            if token.ent_iob_ == "B":
                found.append(token.ent_type_)
        elif token.ent_type_ == NAME and token.ent_iob_ != "B":
            if not found or found[-1] != NAME:
                found.append(NAME)
        else:
            found.append(token.norm_.replace(" ", "_"))
    return found


def is_strange(doc: Doc) -> bool:
    """Whether there are words, and not one of them is known: gibberish, or a name alone."""
    worded = [token for token in doc if token.is_alpha]
    return bool(worded) and all(
        token.ent_type_ == UNKNOWN or len(token) < SHORTEST for token in worded
    ) and any(token.ent_type_ == UNKNOWN for token in worded)  # fmt: skip


def signs_of(doc: Doc) -> list[str]:
    """What the choice grammar sees in the message; see :mod:`assistant.nlu.signs`."""
    message = [Word(token.norm_, token.text) for token in doc]
    names = [(ent.start, ent.end) for ent in doc.ents if ent.label_ in (NAME, UNKNOWN)]
    return signs(message, names)
