"""Templates, and how figures and hours are written in them."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bilik.domain import indonesian
from bilik.domain.turnout import station_name
from bilik.web import ASSETS, TEMPLATES


def page(
    request: Request,
    template: str,
    values: dict[str, Any] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The template filled in; it can always use ``request``.

    Raises:
        jinja2.UndefinedError: the template uses what it was not given.
    """
    text = environment().get_template(template).render(request=request, **(values or {}))
    return HTMLResponse(text, status)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """All templates; what they are given is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        number=indonesian.figure, percent=indonesian.percent, hour=indonesian.hour_text,
        day=indonesian.day_text, moment=indonesian.moment_text, station=station_name,
    )  # fmt: skip
    made.globals["asset"] = asset
    return made


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """Where a file of `assets/` is found; the address changes with its content."""
    digest = hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()
    return f"/laman/{name}?{digest[:12]}"
