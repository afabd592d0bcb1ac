"""Messages with what a careful clerk would make of them, as the files under `tests/` keep them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bilik.errors import FileProblems, Problem
from bilik.services.files import read_text

NOBODY = "-"
CHOICES = "pilihan.tsv"
YES = "ya.txt"
NO_YES = "bukan_ya.txt"
ELECTION = "pemilihan.yml"
_CHOOSING_INTENTS = {"choose", "vote_blank"}


@dataclass(frozen=True)
class Example:
    """A message with its intent; ``selection`` is a candidate's number, ``none``, or empty."""

    text: str
    intent: str
    style: str = ""
    selection: str = ""


@dataclass(frozen=True)
class Case:
    """A message at choosing, and what must be read back: a number, ``blank``, or ``-``."""

    text: str
    label: str
    expected: str

    @property
    def is_choice(self) -> bool:
        """Whether something must be read back."""
        return self.expected != NOBODY


def read_examples(directory: Path) -> list[Example]:
    """All examples of Rasa's NLU files in ``directory``."""
    return [one for file in sorted(directory.glob("*.yml")) for one in _examples(file)]


def _examples(file: Path) -> Iterator[Example]:
    for block in yaml.safe_load(read_text(file))["nlu"]:
        examples = block["examples"]
        if isinstance(examples, str):
            for line in examples.splitlines():
                yield Example(line.removeprefix("- ").strip(), block["intent"])
            continue
        for one in examples:
            about = one.get("metadata") or {}
            yield Example(
                one["text"].strip(),
                block["intent"],
                about.get("style", ""),
                str(about.get("selection", "")),
            )


def read_cases(file: Path) -> list[Case]:
    """The lines of a file of choices: label, expected and text, with tabs between.

    Raises:
        FileProblems: a line has another form.
    """
    cases, problems = [], []
    for number, line in enumerate(read_text(file).splitlines(), 1):
        parts = line.split("\t")
        if len(parts) == 3:
            cases.append(Case(parts[2], parts[0], parts[1]))
        elif line.strip():
            problems.append(Problem(number, "harus tiga kolom: jenis, yang diharapkan, pesan."))
    if problems:
        raise FileProblems(str(file), problems)
    return cases


def as_cases(examples: list[Example]) -> list[Case]:
    """Intent examples as cases: what is chosen must be read back, everything else must not."""
    return [
        Case(one.text, one.intent, one.selection if one.selection.isdigit() else NOBODY)
        for one in examples
        if one.intent not in _CHOOSING_INTENTS or one.selection
    ]


def read_lines(file: Path) -> list[str]:
    """Messages one per line; lines that begin with "# " are comments."""
    return [
        line for line in read_text(file).splitlines() if line.strip() and not line.startswith("# ")
    ]
