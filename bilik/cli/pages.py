"""The command that serves the pages."""

from __future__ import annotations

import typer

from bilik import logs, settings
from bilik.cli.common import the_database
from bilik.keys import Keys
from bilik.limits import allow_connections

app = typer.Typer()

IDLE_SECONDS = 75
"""How long an idle connection stays open: a proxy in front, which waits less, hangs up first."""
HANG_UP_SECONDS = 2
"""How long a stopping server waits for pages that listen for what is new."""


@app.command("web")
def web() -> None:
    """Sajikan halaman hasil (/hasil) dan meja panitia (/panitia).

    `make run` sudah menjalankannya. Contoh: bilik web
    """
    import uvicorn  # which the other commands need not wait for

    from bilik.web.app import create
    from bilik.web.office import Office

    logs.make_discreet()
    allow_connections()
    configured = settings.load()
    office = Office(the_database(), Keys(configured.secret_key), configured)
    uvicorn.run(
        create(office),
        host=configured.host,
        port=configured.web_port,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        # Only a proxy on this machine is believed about who asks and how.
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=HANG_UP_SECONDS,
    )
