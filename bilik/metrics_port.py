"""Where a process serves its figures: a port of their own, on this machine only unless set."""

from __future__ import annotations

import logging
import socketserver
import threading
from collections.abc import Callable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client.exposition import make_wsgi_app

from bilik.errors import SettingsError
from bilik.services import metrics
from bilik.settings import MOST_WORKERS, Settings

logger = logging.getLogger(__name__)

PROCESSES = 2 * MOST_WORKERS + 2
"""So many of one host find a port each: all workers, the keeper, the pages."""


def serve(part: str, configured: Settings) -> WSGIServer | None:
    """Serve this process's figures until it ends, where that is wanted; the server.

    Of the processes of one host each takes the first port that is free, from the one that is set
    upwards.

    Raises:
        SettingsError: none of them is free, or the address is not this machine's.
    """
    host, port = configured.metrics_host, configured.metrics_port
    if port is None:
        return None
    metrics.part.labels(part).set(1)
    app = _nameless(make_wsgi_app(metrics.registry))
    for candidate in range(port, port + PROCESSES):
        try:
            server = make_server(host, candidate, app, _Server, _Quiet)
        except OSError:
            continue
        threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
        logger.info("metrics at port %d", candidate)
        return server
    raise SettingsError(
        f"Tidak ada port bebas untuk metrik di {host}, dari {port} sampai {port + PROCESSES - 1}. "
        "Ubah BILIK_METRICS_PORT."
    )


def _nameless(app: Callable[..., Any]) -> Callable[..., Any]:
    """The application, with a header that names no program and no version of it."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        return app(environ, lambda status, headers: start(status, [*headers, ("Server", "bilik")]))

    return answer


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    """One thread a request, so that nobody who connects and says nothing holds up the others."""

    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    """Logs nothing, and waits for a request for ten seconds."""

    timeout = 10

    def log_message(self, *_: object) -> None:
        """Nothing."""
