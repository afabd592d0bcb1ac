"""`make roll`: every worker is restarted, one after the other, while people vote.

The proxy sends a worker nothing new; what it is answering comes to its end; it stops, starts again
with the newest model and code, and takes part again once it says that it is ready. Nobody notices.
"""

from __future__ import annotations

import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from assistant import launch
from assistant.cluster.layout import Layout, Worker
from bilik.errors import BilikError

READY_SECONDS = 240
SETTLE_SECONDS = 1.0
"""How long what the proxy has just handed over may take to arrive."""


def main() -> None:
    """Restart the workers of the cluster that runs here."""
    try:
        layout = Layout.read(launch.ROOT / launch.RUN)
        for worker in (*layout.of("actions"), *layout.of("chat")):
            print(f"{worker.name} dimulai ulang …", flush=True)
            restart(layout, worker)
    except BilikError as error:
        sys.exit(f"bilik: {error}")
    print("Semua sudah dimulai ulang.")


def restart(layout: Layout, worker: Worker) -> None:
    """Restart one worker; at return it takes part again.

    Raises:
        BilikError: it is not back in time, and the others are left as they are.
    """
    backend = worker.server.split("/")[0]
    others = [one for one in layout.of(backend) if one != worker]
    if not any(is_ready(one) for one in others):
        raise BilikError(
            f"{worker.name} belum dimulai ulang: tidak ada yang lain yang siap menggantikannya."
        )
    order(layout.proxy_socket, f"set server {worker.server} state drain")
    try:
        time.sleep(SETTLE_SECONDS)
        manager = layout.manager()
        name = f"{worker.group}:{worker.name}"
        manager.stopProcess(name)  # waits until what it answers is answered
        manager.startProcess(name, False)
        wait_for(worker)
    finally:
        order(layout.proxy_socket, f"set server {worker.server} state ready")


def order(proxy: Path, command: str) -> str:
    """Have the proxy do something; what it says to that.

    Raises:
        BilikError: it does not listen.
    """
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(proxy))
            line.sendall(f"{command}\n".encode())
            return b"".join(iter(lambda: line.recv(4096), b"")).decode()
    except OSError:
        raise BilikError("Klaster belum jalan. Jalankan dulu: make run-cluster") from None


def is_ready(worker: Worker) -> bool:
    """Whether it says so itself."""
    try:
        with urllib.request.urlopen(worker.ready, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_for(worker: Worker) -> None:
    """Until a worker that starts is ready.

    Raises:
        BilikError: it takes too long.
    """
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(worker):
        if time.monotonic() > deadline:
            raise BilikError(f"{worker.name} tidak menyala. Lihat catatannya di var/run.")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
