"""Whether each platform that is set up lets Bilik in, and delivers to the right address.

Every check is one line: what is right, or what is missing and what to do about it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from assistant.channels import line, telegram, twilio, whatsapp_cloud
from assistant.channels.outgoing import (
    Caller,
    PlatformBusy,
    PlatformRefused,
    SendingFailed,
    the_client,
)
from bilik.channel_settings import ChannelSettings


@dataclass(frozen=True)
class Finding:
    """How one channel stands; ``text`` is a line for the panitia."""

    channel: str
    is_right: bool
    text: str


async def check(channels: ChannelSettings) -> list[Finding]:
    """How every channel that is set up stands, asked of its platform."""
    found = []
    for name, inquire in _inquiries(channels):
        try:
            found.append(Finding(name, True, await inquire()))
        except _Missing as missing:
            found.append(Finding(name, False, str(missing)))
        except PlatformRefused as refused:
            found.append(Finding(name, False, _refusal(refused)))
        except PlatformBusy:
            text = "servernya tidak menjawab. Periksa sambungan internet, lalu coba lagi."
            found.append(Finding(name, False, text))
        except (KeyError, TypeError, SendingFailed):
            found.append(Finding(name, False, "jawabannya tidak dikenal. Coba lagi nanti."))
    return found


class _Missing(Exception):
    """Something is not as it should be."""


def _inquiries(channels: ChannelSettings) -> Iterator[tuple[str, Callable[[], Awaitable[str]]]]:
    if channels.telegram:
        yield "Telegram", lambda: _telegram(channels)
    if channels.whatsapp:
        yield "WhatsApp", lambda: _whatsapp(channels)
    if channels.twilio:
        yield "Twilio", lambda: _twilio(channels)
    if channels.line:
        yield "LINE", lambda: _line(channels)


def _refusal(refused: PlatformRefused) -> str:
    if refused.status in (401, 403, 404):
        return "token atau kuncinya ditolak. Salin ulang ke .env; lihat docs/saluran.md."
    return f"permintaan ditolak ({refused.status} {refused.code}). Lihat docs/saluran.md."


async def _telegram(channels: ChannelSettings) -> str:
    assert channels.telegram is not None
    bot = telegram.Bot(channels.telegram)
    me = await bot.request("getMe")
    webhook = await bot.request("getWebhookInfo")
    wanted = channels.webhook(telegram.CHANNEL)
    if webhook["url"] != wanted:
        raise _Missing(
            f"webhook belum mengarah ke {wanted}. Nyalakan ulang Bilik; ia mendaftarkannya sendiri."
        )
    if not wanted.startswith("https://"):
        raise _Missing("BILIK_PUBLIC_URL harus https, karena Telegram hanya mau itu.")
    told = channels.telegram.bot
    if told and told.lower() != me["username"].lower():
        raise _Missing(f"BILIK_TELEGRAM_BOT harus {me['username']}, nama bot dari token itu.")
    if problem := webhook.get("last_error_message"):
        waiting = webhook.get("pending_update_count", 0)
        if waiting:
            raise _Missing(f"{waiting} pesan belum bisa masuk ({problem}). Periksa domain dan TLS.")
    return f"siap. Bot @{me['username']}, tautan https://t.me/{me['username']}"


async def _whatsapp(channels: ChannelSettings) -> str:
    configured = channels.whatsapp
    assert configured is not None
    caller = Caller(whatsapp_cloud.CHANNEL, the_client, whatsapp_cloud.error_code)
    number: dict[str, Any] = await caller.call(
        "GET",
        f"{configured.api}/{configured.phone_id}",
        params={"fields": "display_phone_number,webhook_configuration"},
        headers={"Authorization": f"Bearer {configured.token}"},
    )
    webhooks = (number.get("webhook_configuration") or {}).values()
    wanted = channels.webhook(whatsapp_cloud.CHANNEL)
    if not channels.public_url:
        raise _Missing("BILIK_PUBLIC_URL belum diisi, jadi alamat webhook tidak bisa diperiksa.")
    if wanted not in webhooks:
        raise _Missing(f"isi Callback URL di Meta dengan {wanted}, lalu langgani kolom `messages`.")
    shown = number["display_phone_number"]
    if configured.number and re.sub(r"\D", "", shown) != configured.number[1:]:
        raise _Missing(f"BILIK_WHATSAPP_NUMBER harus {shown}, tanpa spasi dan tanda hubung.")
    without = (
        "" if configured.template else " Tanpa BILIK_WHATSAPP_TEMPLATE: lihat docs/saluran.md."
    )
    return f"siap. Nomor {shown}.{without}"


async def _twilio(channels: ChannelSettings) -> str:
    configured = channels.twilio
    assert configured is not None
    caller = Caller(twilio.PLACE, the_client, twilio.error_code)
    account = f"{configured.api}/2010-04-01/Accounts/{configured.account}"
    login = (configured.account, configured.token)
    status = (await caller.call("GET", f"{account}.json", auth=login))["status"]
    if status != "active":
        raise _Missing(f"akunnya {status}. Aktifkan lagi di konsol Twilio.")
    wanted = channels.webhook(twilio.PLACE)
    said = []
    if configured.sms:
        numbers = await caller.call(
            "GET", f"{account}/IncomingPhoneNumbers.json", auth=login,
            params={"PhoneNumber": configured.sms},
        )  # fmt: skip
        found = [
            one
            for one in numbers["incoming_phone_numbers"]
            if one["phone_number"] == configured.sms
        ]
        if not found:
            raise _Missing(f"nomor {configured.sms} tidak ada di akun ini.")
        if (found[0]["sms_url"], found[0]["sms_method"]) != (wanted, "POST"):
            raise _Missing(
                f"isi `A message comes in` nomor {configured.sms} dengan {wanted}, POST."
            )
        said.append(f"SMS {configured.sms}")
    if configured.whatsapp:
        # The API does not tell where a WhatsApp sender's messages go.
        said.append(f"WhatsApp {configured.whatsapp} (periksa sendiri bahwa webhooknya {wanted})")
    return f"siap. {', '.join(said)}"


async def _line(channels: ChannelSettings) -> str:
    configured = channels.line
    assert configured is not None
    caller = Caller(line.CHANNEL, the_client, lambda content: "")
    headers = {"Authorization": f"Bearer {configured.token}"}
    info = await caller.call("GET", f"{configured.api}/v2/bot/info", headers=headers)
    if not channels.public_url:
        raise _Missing("BILIK_PUBLIC_URL belum diisi, jadi alamat webhook tidak bisa diperiksa.")
    wanted = channels.webhook(line.CHANNEL)
    endpoint = f"{configured.api}/v2/bot/channel/webhook/endpoint"
    webhook = await caller.call("GET", endpoint, headers=headers)
    if webhook["endpoint"] != wanted:
        raise _Missing(f"isi Webhook URL di LINE Developers dengan {wanted}.")
    if not webhook["active"]:
        raise _Missing("nyalakan `Use webhook` di LINE Developers.")
    return f"siap. Akun {info['basicId']}, tautan https://line.me/R/ti/p/{info['basicId']}"
