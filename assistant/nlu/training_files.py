"""Rasa's training files as a trainer's editor sees them: one line more, and nothing else changed.

A YAML library would write a file anew and lose its comments and its form. Here a file is lines: an
intent's block is found, and a line goes to its end.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bilik.domain.words import words
from bilik.errors import BilikError, NotFound
from bilik.services.files import read_bytes

_INTENT = re.compile(r"- intent: *([\w/-]+) *(?:#.*)?")
_EXAMPLES = re.compile(r"( +)examples: *\|[-+]?")
_EXAMPLE = re.compile(r"( +)- ")
_COMMENT = "# "
_NO_ENTITIES = str.maketrans("[]", "()")
"""Rasa takes ``[kades](jabatan)`` for an annotation."""


class AlreadyThere(BilikError):
    """The same words are an example already."""


@dataclass(frozen=True)
class Block:
    """The examples of one intent, the last of them in line ``last``, counted from 0.

    ``about`` is the comment before them.
    """

    file: Path
    intent: str
    about: str
    examples: tuple[str, ...]
    last: int


class TrainingFiles:
    """The NLU files of one folder."""

    def __init__(self, directory: Path) -> None:
        """Read and edit the files of ``directory``.

        Raises:
            NotFound: it has no such files.
        """
        self._files = sorted(directory.glob("*.yml"))
        if not self._files:
            raise NotFound(f"Di folder {directory} tidak ada berkas latihan (.yml).")

    def blocks(self) -> list[Block]:
        """All blocks of examples, in the order of files and lines."""
        return [block for file in self._files for block in _blocks(file, _lines(file))]

    def add(self, intent: str, message: str) -> Path:
        """Put a message at the end of an intent's examples; the file it went to.

        Raises:
            AlreadyThere: an intent, this or another, has the same words, however they are spelled.
            NotFound: no file has examples of that intent.
        """
        message = " ".join(message.translate(_NO_ENTITIES).split())
        own: Block | None = None
        for block in self.blocks():
            if _plain(message) in map(_plain, block.examples):
                raise AlreadyThere(f"Sudah ada di {block.file.name}, sebagai {block.intent}.")
            if block.intent == intent:
                own = own or block
        if own is None:
            raise NotFound(f"Belum ada contoh untuk {intent}. Tulis dulu bloknya di data latihan.")
        _replace(own.file, _with_example(_lines(own.file), own.last, message))
        return own.file


def _lines(file: Path) -> list[str]:
    """The file's lines, each with its end."""
    return re.split(r"(?<=\n)", read_bytes(file).decode("utf-8", "surrogateescape"))


def _blocks(file: Path, lines: Sequence[str]) -> Iterator[Block]:
    about = ""
    for at, line in enumerate(lines):
        text = line.strip()
        if text.startswith(_COMMENT):
            about = text.removeprefix(_COMMENT)
            continue
        if (match := _INTENT.fullmatch(text)) and (found := list(_examples(lines, at + 1))):
            examples = tuple(lines[one].strip().removeprefix("- ") for one in found)
            yield Block(file, match[1], about, examples, found[-1])
        about = ""


def _examples(lines: Sequence[str], begins: int) -> Iterator[int]:
    """Where the examples stand, if a block of them begins there."""
    head = _EXAMPLES.fullmatch(lines[begins].rstrip()) if begins < len(lines) else None
    if head is None:
        return
    for at in range(begins + 1, len(lines)):
        example = _EXAMPLE.match(lines[at])
        if example and len(example[1]) > len(head[1]):
            yield at
        elif lines[at].strip():
            return


def _with_example(lines: Sequence[str], last: int, message: str) -> str:
    """The lines with one more after ``last``, in the form of that one."""
    before, end = lines[last], _end(lines[last])
    example = f"{before[: before.index('-')]}- {message}"
    # The last line of a file may lack its end; then the new one does.
    new = f"{example}{end}" if end else f"{_end(lines[last - 1])}{example}"
    return "".join([*lines[: last + 1], new, *lines[last + 1 :]])


def _end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _replace(file: Path, text: str) -> None:
    """Write a file as a whole or not at all, with the rights it had."""
    try:
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(descriptor, "wb") as new:
                new.write(text.encode("utf-8", "surrogateescape"))
                os.fchmod(new.fileno(), file.stat().st_mode)
            os.replace(name, file)
        except BaseException:
            os.unlink(name)
            raise
    except OSError:
        raise BilikError(f"Berkas {file} tidak bisa ditulis. Periksa izin dan ruangnya.") from None


def _plain(message: str) -> str:
    """The message as every reader of messages takes it."""
    return " ".join(word.text for word in words(message)) or message
