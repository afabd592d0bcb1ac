"""The keeper: looks after all elections every few seconds, so that nobody has to.

Without it nothing goes wrong: the hours are kept by the clock, and `bilik status`, `tally` and
`export` do what is due. Several keepers do no harm.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from bilik.errors import BilikError, BoxUnavailable
from bilik.services.desk import Desk


class Keeper:
    """One keeper, over the elections of a desk."""

    def __init__(
        self, desk: Desk, tell: Callable[[str], None], records_dir: Path | None = None
    ) -> None:
        """``tell`` hears of what goes wrong, once for as long as it does.

        Records of counted elections are put into ``records_dir``, if there is one.
        """
        self._desk = desk
        self._records_dir = records_dir
        self._tell = tell
        self._told: dict[str, str] = {}
        self._given_up: set[str] = set()

    def look_after(self) -> int:
        """One round over all elections that are not over; how many things could not be done.

        It never raises a BilikError.
        """
        try:
            self._desk.sweep()
            for slug in self._desk.underway():
                problem = self._desk.tend(slug)
                if not problem and self._desk.counts_itself(slug):
                    problem = self._once(slug, self._desk.tally)
                self._report(slug, problem)
            for slug in self._desk.counted() if self._records_dir else ():
                self._report(f"{slug} record", self._once(slug, self._put_out))
            self._report("", None)
        except BoxUnavailable as error:
            self._report("", str(error))
        return len(self._told)

    def _put_out(self, slug: str) -> None:
        """Let everybody download the record."""
        if self._records_dir:
            self._desk.put_out(self._records_dir, slug, os.cpu_count() or 1)

    def _once(self, slug: str, act: Callable[[str], object]) -> str | None:
        """Count, or put out, what nobody has to ask for; what refused once is left to people."""
        if slug in self._given_up:
            return self._told.get(slug)
        try:
            act(slug)
        except BoxUnavailable:
            raise
        except BilikError as error:
            self._given_up.add(slug)
            return f"{slug}: {error}"
        return None

    def _report(self, about: str, problem: str | None) -> None:
        if problem is None:
            self._told.pop(about, None)
        elif self._told.get(about) != problem:
            self._told[about] = problem
            self._tell(problem)
