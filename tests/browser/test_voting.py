"""Whole votes on the page, in a real browser, on the real servers; what counts is the database."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.booth import Polling
from tests.browser.chat import DESKTOP, PHONE, Chat
from tests.browser.conftest import OpenChat
from tests.installation import Installation, wait_for

MAX_BYTES = 60_000
NARROW: ViewportSize = {"width": 320, "height": 568}
HEIGHT_LEFT_OVER = "document.documentElement.scrollHeight - innerHeight"
"""Only the conversation may scroll: the page itself would take its head along."""


def prove_identity(chat: Chat, bilik: Installation, polling: Polling | None = None) -> None:
    nik, code = bilik.pair(polling or bilik.village)
    chat.hears("Untuk mulai, kirim NIK")
    chat.say(f"{nik} {code}")
    chat.hears("Siapa pilihan Anda?")


def is_wider_than_its_window(page: Page) -> bool:
    return bool(
        page.evaluate(
            """() => [document.documentElement, document.getElementById("scroller")]
                .some((one) => one.scrollWidth > one.clientWidth)"""
        )
    )


def receipt(chat: Chat) -> Locator:
    return chat.log.get_by_text("Tanda terima")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("device", "size"), [("ponsel", PHONE), ("komputer", DESKTOP)])
def test_a_whole_vote(
    bilik: Installation,
    open_chat: OpenChat,
    pictures: Path,
    device: str,
    size: ViewportSize,
    scheme: str,
) -> None:
    before = bilik.ballots(bilik.village)
    chat = open_chat(f"{bilik.url}/chat", size=size, color_scheme=scheme)

    def look(step: str) -> None:
        chat.photograph(pictures / f"{device}-{scheme}-{step}.png")
        assert chat.accessibility_violations() == []
        assert not is_wider_than_its_window(chat.page)
        for part in (chat.page.get_by_role("banner"), chat.field, chat.send):
            expect(part).to_be_in_viewport(ratio=0.99)
        assert chat.page.evaluate(HEIGHT_LEFT_OVER) == 0

    chat.hears("Saya Bilik")
    look("1-salam")
    prove_identity(chat, bilik)
    expect(chat.page.get_by_role("heading")).to_have_text("Pemilihan Kepala Desa Sukamaju")
    look("2-surat-suara")
    chat.card("Siti Rahmawati").click()
    chat.hears("Saya ulangi pilihan Anda")
    assert chat.own[-1] == "2. Siti Rahmawati, S.Pd."
    look("3-dibacakan")
    chat.say("visinya apa?")
    chat.hears("Kita lanjut")
    look("4-bertanya")
    chat.say("ya")
    chat.hears("SUDAH tercatat")
    look("5-tercatat")
    assert bilik.ballots(bilik.village) == before + 1
    expect(chat.log).not_to_contain_text("Siti")
    assert chat.own == []


def test_two_contests_of_pairs_and_the_empty_box(
    bilik: Installation, open_chat: OpenChat, pictures: Path
) -> None:
    before = bilik.ballots(bilik.region)
    chat = open_chat(f"{bilik.url}/chat")
    prove_identity(chat, bilik, bilik.region)
    expect(chat.page.get_by_role("heading")).to_have_text("Pilkada Kabupaten Rimba Jaya")
    chat.card("Dewi Kartika & Hasan Basri").click()
    chat.hears("Sementara ini")
    assert chat.own[-1] == "2. Dewi Kartika & Hasan Basri"
    chat.photograph(pictures / "kotak-kosong-ponsel.png")
    chat.page.set_viewport_size(DESKTOP)
    chat.photograph(pictures / "kotak-kosong-komputer.png")
    assert chat.accessibility_violations() == []
    chat.card("Kotak Kosong").click()
    chat.hears("Saya ulangi pilihan Anda")
    assert chat.own[-1] == "2. Kotak Kosong"
    chat.photograph(pictures / "dua-jabatan-ponsel.png")
    chat.say("ya")
    chat.hears("SUDAH tercatat")
    assert bilik.ballots(bilik.region) == before + 1


def test_before_identity_cards_can_be_read_and_not_pressed(
    bilik: Installation, open_chat: OpenChat
) -> None:
    chat = open_chat(f"{bilik.url}/chat")
    chat.hears("Untuk mulai, kirim NIK")
    chat.say("siapa saja calonnya?")
    chat.hears("Siti Rahmawati, S.Pd.")
    expect(chat.card("Siti Rahmawati")).to_have_count(0)


def test_a_whole_vote_by_keyboard_alone(bilik: Installation, open_chat: OpenChat) -> None:
    before = bilik.ballots(bilik.village)
    chat = open_chat(f"{bilik.url}/chat", size=DESKTOP)
    keyboard = chat.page.keyboard
    chat.hears("Untuk mulai, kirim NIK")
    nik, code = bilik.pair(bilik.village)
    expect(chat.field).to_be_focused()
    keyboard.type(f"{nik} {code}")
    keyboard.press("Enter")
    chat.hears("Siapa pilihan Anda?")
    # Before the field stand the cards, in the order of their numbers, and what has no card.
    for name in ("Kosongkan", "Bambang Sutrisno", "Siti Rahmawati"):
        keyboard.press("Shift+Tab")
        expect(chat.card(name)).to_be_focused()
    keyboard.press("Enter")
    chat.hears("Saya ulangi pilihan Anda")
    expect(chat.page.get_by_label("Percakapan")).to_be_focused()
    for name in ("Ya, kirim", "Ganti pilihan", "Berhenti"):  # the cards were for once
        keyboard.press("Tab")
        expect(chat.card(name)).to_be_focused()
    keyboard.press("Tab")
    expect(chat.field).to_be_focused()
    keyboard.type("ya")
    keyboard.press("Tab")
    expect(chat.send).to_be_focused()
    keyboard.press("Enter")
    chat.hears("SUDAH tercatat")
    assert bilik.ballots(bilik.village) == before + 1
    keyboard.press("Shift+Tab")
    expect(chat.page.get_by_role("button", name="Hapus percakapan ini")).to_be_focused()
    keyboard.press("Enter")
    chat.hears("Saya Bilik")


def test_a_reload_in_the_middle_leads_back_to_the_read_back(
    bilik: Installation, open_chat: OpenChat
) -> None:
    before = bilik.ballots(bilik.village)
    chat = open_chat(f"{bilik.url}/chat")
    prove_identity(chat, bilik)
    chat.card("Siti Rahmawati").click()
    chat.hears("Saya ulangi pilihan Anda")
    chat.page.reload()
    chat.hears("Kita lanjut, ya. Pilihan Anda")
    expect(chat.log).to_contain_text("nomor 2, Siti Rahmawati, S.Pd.")
    expect(chat.page.get_by_role("heading")).to_have_text("Pemilihan Kepala Desa Sukamaju")
    assert bilik.ballots(bilik.village) == before
    chat.say("ya")
    chat.hears("SUDAH tercatat")
    assert bilik.ballots(bilik.village) == before + 1


def test_a_reload_right_after_the_yes_still_tells_the_receipt(
    bilik: Installation, open_chat: OpenChat
) -> None:
    before = bilik.ballots(bilik.village)
    chat = open_chat(f"{bilik.url}/chat")
    prove_identity(chat, bilik)
    chat.card("Siti Rahmawati").click()
    chat.hears("Saya ulangi pilihan Anda")
    with chat.page.expect_request("**/chat/messages"):
        chat.say_at_once("ya")
    chat.page.reload()
    expect(chat.log).to_contain_text("Tanda terima")
    assert bilik.ballots(bilik.village) == before + 1


def test_a_restart_of_the_server_in_the_middle_loses_and_doubles_nothing(
    bilik: Installation, open_chat: OpenChat, pictures: Path
) -> None:
    before = bilik.ballots(bilik.village)
    chat = open_chat(f"{bilik.url}/chat")
    prove_identity(chat, bilik)
    chat.card("Siti Rahmawati").click()
    chat.hears("Saya ulangi pilihan Anda")
    (rasa,) = bilik.processes("assistant.serve", "run", str(bilik.port))
    os.kill(rasa, signal.SIGKILL)
    expect(chat.notice).to_contain_text("Sambungan terputus")
    chat.say("ya")
    chat.photograph(pictures / "server-mati-ponsel.png")
    wait_for(f"{bilik.url}/chat", bilik.process)
    # The new server has told nobody of a read-back: it is read again before anything is cast.
    chat.hears("Saya ulangi pilihan Anda", times=2)
    expect(chat.notice).to_contain_text("tersambung lagi")
    assert chat.own.count("ya") == 1
    assert bilik.ballots(bilik.village) == before
    chat.say("ya")
    chat.hears("SUDAH tercatat")
    assert bilik.ballots(bilik.village) == before + 1


def test_a_restart_while_an_answer_is_being_made(bilik: Installation, open_chat: OpenChat) -> None:
    before = bilik.ballots(bilik.village)
    chat = open_chat(f"{bilik.url}/chat")
    prove_identity(chat, bilik)
    chat.card("Siti Rahmawati").click()
    chat.hears("Saya ulangi pilihan Anda")
    actions, (rasa,) = (
        bilik.action_server(),
        bilik.processes("assistant.serve", "run", str(bilik.port)),
    )
    for process in actions:
        os.kill(process, signal.SIGSTOP)
    with chat.page.expect_request("**/chat/messages"):
        chat.say_at_once("ya")
    os.kill(rasa, signal.SIGKILL)
    for process in actions:
        os.kill(process, signal.SIGCONT)
    expect(chat.notice).to_contain_text("Sambungan terputus")
    wait_for(f"{bilik.url}/chat", bilik.process)
    # Whether the first server's yes came through or not: asked again, there is one ballot.
    expect(chat.log.get_by_text("Saya ulangi").nth(1).or_(receipt(chat))).to_be_visible()
    if not receipt(chat).is_visible():
        chat.say("ya")
    expect(receipt(chat)).to_be_visible()
    assert bilik.ballots(bilik.village) == before + 1


def test_the_code_of_the_letters_qr_stays_in_the_browser(
    bilik: Installation, open_chat: OpenChat
) -> None:
    nik, code = bilik.pair(bilik.village)
    chat = open_chat(f"{bilik.url}/chat#{code}")
    chat.hears("Kode sudah saya terima")
    assert chat.own == ["Kode dari surat saya"]
    assert chat.page.url == f"{bilik.url}/chat"
    assert not any(code in request.url for request in chat.requests)
    chat.say(nik)
    chat.hears("Siapa pilihan Anda?")


def test_the_page_is_light_and_asks_nobody_else(bilik: Installation, open_chat: OpenChat) -> None:
    chat = open_chat(f"{bilik.url}/chat")
    chat.hears("Saya Bilik")
    assert {request.url.split("/chat")[0] for request in chat.requests} == {bilik.url}
    loaded = [
        one for one in chat.responses if one.request.method == "GET" and "events" not in one.url
    ]
    assert len(loaded) >= 5
    assert sum(len(one.body()) for one in loaded) < MAX_BYTES


def test_twice_the_text_on_the_narrowest_phone_fits(
    bilik: Installation, open_chat: OpenChat, pictures: Path
) -> None:
    chat = open_chat(f"{bilik.url}/chat", size=NARROW)
    chat.set_text_size(200)
    prove_identity(chat, bilik)
    assert not is_wider_than_its_window(chat.page)
    chat.card("Siti Rahmawati").scroll_into_view_if_needed()
    chat.photograph(pictures / "huruf-besar-ponsel.png")
    for button in (chat.card("Siti Rahmawati"), chat.send):
        expect(button).to_be_in_viewport(ratio=0.99)
    assert chat.accessibility_violations() == []
    chat.card("Siti Rahmawati").click()
    chat.hears("Saya ulangi pilihan Anda")
    assert not is_wider_than_its_window(chat.page)


def test_what_bilik_says_is_announced_politely(bilik: Installation, open_chat: OpenChat) -> None:
    chat = open_chat(f"{bilik.url}/chat")
    prove_identity(chat, bilik)
    tree = chat.log.aria_snapshot()
    assert 'button "Nomor 2 Siti Rahmawati, S.Pd."' in tree
    assert "Anda: 3329" in tree
    expect(chat.page.locator("html")).to_have_attribute("lang", "id")


def test_targets_are_large_enough_for_a_thumb(bilik: Installation, open_chat: OpenChat) -> None:
    chat = open_chat(f"{bilik.url}/chat")
    prove_identity(chat, bilik)
    for target in (*chat.page.get_by_role("button").all(), chat.field):
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 48
