"""The command that looks after elections in the background."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Annotated

import typer

from bilik import logs, metrics_port, settings
from bilik.cli.common import the_database, the_desk
from bilik.domain.audit import BY_THE_CLOCK
from bilik.services.keeper import Keeper
from bilik.services.watch import Watch

app = typer.Typer()
logger = logging.getLogger(__name__)


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
    configured = settings.load()
    logs.make_discreet(configured.log_format)

    def tell(line: str) -> None:
        logger.warning("%s", line)

    keeper = Keeper(the_desk(BY_THE_CLOCK), tell, configured.records_dir)
    come_round: Callable[[], object] = keeper.look_after
    if configured.metrics_port and not once:
        metrics_port.serve("keeper", configured)
        come_round = partial(Watch(the_database()).round, keeper.look_after)
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    come_round()
    while not once and not stopping.wait(every):
        come_round()
