"""The command that looks after elections in the background."""

from __future__ import annotations

import signal
from threading import Event
from typing import Annotated

import typer

from bilik import settings
from bilik.cli.common import the_desk
from bilik.domain.audit import BY_THE_CLOCK
from bilik.services.keeper import Keeper

app = typer.Typer()


@app.command("keep")
def keep(
    every: Annotated[
        float, typer.Option("--every", metavar="DETIK", min=0.1, help="Jarak antarputaran.")
    ] = 5,
    once: Annotated[bool, typer.Option("--once", help="Satu putaran saja.")] = False,
) -> None:
    """Jaga semua pemilihan: tutup, terbitkan suara, hitung kalau kuncinya ada, siapkan unduhan.

    `make run` sudah menjalankannya. Contoh: bilik keep
    """
    keeper = Keeper(
        the_desk(BY_THE_CLOCK),
        lambda line: typer.echo(line, err=True),
        settings.load().records_dir,
    )
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    keeper.look_after()
    while not once and not stopping.wait(every):
        keeper.look_after()
