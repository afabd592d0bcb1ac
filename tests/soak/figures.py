"""What a run is measured by."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Figures:
    """Answers and failures of one run, each with the moment of its end (monotonic, s)."""

    began: float = field(default_factory=time.monotonic)
    answers: list[tuple[float, float]] = field(default_factory=list)
    failures: list[tuple[float, int]] = field(default_factory=list)
    checking: list[float] = field(default_factory=list)
    voted: list[float] = field(default_factory=list)

    def answered(self, seconds: float) -> None:
        """A message has its answer, which took so long."""
        self.answers.append((time.monotonic(), seconds))

    def failed(self, status: int) -> None:
        """A request was answered with an error; status 0 is none at all."""
        self.failures.append((time.monotonic(), status))

    def is_being_checked(self) -> None:
        """A voter was told to ask again in a moment."""
        self.checking.append(time.monotonic())

    def has_voted(self) -> None:
        """A voter was told that the vote is recorded."""
        self.voted.append(time.monotonic())

    @property
    def kinds_of_failure(self) -> Counter[int]:
        """How often each status."""
        return Counter(status for _, status in self.failures)

    def milliseconds(self) -> tuple[float, float, float]:
        """The 50th, 95th and 99th percentile of an answer's time."""
        cuts = statistics.quantiles([seconds for _, seconds in self.answers], n=100)
        return cuts[49] * 1e3, cuts[94] * 1e3, cuts[98] * 1e3

    def back_after(self, moment: float) -> float | None:
        """Seconds from a moment to the first vote that was told after it; None if there is none."""
        later = [at for at in self.voted if at > moment]
        return min(later) - moment if later else None


def resident_mb(pid: int) -> float:
    """Resident memory of a process, in MB; 0 if it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    for line in status.splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def last_third_over_second(samples: Sequence[float]) -> float:
    """How much more there is in the last third of a run than in the second: 1.0 is flat."""
    third = len(samples) // 3
    second, last = samples[third : 2 * third], samples[2 * third :]
    return statistics.fmean(last) / statistics.fmean(second)
