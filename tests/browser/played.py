"""A server with the real chat page, behind which Bilik's part is played from a script.

It shows what the demo election cannot: answers that come too late, buttons, lost connections.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from rasa.core.channels.channel import UserMessage
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from assistant.channels import delivery
from assistant.channels.delivery import FINISHED
from assistant.channels.web import WebChat
from bilik.keys import Keys
from tests.booth import SECRET
from tests.installation import ROOT, free_port, wait_for

CARDS = [
    {
        "contest": "Kepala Desa",
        "number": number,
        "name": name,
        "initials": [name[0]],
        "empty_box": False,
        "says": f"nomor {number}",
    }
    for number, name in ((1, "Wayan"), (2, "Nyoman"))
]


@dataclass
class Script:
    """What is said to each message; ``heard`` are those that came, in order.

    *lambat* is answered once the test says ``go``, which is after patience has run out.
    """

    heard: list[str]
    go: asyncio.Event

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message.text)
        out, sender, text = message.output_channel, message.sender_id, message.text
        match text:
            case "lambat":
                await self.go.wait()
                await out.send_text_message(sender, "Jawaban yang terlambat.")
            case "tombol":
                buttons = [
                    {"title": "Ya, kirim", "payload": "tombol:0123456789abcdef"},
                    {"title": "Ganti pilihan", "payload": "tombol:fedcba9876543210"},
                ]
                await out.send_text_with_buttons(sender, "Sudah benar?", buttons)
            case "kartu":
                await out.send_text_message(sender, "1. Wayan\n2. Nyoman")
                await out.send_custom_json(sender, {"candidates": CARDS})
                buttons = [
                    {"title": "1. Wayan", "payload": "tombol:1111111111111111"},
                    {"title": "2. Nyoman", "payload": "tombol:2222222222222222"},
                    {"title": "Kosongkan", "payload": "tombol:3333333333333333"},
                ]
                await out.send_text_with_buttons(sender, "Siapa pilihan Anda?", buttons)
            case "ya":
                await out.send_text_message(sender, "Suara Anda SUDAH tercatat.")
                await out.send_custom_json(sender, FINISHED)
            case _:
                await out.send_text_message(sender, f"Jawaban untuk {text}")


@dataclass
class Played:
    """The running server."""

    url: str

    @property
    def heard(self) -> list[str]:
        """The messages that came, in order."""
        return list(httpx.get(f"{self.url}/heard").json())

    def begin_anew(self) -> None:
        """Forget what was heard, and hold late answers back again."""
        httpx.post(f"{self.url}/anew").raise_for_status()

    def let_late_answers_go(self) -> None:
        httpx.post(f"{self.url}/go").raise_for_status()


@contextmanager
def start(log: Path) -> Iterator[Played]:
    """The server in a process of its own; stopped at the end."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.played", str(port)],
        cwd=ROOT, stdout=log.open("wb"), stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/heard", process)
        yield Played(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(30)


def serve(port: int) -> None:
    """Serve until terminated."""
    delivery.PATIENCE_SECONDS = 0.5
    app = Sanic("played")
    script = Script([], asyncio.Event())

    @app.get("/heard")
    async def heard(request: Request) -> HTTPResponse:
        return response.json(script.heard)

    @app.post("/go")
    async def go(request: Request) -> HTTPResponse:
        script.go.set()
        return response.empty()

    @app.post("/anew")
    async def anew(request: Request) -> HTTPResponse:
        script.heard.clear()
        script.go.clear()
        return response.empty()

    channel = WebChat(Keys(SECRET))
    blueprint = channel.blueprint(script)
    app.blueprint(blueprint, url_prefix=channel.url_prefix())
    app.run("127.0.0.1", port, access_log=False)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
