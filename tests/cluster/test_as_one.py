"""A cluster is one server to whoever votes, though each message of a chat comes to another worker.

These are the conversations that one server has in `tests/conversation`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.voters import Page
from tests.conversation.test_voting import *  # noqa: F403

YESES = 8
"""At each worker; a page may send twenty messages a minute."""


@pytest.fixture
def bilik(cluster: Cluster) -> Cluster:
    """What those tests talk to."""
    return cluster


def test_simultaneous_yeses_at_all_workers_give_one_ballot(cluster: Cluster) -> None:
    before = cluster.ballots(cluster.village)
    first = Page(cluster.parts.of("chat")[0].url)
    first.say(" ".join(cluster.pair(cluster.village)))
    first.say("2")
    pages = []
    for worker in cluster.parts.of("chat") * YESES:
        page = Page(worker.url)
        page.browser.cookies, page.seen = httpx.Cookies(first.browser.cookies), first.seen
        pages.append(page)
    with ThreadPoolExecutor(len(pages)) as pool:
        answers = list(pool.map(lambda page: page.say("ya"), pages))
    assert cluster.ballots(cluster.village) == before + 1
    assert all("SUDAH tercatat" in answer for answer in answers), answers
    assert len({answer.split("Tanda terima: *")[1].split("*")[0] for answer in answers}) == 1
