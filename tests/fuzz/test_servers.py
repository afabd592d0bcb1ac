"""The running servers: webhooks, the chat page's addresses, raw bytes, and hostile conversations.

One installation on PostgreSQL for all of them, since it takes half a minute to start. `FUZZ_TALK`
is how many messages the conversations have.
"""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels.delivery import CHECKING
from assistant.channels.guard import HEADERS
from bilik.web.headers import ONLY_TLS
from tests.booth import Polling
from tests.channels.phones import KINDS, Phone, wait_until_idle
from tests.channels.platforms import Platforms, running
from tests.databases import PostgresDatabases
from tests.fuzz import webhooks
from tests.fuzz.chatter import Chatter
from tests.fuzz.hostile import CANARY, DEEP, as_body, fuzz, mutated, noise, printable, values
from tests.installation import Installation, start
from tests.untrusting import NO_CERTIFICATES

TALK = int(os.environ.get("FUZZ_TALK", "1000"))
AT_ONCE = 6
PER_VOTER = 25
NAMES = {1: "Ahmad Fauzi", 2: "Siti Rahmawati", 3: "Bambang Sutrisno"}
ERRORS = re.compile(r"Traceback|Exception|\bError\b|\{\{|\{\w+\}|<bound|object at 0x|\bNaN\b")


@pytest.fixture(scope="module")
def platforms() -> Iterator[Platforms]:
    with running() as platforms:
        yield platforms


