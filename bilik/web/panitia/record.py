"""The record for everyone to check, and snapshots of it while people vote."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bilik.domain.election import Phase
from bilik.domain.indonesian import figure
from bilik.domain.minutes import Particulars
from bilik.errors import BilikError
from bilik.services import whole_files
from bilik.services.batches import BATCH
from bilik.web.panitia import zips
from bilik.web.panitia.jobs import Done, Job
from bilik.web.panitia.show import download, go, show
from bilik.web.panitia.ways import BOTH, PANITIA, Visit, Way

RECORD, SNAPSHOT = "terbitan", "cuplikan"
MINUTES = "berita-acara.pdf"


def _page(visit: Visit) -> Response:
    standing = visit.desk.glance(visit.slug)
    folder = visit.workshop.folders.of(RECORD, visit.slug)
    values = {
        "standing": standing,
        "is_tallied": standing.phase is Phase.TALLIED,
        "was_opened": standing.phase is not Phase.DRAFT,
        "record": visit.desk.record_file(visit.office.settings.records_dir, visit.slug),
        "minutes": (folder / MINUTES).exists(),
        "snapshot": (folder / f"{SNAPSHOT}.zip").exists(),
        "running": visit.workshop.jobs.running(visit.slug),
    }
    return show(visit, "terbitan.html", values)


def _make(visit: Visit) -> Response:
    """Write and verify it, and pack it. The record is the one that everybody may download."""
    kind = visit.form.text("jenis")
    if kind not in _WORK:
        raise BilikError("Pilih terbitan atau cuplikan.")
    return go(_WORK[kind](visit).page)


def _record(visit: Visit) -> Job:
    desk, slug, page = visit.desk, visit.slug, f"{visit.home}/terbitan"
    records_dir = visit.office.settings.records_dir
    desk.glance(slug)

    def work(job: Job) -> Done:
        job.tell("Menulis dan memeriksa kotak suara", 0, 0)
        desk.put_out(records_dir, slug)
        return Done(page)

    return visit.workshop.jobs.start("Menyiapkan terbitan", slug, page, work)


def _snapshot(visit: Visit) -> Job:
    """An earlier one is there until the new one is complete."""
    desk, folders, slug = visit.desk, visit.workshop.folders, visit.slug
    page = f"{visit.home}/terbitan"
    path = folders.of(RECORD, slug) / f"{SNAPSHOT}.zip"
    desk.glance(slug)

    def work(job: Job) -> Done:
        job.tell("Menulis dan memeriksa kotak suara", 0, 0)
        made = folders.passing()
        try:
            summary = desk.snapshot(made, slug)
            folders.make(path.parent)
            published, came = summary["suara_terbit"], desk.glance(slug).ballots
            zips.pack(made, path, inside=f"cuplikan-{published}")
        finally:
            folders.remove(made)
        return Done(
            page,
            [
                f"Cuplikan memuat {figure(published)} dari {figure(came)} suara yang masuk. Suara "
                f"ikut berkelompok {BATCH}; sisanya sesudah ditutup.",
                "Unduh, lalu bagikan kepada saksi.",
                f"Sidik rantai {summary['sidik_rantai']}",
            ],
        )

    return visit.workshop.jobs.start("Menyiapkan cuplikan", slug, page, work)


_WORK = {RECORD: _record, SNAPSHOT: _snapshot}


def _make_minutes(visit: Visit) -> Response:
    """The minutes as a PDF; what is not known here is left to be written by hand."""
    desk, folders, slug = visit.desk, visit.workshop.folders, visit.slug
    desk.glance(slug)
    page = f"{visit.home}/terbitan"
    path = folders.of(RECORD, slug) / MINUTES
    address = visit.office.settings.record_address(slug)

    def work(job: Job) -> Done:
        job.tell("Memeriksa kotak suara dan menulis berita acara", 0, 0)
        content, _ = desk.minutes(slug, Particulars(url=address))
        folders.make(path.parent)
        whole_files.replace(path, content)
        return Done(page)

    return go(visit.workshop.jobs.start("Membuat berita acara", slug, page, work).page)


def _take_minutes(visit: Visit) -> Response:
    visit.desk.glance(visit.slug)
    path = visit.workshop.folders.of(RECORD, visit.slug) / MINUTES
    if not path.exists():
        raise HTTPException(404)
    return download(path, f"{visit.slug}-{MINUTES}", "application/pdf")


def _take(visit: Visit) -> Response:
    kind = visit.part("kind")
    visit.desk.glance(visit.slug)
    if kind == RECORD:
        found = visit.desk.record_file(visit.office.settings.records_dir, visit.slug)
        path = found.path if found else None
    else:
        path = visit.workshop.folders.of(RECORD, visit.slug) / f"{SNAPSHOT}.zip"
    if kind not in _WORK or path is None or not path.exists():
        raise HTTPException(404)
    return download(path, f"{visit.slug}-{kind}.zip", zips.KIND)


WAYS = (
    Way("/panitia/p/{slug}/terbitan", "GET", BOTH, _page),
    Way("/panitia/p/{slug}/terbitan", "POST", PANITIA, _make),
    Way("/panitia/p/{slug}/terbitan/berita-acara", "POST", PANITIA, _make_minutes),
    Way("/panitia/p/{slug}/terbitan/berita-acara.pdf", "GET", BOTH, _take_minutes),
    Way("/panitia/p/{slug}/terbitan/{kind}.zip", "GET", BOTH, _take),
)
