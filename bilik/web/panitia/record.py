"""The record for everyone to check, and snapshots of it while people vote."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bilik.domain.election import Phase
from bilik.errors import BilikError
from bilik.services import whole_files
from bilik.web.panitia import zips
from bilik.web.panitia.jobs import Done, Job
from bilik.web.panitia.show import download, go, show
from bilik.web.panitia.ways import BOTH, PANITIA, Visit, Way

RECORD, SNAPSHOT = "terbitan", "cuplikan"
MINUTES = "berita-acara.pdf"
_KINDS = (RECORD, SNAPSHOT)


def _page(visit: Visit) -> Response:
    standing = visit.desk.glance(visit.slug)
    folder = visit.workshop.folders.of(RECORD, visit.slug)
    values = {
        "standing": standing,
        "is_tallied": standing.phase is Phase.TALLIED,
        "was_opened": standing.phase is not Phase.DRAFT,
        "record": (folder / f"{RECORD}.zip").exists(),
        "minutes": (folder / MINUTES).exists(),
        "snapshot": (folder / f"{SNAPSHOT}.zip").exists(),
        "running": visit.workshop.jobs.running(visit.slug),
    }
    return show(visit, "terbitan.html", values)


def _make(visit: Visit) -> Response:
    """Write and verify it, and pack it; an earlier one is there until the new one is complete."""
    desk, folders, slug = visit.desk, visit.workshop.folders, visit.slug
    desk.glance(slug)
    kind = visit.form.text("jenis")
    if kind not in _KINDS:
        raise BilikError("Pilih terbitan atau cuplikan.")
    page = f"{visit.home}/terbitan"
    path = folders.of(RECORD, slug) / f"{kind}.zip"

    def work(job: Job) -> Done:
        job.tell("Menulis dan memeriksa kotak suara", 0, 0)
        made = folders.passing()
        try:
            write = desk.export if kind == RECORD else desk.snapshot
            summary = write(made, slug)
            folders.make(path.parent)
            zips.pack(made, path)
        finally:
            folders.remove(made)
        return Done(page, _lines(summary))

    return go(visit.workshop.jobs.start(f"Menyiapkan {kind}", slug, page, work).page)


def _lines(summary: dict[str, Any]) -> list[str]:
    if "cuplikan" in summary:
        return [
            f"Cuplikan {summary['suara_terbit']} suara siap diunduh. Bagikan kepada saksi.",
            f"Sidik rantai {summary['sidik_rantai']}",
        ]
    return [
        f"{summary['suara_masuk']} suara, lulus pemeriksaan, siap diunduh. Umumkan baris ini "
        "bersama hasil:",
        f"SHA-256 arsip {summary['sha256_arsip']}",
        f"SHA-256 jejak panitia {summary['sha256_jejak']}",
    ]


def _make_minutes(visit: Visit) -> Response:
    """The minutes as a PDF; what is not known here is left to be written by hand."""
    desk, folders, slug = visit.desk, visit.workshop.folders, visit.slug
    desk.glance(slug)
    page = f"{visit.home}/terbitan"
    path = folders.of(RECORD, slug) / MINUTES

    def work(job: Job) -> Done:
        job.tell("Memeriksa kotak suara dan menulis berita acara", 0, 0)
        content, _ = desk.minutes(slug)
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
    path = visit.workshop.folders.of(RECORD, visit.slug) / f"{kind}.zip"
    if kind not in _KINDS or not path.exists():
        raise HTTPException(404)
    return download(path, f"{visit.slug}-{kind}.zip", zips.KIND)


WAYS = (
    Way("/panitia/p/{slug}/terbitan", "GET", BOTH, _page),
    Way("/panitia/p/{slug}/terbitan", "POST", PANITIA, _make),
    Way("/panitia/p/{slug}/terbitan/berita-acara", "POST", PANITIA, _make_minutes),
    Way("/panitia/p/{slug}/terbitan/berita-acara.pdf", "GET", BOTH, _take_minutes),
    Way("/panitia/p/{slug}/terbitan/{kind}.zip", "GET", BOTH, _take),
)
