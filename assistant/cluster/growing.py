"""`make grow`: one more Rasa server and one more action server, while people vote.

They start beside the others. Once they say that they are ready, the proxy is told of them, by its
own orders and without being restarted, and they stand in the files from which it and `make roll`
know who is there.
"""

from __future__ import annotations

import sys
from configparser import RawConfigParser
from dataclasses import replace
from pathlib import Path

from assistant import launch
from assistant.cluster import rolling
from assistant.cluster.layout import Layout, Worker
from bilik.errors import BilikError
from bilik.settings import MOST_WORKERS

FILE = "more.conf"
"""In the run directory: the process manager's file of those that came later."""
_MANAGED = launch.ROOT / "deploy" / "supervisord.conf"
_CHECKED = "check inter 1s fastinter 500ms downinter 500ms fall 3 rise 1"
"""As in deploy/haproxy.cfg, whose defaults do not hold for servers that come later."""


def main() -> None:
    """Add a pair of workers to the cluster that runs here."""
    try:
        grow(Layout.read(launch.ROOT / launch.RUN))
    except BilikError as error:
        sys.exit(f"bilik: {error}")
    print("Sudah ikut melayani.")


def grow(layout: Layout) -> Layout:
    """Add an action server and a Rasa server; at return both take part.

    Raises:
        BilikError: there are as many as there may be, or one does not start; what was there before
            goes on.
    """
    if len(layout.of("chat")) >= MOST_WORKERS:
        raise BilikError(f"Sudah ada {MOST_WORKERS} pasang, dan itu yang terbanyak di satu mesin.")
    ports, number = layout.free_ports(), len(layout.of("chat")) + 1
    for program in ("actions", "rasa"):
        port = next(ports)
        worker = Worker.at(port, program, number, group=f"{program}-{port}")
        print(f"{worker.name} dinyalakan …", flush=True)
        _start(layout, worker, program)
        layout = replace(layout, workers=(*layout.workers, worker))
        layout.write()
        _tell_the_proxy(layout, worker)
    return layout


def forget(run: Path) -> None:
    """Begin with no worker that came later."""
    (run / FILE).write_text("")


def _start(layout: Layout, worker: Worker, program: str) -> None:
    file, manager = Path(layout.run) / FILE, layout.manager()
    before = file.read_text()
    file.write_text(f"{before}{_section(worker, program)}")
    try:
        manager.reloadConfig()
        manager.addProcessGroup(worker.group)
        rolling.wait_for(worker)
    except BaseException:
        file.write_text(before)
        manager.stopProcessGroup(worker.group)
        manager.removeProcessGroup(worker.group)
        raise


def _tell_the_proxy(layout: Layout, worker: Worker) -> None:
    answers = [
        rolling.order(layout.proxy_socket, order).strip()
        for order in (
            f"add server {worker.server} {worker.address} {_CHECKED}",
            f"enable health {worker.server}",
            f"enable server {worker.server}",
        )
    ]
    if answers[1:] != ["", ""]:
        raise BilikError(f"{worker.name} menyala, tetapi HAProxy menolaknya: {' '.join(answers)}")


def _section(worker: Worker, program: str) -> str:
    """How the process manager runs one more of those that it has: the same, with another port."""
    file = RawConfigParser(inline_comment_prefixes=None)
    file.read(_MANAGED, encoding="utf-8")
    settings = {
        **file[f"program:{program}"], "numprocs": "1", "numprocs_start": str(worker.port)
    }  # fmt: skip
    lines = (f"{name}={value}" for name, value in settings.items())
    return "\n".join([f"[program:{worker.group}]", *lines, "", ""])


if __name__ == "__main__":
    main()
