"""How well Bilik understands: intents, choices, the confirmation gate, and what slips cost."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from rasa.core.agent import Agent
from sklearn.metrics import f1_score

from assistant.nlu import regex_bot
from assistant.nlu.cases import (
    CHOICES,
    ELECTION,
    NO_YES,
    YES,
    Case,
    Example,
    as_cases,
    read_cases,
    read_examples,
    read_lines,
)
from assistant.nlu.slips import with_slips
from assistant.nlu.trial import Trial, open_trial
from assistant.nlu.understanding import Act, Place
from bilik.domain.definition import read_definition
from bilik.domain.election import Election, Selection
from bilik.services.files import read_text

SLIP_RATE = 0.15
"""About every seventh longer word."""
SLIP_SEED = 2026
OF_THE_EXAMPLES = "desa_om_yan"
"""The election that the messages of `tests/nlu` are about."""


@dataclass(frozen=True)
class Miss:
    """A message that was not taken as it should be."""

    text: str
    expected: str
    got: str


@dataclass
class Tally:
    """What became of cases: choices read back right, wrong or not at all; others read back."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    others: int = 0
    read_back: int = 0
    misses: list[Miss] = field(default_factory=list)

    def count(self, case: Case, got: str) -> None:
        """Count one case, of which ``got`` was read back."""
        if not case.is_choice:
            self.others += 1
            self.read_back += got != case.expected
        elif got == case.expected:
            self.right += 1
        elif got == "-":
            self.missed += 1
        else:
            self.wrong += 1
        if got != case.expected:
            self.misses.append(Miss(case.text, case.expected, got))

    @property
    def choices(self) -> int:
        """How many cases are choices."""
        return self.right + self.wrong + self.missed

    @property
    def right_rate(self) -> float:
        """Right read-backs over choices, 0 to 1."""
        return self.right / max(1, self.choices)

    @property
    def wrong_rate(self) -> float:
        """Wrong read-backs over choices, 0 to 1."""
        return self.wrong / max(1, self.choices)

    @property
    def read_back_rate(self) -> float:
        """Read-backs over messages that are no choice, 0 to 1."""
        return self.read_back / max(1, self.others)


@dataclass
class Gate:
    """The confirmation gate: messages that are no yes and cast; yeses that do not."""

    others: int = 0
    yeses: int = 0
    cast: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def accepted_rate(self) -> float:
        """Yeses taken as such, 0 to 1."""
        return 1 - len(self.refused) / max(1, self.yeses)


@dataclass
class Intents:
    """Intents of the test set: each with its F1, and which were taken for which."""

    macro_f1: float
    by_intent: dict[str, float]
    confusions: list[tuple[tuple[str, str], list[str]]]
    examples: int


@dataclass
class Measured:
    """Everything measured; ``by_label`` and ``by_set`` break :attr:`choices` down."""

    intents: Intents
    choices: Tally
    by_label: dict[str, Tally]
    by_set: dict[str, Tally]
    mistyped: Tally
    gate: Gate
    regex_choices: Tally
    regex_gate: Gate

    @property
    def loss_by_slips(self) -> float:
        """By how much slips lower the rate of right read-backs, in points of 0 to 1."""
        return self.choices.right_rate - self.mistyped.right_rate


def measure(agent: Agent, examples: Path, sets: Path) -> Measured:
    """Measure a trained model on ``examples`` (NLU files) and ``sets`` (a folder per election)."""
    said = read_examples(examples)
    measured = Measured(Intents(0, {}, [], 0), Tally(), {}, {}, Tally(), Gate(), Tally(), Gate())
    for directory in sorted(one for one in sets.iterdir() if (one / ELECTION).exists()):
        definition = read_text(directory / ELECTION)
        election = read_definition(definition)
        with open_trial(agent, definition) as trial:
            if directory.name == OF_THE_EXAMPLES:
                measured.intents = _intents(trial, said)
                _choices(measured, directory.name, as_cases(said), trial, election)
            if (directory / CHOICES).exists():
                _choices(measured, directory.name, read_cases(directory / CHOICES), trial, election)
            if (directory / YES).exists():
                yeses, others = read_lines(directory / YES), read_lines(directory / NO_YES)
                _gate(measured.gate, yeses, others, partial(_casts, trial))
                _gate(measured.regex_gate, yeses, others, regex_bot.says_yes)
    return measured


def _intents(trial: Trial, examples: Sequence[Example]) -> Intents:
    found = [trial.parse(one.text)["intent"]["name"] for one in examples]
    wanted = [one.intent for one in examples]
    labels = sorted(set(wanted))
    scores = f1_score(wanted, found, labels=labels, average=None, zero_division=0)
    confused: dict[tuple[str, str], list[str]] = {}
    for one, got in zip(examples, found, strict=True):
        if got != one.intent:
            confused.setdefault((one.intent, got), []).append(one.text)
    return Intents(
        float(sum(scores) / len(scores)),
        {label: float(score) for label, score in zip(labels, scores, strict=True)},
        sorted(confused.items(), key=lambda item: -len(item[1])),
        len(examples),
    )


def _choices(
    measured: Measured, name: str, cases: Iterable[Case], trial: Trial, election: Election
) -> None:
    source = random.Random(SLIP_SEED)
    for case in cases:
        got = _read_back(trial, case.text)
        for tally in (
            measured.choices,
            measured.by_label.setdefault(case.label, Tally()),
            measured.by_set.setdefault(name, Tally()),
        ):
            tally.count(case, got)
        mistyped = with_slips(case.text, SLIP_RATE, source)
        # Two of three get no slip; they are read as before, since nothing is left of a message.
        same = mistyped == case.text
        measured.mistyped.count(case, got if same else _read_back(trial, mistyped))
        measured.regex_choices.count(case, regex_bot.chooses(case.text, election))


def _read_back(trial: Trial, text: str) -> str:
    understood = trial.understand(text)
    if understood.act is not Act.READ_BACK or not understood.selection:
        return "-"
    return ",".join(_plain(one) for one in understood.selection.values())


def _plain(selection: Selection) -> str:
    return str(selection) if isinstance(selection, int) else "blank"


def _casts(trial: Trial, text: str) -> bool:
    return trial.understand(text, Place.CONFIRMING).act is Act.CAST


def _gate(
    gate: Gate, yeses: Sequence[str], others: Sequence[str], casts: Callable[[str], bool]
) -> None:
    gate.yeses += len(yeses)
    gate.others += len(others)
    gate.refused += [text for text in yeses if not casts(text)]
    gate.cast += [text for text in others if casts(text)]


def weakest(intents: Intents, how_many: int = 5) -> list[tuple[str, float]]:
    """The intents with the lowest F1."""
    return sorted(intents.by_intent.items(), key=lambda item: item[1])[:how_many]
