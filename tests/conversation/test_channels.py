"""The ways in: the page, and the `rest` channel for this machine only."""

import re
from secrets import token_urlsafe
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assistant.channels.pace import PER_MINUTE
from bilik.services import portraits
from bilik.storage.tables import elections
from tests.installation import Installation
from tests.pictures import photo


def test_the_page_is_served_with_strict_headers(bilik: Installation) -> None:
    page = httpx.get(f"{bilik.url}/chat", follow_redirects=True)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "HttpOnly" in page.headers["set-cookie"]
    assert "SameSite=Strict" in page.headers["set-cookie"]
    assert httpx.get(f"{bilik.url}/chat/chat.js").status_code == 200
    assert httpx.get(f"{bilik.url}/chat/web.py").status_code == 404


def message(text: str, **more: object) -> dict[str, object]:
    return {"name": token_urlsafe(9), "text": text, **more}


def post(browser: httpx.Client, content: dict[str, object]) -> dict[str, Any]:
    """One message; the answer to it, which stands last."""
    batches = browser.post("/chat/messages", json=content).json()["batches"]
    browser.post("/chat/seen", json={"seen": [batch["name"] for batch in batches]})
    return dict(batches[-1])


def test_a_vote_through_the_page(bilik: Installation) -> None:
    before = bilik.ballots(bilik.village)
    nik, code = bilik.pair(bilik.village)
    with httpx.Client(base_url=bilik.url, timeout=30) as browser:
        browser.get("/chat")
        for text in ("halo", f"{nik} {code}", "bu siti"):
            assert not post(browser, message(text))["finished"]
        answer = post(browser, message("ya"))
    assert "SUDAH tercatat" in answer["messages"][0]["text"]
    assert answer["finished"]
    assert bilik.ballots(bilik.village) == before + 1


def test_a_vote_through_the_page_by_buttons_alone(bilik: Installation) -> None:
    before = bilik.ballots(bilik.village)
    nik, code = bilik.pair(bilik.village)
    with httpx.Client(base_url=bilik.url, timeout=30) as browser:
        browser.get("/chat")

        def say(text: str) -> dict[str, Any]:
            batch = post(browser, message(text))
            shown = batch["messages"]
            buttons = [one for each in shown for one in each.get("buttons") or ()]
            return {
                "answers": [one["text"] for one in shown],
                "buttons": buttons,
                "finished": batch["finished"],
            }

        def press(answer: dict[str, Any], title: str) -> dict[str, Any]:
            (payload,) = [one["payload"] for one in answer["buttons"] if one["title"] == title]
            assert re.fullmatch("tombol:[a-z]{16}", payload)
            return say(payload)

        asked = say(f"{nik} {code}")
        assert [one["title"] for one in asked["buttons"]] == [
            "1. H. Ahmad Fauzi, S.E.", "2. Siti Rahmawati, S.Pd.", "3. Bambang Sutrisno",
            "Kosongkan",
        ]  # fmt: skip
        read_back = press(asked, "2. Siti Rahmawati, S.Pd.")
        assert "nomor 2, Siti Rahmawati, S.Pd." in read_back["answers"][-1]
        again = press(read_back, "Ganti pilihan")
        old = press(asked, "1. H. Ahmad Fauzi, S.E.")
        assert "tidak berlaku" in old["answers"][0]
        assert "Siapa pilihan Anda" in old["answers"][-1]
        assert old["buttons"] == again["buttons"]
        read_back = press(again, "3. Bambang Sutrisno")
        assert bilik.ballots(bilik.village) == before
        recorded = press(read_back, "Ya, kirim")
        assert "SUDAH tercatat" in recorded["answers"][0]
        assert recorded["finished"]
        assert recorded["buttons"] == []
        assert press(read_back, "Ya, kirim")["answers"] == recorded["answers"]
        assert "tidak berlaku" in "\n".join(press(read_back, "Berhenti")["answers"])
    assert bilik.ballots(bilik.village) == before + 1


