"""What a letter's QR codes open, by what is set up, and what arrives there."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bilik import channel_settings
from bilik.domain import doors, voting_code
from bilik.domain.doors import App
from bilik.domain.identity import find_credentials
from bilik.errors import SettingsError

URL = {"BILIK_PUBLIC_URL": "https://pilih.desa.id/"}
TELEGRAM = {**URL, "BILIK_TELEGRAM_TOKEN": "123:AB", "BILIK_TELEGRAM_BOT": "@BilikSukamajuBot"}
META = {
    f"BILIK_WHATSAPP_{name}": "1" for name in ("PHONE_ID", "TOKEN", "APP_SECRET", "VERIFY_TOKEN")
}
NUMBER = {"BILIK_WHATSAPP_NUMBER": "+6281234567890"}
TWILIO = {
    **URL, "BILIK_TWILIO_ACCOUNT_SID": "AC1", "BILIK_TWILIO_AUTH_TOKEN": "x",
    "BILIK_TWILIO_WHATSAPP_FROM": "whatsapp:+62811000009",
}  # fmt: skip
SMS = {**TWILIO, "BILIK_TWILIO_WHATSAPP_FROM": "", "BILIK_TWILIO_SMS_FROM": "+62811000009"}


@pytest.mark.parametrize(
    ("values", "addresses"),
    [
        (URL, ["pilih.desa.id/chat"]),
        (TELEGRAM, ["@BilikSukamajuBot", "pilih.desa.id/chat"]),
        ({**META, **NUMBER}, ["+62 812-3456-7890"]),
        (TWILIO, ["+62 811-0000-09", "pilih.desa.id/chat"]),
        (SMS, ["pilih.desa.id/chat"]),
        ({**TELEGRAM, **TWILIO, **META, **NUMBER},
         ["+62 812-3456-7890", "@BilikSukamajuBot", "pilih.desa.id/chat"]),
        ({"BILIK_PUBLIC_URL": "http://127.0.0.1:5005"}, ["http://127.0.0.1:5005/chat"]),
    ],
)  # fmt: skip
def test_the_letter_leads_to_what_is_set_up(values: dict[str, str], addresses: list[str]) -> None:
    assert [door.address for door in channel_settings.read(values).doors()] == addresses


@pytest.mark.parametrize(
    ("values", "with_web", "says"),
    [
        ({}, True, "BILIK_PUBLIC_URL belum diisi"),
        (URL, False, "WhatsApp atau Telegram"),
        ({**TELEGRAM, "BILIK_TELEGRAM_BOT": ""}, True, "BILIK_TELEGRAM_BOT belum diisi"),
        (META, True, "BILIK_WHATSAPP_NUMBER belum diisi"),
    ],
)
def test_what_is_missing_is_told_with_what_to_set(
    values: dict[str, str], with_web: bool, says: str
) -> None:
    with pytest.raises(SettingsError, match=says) as caught:
        channel_settings.read(values).doors(with_web)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [{**TELEGRAM, "BILIK_TELEGRAM_BOT": "t.me/Bilik"}, {**META, "BILIK_WHATSAPP_NUMBER": "0812"}],
)
def test_an_address_that_is_none_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        channel_settings.read(values)


def test_where_only_known_numbers_vote_no_letter_leads_to_the_page() -> None:
    read = channel_settings.read(TELEGRAM).doors(with_web=False)
    assert [door.app for door in read] == [App.TELEGRAM]


def test_what_arrives_through_each_door_is_the_code() -> None:
    code = voting_code.new_code()
    whatsapp = urlsplit(doors.whatsapp("+6281234567890").link(code))
    telegram = urlsplit(doors.telegram("BilikBot").link(code))
    web = urlsplit(doors.web("https://pilih.desa.id").link(code))
    assert (whatsapp.netloc, whatsapp.path) == ("wa.me", "/6281234567890")
    assert (telegram.netloc, telegram.path) == ("t.me", "/BilikBot")
    assert (web.netloc, web.path) == ("pilih.desa.id", "/chat")
    (typed,) = parse_qs(whatsapp.query)["text"]
    (start,) = parse_qs(telegram.query)["start"]
    # https://core.telegram.org/bots/features#deep-linking
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", start)
    page = Path(__file__).parents[2] / "assistant/channels/page/chat.js"
    taken = re.search(r"/(\^#.*\$)/\.exec", page.read_text(encoding="utf-8"))
    assert taken is not None
    in_address = re.match(taken[1], f"#{web.fragment}")
    assert in_address is not None
    for arrived in (typed, f"kode undangan {start}", in_address[1]):
        assert find_credentials(arrived).code == code
