"""What each chat platform needs to be on; one of which nothing is set is simply off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bilik.domain import doors
from bilik.domain.doors import Door
from bilik.errors import SettingsError

Values = Mapping[str, str | None]

_GUIDE = "Lihat docs/saluran.md."
_BOT = re.compile(r"[A-Za-z]\w{4,31}", re.ASCII)
"""A user name on Telegram (https://core.telegram.org/method/account.checkUsername)."""


@dataclass(frozen=True)
class Telegram:
    """A bot made with @BotFather; ``bot`` is its user name without the @, or empty."""

    token: str = field(repr=False)
    api: str
    bot: str = ""


@dataclass(frozen=True)
class Twilio:
    """A Twilio account, with a number for SMS, one for WhatsApp, or both (E.164).

    ``template`` is the content sid of an approved WhatsApp template (``HX…``), or empty; so is
    ``reminder``, of the one that reminds those who have not voted.
    """

    account: str
    token: str = field(repr=False)
    sms: str
    whatsapp: str
    template: str
    api: str
    reminder: str = ""


@dataclass(frozen=True)
class WhatsApp:
    """A number on Meta's WhatsApp Cloud API.

    ``template`` names an approved template in Indonesian, or is empty; so does ``reminder``, the
    one that reminds those who have not voted. ``number`` is the telephone number (E.164) that
    voters write to, or empty.
    """

    phone_id: str
    token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    template: str
    api: str
    number: str = ""
    reminder: str = ""


@dataclass(frozen=True)
class Line:
    """A channel of LINE's Messaging API."""

    secret: str = field(repr=False)
    token: str = field(repr=False)
    api: str


@dataclass(frozen=True)
class ChannelSettings:
    """The platforms that are set up, and ``public_url``, under which they reach this server."""

    public_url: str = ""
    telegram: Telegram | None = None
    twilio: Twilio | None = None
    whatsapp: WhatsApp | None = None
    line: Line | None = None

    def webhook(self, channel: str, page: str = "webhook") -> str:
        """The address that a platform is given."""
        return f"{self.public_url}/webhooks/{channel}/{page}"

    def doors(self, with_web: bool = True) -> list[Door]:
        """What a letter can lead to; ``with_web`` if the election takes votes from the chat page.

        Raises:
            SettingsError: there is none, or a platform is on whose address for voters is not set.
        """
        found = []
        if self.whatsapp or (self.twilio and self.twilio.whatsapp):
            number = self.whatsapp.number if self.whatsapp else ""
            number = number or (self.twilio.whatsapp if self.twilio else "")
            found.append(doors.whatsapp(_told(number, "BILIK_WHATSAPP_NUMBER")))
        if self.telegram:
            found.append(doors.telegram(_told(self.telegram.bot, "BILIK_TELEGRAM_BOT")))
        if self.public_url and with_web:
            found.append(doors.web(self.public_url))
        if found:
            return found
        if with_web:
            raise SettingsError(
                "BILIK_PUBLIC_URL belum diisi di .env, jadi QR di surat belum punya tujuan. Isi "
                f"dengan alamat server, seperti https://pilih.desa.id. {_GUIDE}"
            )
        raise SettingsError(
            "Pemilihan ini hanya menerima nomor terdaftar, jadi QR di surat perlu WhatsApp atau "
            f"Telegram. Atur salah satunya. {_GUIDE}"
        )


def read(values: Values) -> ChannelSettings:
    """What is set of each platform.

    Raises:
        SettingsError: a platform is set up in part only, or a value is not of its form.
    """
    public_url = address(values, "BILIK_PUBLIC_URL")
    channels = ChannelSettings(
        public_url, _telegram(values), _twilio(values), _whatsapp(values), _line(values)
    )
    if (channels.telegram or channels.twilio) and not public_url:
        raise SettingsError(
            "BILIK_PUBLIC_URL belum diisi. Isi dengan alamat server, seperti https://pilih.desa.id."
        )
    return channels


def address(values: Values, name: str) -> str:
    """An address on the internet, without a slash at its end; empty if it is not set.

    Raises:
        SettingsError: it is not of its form.
    """
    url = (values.get(name) or "").rstrip("/")
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise SettingsError(f"{name} ditulis seperti https://pilih.desa.id")
    return url


def _telegram(values: Values) -> Telegram | None:
    found = _all_or_none(values, ["BILIK_TELEGRAM_TOKEN"])
    if found is None:
        return None
    number, _, secret = found[0].partition(":")
    if not number.isdigit() or not secret:
        raise SettingsError("BILIK_TELEGRAM_TOKEN harus token dari @BotFather, seperti 123456:ABC…")
    bot = (values.get("BILIK_TELEGRAM_BOT") or "").strip().removeprefix("@")
    if bot and not _BOT.fullmatch(bot):
        raise SettingsError("BILIK_TELEGRAM_BOT ditulis seperti BilikSukamajuBot, tanpa @.")
    return Telegram(found[0], _api(values, "TELEGRAM", "https://api.telegram.org"), bot)


def _twilio(values: Values) -> Twilio | None:
    found = _all_or_none(values, ["BILIK_TWILIO_ACCOUNT_SID", "BILIK_TWILIO_AUTH_TOKEN"])
    numbers = [_phone(values, f"BILIK_TWILIO_{kind}_FROM") for kind in ("SMS", "WHATSAPP")]
    if found is None and not any(numbers):
        return None
    if found is None or not any(numbers):
        missing = "BILIK_TWILIO_SMS_FROM atau BILIK_TWILIO_WHATSAPP_FROM"
        name = missing if found else "BILIK_TWILIO_ACCOUNT_SID dan BILIK_TWILIO_AUTH_TOKEN"
        raise SettingsError(f"{name} belum diisi. {_GUIDE}")
    account, token = found
    sms, whatsapp = numbers
    api = _api(values, "TWILIO", "https://api.twilio.com")
    template, reminder = (
        values.get(f"BILIK_TWILIO_{kind}") or "" for kind in ("TEMPLATE", "REMINDER_TEMPLATE")
    )
    return Twilio(account, token, sms, whatsapp, template, api, reminder)


def _whatsapp(values: Values) -> WhatsApp | None:
    names = ["PHONE_ID", "TOKEN", "APP_SECRET", "VERIFY_TOKEN"]
    found = _all_or_none(values, [f"BILIK_WHATSAPP_{name}" for name in names])
    if found is None:
        return None
    template = values.get("BILIK_WHATSAPP_TEMPLATE") or ""
    phone_id, token, app_secret, verify_token = found
    api = _api(values, "WHATSAPP", "https://graph.facebook.com/v23.0")
    number = _phone(values, "BILIK_WHATSAPP_NUMBER")
    reminder = values.get("BILIK_WHATSAPP_REMINDER_TEMPLATE") or ""
    return WhatsApp(phone_id, token, app_secret, verify_token, template, api, number, reminder)


def _line(values: Values) -> Line | None:
    found = _all_or_none(values, ["BILIK_LINE_SECRET", "BILIK_LINE_TOKEN"])
    if found is None:
        return None
    secret, token = found
    return Line(secret, token, _api(values, "LINE", "https://api.line.me"))


def _all_or_none(values: Values, names: list[str]) -> list[str] | None:
    found = {name: (values.get(name) or "").strip() for name in names}
    if not any(found.values()):
        return None
    if missing := [name for name, value in found.items() if not value]:
        raise SettingsError(f"{', '.join(missing)} belum diisi. {_GUIDE}")
    return list(found.values())


def _told(value: str, name: str) -> str:
    if value:
        return value
    raise SettingsError(
        f"{name} belum diisi di .env; QR di surat memakainya. Lihat docs/saluran.md."
    )


def _phone(values: Values, name: str) -> str:
    phone = (values.get(name) or "").strip().removeprefix("whatsapp:")
    if phone and not (phone.startswith("+") and phone[1:].isdigit()):
        raise SettingsError(f"{name} ditulis dengan kode negara, seperti +6281234567890.")
    return phone


def _api(values: Values, platform: str, usual: str) -> str:
    return (values.get(f"BILIK_{platform}_API") or usual).rstrip("/")
