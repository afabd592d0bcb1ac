"""Every address of the desk. What does not stand here does not exist."""

from __future__ import annotations

from starlette.routing import BaseRoute

from bilik.web.panitia import (
    absent,
    accounts,
    count,
    definition,
    door,
    gate,
    letters,
    log,
    overview,
    purging,
    record,
    roll,
    spares,
    trustees,
    voting,
    wizard,
    work,
)
from bilik.web.panitia.ways import Way

WAYS: tuple[Way, ...] = (
    *door.WAYS,
    *accounts.WAYS,
    *overview.WAYS,
    *definition.WAYS,
    *wizard.WAYS,
    *roll.WAYS,
    *letters.WAYS,
    *trustees.WAYS,
    *voting.WAYS,
    *absent.WAYS,
    *spares.WAYS,
    *count.WAYS,
    *record.WAYS,
    *purging.WAYS,
    *log.WAYS,
    *work.WAYS,
)


def routes() -> list[BaseRoute]:
    """All of them, guarded."""
    return [gate.route(way) for way in WAYS]
