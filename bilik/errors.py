"""Every error Bilik raises on purpose.

    BilikError                  one line in Bahasa Indonesia that says what to do
    ├── SettingsError           the environment or `.env` lacks or spoils a setting
    ├── FileProblems            a file of the panitia's has mistakes, each with its line
    ├── NotFound                no such election, file or voter list
    ├── WrongState              the act does not fit the state the election is in
    ├── BoxUnavailable          the database does not answer; nothing is known to be done
    ├── TrackerUnavailable      the place of Rasa's trackers does not answer; nothing is kept
    └── InvalidRecord           a ballot, key, share or whole record of the box does not verify

Messages reach the panitia as they stand. None of them ever holds a NIK, a voting code, a message
or a choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class BilikError(Exception):
    """Base of all of them; ``str(error)`` is the line to show."""


class SettingsError(BilikError):
    """A setting is missing or cannot be used."""


class NotFound(BilikError):
    """Something named does not exist."""


class WrongState(BilikError):
    """The election is in a state in which this act is not allowed."""


class BoxUnavailable(BilikError):
    """The database could not be reached or did not answer in time."""


class TrackerUnavailable(BilikError):
    """Where Rasa's trackers are kept could not be reached or did not answer in time."""


class InvalidRecord(BilikError):
    """A part of the box's public record is malformed, or a proof in it does not hold."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a file: ``line`` counts from 1, ``text`` says what is wrong and the remedy."""

    line: int
    text: str

    def __str__(self) -> str:
        """The problem as the panitia reads it."""
        return f"baris {self.line}: {self.text}"


class FileProblems(BilikError):
    """A file has mistakes; all of them are in ``problems``, in order of their lines."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        """Keep the file's name as given and the problems sorted."""
        self.file = file
        self.problems = tuple(sorted(problems))
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{file}: {len(self.problems)} hal perlu diperbaiki\n{lines}")
