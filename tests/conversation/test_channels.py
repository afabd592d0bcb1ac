"""The ways in: the page, and the `rest` channel for this machine only."""

import httpx
import pytest

from tests.installation import Installation


def test_the_page_is_served_with_strict_headers(bilik: Installation) -> None:
    page = httpx.get(f"{bilik.url}/chat", follow_redirects=True)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "HttpOnly" in page.headers["set-cookie"]
    assert "SameSite=Strict" in page.headers["set-cookie"]
    assert httpx.get(f"{bilik.url}/chat/chat.js").status_code == 200
    assert httpx.get(f"{bilik.url}/chat/web.py").status_code == 404


def test_a_vote_through_the_page(bilik: Installation) -> None:
    before = bilik.ballots(bilik.village)
    nik, code = bilik.pair(bilik.village)
    with httpx.Client(base_url=bilik.url, timeout=30) as browser:
        browser.get("/chat")
        for text in ("halo", f"{nik} {code}", "bu siti"):
            answer = browser.post("/chat/messages", json={"text": text}).json()
            assert not answer["finished"]
        answer = browser.post("/chat/messages", json={"text": "ya"}).json()
    assert "SUDAH tercatat" in answer["answers"][0]
    assert answer["finished"]
    assert bilik.ballots(bilik.village) == before + 1


def test_the_page_takes_messages_only_from_its_own_sessions(bilik: Installation) -> None:
    url = f"{bilik.url}/chat/messages"
    assert httpx.post(url, json={"text": "halo"}).status_code == 403
    chosen = {"bilik_chat": "rest:pemilih-1"}
    assert httpx.post(url, json={"text": "halo"}, cookies=chosen).status_code == 403
    with httpx.Client(base_url=bilik.url) as browser:
        browser.get("/chat")
        plain = {"Content-Type": "text/plain"}
        assert browser.post("/chat/messages", content="{}", headers=plain).status_code == 403
        assert browser.post("/chat/messages", json={"text": ""}).status_code == 400
        assert browser.post("/chat/messages", json=[]).status_code == 400


def test_the_rest_channel_refuses_what_comes_from_elsewhere(bilik: Installation) -> None:
    url = f"{bilik.url}/webhooks/rest/webhook"
    message = {"sender": "a", "message": "halo"}
    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    assert httpx.post(url, json=message, headers=forwarded).status_code == 403
    plain = {"Content-Type": "text/plain"}
    assert httpx.post(url, content="{}", headers=plain).status_code == 403
    assert httpx.post(url, json={"sender": "a", "message": "a" * 100_000}).status_code == 413
    assert httpx.post(url, json={"sender": "", "message": "halo"}).status_code == 400
    assert httpx.post(url, json={"sender": "a", "message": 3}).status_code == 400


def test_senders_of_two_channels_never_meet(bilik: Installation) -> None:
    nik, code = bilik.pair(bilik.village)
    with httpx.Client(base_url=bilik.url, timeout=30) as browser:
        browser.get("/chat")
        session = browser.cookies["bilik_chat"]
        browser.post("/chat/messages", json={"text": f"{nik} {code}"})
    assert "Siapa pilihan Anda" not in bilik.say(session, "siapa calonnya")


def test_the_action_server_is_on_loopback_only(bilik: Installation) -> None:
    with open("/proc/net/tcp", encoding="ascii") as table:
        listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
    ports = [address for address in listening if int(address[-4:], 16) == bilik.actions_port]
    assert ports
    assert all(address.startswith("0100007F:") for address in ports)


@pytest.mark.parametrize(
    "body",
    [
        '{"next_action": "action_choose", "sender_id": "SEKRET", "tracker": {"events": "SEKRET"}}',
        '{"next_action": "action_SEKRET", "sender_id": "SEKRET", "tracker": {}}',
        '{"next_action": "action_choose", "version": {"SEKRET": 1}}',
        '"SEKRET"', "[]", "SEKRET {", "",
    ],
)  # fmt: skip
def test_the_action_server_answers_an_error_without_the_request(
    bilik: Installation, body: str
) -> None:
    url = f"http://127.0.0.1:{bilik.actions_port}/webhook"
    json = {"Content-Type": "application/json"}
    answer = httpx.post(url, content=body.encode(), headers=json)
    assert answer.status_code == 500
    assert answer.json() == {"error": "the action failed"}
    deflated = {**json, "Content-Encoding": "deflate"}
    assert httpx.post(url, content=b"SEKRET", headers=deflated).json() == answer.json()
