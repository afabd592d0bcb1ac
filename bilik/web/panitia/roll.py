"""The roll from a spreadsheet: uploaded, looked through, and taken in only after a yes."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bilik.domain.election import Phase
from bilik.domain.indonesian import figure
from bilik.errors import BilikError, FileProblems, WrongState
from bilik.services.roll_import import RollProblems
from bilik.web.panitia.arrivals import Arrival
from bilik.web.panitia.jobs import Done, Job, Work
from bilik.web.panitia.show import download, go, show
from bilik.web.panitia.ways import PANITIA, Visit, Way
from bilik.web.panitia.words import problems_for_pages

LARGEST = 200 << 20
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN = 50


def _page(visit: Visit) -> Response:
    standing = visit.desk.glance(visit.slug)
    values = {"standing": standing, "is_draft": standing.phase is Phase.DRAFT}
    return show(visit, "pemilih.html", values)


def _upload(visit: Visit) -> Response:
    """Look through a roll; nothing of it is kept but the file, until it is said what to do."""
    if visit.desk.glance(visit.slug).phase is not Phase.DRAFT:
        raise WrongState("Daftar pemilih sudah dikunci sejak pemilihan dibuka.")
    upload = visit.form.upload("berkas")
    arrival = visit.workshop.arrivals.add(
        visit.slug, upload.name, visit.who.key, visit.who.account_id
    )
    try:
        upload.save(arrival.file)
        sheet = visit.form.text("lembar") or None
        job = visit.workshop.jobs.start(
            "Memeriksa daftar pemilih", visit.slug, f"{visit.home}/pemilih",
            _looking_through(visit, arrival, sheet),
        )  # fmt: skip
    except BaseException:
        visit.workshop.arrivals.forget(arrival.id)
        raise
    return go(job.page)


def _looking_through(visit: Visit, arrival: Arrival, sheet: str | None) -> Work:
    desk, arrivals = visit.desk, visit.workshop.arrivals

    def work(job: Job) -> Done:
        try:
            arrival.change = desk.import_roll(
                arrival.file, arrival.slug, True, sheet, arrival.correction, job.tell
            )
        except RollProblems as error:
            arrival.problems = error
            arrival.file.unlink(missing_ok=True)  # it has to be sent again anyway
        except FileProblems as error:
            arrival.problems = RollProblems(arrival.name, error.problems, 0, 0)
            arrival.file.unlink(missing_ok=True)
        except BilikError as error:
            arrivals.forget(arrival.id)
            line = str(error).replace(f" {arrival.file}", f" {arrival.name}")
            raise BilikError(
                line.replace("sebut satu dengan `--lembar`", "isi nama lembarnya")
            ) from None
        except BaseException:
            arrivals.forget(arrival.id)
            raise
        arrival.sheet = sheet
        return Done(f"{visit.home}/pemilih/{arrival.id}")

    return work


def _preview(visit: Visit) -> Response:
    arrival = _own(visit)
    values = {"arrival": arrival, "standing": visit.desk.glance(visit.slug)}
    if arrival.problems is not None:
        rows = problems_for_pages(arrival.problems.problems[:_SHOWN])
        values = {**values, "problems": arrival.problems, "rows": rows}
        return show(visit, "pemilih_keliru.html", values)
    return show(visit, "pemilih_periksa.html", {**values, "change": arrival.change})


def _correction(visit: Visit) -> Response:
    arrival = _own(visit)
    if not arrival.correction.exists():
        raise HTTPException(404)
    return download(arrival.correction, f"perbaikan-{visit.slug}.xlsx", _XLSX)


def _save(visit: Visit) -> Response:
    """All rows or none; the file goes either way."""
    arrival = _own(visit)
    if arrival.change is None:
        raise BilikError("Berkas itu masih perlu diperbaiki, lalu diunggah lagi.")
    desk, arrivals, home = visit.desk, visit.workshop.arrivals, visit.home

    def work(job: Job) -> Done:
        try:
            made = desk.import_roll(
                arrival.file, arrival.slug, sheet=arrival.sheet, progress=job.tell
            )
        except FileProblems:
            raise BilikError("Berkas itu berubah. Unggah lagi.") from None
        finally:
            arrivals.forget(arrival.id)
        return Done(
            home,
            [
                f"Tersimpan: {figure(made.added)} baru, {figure(made.changed)} diperbaiki, "
                f"{figure(made.unchanged)} tetap."
            ],
        )

    job = visit.workshop.jobs.start("Menyimpan daftar pemilih", visit.slug, f"{home}/pemilih", work)
    return go(job.page)


def _give_up(visit: Visit) -> Response:
    visit.workshop.arrivals.forget(_own(visit).id)
    return go(f"{visit.home}/pemilih")


def _own(visit: Visit) -> Arrival:
    arrival = visit.workshop.arrivals.find(visit.part("id"), visit.slug, visit.who.key)
    if arrival is None:
        raise BilikError(
            "Unggahan itu sudah tidak ada di server: disimpan, dibatalkan, atau lewat setengah "
            "jam. Unggah lagi kalau perlu."
        )
    return arrival


WAYS = (
    Way("/panitia/p/{slug}/pemilih", "GET", PANITIA, _page),
    Way("/panitia/p/{slug}/pemilih", "POST", PANITIA, _upload, LARGEST),
    Way("/panitia/p/{slug}/pemilih/{id}", "GET", PANITIA, _preview),
    Way("/panitia/p/{slug}/pemilih/{id}/perbaikan.xlsx", "GET", PANITIA, _correction),
    Way("/panitia/p/{slug}/pemilih/{id}/simpan", "POST", PANITIA, _save),
    Way("/panitia/p/{slug}/pemilih/{id}/batal", "POST", PANITIA, _give_up),
)
