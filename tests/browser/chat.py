"""The chat page as a voter uses it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    ViewportSize,
    expect,
)

from tests.browser.accessibility import violations

PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
WAIT_MS = 60_000
"""Longer than the servers take to start again."""

expect.set_options(timeout=WAIT_MS)


@dataclass
class Chat:
    """One open page, with what it asked for and what went wrong in it."""

    page: Page
    requests: list[Request] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def note_request(self, request: Request) -> None:
        self.requests.append(request)

    def note_response(self, response: Response) -> None:
        self.responses.append(response)

    def note_console(self, message: ConsoleMessage) -> None:
        # A connection that breaks is told to the voter; that it broke is no error of the page's.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(message.text)

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name="Pesan untuk Bilik")

    @property
    def send(self) -> Locator:
        """The button beside the field; a read-back has one called "Ya, kirim"."""
        return self.page.get_by_role("button", name="Kirim", exact=True)

    @property
    def notice(self) -> Locator:
        return self.page.get_by_role("status")

    @property
    def typing(self) -> Locator:
        return self.page.locator("#typing")

    @property
    def own(self) -> list[str]:
        """What the voter is seen to have said."""
        texts = self.page.locator(".bubble.own").all_inner_texts()
        return [text.removeprefix("Anda:").strip() for text in texts]

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.send.click()

    def say_at_once(self, *texts: str) -> None:
        """Several messages before any can be answered."""
        self.page.evaluate(
            """(texts) => texts.forEach((text) => {
                document.getElementById("text").value = text;
                document.getElementById("form").requestSubmit();
            })""",
            list(texts),
        )

    def hears(self, text: str, times: int = 1) -> None:
        """Wait until these words stand on the screen, so many times, and all is answered."""
        expect(self.log.get_by_text(text)).to_have_count(times)
        expect(self.typing).to_be_hidden()

    def card(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def set_text_size(self, percent: int) -> None:
        """As the browser's own setting, which leaves the screen as wide as it is."""
        sizes = {"standard": 16 * percent // 100, "fixed": 13 * percent // 100}
        session = self.page.context.new_cdp_session(self.page)
        session.send("Page.setFontSizes", {"fontSizes": sizes})

    def photograph(self, path: Path) -> None:
        self.page.screenshot(path=path, animations="disabled")

    def accessibility_violations(self) -> list[str]:
        return violations(self.page)


def opened(browser: Browser, url: str, *, size: ViewportSize = PHONE, **how: Any) -> Chat:
    """A page in a browser of its own, as if nobody had used it before; ``how`` as in Playwright."""
    is_phone = size["width"] < 600
    context = browser.new_context(
        viewport=size,
        locale="id-ID",
        **{"has_touch": is_phone, "is_mobile": is_phone, **how},
    )
    context.set_default_timeout(WAIT_MS)
    chat = Chat(context.new_page())
    # Playwright leaves a mark on what it is given, which a list's own method cannot bear.
    chat.page.on("request", chat.note_request)
    chat.page.on("response", chat.note_response)
    chat.page.on("pageerror", lambda error: chat.errors.append(str(error)))
    chat.page.on("console", chat.note_console)
    chat.page.goto(url)
    return chat
