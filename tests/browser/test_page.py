"""The page by itself: late answers, buttons, lost connections, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from assistant.channels.delivery import AGAIN
from tests.browser.conftest import OpenChat
from tests.browser.played import Played, start

GREETED = "Jawaban untuk halo"
BROKEN = "Sambungan terputus"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with start(tmp_path_factory.mktemp("played") / "server.log") as running:
        yield running


@pytest.fixture
def played(server: Played) -> Played:
    server.begin_anew()
    return server


def test_a_late_answer_comes_by_itself_and_once(played: Played, open_chat: OpenChat) -> None:
    chat = open_chat(f"{played.url}/chat")
    chat.hears(GREETED)
    chat.say("lambat")
    chat.hears("Sedang kami periksa")
    played.let_late_answers_go()
    chat.hears("Jawaban yang terlambat.")
    chat.say("lagi")
    chat.hears("Jawaban untuk lagi")
    chat.hears("Jawaban yang terlambat.", times=1)


def test_a_late_answer_is_there_after_a_reload(played: Played, open_chat: OpenChat) -> None:
    chat = open_chat(f"{played.url}/chat")
    chat.hears(GREETED)
    chat.say("lambat")
    chat.page.reload()
    played.let_late_answers_go()
    chat.hears("Jawaban yang terlambat.")
    chat.hears(GREETED)
    assert played.heard.count("lambat") == 1


def test_while_an_answer_is_made_three_dots_say_so(played: Played, open_chat: OpenChat) -> None:
    chat = open_chat(f"{played.url}/chat")
    chat.hears(GREETED)
    on_the_way: list[Route] = []

    def hold(route: Route) -> None:
        on_the_way.append(route)

    chat.page.route("**/chat/messages", hold)
    chat.say("nomor 2")
    expect(chat.typing).to_be_in_viewport()
    on_the_way[0].continue_()
    chat.hears("Jawaban untuk nomor 2")
    expect(chat.typing).to_be_hidden()


def test_a_yes_written_before_the_answer_was_on_the_screen_is_none(
    played: Played, open_chat: OpenChat
) -> None:
    chat = open_chat(f"{played.url}/chat")
    chat.hears(GREETED)
    chat.say_at_once("nomor 2", "ya")
    chat.hears(f"Jawaban untuk {AGAIN}")
    assert played.heard == ["halo", "nomor 2", AGAIN]
    assert chat.own == ["nomor 2", "ya"]


def test_a_button_shows_its_title_sends_its_payload_and_is_gone(
    played: Played, open_chat: OpenChat, pictures: Path
) -> None:
    chat = open_chat(f"{played.url}/chat")
    chat.say("tombol")
    chat.hears("Sudah benar?")
    chat.photograph(pictures / "tombol-ponsel.png")
    assert chat.accessibility_violations() == []
    chat.page.get_by_role("button", name="Ganti pilihan").click()
    chat.hears("Jawaban untuk tombol:fedcba9876543210")
    assert chat.own == ["tombol", "Ganti pilihan"]
    expect(chat.page.get_by_role("button", name="Ya, kirim")).to_have_count(0)


def test_a_card_stands_for_the_button_that_has_its_number(
    played: Played, open_chat: OpenChat
) -> None:
    chat = open_chat(f"{played.url}/chat")
    chat.say("kartu")
    chat.hears("Siapa pilihan Anda?")
    expect(chat.page.locator(".reply")).to_have_text(["Kosongkan"])
    chat.card("Nyoman").click()
    chat.hears("Jawaban untuk tombol:2222222222222222")
    assert chat.own == ["kartu", "2. Nyoman"]
    expect(chat.card("Wayan")).to_be_disabled()
    expect(chat.page.locator(".reply")).to_have_count(0)


def test_buttons_of_an_earlier_answer_give_way_to_those_of_a_later_one(
    played: Played, open_chat: OpenChat
) -> None:
    chat = open_chat(f"{played.url}/chat")
    chat.say("kartu")
    chat.hears("Siapa pilihan Anda?")
    chat.say("tombol")
    chat.hears("Sudah benar?")
    expect(chat.card("Wayan")).to_be_disabled()
    expect(chat.page.locator(".reply")).to_have_text(["Ya, kirim", "Ganti pilihan"])


def test_a_page_without_connection_says_so_and_sends_when_it_is_back(
    played: Played, open_chat: OpenChat, pictures: Path
) -> None:
    chat = open_chat(f"{played.url}/chat")
    chat.hears(GREETED)
    chat.page.context.set_offline(True)
    expect(chat.notice).to_contain_text(BROKEN)
    chat.say("nomor 2")
    expect(chat.log.get_by_text("nomor 2")).to_be_visible()
    chat.photograph(pictures / "terputus-ponsel.png")
    assert chat.accessibility_violations() == []
    chat.page.context.set_offline(False)
    chat.hears("Jawaban untuk nomor 2")
    expect(chat.notice).to_contain_text("tersambung lagi")
    assert played.heard == ["halo", "nomor 2"]


def test_a_message_whose_answer_was_lost_on_the_way_is_answered_once(
    played: Played, open_chat: OpenChat
) -> None:
    chat = open_chat(f"{played.url}/chat")
    chat.hears(GREETED)
    lost: list[int] = []

    def lose_the_first(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().status)  # Bilik has heard it, and has answered
            route.abort()
        else:
            route.continue_()

    chat.page.route("**/chat/messages", lose_the_first)
    chat.say("nomor 2")
    chat.hears("Jawaban untuk nomor 2")
    assert lost == [200]
    assert played.heard == ["halo", "nomor 2"]
    assert chat.own == ["nomor 2"]


def test_a_page_whose_session_is_gone_begins_anew(played: Played, open_chat: OpenChat) -> None:
    chat = open_chat(f"{played.url}/chat")
    chat.say("nomor 2")
    chat.hears("Jawaban untuk nomor 2")
    chat.page.context.clear_cookies()
    chat.say("ya")
    chat.hears("Sesi sebelumnya sudah berakhir")
    chat.hears(GREETED)
    assert chat.own == []
    assert played.heard == ["halo", "nomor 2", "halo"]


def test_a_screen_left_alone_is_cleared(played: Played, open_chat: OpenChat) -> None:
    chat = open_chat("about:blank")
    chat.page.clock.install()
    chat.page.goto(f"{played.url}/chat")
    chat.say("nomor 2")
    chat.hears("Jawaban untuk nomor 2")
    chat.page.clock.fast_forward("16:00")
    chat.hears("layar ini dibersihkan")
    expect(chat.log).not_to_contain_text("nomor 2")


def test_what_bilik_says_is_text_and_never_markup(played: Played, open_chat: OpenChat) -> None:
    chat = open_chat(f"{played.url}/chat")
    chat.say("<img src=x onerror=alert(1)><b>tebal</b>")
    chat.hears("Jawaban untuk <img src=x onerror=alert(1)><b>tebal</b>")
    expect(chat.page.locator("#log img, #log b")).to_have_count(0)


def test_a_finished_vote_leaves_the_receipt_alone_and_then_nothing(
    played: Played, open_chat: OpenChat
) -> None:
    chat = open_chat(f"{played.url}/chat")
    chat.say("nomor 2")
    chat.hears("Jawaban untuk nomor 2")
    session = chat.page.context.cookies()[0]
    chat.say("ya")
    chat.hears("SUDAH tercatat")
    expect(chat.log).not_to_contain_text("nomor 2")
    chat.page.get_by_role("button", name="Hapus percakapan ini").click()
    chat.hears(GREETED)
    expect(chat.log).not_to_contain_text("tercatat")
    (renewed,) = chat.page.context.cookies()
    assert renewed["value"] != session["value"]
    kept = chat.page.evaluate(
        """async () => [localStorage.length, sessionStorage.length, document.cookie,
            (await caches.keys()).length, (await indexedDB.databases()).length,
            (await navigator.serviceWorker.getRegistrations()).length]"""
    )
    assert kept == [0, 0, "", 0, 0, 0]
    assert renewed["httpOnly"]
    assert renewed["sameSite"] == "Strict"
    assert renewed["expires"] == -1


def test_going_back_to_a_page_that_was_left_brings_nothing_back(
    played: Played, open_chat: OpenChat
) -> None:
    chat = open_chat(f"{played.url}/chat")
    chat.say("nomor 2")
    chat.hears("Jawaban untuk nomor 2")
    chat.page.goto(f"{played.url}/heard")
    chat.page.go_back()
    chat.hears(GREETED)
    expect(chat.log).not_to_contain_text("nomor 2")
