"""The trustees' key ceremony, from the panitia's side: what has come, and what goes out next."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bilik.domain.election import Phase
from bilik.errors import BilikError
from bilik.services.key_ceremony import STEP_NAMES, KeyCeremony, Step
from bilik.services.trustee_files import LARGEST
from bilik.services.trustee_links import TrusteeLink
from bilik.web.office import address_of
from bilik.web.panitia import zips
from bilik.web.panitia.forms import Upload
from bilik.web.panitia.show import go, show
from bilik.web.panitia.ways import BOTH, PANITIA, Visit, Way
from bilik.web.panitia.words import for_pages

_MOST = 2 * LARGEST


def _page(visit: Visit) -> Response:
    return _shown(visit)


def _shown(
    visit: Visit, lines: list[str] | None = None, problem: str = "", status: int = 200
) -> Response:
    standing = visit.desk.glance(visit.slug)
    if standing.election.trustees is None:
        raise HTTPException(404)
    values = {
        "standing": standing,
        "is_draft": standing.phase is Phase.DRAFT,
        "ceremony": _ceremony(visit).standing(visit.slug),
        "steps": tuple(Step),
        "step_names": STEP_NAMES,
        "links": _links(visit) if visit.acts else (),
        "lines": lines or [],
        "problem": problem,
    }
    return show(visit, "saksi.html", values, status)


def _links(visit: Visit) -> tuple[TrusteeLink, ...]:
    """Each trustee's own; the panitia hands them out."""
    return visit.desk.trustee_links(address_of(visit.request), visit.slug)


def _collect(visit: Visit) -> Response:
    """Files from trustees, all or none; each is named as its sender called it."""
    folder = visit.workshop.folders.passing()
    uploads = visit.form.uploads("berkas")
    paths = [folder / f"{at}" for at in range(len(uploads))]
    try:
        for path, one in zip(paths, uploads, strict=True):
            one.save(path)
        sender = visit.form.text("dari") or None
        _, lines = _ceremony(visit).collect(paths, visit.slug, sender)
    except BilikError as error:
        line = _named(str(error), dict(zip(map(str, paths), uploads, strict=True)))
        return _shown(visit, problem=for_pages(line), status=400)
    finally:
        visit.workshop.folders.remove(folder)
    return _shown(visit, lines)


def _named(line: str, uploads: dict[str, Upload]) -> str:
    for path, one in uploads.items():
        line = line.replace(path, one.name)
    return line


def _next(visit: Visit) -> Response:
    """What the trustees need now: the invitation, and all that has been made of their answers."""
    found = _ceremony(visit).standing(visit.slug)
    folder = visit.workshop.folders.passing()
    try:
        KeyCeremony.write_invitation(found, folder)
        KeyCeremony.write_next(found, folder)
        packed = visit.workshop.folders.passing()
        try:
            path = packed / "saksi.zip"
            zips.pack(folder, path)
            content = path.read_bytes()
        finally:
            visit.workshop.folders.remove(packed)
    finally:
        visit.workshop.folders.remove(folder)
    name = f"{visit.slug}-untuk-saksi.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=zips.KIND, headers=headers)


def _restart_page(visit: Visit) -> Response:
    return show(visit, "saksi_ulang.html", {"standing": visit.desk.glance(visit.slug)})


def _restart(visit: Visit) -> Response:
    _ceremony(visit).restart(visit.slug)
    return go(f"{visit.home}/saksi")


def _ceremony(visit: Visit) -> KeyCeremony:
    return KeyCeremony(visit.office.database, visit.office.clock, visit.who.name)


WAYS = (
    Way("/panitia/p/{slug}/saksi", "GET", BOTH, _page),
    Way("/panitia/p/{slug}/saksi", "POST", PANITIA, _collect, _MOST),
    Way("/panitia/p/{slug}/saksi/berkas.zip", "GET", BOTH, _next),
    Way("/panitia/p/{slug}/saksi/ulang", "GET", PANITIA, _restart_page),
    Way("/panitia/p/{slug}/saksi/ulang", "POST", PANITIA, _restart),
)
