"""Who holds an election's key together: the trustees (*saksi*) that `pemilihan.yml` names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bilik.domain.yaml_lines import Section

TRUSTEE_KEYS = ("ambang", "nama")
MOST_TRUSTEES = 20
LONGEST_NAME = 60
_NO_LABEL = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class TrusteeGroup:
    """Trustees of whom ``threshold`` can count; they are numbered from 1 in the order of names."""

    threshold: int
    names: tuple[str, ...]

    def place(self, name: str) -> int | None:
        """The number of the trustee of that name, however it is spelt; None if there is none."""
        labels = [label(one) for one in self.names]
        return labels.index(label(name)) + 1 if label(name) in labels else None


def label(name: str) -> str:
    """A trustee's name as it stands in names of files: ``Bu Siti R.`` → ``bu-siti-r``."""
    return _NO_LABEL.sub("-", name.lower()).strip("-")


def read_trustees(section: Section) -> TrusteeGroup:
    """The group in the section `saksi` of the file, with its mistakes noted."""
    names: dict[str, str] = {}
    for line, name in section.lined_texts("nama"):
        if not label(name) or len(name) > LONGEST_NAME:
            section.problem(
                f"nama saksi diisi dengan huruf, paling panjang {LONGEST_NAME} karakter", line
            )
        elif label(name) in names:
            section.problem(f"saksi `{name}` ditulis dua kali", line)
        names[label(name)] = name
    if not names:
        section.problem("`nama` belum diisi: tulis daftar nama saksi")
    if len(names) > MOST_TRUSTEES:
        section.problem(f"saksi paling banyak {MOST_TRUSTEES}", section.line_of("nama"))
    threshold = section.integer("ambang")
    if section.has("ambang") and names and not 1 <= threshold <= len(names):
        section.problem(
            f"`ambang` harus 1 sampai {len(names)}, sebanyak saksinya", section.line_of("ambang")
        )
    return TrusteeGroup(threshold, tuple(names.values()))
