"""Whether a receipt's ballot is in the box: asked by POST, so that no address or log holds it."""

from __future__ import annotations

import time
from collections import OrderedDict
from enum import Enum
from threading import Lock
from urllib.parse import parse_qs

from starlette.requests import Request

from bilik.domain.receipt import find_receipt
from bilik.web.hasil.board import Board, Seconds

MOST_BYTES = 2048
FIELD = "tanda_terima"
BURST = 20
"""So many questions of one asker are answered at once; a whole house may share an address."""
PER_SECOND = 0.5
_MOST_ASKERS = 10_000


class Answer(Enum):
    """What can be said of a receipt; none of it tells a choice."""

    RECORDED = "tercatat"
    MISSING = "tidak ditemukan"
    NONE = "bukan tanda terima"
    TOO_OFTEN = "terlalu sering"


class Gate:
    """Lets each asker through now and then: a bucket of :data:`BURST` that fills again slowly."""

    def __init__(self, seconds: Seconds = time.monotonic) -> None:
        """``seconds`` is the clock."""
        self._seconds = seconds
        self._lock = Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def lets(self, asker: str) -> bool:
        """Whether this asker may ask now."""
        with self._lock:
            now = self._seconds()
            left, since = self._buckets.pop(asker, (float(BURST), now))
            left = min(BURST, left + (now - since) * PER_SECOND)
            self._buckets[asker] = (max(left - 1, 0.0), now) if left >= 1 else (left, now)
            if len(self._buckets) > _MOST_ASKERS:
                self._buckets.popitem(last=False)
            return left >= 1


async def asked(request: Request) -> str:
    """What a form asks about; nothing if it is too long to be a receipt."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return ""
    return parse_qs(body.decode(errors="replace")).get(FIELD, [""])[0]


def look_up(board: Board, slug: str, text: str) -> tuple[Answer, str]:
    """The answer, and the receipt in its usual form.

    Raises:
        NotFound, BoxUnavailable: see :meth:`Board.shown`.
    """
    receipt = find_receipt(text)
    if receipt is None:
        return Answer.NONE, ""
    return (Answer.RECORDED if board.has_receipt(slug, receipt) else Answer.MISSING), receipt
