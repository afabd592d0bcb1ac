"""`make grow`: one more Rasa server and one more action server, while people vote.

They start beside the others. Once they say that they are ready, the proxy is told of them, by its
own orders and without being restarted, and they stand in the files from which it and `make roll`
know who is there.
"""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Iterator
from configparser import RawConfigParser
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from xmlrpc.client import Error

from assistant import launch
from assistant.cluster import rolling
from assistant.cluster.layout import BACKENDS, Layout, Worker
from bilik.errors import BilikError

FILE = "more.conf"
"""In the run directory: the process manager's file of those that came later."""
MOST = 2
"""So many pairs may come later: a PostgreSQL that the cluster has started has room for them."""
_MANAGED = launch.ROOT / "deploy" / "supervisord.conf"
_CHECKED = "check inter 1s fastinter 500ms downinter 500ms fall 3 rise 1"
"""As in deploy/haproxy.cfg, whose defaults do not hold for servers that come later."""


def main() -> None:
    """Add a pair of workers to the cluster that runs here."""
    run = launch.ROOT / launch.RUN
    try:
        grow(Layout.read(run))
    except BilikError as error:
        sys.exit(f"bilik: {error}")
    except KeyboardInterrupt:
        sys.exit("bilik: Dihentikan. Yang sudah melayani tetap melayani.")
    print("Keduanya sudah ikut melayani.")


def grow(layout: Layout) -> Layout:
    """Add an action server and a Rasa server; at return both take part.

    One that is there without the other, since the other did not start, gets its other half.

    Raises:
        BilikError: nothing runs, there are as many as there may be, somebody else is adding some,
            or one does not start; what takes part already goes on.
    """
    rolling.order(layout.proxy_socket, "show info")
    with _alone(Path(layout.run)):
        if sum(one.came_later for one in layout.of("chat")) >= MOST:
            raise BilikError(
                f"Sudah ditambah {MOST} pasang. Untuk lebih banyak lagi, ubah BILIK_WORKERS, lalu "
                "hentikan dan jalankan lagi klasternya."
            )
        wanted = len(layout.of("chat")) + 1
        ports = layout.free_ports()
        for program in ("actions", "rasa"):
            if len(layout.of(BACKENDS[program])) < wanted:
                port = next(ports)
                worker = Worker.at(port, program, wanted, group=f"{program}-{port}")
                print(f"{worker.name} dinyalakan …", flush=True)
                layout = _add(layout, worker, program)
    return layout


def forget(run: Path) -> None:
    """Begin with no worker that came later."""
    (run / FILE).write_text("")


@contextmanager
def _alone(run: Path) -> Iterator[None]:
    with (run / FILE).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BilikError("Sedang ada yang menambah server. Tunggu sampai selesai.") from None
        yield


def _add(layout: Layout, worker: Worker, program: str) -> Layout:
    """The cluster with the worker, which takes part; without it if it does not start."""
    file, manager = Path(layout.run) / FILE, layout.manager()
    before = file.read_text()
    file.write_text(f"{before}{_section(worker, program)}")
    try:
        manager.reloadConfig()
        manager.addProcessGroup(worker.group)
        rolling.wait_for(worker)
        _tell_the_proxy(layout, worker)
    except BaseException as error:
        file.write_text(before)
        for undo in (manager.stopProcessGroup, manager.removeProcessGroup):
            with suppress(Error, OSError):
                undo(worker.group)
        if isinstance(error, Error | OSError):
            raise BilikError(
                f"{worker.name} tidak bisa dinyalakan ({type(error).__name__}). Jalankan lagi "
                "klasternya kalau programnya baru diperbarui."
            ) from None
        raise
    whole = replace(layout, workers=(*layout.workers, worker))
    whole.write()
    return whole


def _tell_the_proxy(layout: Layout, worker: Worker) -> None:
    for order, expected in (
        (f"add server {worker.server} {worker.address} {_CHECKED}", "New server registered."),
        (f"enable health {worker.server}", ""),
        (f"enable server {worker.server}", ""),
    ):
        answer = rolling.order(layout.proxy_socket, order).strip()
        if answer != expected:
            raise BilikError(f"HAProxy menolak {worker.server}: {answer}")


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
