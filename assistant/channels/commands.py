"""The `bilik channels` commands: for the panitia that connects Bilik to chat platforms."""

from __future__ import annotations

import asyncio
import json
import logging
from importlib.util import find_spec
from typing import Annotated

import typer

from bilik import settings
from bilik.errors import NotFound, SettingsError

app = typer.Typer(help="Aplikasi obrolan: periksa sambungannya.", no_args_is_help=True)


@app.callback()
def channels() -> None:
    """Aplikasi obrolan: periksa sambungannya."""


@app.command("check")
def check_channels(
    as_json: Annotated[bool, typer.Option("--json", help="Satu objek JSON.")] = False,
) -> None:
    """Periksa setiap aplikasi yang sudah diatur di .env, langsung ke servernya.

    Contoh: bilik channels check
    """
    configured = settings.load().channels
    if not any((configured.telegram, configured.whatsapp, configured.twilio, configured.line)):
        raise NotFound("Belum ada aplikasi obrolan yang diatur. Caranya ada di docs/saluran.md.")
    if find_spec("rasa") is None:
        raise SettingsError("Rasa belum terpasang di sini. Pakai Python 3.10, lewat `make setup`.")
    logging.captureWarnings(True)  # what Rasa's packages have to say of each other is no news
    logging.getLogger("py.warnings").disabled = True
    logging.getLogger("assistant.channels").setLevel(logging.CRITICAL)
    from assistant.channels.check import check

    findings = asyncio.run(check(configured))
    if as_json:
        plain = {one.channel: {"ready": one.is_right, "says": one.text} for one in findings}
        typer.echo(json.dumps(plain, ensure_ascii=False))
    else:
        for one in findings:
            typer.echo(f"{'✓' if one.is_right else '✗'} {one.channel}: {one.text}")
    if not all(one.is_right for one in findings):
        raise typer.Exit(1)
