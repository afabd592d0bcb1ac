"""`bilik channels check`: one line for each channel that is set up."""

import base64
import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.booth import SECRET
from tests.channels import platforms as config
from tests.channels.platforms import Platforms
from tests.command import call
from tests.forked import preload

preload("assistant.channels.check")
WEBHOOKS = {
    name: f"{config.PUBLIC_URL}/webhooks/{name}/webhook"
    for name in ("telegram", "whatsapp", "twilio", "line")
}


@pytest.fixture
def webhooks(platforms: Platforms, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    there = dict(WEBHOOKS)
    monkeypatch.setattr(platforms, "webhooks", there)
    return there


def check(
    directory: Path, settings: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    plain = {name: text for name, text in os.environ.items() if not name.startswith("BILIK_")}
    secret = base64.urlsafe_b64encode(SECRET).decode()
    environ = {**plain, "BILIK_SECRET_KEY": secret, **settings}
    return call("channels", "check", *arguments, directory=directory, environ=environ)


def test_what_is_right_is_said_in_a_line_each(
    platforms: Platforms, webhooks: dict[str, str], tmp_path: Path
) -> None:
    done = check(tmp_path, platforms.settings())
    assert (done.returncode, done.stdout.count("\n")) == (0, 4)
    assert done.stdout.count("✓") == 4
    assert "@BilikBot" in done.stdout
    assert not any(secret in done.stdout + done.stderr for secret in config.SECRETS)


@pytest.mark.parametrize("channel", WEBHOOKS)
def test_a_webhook_that_leads_elsewhere_is_named(
    platforms: Platforms, webhooks: dict[str, str], tmp_path: Path, channel: str
) -> None:
    webhooks[channel] = "https://lain.example.id/"
    done = check(tmp_path, platforms.settings())
    assert done.returncode == 1
    (line,) = [one for one in done.stdout.splitlines() if one.startswith("✗")]
    assert WEBHOOKS[channel] in line


def test_a_wrong_token_is_told_without_showing_it(
    platforms: Platforms, webhooks: dict[str, str], tmp_path: Path
) -> None:
    wrong = {"BILIK_TELEGRAM_TOKEN": "1:SALAH", "BILIK_WHATSAPP_TOKEN": "SALAH"}
    done = check(tmp_path, {**platforms.settings(), **wrong}, "--json")
    found = json.loads(done.stdout)
    assert [name for name, one in found.items() if not one["ready"]] == ["Telegram", "WhatsApp"]
    assert "Salin ulang" in found["WhatsApp"]["says"]
    assert "SALAH" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("settings", "channel", "says"),
    [
        ({"BILIK_TELEGRAM_BOT": "BotLain"}, "Telegram", "harus BilikBot"),
        ({"BILIK_WHATSAPP_NUMBER": "+6281100000008"}, "WhatsApp", "harus +62 811-0000-0009"),
    ],
)
def test_an_address_that_letters_would_lead_astray_with_is_told(
    platforms: Platforms,
    webhooks: dict[str, str],
    tmp_path: Path,
    settings: dict[str, str],
    channel: str,
    says: str,
) -> None:
    done = check(tmp_path, {**platforms.settings(), **settings}, "--json")
    assert says in json.loads(done.stdout)[channel]["says"]
    assert not json.loads(done.stdout)[channel]["ready"]


def test_the_right_addresses_are_ready(
    platforms: Platforms, webhooks: dict[str, str], tmp_path: Path
) -> None:
    right = {"BILIK_TELEGRAM_BOT": "@bilikbot", "BILIK_WHATSAPP_NUMBER": "+6281100000009"}
    done = check(tmp_path, {**platforms.settings(), **right}, "--json")
    found = json.loads(done.stdout)
    assert found["Telegram"]["ready"]
    assert found["WhatsApp"]["ready"]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "docs/saluran.md"),
        ({"BILIK_LINE_TOKEN": "x"}, "BILIK_LINE_SECRET belum diisi"),
        ({"BILIK_WHATSAPP_TOKEN": "x"}, "BILIK_WHATSAPP_PHONE_ID, BILIK_WHATSAPP_APP_SECRET"),
        ({"BILIK_TELEGRAM_TOKEN": "1:AB"}, "BILIK_PUBLIC_URL belum diisi"),
        ({"BILIK_TELEGRAM_TOKEN": "salah"}, "@BotFather"),
        ({"BILIK_PUBLIC_URL": "pilih.desa.id"}, "https://pilih.desa.id"),
        ({"BILIK_TWILIO_SMS_FROM": "+62811"}, "BILIK_TWILIO_ACCOUNT_SID"),
        ({"BILIK_TWILIO_SMS_FROM": "0811"}, "+6281234567890"),
        ({"BILIK_TWILIO_ACCOUNT_SID": "AC1", "BILIK_TWILIO_AUTH_TOKEN": "x"}, "SMS_FROM"),
    ],
)
def test_what_is_not_set_right_is_one_line_that_says_what_to_do(
    tmp_path: Path, settings: dict[str, str], says: str
) -> None:
    done = check(tmp_path, settings)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