def test_a_button_of_another_chat_casts_nothing(bilik: Installation) -> None:
    one, other = (f"tombol-{name}" for name in ("satu", "dua"))
    for who in (one, other):
        bilik.talk(who, " ".join(bilik.pair(bilik.village)), "2")
    before = bilik.ballots(bilik.village)
    url = f"{bilik.url}/webhooks/rest/webhook"
    answer = httpx.post(url, json={"sender": one, "message": "siapa calonnya?"}).json()
    assert answer[-1]["buttons"][0]["title"] == "Ya, kirim"
    for payload in (answer[-1]["buttons"][0]["payload"], "tombol:bbbbbbbbbbbbbbbb"):
        said = bilik.say(other, payload)
        assert "tidak berlaku" in said
        assert "nomor 2, Siti Rahmawati" in said
    assert "SUDAH" not in bilik.say(other, "tombol:0000000000000000")
    assert bilik.ballots(bilik.village) == before
    assert "SUDAH tercatat" in bilik.say(one, answer[-1]["buttons"][0]["payload"])


def test_a_message_of_the_page_that_comes_again_is_answered_again_and_not_handled_again(
    bilik: Installation,
) -> None:
    before = bilik.ballots(bilik.village)
    nik, code = bilik.pair(bilik.village)
    with httpx.Client(base_url=bilik.url, timeout=30) as browser:
        browser.get("/chat")
        for text in (f"{nik} {code}", "bu siti"):
            post(browser, message(text))
        yes = message("ya")
        answers = [browser.post("/chat/messages", json=yes).json() for _ in range(20)]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["batches"][-1]["finished"]
    assert bilik.ballots(bilik.village) == before + 1


def test_a_yes_to_answers_that_the_page_has_not_shown_is_none(bilik: Installation) -> None:
    before = bilik.ballots(bilik.village)
    nik, code = bilik.pair(bilik.village)
    with httpx.Client(base_url=bilik.url, timeout=30) as browser:
        browser.get("/chat")
        post(browser, message(f"{nik} {code}"))
        lost = browser.post("/chat/messages", json=message("bu siti")).json()["batches"]
        answer = browser.post("/chat/messages", json=message("ya")).json()["batches"]
        assert answer[: len(lost)] == lost
        assert "Pilihan Anda:\n*nomor 2" in answer[-1]["messages"][0]["text"]
        assert bilik.ballots(bilik.village) == before
        seen = [batch["name"] for batch in answer]
        early = browser.post("/chat/messages", json=message("ya", seen=seen, early=True)).json()
        assert not early["batches"][-1]["finished"]
        seen = [batch["name"] for batch in early["batches"]]
        assert post(browser, message("ya", seen=seen))["finished"]
    assert bilik.ballots(bilik.village) == before + 1


def test_the_page_answers_what_it_cannot_take_in_a_friendly_way(bilik: Installation) -> None:
    with httpx.Client(base_url=bilik.url, timeout=30) as browser:
        browser.get("/chat")

        def say(text: str) -> str:
            return "\n".join(one["text"] for one in post(browser, message(text))["messages"])

        assert "terlalu panjang" in say("a" * 1001)
        assert "NIK" in say("\x00\x01\x02\x7f\ufffd\u200b")
        for _ in range(PER_MINUTE - 2):
            assert "terlalu cepat" not in say("a" * 1001)
        assert "terlalu cepat" in say("halo")
    with httpx.Client(base_url=bilik.url, timeout=30) as browser:
        browser.get("/chat")
        assert "Saya Bilik" in say("halo")


