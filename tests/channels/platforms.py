"""Telegram, Twilio, WhatsApp and LINE, played by one server on loopback that notes its calls."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from tests.installation import free_port

PUBLIC_URL = "https://pilih.example.id"
TELEGRAM_TOKEN = "123456789:AAF0penS3sameTokenTokenTokenToken00"
TWILIO_ACCOUNT = "AC" + "0" * 32
TWILIO_TOKEN = "twilio-auth-token-rahasia"
SMS_NUMBER, WHATSAPP_NUMBER = "+6281100000001", "+6281100000002"
PHONE_ID = "10987654321"
WHATSAPP_TOKEN, WHATSAPP_SECRET = "whatsapp-access-token", "whatsapp-app-secret"
VERIFY_TOKEN = "kata-pilihan-panitia"
LINE_SECRET, LINE_TOKEN = "line-channel-secret", "line-access-token"
SECRETS = (TELEGRAM_TOKEN, TWILIO_TOKEN, WHATSAPP_TOKEN, WHATSAPP_SECRET, LINE_SECRET, LINE_TOKEN)


@dataclass(frozen=True)
class Call:
    """One request to a platform's API; ``connection`` tells those of one connection."""

    method: str
    path: str
    content: dict[str, Any]
    headers: dict[str, str]
    connection: int = 0


@dataclass
class Fault:
    """What becomes of the next requests to a path; ``seconds`` of silence come first."""

    path: str
    status: int = 500
    content: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    times: int = 1


