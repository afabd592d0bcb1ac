"""The count: by the server, or together with the trustees' parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bilik.domain.election import Phase
from bilik.domain.indonesian import figure
from bilik.errors import BilikError
from bilik.services.counting import Result, Waiting
from bilik.services.desk import Desk
from bilik.services.trustee_files import LARGEST
from bilik.web.panitia import standing as how_it_stands
from bilik.web.panitia import zips
from bilik.web.panitia.folders import Folders
from bilik.web.panitia.forms import Upload
from bilik.web.panitia.jobs import Done, Job
from bilik.web.panitia.show import download, go, show
from bilik.web.panitia.ways import BOTH, PANITIA, Visit, Way

_ZIP, _NUMBER = "untuk-saksi.zip", "angka-periksa.txt"


def _page(visit: Visit) -> Response:
    standing = visit.desk.glance(visit.slug)
    folder = visit.workshop.folders.of("hitung", visit.slug)
    number = folder / _NUMBER
    counts = visit.desk.result(visit.slug)
    values = {
        "standing": standing,
        "sentences": [line for _, line in how_it_stands.outcome(counts)],
        "is_over": standing.phase in (Phase.CLOSED, Phase.TALLIED),
        "is_tallied": standing.phase is Phase.TALLIED,
        "counts": counts,
        "waiting": standing.waiting,
        "for_trustees": (folder / _ZIP).exists(),
        "check_number": number.read_text(encoding="utf-8") if number.exists() else "",
        "running": visit.workshop.jobs.running(visit.slug),
    }
    return show(visit, "hitung.html", values)


def _tally(visit: Visit) -> Response:
    visit.desk.glance(visit.slug)
    return _start(visit, ())


def _parts(visit: Visit) -> Response:
    """Parts of the trustees, all taken or none."""
    visit.desk.glance(visit.slug)
    return _start(visit, visit.form.uploads("berkas"))


def _start(visit: Visit, uploads: Sequence[Upload]) -> Response:
    desk, folders, slug = visit.desk, visit.workshop.folders, visit.slug
    page = f"{visit.home}/hitung"
    folder = folders.passing()
    paths = [folder / f"bagian-{at}.json" for at in range(1, len(uploads) + 1)]
    names = {str(path): one.name for path, one in zip(paths, uploads, strict=True)}

    def work(job: Job) -> Done:
        job.tell("Memeriksa dan menjumlahkan surat suara", 0, 0)
        try:
            result = desk.tally(slug, paths)
            if isinstance(result, Waiting):
                return Done(page, _waiting(result, desk, folders, slug, bool(paths)))
            return Done(page, _counted(result))
        except BilikError as error:
            line = str(error)
            for path, name in names.items():
                line = line.replace(path, name)
            raise BilikError(line) from None
        finally:
            folders.remove(folder)

    try:
        for path, one in zip(paths, uploads, strict=True):
            one.save(path)
        job = visit.workshop.jobs.start("Menghitung suara", slug, page, work)
    except BaseException:
        folders.remove(folder)
        raise
    return go(job.page)


def _counted(result: Result) -> Sequence[str]:
    lines = [f"{figure(result.ballots)} suara dihitung."]
    if result.set_aside:
        lines.append(
            f"{figure(result.set_aside)} surat suara rusak disisihkan. Periksa bersama saksi."
        )
    return lines


def _waiting(
    waiting: Waiting, desk: Desk, folders: Folders, slug: str, had_parts: bool
) -> Sequence[str]:
    """The sum waits for trustees: what they need is made ready to be downloaded."""
    if not had_parts:
        made = folders.passing()
        try:
            files = desk.write_for_trustees(made, slug)
            kept = folders.of("hitung", slug)
            folders.make(kept)
            zips.pack(made, kept / _ZIP)
            (kept / _NUMBER).write_text(files.number, encoding="utf-8")
        finally:
            folders.remove(made)
    return [f"{figure(waiting.ballots)} suara dijumlahkan tanpa dibuka.", f"{waiting.line}."]


def _for_trustees(visit: Visit) -> Response:
    visit.desk.glance(visit.slug)
    path: Path = visit.workshop.folders.of("hitung", visit.slug) / _ZIP
    if not path.exists():
        raise HTTPException(404)
    return download(path, f"{visit.slug}-{_ZIP}", zips.KIND)


WAYS = (
    Way("/panitia/p/{slug}/hitung", "GET", BOTH, _page),
    Way("/panitia/p/{slug}/hitung", "POST", PANITIA, _tally),
    Way("/panitia/p/{slug}/hitung/bagian", "POST", PANITIA, _parts, 2 * LARGEST),
    Way("/panitia/p/{slug}/hitung/untuk-saksi.zip", "GET", BOTH, _for_trustees),
)