def test_the_page_takes_messages_only_from_its_own_sessions(bilik: Installation) -> None:
    for path in ("messages", "seen", "leave"):
        url = f"{bilik.url}/chat/{path}"
        assert httpx.post(url, json=message("halo")).status_code == 403
        for chosen in ("rest:pemilih-1", "a" * 32, f"{'a' * 32}.{'0' * 64}"):
            cookies = {"bilik_chat": chosen}
            assert httpx.post(url, json=message("halo"), cookies=cookies).status_code == 403
    assert httpx.get(f"{bilik.url}/chat/events").status_code == 403
    with httpx.Client(base_url=bilik.url) as browser:
        browser.get("/chat")
        plain = {"Content-Type": "text/plain"}
        for path in ("messages", "seen", "leave"):
            answer = browser.post(f"/chat/{path}", content="{}", headers=plain)
            assert answer.status_code == 403


@pytest.mark.parametrize(
    "content",
    [
        [], {}, {"text": "halo"}, {"name": "a", "text": "halo"}, {"name": "abcdefgh", "text": ""},
        {"name": "abcdefgh", "text": " "}, {"name": "abcdefgh", "text": 3}, "halo", 3,
        {"name": "../../../etc", "text": "halo"}, {"name": "a" * 65, "text": "halo"},
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(bilik: Installation, content: object) -> None:
    with httpx.Client(base_url=bilik.url) as browser:
        browser.get("/chat")
        assert browser.post("/chat/messages", json=content).status_code == 400


def test_the_cookie_is_for_tls_alone_where_a_proxy_speaks_it(bilik: Installation) -> None:
    forwarded = {"X-Forwarded-Proto": "https"}
    behind_proxy = httpx.get(f"{bilik.url}/chat", headers=forwarded)
    assert "Secure" in behind_proxy.headers["set-cookie"]
    assert "Secure" not in httpx.get(f"{bilik.url}/chat").headers["set-cookie"]


def test_files_of_the_page_that_have_not_changed_are_not_sent_again(bilik: Installation) -> None:
    style = httpx.get(f"{bilik.url}/chat/chat.css")
    again = httpx.get(style.url, headers={"If-None-Match": style.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_rest_channel_refuses_what_comes_from_elsewhere(bilik: Installation) -> None:
    url = f"{bilik.url}/webhooks/rest/webhook"
    sent = {"sender": "a", "message": "halo"}
    forwarded = {"X-Forwarded-For": "203.0.113.7"}
    assert httpx.post(url, json=sent, headers=forwarded).status_code == 403
    plain = {"Content-Type": "text/plain"}
    assert httpx.post(url, content="{}", headers=plain).status_code == 403
    assert httpx.post(url, json={"sender": "a", "message": "a" * 100_000}).status_code == 413
    assert httpx.post(url, json={"sender": "", "message": "halo"}).status_code == 400
    assert httpx.post(url, json={"sender": "a", "message": 3}).status_code == 400


def test_senders_of_two_channels_never_meet(bilik: Installation) -> None:
    nik, code = bilik.pair(bilik.village)
    with httpx.Client(base_url=bilik.url, timeout=30) as browser:
        browser.get("/chat")
        session, _, token = browser.cookies["bilik_chat"].partition(".")
        post(browser, message(f"{nik} {code}"))
        altered = {"bilik_chat": f"{session[::-1]}.{token}"}
    assert httpx.post(f"{bilik.url}/chat/leave", json={}, cookies=altered).status_code == 403
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


def test_a_candidates_photo_is_shown_to_whoever_asks_and_no_other_file(bilik: Installation) -> None:
    picture = portraits.small(photo())
    with bilik.village.database.write() as connection:
        where = select(elections.c.id).where(elections.c.slug == "sukamaju-2026")
        village = connection.execute(where).scalar_one()
        portraits.replace(connection, village, {portraits.Place("kades", 1, 1): picture})
    shown = httpx.get(f"{bilik.url}/chat/foto/sukamaju-2026/kades/1-1.jpg")
    assert (shown.status_code, shown.content) == (200, picture)
    assert shown.headers["content-type"] == "image/jpeg"
    for other in ("sukamaju-2026/kades/2-1.jpg", "sukamaju-2026/kades/..%2f..", "x/y/1-1.jpg"):
        assert httpx.get(f"{bilik.url}/chat/foto/{other}").status_code == 404
