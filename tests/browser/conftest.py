"""A real Chromium, and what each test opens in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium
from tests.browser.chat import Chat, opened
from tests.installation import Installation, start

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = chromium.launch(playwright)
        yield running
        running.close()


@pytest.fixture(scope="session")
def bilik(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with start(tmp_path_factory.mktemp("installation")) as running:
        yield running


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots are kept."""
    directory = ROOT / "results" / "browser"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


OpenChat = Callable[..., Chat]


@pytest.fixture
def open_chat(browser: Browser) -> Iterator[OpenChat]:
    """Opens chat pages; none may have met an error of its own by the end."""
    chats: list[Chat] = []

    def open_one(url: str, **how: object) -> Chat:
        chats.append(opened(browser, url, **how))
        return chats[-1]

    yield open_one
    for chat in chats:
        chat.page.context.close()
    assert [error for chat in chats for error in chat.errors] == []
