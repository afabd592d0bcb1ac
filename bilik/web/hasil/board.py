"""What is shown now: looked up at most once a second, however many look.

A look-up that takes long is made less often still, so that a large election on a small machine is
no slower for those who vote.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from bilik.domain.election import Election, Phase
from bilik.errors import BilikError, NotFound
from bilik.services import record_files
from bilik.services.public_view import PublicView, PublicViews
from bilik.services.record_files import RecordFile
from bilik.web.hasil import figures, machine, picture
from bilik.web.hasil.figures import Figures

FRESH_SECONDS = 1.0
PICTURE_SECONDS = 10.0
"""A picture costs more than all the rest, and who embeds one does not look every second."""
_REST = 10
"""So many times as long as a look-up took, nobody makes another."""

_T = TypeVar("_T")
Seconds = Callable[[], float]
"""A clock that only goes forward."""


class Shared(Generic[_T]):
    """Something costly that many ask for, made for all of them at once and kept for a while.

    So is the error, if it fails: those who ask meanwhile need not wait for the same again.
    """

    def __init__(
        self, make: Callable[[], _T], seconds: Seconds, fresh_seconds: float = FRESH_SECONDS
    ) -> None:
        """``make`` makes it."""
        self._make = make
        self._seconds = seconds
        self._fresh_seconds = fresh_seconds
        self._lock = Lock()
        self._made: _T | BilikError | None = None
        self._until = float("-inf")

    def get(self) -> _T:
        """The one of the moment.

        Raises:
            BilikError: as the making did.
        """
        if self._seconds() >= self._until:
            with self._lock:
                if self._seconds() >= self._until:
                    self._renew()
        if isinstance(self._made, BilikError):
            raise self._made
        assert self._made is not None
        return self._made

    def _renew(self) -> None:
        began = self._seconds()
        try:
            self._made = self._make()
        except BilikError as error:
            self._made = error
        now = self._seconds()
        self._until = now + max(self._fresh_seconds, _REST * (now - began))


@dataclass(frozen=True)
class Shown:
    """An election as it is shown at one moment, in all its forms.

    ``pages`` are the page as it is sent, by the address of this server that stands in it.
    """

    view: PublicView
    record: RecordFile | None
    figures: Figures = field(compare=False)
    pages: dict[str, bytes] = field(default_factory=dict, compare=False)

    @property
    def election(self) -> Election:
        """Which it is."""
        return self.view.election

    @cached_property
    def json(self) -> bytes:
        """For programs."""
        said = machine.of(self.view, self.record)
        return json.dumps(said, ensure_ascii=False, indent=1).encode()

    @cached_property
    def event(self) -> bytes:
        """For open pages: all figures, and the shape of the page that they belong to."""
        content = {
            "bentuk": self.figures.shape, "angka": self.figures.texts, "lebar": self.figures.bars,
        }  # fmt: skip
        data = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return f"event: angka\ndata: {data}\n\n".encode()

    @cached_property
    def svg(self) -> str:
        """As a picture."""
        return picture.draw(self.view, self.figures)

    @cached_property
    def version(self) -> str:
        """Changes with whatever is shown."""
        return hashlib.sha256(self.json + self.event).hexdigest()[:16]


class Board:
    """All that the public pages show, of one installation."""

    def __init__(
        self, views: PublicViews, records_dir: Path, seconds: Seconds = time.monotonic
    ) -> None:
        """Show ``views``, and the records that are in ``records_dir``."""
        self._views = views
        self._records_dir = records_dir
        self._seconds = seconds
        self._listing = Shared(views.shown, seconds)
        self._lock = Lock()
        self._elections: dict[str, Shared[Shown]] = {}
        self._pictures: dict[str, tuple[str, Shared[bytes]]] = {}
        self._last: dict[str, Shown] = {}

    def listing(self) -> list[tuple[Election, Phase]]:
        """All elections that are shown, the newest first.

        Raises:
            BoxUnavailable: the database does not answer.
        """
        return self._listing.get()

    def shown(self, slug: str) -> Shown:
        """One of them.

        Raises:
            NotFound: there is none of that code. BoxUnavailable: the database does not answer.
        """
        if slug not in [election.slug for election, _ in self.listing()]:
            # What strangers ask for does not fill the memory.
            raise NotFound("Pemilihan ini tidak ada, atau belum dibuka panitia.")
        with self._lock:
            if slug not in self._elections:
                self._elections[slug] = Shared(lambda: self._look(slug), self._seconds)
            shared = self._elections[slug]
        return shared.get()

    def png(self, slug: str) -> bytes:
        """Its picture as PNG; a result is in it at once, other figures after a while.

        Raises:
            NotFound, BoxUnavailable: see :meth:`shown`.
        """
        shape = self.shown(slug).figures.shape
        with self._lock:
            known = self._pictures.get(slug)
            if known is None or known[0] != shape:
                known = (shape, Shared(lambda: self._paint(slug), self._seconds, PICTURE_SECONDS))
                self._pictures[slug] = known
        return known[1].get()

    def has_receipt(self, slug: str, receipt: str) -> bool:
        """Whether a ballot with this receipt is in the box of that election.

        Raises:
            NotFound, BoxUnavailable: see :meth:`shown`.
        """
        return self._views.has_receipt(slug, receipt)

    def _look(self, slug: str) -> Shown:
        view = self._views.view(slug)
        record = record_files.find(self._records_dir, view.uuid) if view.result else None
        shown = Shown(view, record, figures.of(view, record.archive_hash if record else ""))
        if shown != self._last.get(slug):
            self._last[slug] = shown
        return self._last[slug]  # with all that has been made of it already

    def _paint(self, slug: str) -> bytes:
        return picture.painted(self.shown(slug).svg)
