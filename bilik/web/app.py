"""All pages put together."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bilik.errors import BilikError
from bilik.services.health import ALIVE_PATH, NO, READY_PATH, YES, Health, database_check
from bilik.web import ASSETS, guard, panitia, saksi
from bilik.web.hasil import addresses, base
from bilik.web.office import Office
from bilik.web.panitia.workshop import Workshop


def create(office: Office) -> Starlette:
    """The application.

    Raises:
        BilikError: another one works with the desk's files.
    """
    app = Starlette(
        routes=routes(),
        middleware=[Middleware(guard.Headers)],
        exception_handlers={
            BilikError: guard.told,
            HTTPException: guard.refused,
            Exception: guard.unexpected,
        },
    )
    app.state.office = office
    app.state.everybody = base.opened(office)
    app.state.health = Health([database_check(office.database)])
    app.state.workshop = Workshop(office.settings.desk_dir)
    return app


def routes() -> list[BaseRoute]:
    """Every address there is."""
    return [
        Route("/", _start),
        Route(ALIVE_PATH, _alive),
        Route(READY_PATH, _ready),
        *addresses.routes(),
        Mount("/laman", _Assets(directory=ASSETS)),
        *panitia.routes(),
        *saksi.routes(),
    ]


def _start(request: Request) -> Response:
    return RedirectResponse("/hasil")


def _alive(request: Request) -> Response:
    """For whoever watches over the servers: this one answers."""
    return PlainTextResponse(YES)


def _ready(request: Request) -> Response:
    """And this one has what it needs."""
    is_ready = request.app.state.health.is_ready()
    return PlainTextResponse(YES if is_ready else NO, 200 if is_ready else 503)


class _Assets(StaticFiles):
    """Files whose address changes with their content, so that they may be kept for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        if scope["query_string"]:
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            answer.headers["Cache-Control"] = "no-cache"
        return answer