@pytest.fixture(scope="module")
def bilik(
    platforms: Platforms, postgres: PostgresDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    voters = TALK // PER_VOTER + 20
    with start(
        tmp_path_factory.mktemp("installation"), voters, postgres.new(), platforms.settings()
    ) as started:
        yield started
        told = [
            (file.name, line)
            for file in (started.directory / "run").glob("*.log")
            for line in file.read_text(errors="replace").splitlines()
            if CANARY in line or re.search(r"\d{16}", line)
        ]
        assert not told, told[:3]


def boxes(bilik: Installation) -> tuple[int, int]:
    return bilik.ballots(bilik.village), bilik.ballots(bilik.region)


def mishaps(bilik: Installation) -> list[str]:
    """What the servers could not handle, as their logs have it."""
    lines = [
        line
        for file in (bilik.directory / "run").glob("*.log")
        for line in file.read_text(errors="replace").splitlines()
    ]
    return [one for one in lines if re.search(r"could not be|has to wait|failed:|Exception", one)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.channel)
def test_no_webhook_fails_and_none_votes(
    bilik: Installation, platforms: Platforms, kind: type[Phone]
) -> None:
    before, phone = boxes(bilik), kind(bilik, platforms)
    earlier = mishaps(bilik)

    @fuzz(130)
    @given(webhooks.requests(phone))
    def post(request: Any) -> None:
        assert phone.send(request) in (200, 204, 400, 401, 403, 413), request

    post()
    wait_until_idle(bilik)
    assert boxes(bilik) == before
    assert mishaps(bilik) == earlier
    # And it still answers.
    start = len(platforms.calls)
    other = kind(bilik, platforms)
    assert other.send(other.request("halo")) == 200
    assert "NIK" in "\n".join(other.read(start))


POSTED = {"name": "abcdefgh12345678", "text": "halo", "early": False, "seen": ["a"]}
_paths = st.one_of(
    st.sampled_from([
        "/chat", "/chat/", "/chat/chat.js", "/chat/messages", "/chat/seen", "/chat/leave",
        "/webhooks/rest/webhook", "/model/parse",
        "/webhooks/whatsapp/webhook?hub.mode=subscribe&hub.verify_token=x",
        "/chat/foto/sukamaju-2026/kades/1-1.jpg", "/", "/version", "/conversations/x/tracker",
        "/model/train", "/webhooks/telegram/set_webhook", "/status", "/domain", "//x", "/chat//",
    ]),
    printable.map(lambda one: f"/chat/{quote(one[:300], safe='')}"),
    st.lists(printable, min_size=3, max_size=3).map(
        lambda three: "/chat/foto/" + "/".join(quote(one[:200], safe="") for one in three)
    ),
    printable.map(lambda one: f"/webhooks/{quote(one[:99], safe='')}/webhook"),
)  # fmt: skip


def test_no_address_of_the_chat_fails_and_none_votes(bilik: Installation) -> None:
    before, earlier = boxes(bilik), mishaps(bilik)
    # Each on a connection of its own: after a body that is too long the server hangs up.
    alone = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=bilik.url, timeout=30, limits=alone) as client:
        client.get("/chat")
        own = client.cookies["bilik_chat"]

        @fuzz(250)
        @given(
            _paths,
            st.sampled_from(["GET", "POST", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"]),
            st.one_of(
                mutated(POSTED).map(as_body),
                values.map(as_body),
                noise,
                st.sampled_from(DEEP),
                mutated({"sender": "anu", "message": "halo"}).map(as_body),
            ),
            st.sampled_from([own, own, own, "", "x", own[:-1] + "0", "é", own + own]),
            st.sampled_from(
                ["application/json", "application/json; charset=utf-7", "text/plain", ""]
            ),
        )
        def ask(path: str, method: str, body: bytes, cookie: str, kind: str) -> None:
            headers = [
                (b"cookie", f"bilik_chat={cookie}".encode()),
                (b"content-type", kind.encode()),
            ]
            client.cookies.clear()
            answer = client.request(method, path, content=body, headers=headers)
            assert answer.status_code < 500, (path, method, body[:200], answer.text[:200])
            assert "Traceback" not in answer.text
            assert answer.headers["x-content-type-options"] == "nosniff", (path, answer.text[:200])
            assert "Sanic" not in answer.text
            assert "Rasa" not in answer.text

        ask()
    assert boxes(bilik) == before
    assert mishaps(bilik) == earlier


@pytest.mark.parametrize(
    "path", ["/", "/version", "/chat", "/chat/x", "/webhooks/x", "//jahat.id/"]
)
def test_every_answer_of_the_chats_server_is_guarded_whoever_gives_it(
    bilik: Installation, path: str
) -> None:
    answer = httpx.get(bilik.url + path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "Strict-Transport-Security" not in answer.headers
    if answer.status_code != 200:
        assert (answer.status_code, answer.text.count("\n")) == (404, 1) or not answer.text
    by_tls = httpx.get(bilik.url + path, headers={"X-Forwarded-Proto": "https"})
    assert by_tls.headers["Strict-Transport-Security"] == ONLY_TLS


def test_the_line_that_a_page_holds_open_is_guarded_too(bilik: Installation) -> None:
    with httpx.Client(base_url=bilik.url) as browser:
        browser.get("/chat")
        with browser.stream("GET", "/chat/events") as line:
            assert line.status_code == 200
            assert {name: line.headers.get(name) for name in HEADERS} == HEADERS


RAW = (
    b"", b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00", b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET http://[ HTTP/1.1\r\nHost: [\r\n\r\n",
    b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n",
    b"POST /hasil/x/tanda-terima HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /chat/messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nx",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 5000 + b"\r\n",
    b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: \0b\r\n\r\n", b"GET / HTTP/1.1\nHost: x\n\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /%00%ff%2e%2e HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /panitia HTTP/1.1\r\nHost: [::1\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
)  # fmt: skip


@pytest.mark.parametrize("server", ["chat", "pages"])
def test_bytes_that_are_no_request_get_no_more_than_a_refusal(
    bilik: Installation, server: str
) -> None:
    port = bilik.port if server == "chat" else bilik.web_port
    for content in RAW:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.settimeout(0.5)
            said = b""
            try:
                connection.sendall(content)
                while block := connection.recv(65536):
                    said += block
            except OSError:
                pass
        assert b"Traceback" not in said, content[:80]
        status = re.match(rb"HTTP/1\.[01] (\d)", said)
        assert status is None or status[1] != b"5", (content[:80], said[:200])
    alive = f"http://127.0.0.1:{port}{'/chat' if server == 'chat' else '/sehat'}"
    assert httpx.get(alive).status_code == 200


# -- conversations ---------------------------------------------------------------------------------


class Voter:
    """Somebody whom hostile messages reach at every stage, and who votes in the end."""

    def __init__(self, bilik: Installation, number: int, chatter: Chatter) -> None:
        self.bilik = bilik
        self.number = number
        self.sender = f"kebal-{number}"
        self.nik, self.code = bilik.village.pairs[number]
        self.chatter = chatter
        self.told: Counter[int] = Counter()
        self.sent = 0
        self.findings: list[str] = []

    def say(self, text: str) -> str:
        """One message over HTTP, whatever is in it; what is wrong with the answer is noted."""
        body = json.dumps({"sender": self.sender, "message": text}).encode()
        answer = httpx.post(
            f"{self.bilik.url}/webhooks/rest/webhook", content=body, timeout=40,
            headers={"Content-Type": "application/json"}, verify=NO_CERTIFICATES,
        )  # fmt: skip
        self.sent += 1
        if answer.status_code == 400 and not text.strip():
            return ""  # Which no app sends.
        if answer.status_code == 413:
            return ""  # Larger than any app's message.
        if answer.status_code != 200:
            self.findings.append(f"{answer.status_code} to {text[:80]!a}")
            return ""
        said = "\n".join(one["text"] for one in answer.json())
        if not said.strip():
            self.findings.append(f"silence to {text[:80]!a}")
        if CHECKING in said or ERRORS.search(said) or CANARY in said:
            self.findings.append(f"{said[:200]!a} to {text[:80]!a}")
        return said

    def suffer(self, messages: int) -> None:
        """Hostile messages at each stage; none of them may cast."""
        stages = (
            [],
            [self.nik],
            [f"{self.nik} {self.code}"],
            [f"{self.nik} {self.code}", "nomor 2"],
        )
        for at in range(messages):
            if at % 6 == 0:
                for text in stages[(at // 6 + self.number) % len(stages)]:
                    self.say(text)
            said = self.say(self.chatter.no_yes())
            if "SUDAH tercatat" in said:
                self.findings.append(f"cast without a yes: {said[:200]!a}")

    def vote(self) -> None:
        """As people vote, in a new chat if the old one has to wait after all that was tried."""
        for sender in (self.sender, f"{self.sender}-baru"):
            self.sender = sender
            self.say("batal")
            if "Calon" not in self.say(f"{self.nik} {self.code}"):
                continue
            choice = 1 + self.number % 3
            read_back = self.say(f"nomor {choice}")
            if NAMES[choice] not in read_back or "Balas *ya*" not in read_back:
                continue
            if "SUDAH tercatat" in self.say("ya"):
                self.told[choice] += 1
                return
        self.findings.append("could not vote in the end")


@pytest.fixture
def told_at_end(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Puts figures into the report."""
    return lambda text: record_property("conversations", text)


def test_hostile_conversations_are_answered_and_only_a_yes_votes(
    bilik: Installation, told_at_end: Callable[[str], None]
) -> None:
    polling: Polling = bilik.village
    before = bilik.ballots(polling)
    niks = [nik for nik, _ in [*polling.pairs, *bilik.region.pairs]]
    voters = [Voter(bilik, at, Chatter(at, niks)) for at in range(TALK // PER_VOTER)]
    began = time.monotonic()

    def whole(voter: Voter) -> None:
        voter.suffer(PER_VOTER)
        if voter.number % 2 == 0:
            voter.vote()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(whole, voters))
    seconds = time.monotonic() - began
    sent = sum(one.sent for one in voters)
    findings = [finding for one in voters for finding in one.findings]
    told: Counter[int] = sum((one.told for one in voters), Counter())
    told_at_end(f"{sent} messages in {seconds:.0f} s, {told.total()} votes")
    assert findings == [], findings[:10]
    assert bilik.ballots(polling) - before == told.total()
    counted = polling.counts()["kades"]
    assert {number: counted[number] for number in NAMES} == {n: told[n] for n in NAMES}
    assert counted["blank"] == 0
