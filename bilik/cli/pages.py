"""The command that serves the pages."""

from __future__ import annotations

import resource

import typer

from bilik import logs, settings
from bilik.cli.common import the_database
from bilik.keys import Keys

app = typer.Typer()

MOST_FILES = 8192
"""Each page that listens is a connection; the usual limit of a process is 1024."""
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
    _allow_connections()
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


def _allow_connections() -> None:
    """Raise the limit on open files as far as the system lets this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
