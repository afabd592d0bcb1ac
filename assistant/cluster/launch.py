"""`make run-cluster`: a proxy before several workers, with PostgreSQL and Redis behind them.

What one machine tries out here is what several have: deploy/ has the same proxy and the same
servers. A PostgreSQL or Redis that ``BILIK_DATABASE_URL`` or ``BILIK_TRACKER_URL`` names is used;
else one of the machine's own is started.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from assistant import launch
from assistant.cluster import growing, programs, redis
from assistant.cluster.layout import HERE, Layout, Worker, free_ports
from assistant.cluster.postgres import Postgres
from assistant.trackers import place
from bilik import demo
from bilik.errors import BilikError, SettingsError
from bilik.settings import Settings

PLACE = Path("var/cluster")
"""PostgreSQL's files."""
_CONNECTIONS = 48
"""To PostgreSQL, of one process: 16 at most for each of three parts."""


def main() -> None:
    """Check and prepare what is needed, then become the process manager."""
    try:
        configured = launch.begin()
        environ = _prepare(configured)
    except BilikError as error:
        sys.exit(f"bilik: {error}")
    launch.hand_over(environ)


def _prepare(configured: Settings) -> dict[str, str]:
    haproxy = programs.haproxy()
    launch.require_free(configured.host, "BILIK_PORT", configured.port)
    launch.require_free(HERE, "BILIK_ACTIONS_PORT", configured.actions_port)
    ports = free_ports(configured.worker_port)
    run = launch.RUN.resolve()
    run.mkdir(parents=True, exist_ok=True)

    postgres = None
    if configured.database_url.startswith("sqlite"):
        where = Path(os.environ.get("BILIK_CLUSTER_DIR", str(PLACE))).resolve() / "postgres"
        postgres = Postgres(programs.postgres(), where, next(ports))
        postgres.make()
        configured = replace(configured, database_url=postgres.url)
    redis_program = ""
    if configured.tracker_url is None:
        redis_program = str(programs.redis())
        url = redis.write(run / "redis.conf", next(ports))
        configured = replace(configured, tracker_url=url)
    elif configured.tracker_url.startswith("redis"):
        place.require(configured.tracker_url)
    else:
        raise SettingsError(
            "Untuk lebih dari satu server obrolan, BILIK_TRACKER_URL harus redis://HOST/0, atau "
            "kosong."
        )
    with postgres.running() if postgres else nullcontext():
        is_demo = demo.prepare(configured) or configured.demo

    workers = configured.workers
    rasa_port, actions_port, web_port = _row(ports, workers), _row(ports, workers), next(ports)
    host = launch.reachable(configured.host)
    layout = Layout(
        run=str(run),
        url=f"http://{host}:{configured.port}",
        actions_url=f"http://{HERE}:{configured.actions_port}",
        database_url=configured.database_url,
        tracker_url=configured.tracker_url or "",
        manager_password=secrets.token_urlsafe(24),
        workers=(
            *(Worker.at(rasa_port + at, "rasa", at + 1) for at in range(workers)),
            *(Worker.at(actions_port + at, "actions", at + 1) for at in range(workers)),
            Worker.at(web_port, "web", 1),
        ),
    )
    layout.write()
    growing.forget(run)
    ready = [*(one.ready for one in layout.workers), f"{layout.url}/chat", f"{layout.url}/hasil"]
    return {
        **launch.environment(configured, is_demo),
        "BILIK_HOST": HERE,
        "BILIK_WEB_PORT": str(web_port),
        "BILIK_WORKERS": str(workers),
        "BILIK_FIRST_RASA_PORT": str(rasa_port),
        "BILIK_FIRST_ACTIONS_PORT": str(actions_port),
        "BILIK_BESIDE": f"cluster.conf {run / growing.FILE}",
        "BILIK_MANAGER_PASSWORD": layout.manager_password,
        "BILIK_ROOT": str(launch.ROOT),
        "BILIK_HAPROXY": str(haproxy),
        "BILIK_BIND": f"{configured.host}:{configured.port}",
        "BILIK_ACTIONS_BIND": f"{HERE}:{configured.actions_port}",
        "BILIK_PROXY_SOCKET": str(layout.proxy_socket),
        "BILIK_STARTS_POSTGRES": str(bool(postgres)).lower(),
        "BILIK_POSTGRES": str(postgres.programs / "postgres") if postgres else "",
        "BILIK_POSTGRES_DATA": str(postgres.data) if postgres else "",
        "BILIK_POSTGRES_PORT": str(postgres.port) if postgres else "",
        "BILIK_POSTGRES_CONNECTIONS": str(_CONNECTIONS * (2 * (workers + growing.MOST) + 3)),
        "BILIK_POSTGRES_USER": postgres.user if postgres else str(os.getuid()),
        "BILIK_STARTS_REDIS": str(bool(redis_program)).lower(),
        "BILIK_REDIS": redis_program,
        "BILIK_CHAT_AT": layout.url,
        "BILIK_PAGES_AT": layout.url,
        "BILIK_READY_AT": " ".join(ready),
    }


def _row(ports: Iterator[int], many: int) -> int:
    """The first of so many free ports in a row."""
    row = [next(ports)]
    while len(row) < many:
        port = next(ports)
        row = [*row, port] if port == row[-1] + 1 else [port]
    return row[0]


if __name__ == "__main__":
    main()