class Platforms:
    """The server, in a thread of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.calls: list[Call] = []
        self.faults: deque[Fault] = deque()
        self.webhooks: dict[str, str] = {}
        self.undeliverable: set[str] = set()
        self._numbers = count(1000)
        self._reply_tokens: set[str] = set()
        self._retry_keys: set[str] = set()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self) -> dict[str, str]:
        """What an installation that uses all of them sets."""
        return {
            "BILIK_PUBLIC_URL": PUBLIC_URL,
            "BILIK_TELEGRAM_TOKEN": TELEGRAM_TOKEN,
            "BILIK_TELEGRAM_API": self.url,
            "BILIK_TWILIO_ACCOUNT_SID": TWILIO_ACCOUNT,
            "BILIK_TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
            "BILIK_TWILIO_SMS_FROM": SMS_NUMBER,
            "BILIK_TWILIO_WHATSAPP_FROM": WHATSAPP_NUMBER,
            "BILIK_TWILIO_API": self.url,
            "BILIK_WHATSAPP_PHONE_ID": PHONE_ID,
            "BILIK_WHATSAPP_TOKEN": WHATSAPP_TOKEN,
            "BILIK_WHATSAPP_APP_SECRET": WHATSAPP_SECRET,
            "BILIK_WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
            "BILIK_WHATSAPP_API": f"{self.url}/graph",
            "BILIK_LINE_SECRET": LINE_SECRET,
            "BILIK_LINE_TOKEN": LINE_TOKEN,
            "BILIK_LINE_API": self.url,
        }

    def sent(self, start: int = 0) -> list[Call]:
        """Messages to voters, among the calls from number ``start`` on."""
        ends = ("/sendMessage", "/messages", "/Messages.json", "/reply", "/push")
        return [one for one in self.calls[start:] if one.path.endswith(ends)]

    # -- the server ----------------------------------------------------------------------------

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application(middlewares=[self._note])
        app.router.add_post("/bot{token}/{method}", self._telegram)
        app.router.add_post("/graph/{phone}/messages", self._whatsapp)
        app.router.add_get("/graph/{phone}", self._whatsapp_number)
        app.router.add_post("/v2/bot/message/{act}", self._line)
        app.router.add_get("/v2/bot/info", self._line_info)
        app.router.add_get("/v2/bot/channel/webhook/endpoint", self._line_webhook)
        account = "/2010-04-01/Accounts/{account}"
        app.router.add_post(account + "/Messages.json", self._twilio)
        app.router.add_delete(account + "/Messages/{sid}.json", self._twilio_delete)
        app.router.add_get(account + ".json", self._twilio_account)
        app.router.add_get(account + "/IncomingPhoneNumbers.json", self._twilio_numbers)
        runner = web.AppRunner(app, handler_cancellation=True)
        self._loop.run_until_complete(runner.setup())
        self._loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", self.port).start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @web.middleware
    async def _note(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.content_type == "application/json":
            content = await request.json()
        else:
            content = dict(await request.post())
        path = unquote(request.path)
        fault = next((one for one in self.faults if one.path in path and one.times > 0), None)
        if fault is not None:
            fault.times -= 1
            await asyncio.sleep(fault.seconds)
            return web.json_response(fault.content, status=fault.status, headers=fault.headers)
        _, port, *_ = request.get_extra_info("peername")
        self.calls.append(Call(request.method, path, content, dict(request.headers), port))
        request["content"] = content
        return await handler(request)

    async def _telegram(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TELEGRAM_TOKEN:
            return web.json_response({"ok": False, "description": "Unauthorized"}, status=401)
        content, result = request["content"], True
        match request.match_info["method"]:
            case "getMe":
                result = {"id": 123456789, "is_bot": True, "first_name": "Bilik",
                          "username": "BilikBot"}  # fmt: skip
            case "setWebhook":
                self.webhooks["telegram"] = content["url"]
            case "getWebhookInfo":
                result = {"url": self.webhooks.get("telegram", ""), "pending_update_count": 0}
            case "sendMessage":
                chat = {"id": int(content["chat_id"]), "type": "private"}
                result = {"message_id": next(self._numbers), "date": 1, "chat": chat,
                          "text": content["text"]}  # fmt: skip
        return web.json_response({"ok": True, "result": result})

    async def _whatsapp(self, request: web.Request) -> web.Response:
        return web.json_response({"messages": [{"id": f"wamid.{next(self._numbers)}"}]})

    async def _whatsapp_number(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {WHATSAPP_TOKEN}":
            return web.json_response({"error": {"code": 190}}, status=401)
        return web.json_response(
            {
                "display_phone_number": "+62 811-0000-0009",
                "webhook_configuration": {"application": self.webhooks.get("whatsapp", "")},
            }
        )

    async def _line(self, request: web.Request) -> web.Response:
        content = request["content"]
        if request.match_info["act"] == "reply":
            if content["replyToken"] in self._reply_tokens:
                return web.json_response({"message": "Invalid reply token"}, status=400)
            self._reply_tokens.add(content["replyToken"])
        else:
            key = request.headers["X-Line-Retry-Key"]
            if key in self._retry_keys:
                return web.json_response({"message": "already accepted"}, status=409)
            self._retry_keys.add(key)
        return web.json_response({"sentMessages": []})

    async def _line_info(self, request: web.Request) -> web.Response:
        return web.json_response({"basicId": "@bilik", "displayName": "Bilik"})

    async def _line_webhook(self, request: web.Request) -> web.Response:
        return web.json_response({"endpoint": self.webhooks.get("line", ""), "active": True})

    async def _twilio(self, request: web.Request) -> web.Response:
        sid = f"SM{next(self._numbers):032d}"
        return web.json_response({"sid": sid, "status": "queued"}, status=201)

    async def _twilio_delete(self, request: web.Request) -> web.Response:
        if request.match_info["sid"] in self.undeliverable:
            return web.json_response({"code": 20009}, status=409)
        return web.Response(status=204)

    async def _twilio_account(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "active"})

    async def _twilio_numbers(self, request: web.Request) -> web.Response:
        numbers = [{"phone_number": SMS_NUMBER, "sms_url": self.webhooks.get("twilio", ""),
                    "sms_method": "POST"}]  # fmt: skip
        return web.json_response({"incoming_phone_numbers": numbers})


@contextmanager
def running() -> Iterator[Platforms]:
    platforms = Platforms()
    platforms.start()
    try:
        yield platforms
    finally:
        platforms.stop()


def shown(content: dict[str, Any]) -> list[str]:
    """What a voter reads of one request to a platform."""
    if "Body" in content:
        return [content["Body"]]
    if "messages" in content:
        return [one["text"] for one in content["messages"]]
    if content.get("type") == "interactive":
        return [content["interactive"]["body"]["text"]]
    text = content["text"]
    return [text["body"] if isinstance(text, dict) else text]


def as_json(content: Any) -> bytes:
    return json.dumps(content).encode()
