"""The `bilik remind` command: those who have not voted, reminded over SMS or WhatsApp."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bilik import settings
from bilik.cli.common import (
    ByOption,
    ElectionOption,
    JsonOption,
    YesOption,
    confirm,
    show,
    the_desk,
)
from bilik.cli.progress import progress_bar
from bilik.errors import SettingsError
from bilik.services.desk import Sent
from bilik.services.reminders import Sorted

if TYPE_CHECKING:
    from assistant.channels.reminders import Sending

app = typer.Typer()
_WAYS = {"twilio-sms": "SMS", "twilio-whatsapp": "WhatsApp", "whatsapp": "WhatsApp"}


@app.command("remind")
def remind(
    roll: Annotated[
        Path, typer.Option("--roll", metavar="BERKAS", help="Daftar pemilih, .xlsx atau .csv.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Hitung saja; tidak ada yang dikirim.")
    ] = False,
    way: Annotated[
        str, typer.Option("--lewat", metavar="sms|whatsapp", help="Kalau keduanya sudah diatur.")
    ] = "",
    election: ElectionOption = None,
    by: ByOption = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Ingatkan pemilih yang belum memilih, paling banyak sekali sehari, selama masih buka.

    Nomor HP dibaca dari berkas itu dan tidak disimpan.

    Contoh: bilik remind --roll dpt.xlsx --dry-run
    """
    if find_spec("rasa") is None:
        raise SettingsError("Rasa belum terpasang di sini. Pakai Python 3.10, lewat `make setup`.")
    logging.captureWarnings(True)  # what Rasa's packages have to say of each other is no news
    logging.getLogger("py.warnings").disabled = True
    logging.getLogger("assistant.channels").setLevel(logging.CRITICAL)
    from assistant.channels.reminders import Sending, Way, platform_for

    if way not in ("", *(one.value for one in Way)):
        raise SettingsError("Pilih salurannya: --lewat sms atau --lewat whatsapp.")
    desk = the_desk(by)
    platform = platform_for(settings.load().channels, Way(way) if way else None)
    channel = _WAYS[platform.channel]
    found = desk.reminding(roll, election).look()
    if dry_run or not found.due:
        line = f"{found.due} nomor akan dikirimi lewat {channel}. Belum ada yang dikirim."
        show(as_json, {"channel": platform.channel, **vars(found)}, line, *_lines(found))
        return
    if not yes:
        confirm(f"Kirim {found.due} pesan lewat {channel}?")
    reminders = desk.reminding(roll, election)
    sending = Sending(reminders, platform)
    is_broken_off = False
    try:
        with progress_bar("Mengirim") as progress:
            asyncio.run(_run(sending, lambda done: progress(done, found.due)))
    except KeyboardInterrupt:
        is_broken_off = True
    finally:
        desk.note_reminders(sending.sent, election)
    sent = sending.sent
    content = {
        "channel": sent.channel, "sent": sent.sent, "unsure": sent.unsure,
        "failures": dict(sent.failures), "stopped": sent.is_stopped or is_broken_off,
        **vars(reminders.found),
    }  # fmt: skip
    show(as_json, content, *_sent_lines(sent, channel), *_lines(reminders.found))
    if is_broken_off or sent.is_stopped:
        typer.echo(
            "bilik: belum semua dikirimi. Jalankan lagi; tidak ada yang dapat dua.", err=True
        )
        raise typer.Exit(1)


async def _run(sending: Sending, progress: Callable[[int], None]) -> None:
    from assistant.channels.outgoing import the_client

    try:
        await sending.run(progress)
    finally:
        await the_client.close()


def _sent_lines(sent: Sent, channel: str) -> list[str]:
    lines = [f"{sent.sent} pesan dikirim lewat {channel}."]
    if sent.unsure:
        lines.append(f"{sent.unsure} tidak pasti sampai; hari ini tidak dikirimi lagi.")
    if sent.failures:
        codes = ", ".join(f"{code} ({count})" for code, count in sent.failures)
        lines.append(f"{sent.failed} tidak terkirim: {codes}.")
    return lines


def _lines(found: Sorted) -> list[str]:
    """Why the others of the file are not written to."""
    why: dict[str, Any] = {
        "sudah memilih": found.voted,
        "tanpa nomor HP": found.no_number,
        "nomornya beda dengan daftar pemilih": found.other_number,
        "nomornya sama dengan pemilih lain": found.shared,
        "sudah diingatkan hari ini": found.reminded,
        "tidak ada di daftar pemilih": found.strangers,
    }
    told = [f"{count} {reason}" for reason, count in why.items() if count]
    return [f"Tidak dikirimi: {', '.join(told)}."] if told else []
