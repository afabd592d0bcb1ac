"""Long work, beside the server: it goes on while people look at other pages.

One piece of work at a time for each election, and two in all. What a server was doing when it
stopped is not done; every one of these acts happens wholly or not at all.
"""

from __future__ import annotations

import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock, Thread

from bilik.errors import BilikError

log = logging.getLogger(__name__)

_AT_ONCE = 2
_KEPT = 100


@dataclass(frozen=True)
class Done:
    """What came of it: the page to go on with, and lines to be read before, if there are any."""

    to: str
    lines: Sequence[str] = ()


@dataclass
class Job:
    """One piece of work; ``back`` is the page to return to if it fails with ``problem``."""

    id: str
    title: str
    slug: str
    back: str
    what: str = "Menunggu giliran"
    done: int = 0
    of: int = 0
    outcome: Done | None = None
    problem: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether it came to an end, good or bad."""
        return self.outcome is not None or self.problem is not None

    @property
    def page(self) -> str:
        """Where one sees how far it is."""
        return f"/panitia/kerja/{self.id}"

    def tell(self, what: str, done: int, of: int) -> None:
        """Note how far it is."""
        self.what, self.done, self.of = what, done, of

    def counts(self, what: str) -> Callable[[int, int], None]:
        """What notes the progress of work that only counts."""
        return lambda done, of: self.tell(what, done, of)


Work = Callable[[Job], Done]


class Jobs:
    """The work of one running server."""

    def __init__(self) -> None:
        """None yet."""
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = Lock()
        self._turns = BoundedSemaphore(_AT_ONCE)

    def start(self, title: str, slug: str, back: str, work: Work) -> Job:
        """Begin to work.

        Raises:
            BilikError: something is being done for that election already.
        """
        job = Job(secrets.token_hex(8), title, slug, back)
        with self._lock:
            for one in self._jobs.values():
                if one.slug == slug and not one.is_over:
                    raise BilikError(
                        f"Masih ada yang sedang dikerjakan: {one.title}. Tunggu sampai selesai."
                    )
            self._jobs[job.id] = job
            over = [known for known, one in self._jobs.items() if one.is_over]
            for known in over[: max(0, len(self._jobs) - _KEPT)]:
                del self._jobs[known]
        Thread(target=self._run, args=(job, work), name=f"desk-{job.id}", daemon=True).start()
        return job

    def find(self, job_id: str) -> Job | None:
        """The work of that id; None if there is none any more."""
        return self._jobs.get(job_id)

    def running(self, slug: str) -> Job | None:
        """What is being done for an election."""
        with self._lock:
            return next(
                (one for one in self._jobs.values() if one.slug == slug and not one.is_over), None
            )

    def _run(self, job: Job, work: Work) -> None:
        with self._turns:
            try:
                job.outcome = work(job)
            except BilikError as error:
                job.problem = str(error)
            except Exception:
                log.exception("work at the desk failed")
                job.problem = "Ada yang tidak beres di pihak kami. Tidak ada yang diubah; ulangi."
