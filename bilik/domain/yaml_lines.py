"""YAML read with line numbers: every mistake is collected, none stops the reading."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

import yaml

from bilik.errors import FileProblems, Problem

_INVISIBLE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters but for tabulators and line breaks, and those that turn the way of reading,
by which one name could be made to look like another."""
MOST_DIGITS = 6
"""No number in a file of ours needs more, and no clock goes on for more minutes."""
_YES = {"ya", "y", "yes", "true", "benar"}
_NO = {"tidak", "t", "no", "false", "salah", ""}


class Section:
    """One mapping of a YAML file, whose values are asked for by key.

    Every answer is usable: where the file is wrong, the problem is noted and the value harmless.
    """

    def __init__(
        self,
        node: yaml.Node,
        problems: list[Problem],
        known: Sequence[str],
        advice: list[Problem] | None = None,
    ) -> None:
        """Note keys that are unknown or stand twice."""
        self.line = node.start_mark.line + 1
        self._problems = problems
        self._advice = advice if advice is not None else []
        self._values: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            self.problem(f"di sini diperlukan isian seperti `{known[0]}: …`")
            return
        for key_node, value in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key not in known:
                close = difflib.get_close_matches(key, known, 1)
                hint = f", mungkin maksudnya `{close[0]}`" if close else ""
                self.problem(f"`{key}` tidak dikenal{hint}", line)
            elif key in self._values:
                self.problem(f"`{key}` ditulis dua kali; hapus salah satu", line)
            else:
                self._values[key] = value

    def problem(self, text: str, line: int | None = None) -> None:
        """Note a problem, at this section's first line unless told."""
        self._problems.append(Problem(line or self.line, text))

    def advise(self, text: str, line: int | None = None) -> None:
        """Note what may be meant so, but should be looked at again."""
        self._advice.append(Problem(line or self.line, text))

    def line_of(self, key: str) -> int:
        """The line of a key's value, or of the section where the key is missing."""
        node = self._values.get(key)
        return node.start_mark.line + 1 if node else self.line

    def has(self, key: str) -> bool:
        """Whether the key stands there with something in it."""
        node = self._values.get(key)
        return node is not None and not (isinstance(node, yaml.ScalarNode) and not node.value)

    def text(self, key: str, required: bool = True) -> str:
        """A line of text, stripped; empty if missing."""
        if not self.has(key):
            if required:
                self.problem(f"`{key}` belum diisi")
            return ""
        node = self._values[key]
        if not isinstance(node, yaml.ScalarNode):
            self.problem(f"`{key}` harus berupa teks", self.line_of(key))
            return ""
        return self._visible(key, node)

    def integer(self, key: str, default: int | None = None) -> int:
        """A whole number from 0 up; ``default`` where missing, else it is required."""
        if default is not None and not self.has(key):
            return default
        text = self.text(key)
        if text and not (text.isascii() and text.isdigit()):
            self.problem(f"`{key}` harus angka, bukan `{text}`", self.line_of(key))
        elif len(text) > MOST_DIGITS:
            self.problem(f"`{key}` terlalu besar", self.line_of(key))
        return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0

    def flag(self, key: str) -> bool:
        """``ya`` or ``tidak``; tidak where missing."""
        text = self.text(key, required=False).lower()
        if text not in _YES | _NO:
            self.problem(f"`{key}` diisi `ya` atau `tidak`", self.line_of(key))
        return text in _YES

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone counts as a list of one."""
        return tuple(text for _, text in self.lined_texts(key))

    def lined_texts(self, key: str) -> tuple[tuple[int, str], ...]:
        """A list of texts, each with its line; see :meth:`texts`."""
        node = self._values.get(key)
        if isinstance(node, yaml.SequenceNode):
            found = []
            for item in node.value:
                line = item.start_mark.line + 1
                if isinstance(item, yaml.ScalarNode):
                    found.append((line, self._visible(key, item)))
                else:
                    self.problem(f"isi `{key}` harus berupa teks; beri tanda kutip", line)
            return tuple(found)
        return ((self.line_of(key), self.text(key)),) if self.has(key) else ()

    def _visible(self, key: str, node: yaml.ScalarNode) -> str:
        """A text without the signs that cannot be seen, which are a mistake."""
        text = str(node.value).strip()
        visible = _INVISIBLE.sub("", text)
        if visible != text:
            line = node.start_mark.line + 1
            self.problem(f"`{key}` berisi tanda yang tidak terlihat; ketik ulang isinya", line)
        return visible

    def choice(self, key: str, allowed: Sequence[str], default: str = "") -> str:
        """One of a few words; the default, or else the first, where missing or wrong."""
        text = self.text(key, required=not default) or default
        if text and text not in allowed:
            self.problem(f"`{key}` diisi salah satu dari {', '.join(allowed)}", self.line_of(key))
        return text if text in allowed else allowed[0]

    def section(self, key: str, known: Sequence[str]) -> Section | None:
        """The mapping under a key; None where the key is missing."""
        node = self._values.get(key)
        if node is None:
            return None
        return Section(node, self._problems, known, self._advice)

    def sections(self, key: str, known: Sequence[str]) -> Iterator[Section]:
        """The mappings of a list."""
        node = self._values.get(key)
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.problem(f"`{key}` belum diisi: tulis daftar, tiap isi dimulai dengan `- `")
            return
        for item in node.value:
            yield Section(item, self._problems, known, self._advice)


def read_section(
    text: str,
    file: str,
    problems: list[Problem],
    known: Sequence[str],
    advice: list[Problem] | None = None,
) -> Section:
    """The file's outermost mapping.

    Raises:
        FileProblems: the text is no YAML at all.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        remedy = "penulisan tidak terbaca; periksa spasi di awal baris, tanda titik dua dan kutip"
        raise FileProblems(file, [Problem(line, remedy)]) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        # A character beyond Unicode's, and lists within lists without end, are no YAMLErrors.
        raise FileProblems(file, [Problem(1, "isi berkas bukan teks YAML")]) from None
    if node is None:
        raise FileProblems(file, [Problem(1, "berkas kosong")])
    return Section(node, problems, known, advice)
