"""The form that each platform gives a message, within its limits; and channels that are off."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.channels.channel import InputChannel, UserMessage

from actions.replies import answers, short_answers
from assistant.channels import delivery
from assistant.channels.delivery import Answers
from assistant.channels.line import MAX_LABEL, MAX_MESSAGES, MAX_QUICK_REPLIES, Line, LinePlatform
from assistant.channels.messages import Button, Message, as_html, from_answers, parts
from assistant.channels.notices import notices
from assistant.channels.sms import _ALPHABET, MAX_LETTERS, as_sms, to_gsm7
from assistant.channels.telegram import MAX_TEXT, Bot, Telegram, TelegramPlatform
from assistant.channels.twilio import Twilio
from assistant.channels.whatsapp_cloud import (
    MAX_BUTTON_TITLE,
    MAX_BUTTONS,
    MAX_ROW_TITLE,
    MAX_ROWS,
    WhatsAppCloud,
    WhatsAppPlatform,
)
from bilik import channel_settings

TELEGRAM = TelegramPlatform(Bot(channel_settings.Telegram("1:AAAA" + "a" * 31, "http://127.0.0.1")))
WHATSAPP = WhatsAppPlatform(channel_settings.WhatsApp("1", "t", "s", "v", "", "http://127.0.0.1"))
LINE = LinePlatform(channel_settings.Line("s", "t", "http://127.0.0.1"))

TITLES = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=60)
MESSAGES = st.builds(
    lambda text, titles: Message(
        text, tuple(Button(title, f"tombol:{at:016x}") for at, title in enumerate(titles))
    ),
    st.text(min_size=1, max_size=6000).filter(str.strip),
    st.lists(TITLES, max_size=20),
)


@given(st.lists(MESSAGES, max_size=8))
def test_no_platform_is_sent_more_than_it_takes(messages: list[Message]) -> None:
    for outgoing in TELEGRAM.compose(messages):
        assert "text" in outgoing
    for content in WHATSAPP.compose(messages):
        if content["type"] == "text":
            assert 0 < len(content["text"]["body"]) <= 4096
            continue
        interactive = content["interactive"]
        assert 0 < len(interactive["body"]["text"]) <= 1024
        if interactive["type"] == "button":
            titles = [one["reply"]["title"] for one in interactive["action"]["buttons"]]
            assert len(titles) <= MAX_BUTTONS
            assert all(len(title) <= MAX_BUTTON_TITLE for title in titles)
        else:
            (section,) = interactive["action"]["sections"]
            assert len(section["rows"]) <= MAX_ROWS
            assert all(len(row["title"]) <= MAX_ROW_TITLE for row in section["rows"])
            assert all(len(row.get("description", "")) <= 72 for row in section["rows"])
    for request in LINE.compose(messages):
        assert 0 < len(request["messages"]) <= MAX_MESSAGES
        for message in request["messages"]:
            assert 0 < len(message["text"]) <= 5000
            items = message.get("quickReply", {"items": []})["items"]
            assert len(items) <= MAX_QUICK_REPLIES
            assert all(0 < len(item["action"]["label"]) <= MAX_LABEL for item in items)


@given(st.lists(MESSAGES, max_size=4))
def test_an_sms_has_160_letters_that_every_phone_has(messages: list[Message]) -> None:
    for text in as_sms(messages):
        assert 0 < len(text) <= MAX_LETTERS
        assert set(text) <= _ALPHABET


@given(st.text(max_size=500), st.integers(1, 60))
def test_cutting_loses_no_word(text: str, limit: int) -> None:
    found = parts(text, limit)
    assert all(0 < len(part) <= limit for part in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@given(st.text(max_size=300))
def test_whatever_is_said_is_no_html(text: str) -> None:
    shown = as_html(text).replace("<b>", "").replace("</b>", "")
    assert "<" not in shown
    assert ">" not in shown


def test_a_button_says_in_full_what_its_title_cuts_short() -> None:
    long = "2. Siti Rahmawati, S.Pd., M.Pd."
    message = Message("Pilih:", (Button("1. Ahmad", "a"), Button(long, "b")))
    (content,) = WHATSAPP.compose([message])
    rows = content["interactive"]["action"]["sections"][0]["rows"]
    assert [row.get("description") for row in rows] == [None, long]
    (request,) = LINE.compose([message])
    labels = [item["action"] for item in request["messages"][0]["quickReply"]["items"]]
    assert labels[1]["displayText"] == long
    (telegram,) = TELEGRAM.compose([message])
    keys = json.loads(telegram["reply_markup"])["inline_keyboard"]
    assert [[key["callback_data"] for key in row] for row in keys] == [["a"], ["b"]]
    assert as_sms([message]) == ["Pilih:"]


def test_what_actions_send_becomes_messages() -> None:
    answers = Answers(
        [
            delivery.Message("Bagikan nomor.", custom={"asks_contact": True}),
            delivery.Message("Kirim?", ({"title": "Ya", "payload": "tombol:1"},)),
        ],
        finished=True,
    )
    first, second = from_answers(answers)
    assert first.asks_contact
    assert second.buttons == (Button("Ya", "tombol:1"),)
    (outgoing,) = TELEGRAM.compose([first])
    assert json.loads(outgoing["reply_markup"])["keyboard"][0][0]["request_contact"] is True


def test_telegrams_long_texts_are_cut() -> None:
    sent = TELEGRAM.compose([Message("kata " * MAX_TEXT)])
    assert len(sent) > 4
    assert all(len(one["text"]) <= MAX_TEXT for one in sent)


def test_notices_and_short_answers_fit_an_sms() -> None:
    for text in [*notices().values(), *short_answers().values()]:
        assert set(text) <= _ALPHABET | {"⋮", "{", "}"}
    values = {
        "title": "Pemilihan Kepala Desa Sukamaju", "contact": "Panitia, 0812-0000-000",
        "short_hours": "Buka s.d. 13.00 WIB.", "contest": "Kepala Desa", "receipt": "8F3K-Q9XM-2",
        "voter": "Bu S••• R•••", "short_place": "(TPS 03)",
        "short_say": "nomor calon: 1, 2, 3, 4, atau 5",
        "short_selections": "Gubernur no. 2, Dewi Kartika & Hasan Basri\n"
        "Bupati no. 1, Lukman Hakim & Yuliana Tandi",
        "short_candidates": "Kepala Desa:\n1. H. Ahmad Fauzi, S.E.\n2. Siti Rahmawati, S.Pd.",
        "short_results": "Hasil akhir: Gubernur no. 1: 12.345 (52,2%), no. 2: 11.234 (47,8%); "
        "Bupati no. 1: 18.456 (100,0%), no. 2: 0 (0,0%).",
        "turnout": " 1.234 dari 2.000 pemilih sudah memilih (61,7%).", "batch": "25", "first": "50",
        "counting": "Suara sedang dihitung bersama saksi: 2 dari 3 bagian sudah masuk.",
        "until": "13.00 WIB", "page": "https://pilih.sukamaju.desa.id/hasil/sukamaju-2026",
        "short_elections": "Pemilihan Kepala Desa Sukamaju; Pilkada Kabupaten Rimba Jaya",
    }  # fmt: skip
    for name, text in short_answers().items():
        assert name in answers()
        assert len(to_gsm7(text.format_map(values))) <= MAX_LETTERS, name


async def _nobody(message: UserMessage) -> None:
    raise AssertionError("a channel that is off has handled a message")


@pytest.mark.parametrize(
    "channel",
    [Telegram(None, ""), WhatsAppCloud(None), Twilio(None, "", ""), Line(None)],
    ids=lambda channel: channel.name(),
)
def test_a_channel_without_settings_has_no_address(channel: InputChannel) -> None:
    blueprint = channel.blueprint(_nobody)
    assert blueprint._future_routes == set()
    assert blueprint._future_listeners == []
