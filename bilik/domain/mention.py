"""What a message names: words, and the selections that they may mean."""

from __future__ import annotations

from dataclasses import dataclass

from bilik.domain.election import Selection


@dataclass(frozen=True)
class Mention:
    """Words ``start`` to ``end`` (exclusive) name these selections, one or several, by contest.

    ``options`` maps contest id → selections that fit. A bare number fits any contest that has it.
    ``number`` is the number as said, which may stand on no ballot; then ``options`` is empty.
    ``is_name`` tells a name from a number and from "yang ibu-ibu".
    """

    start: int
    end: int
    options: dict[str, frozenset[Selection]]
    number: int | None = None
    is_name: bool = False
