"""An open village, and the pages over its database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bilik.clock import system_clock
from tests.booth import Polling, set_up
from tests.elections import VILLAGE, open_now
from tests.pages import Pages, serve


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Polling:
    return set_up(
        tmp_path_factory.mktemp("village"), open_now(VILLAGE), voters=60, clock=system_clock
    )


@pytest.fixture(scope="module")
def pages(village: Polling, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with serve(tmp_path_factory.mktemp("pages"), village.url, village.trustee_dir) as running:
        yield running
