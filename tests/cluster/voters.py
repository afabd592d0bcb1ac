"""Voters at the chat page: they post as its script does, and do what a person would."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any

import httpx

from tests.untrusting import NO_CERTIFICATES

PATIENCE_SECONDS = 120
SUDAH = ("SUDAH tercatat", "sudah masuk kotak")


class GaveUp(Exception):
    """No answer came, however often it was asked for."""


@dataclass
class Page:
    """One browser at the page; a message without an answer is posted again under its name."""

    url: str
    think_seconds: float = 0.0
    again: int = 0
    said: int = 0
    seen: list[str] = field(default_factory=list)
    browser: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.browser = httpx.Client(base_url=self.url, timeout=25, verify=NO_CERTIFICATES)
        self._until_answered(lambda: self.browser.get("/chat"))

    def say(self, text: str) -> str:
        """The words on the screen after it."""
        time.sleep(self.think_seconds)
        self.said += 1
        return told(self.post({"name": token_urlsafe(9), "text": text}))

    def post(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        """The batches that come as the answer, all shown."""
        content = {"seen": self.seen, **message}
        answer = self._until_answered(lambda: self.browser.post("/chat/messages", json=content))
        batches: list[dict[str, Any]] = answer.json()["batches"]
        self.seen = [*self.seen, *(batch["name"] for batch in batches)][-30:]
        return batches

    def _until_answered(self, ask: Any) -> httpx.Response:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer: httpx.Response = ask()
            except httpx.HTTPError:
                answer = httpx.Response(599)
            if answer.status_code < 500:
                assert answer.status_code == 200, answer.status_code
                return answer
            self.again += 1
            time.sleep(0.3)
        raise GaveUp


def told(batches: list[dict[str, Any]]) -> str:
    """What a page shows of an answer."""
    return "\n".join(one["text"] for batch in batches for one in batch["messages"])


def vote(page: Page, nik: str, code: str, choice: str) -> str:
    """Everything up to the cast, whatever comes between; the last words that were told."""
    said = page.say("halo")
    for _ in range(12):
        if any(words in said for words in SUDAH):
            return said
        if "belum dikirim" in said:
            said = page.say("ya")
        elif "NIK" in said:
            said = page.say(f"{nik} {code}")
        elif "periksa" in said:
            said = page.say("status")
        else:
            said = page.say(choice)
    return said
