"""Pages of the desk, and what is downloaded from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, RedirectResponse, Response

from bilik.web.pages import page
from bilik.web.panitia.ways import Visit

REFERRER = "same-origin"
"""With none at all, browsers would not say where a form comes from (Fetch, 3.2)."""


def show(
    visit: Visit, template: str, values: dict[str, Any] | None = None, status: int = 200
) -> Response:
    """A page of the desk; its template can always use ``visit``."""
    answer = page(visit.request, f"panitia/{template}", {"visit": visit, **(values or {})}, status)
    answer.headers["Referrer-Policy"] = REFERRER
    return answer


def go(to: str) -> Response:
    """Go on with another page, after something was done."""
    return RedirectResponse(to, 303)


def download(path: Path, name: str, kind: str) -> Response:
    """A file, streamed, to be kept under that name."""
    return FileResponse(path, media_type=kind, filename=name)
