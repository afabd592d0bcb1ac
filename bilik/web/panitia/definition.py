"""The election's file: uploaded, looked through, and loaded if nothing is wrong with it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath

from starlette.responses import PlainTextResponse, Response

from bilik.domain.definition import check_definition
from bilik.domain.presets import PRESETS
from bilik.errors import BilikError, FileProblems, Problem
from bilik.services.definition_files import LARGEST_PHOTO, check_file
from bilik.services.files import read_text
from bilik.web.panitia.forms import Upload
from bilik.web.panitia.show import go, show
from bilik.web.panitia.ways import BOTH, PANITIA, Visit, Way
from bilik.web.panitia.words import problems_for_pages

_FILE = "pemilihan.yml"
_LARGEST = 1 << 20
_LONGEST_PATH = 200
"""Of a photo, as the file names it; longer ones are no names of files."""
_MOST = _LARGEST + 32 * LARGEST_PHOTO


def _new(visit: Visit) -> Response:
    return show(visit, "berkas_baru.html", _nothing())


def _present(visit: Visit) -> Response:
    standing = visit.desk.glance(visit.slug)
    return show(visit, "berkas.html", {**_nothing(), "standing": standing})


def _nothing() -> dict[str, object]:
    return {"problems": (), "advice": (), "name": "", "line": "", "presets": PRESETS}


def _load(visit: Visit) -> Response:
    """Nothing is loaded if anything is wrong, and then all that is wrong is told at its line."""
    folder = visit.workshop.folders.passing()
    try:
        return _loaded(visit, folder)
    finally:
        visit.workshop.folders.remove(folder)


def _loaded(visit: Visit, folder: Path) -> Response:
    upload = visit.form.upload("berkas")
    path = folder / _FILE
    upload.save(path)
    if path.stat().st_size > _LARGEST:
        raise BilikError("Berkas itu terlalu besar untuk berkas pemilihan. Pilih pemilihan.yml.")
    try:
        text = read_text(path)
    except BilikError:
        return _told(visit, upload, line="Simpan berkasnya sebagai teks UTF-8, lalu unggah lagi.")
    _place_photos(text, folder, visit.office.clock(), visit.form.files.get("foto", ()))
    checked = check_file(path, visit.office.clock())
    if checked.election is None or checked.problems:
        return _told(visit, upload, checked.problems, checked.advice)
    try:
        election, _ = visit.desk.load_election(path)
    except FileProblems as error:
        return _told(visit, upload, error.problems)
    if checked.advice:
        values = {"election": election, "advice": problems_for_pages(checked.advice)}
        return show(visit, "berkas_dimuat.html", values)
    return go(f"/panitia/p/{election.slug}?kabar=dimuat")


def _told(
    visit: Visit,
    upload: Upload,
    problems: tuple[Problem, ...] = (),
    advice: tuple[Problem, ...] = (),
    line: str = "",
) -> Response:
    values = {
        "problems": problems_for_pages(problems),
        "advice": problems_for_pages(advice),
        "name": upload.name,
        "line": line,
        "presets": (),
    }
    return show(visit, "berkas_baru.html", values, 400)


def _place_photos(text: str, folder: Path, now: datetime, photos: Sequence[Upload]) -> None:
    """Put each photo where the file looks for it; a browser tells its name and not its folder."""
    by_name = {one.name.casefold(): one for one in photos}
    wanted: list[str] = []

    def note(written: str) -> None:
        wanted.append(written)

    check_definition(text, now, photo_problem=note)
    for written in dict.fromkeys(wanted):
        photo = by_name.get(PurePosixPath(written).name.casefold())
        if len(written) > _LONGEST_PATH:
            continue
        path = (folder / written).resolve()
        inside = path.is_relative_to(folder.resolve()) and path != (folder / _FILE).resolve()
        if photo is not None and inside and not path.exists():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as file:
                    photo.content.seek(0)
                    shutil.copyfileobj(photo.content, file)
            except (FileExistsError, NotADirectoryError):
                continue  # one photo's file would be another one's folder


def _file(visit: Visit) -> Response:
    """What was loaded, to be corrected and loaded again."""
    text = visit.desk.definition(visit.slug)
    name = f"pemilihan-{visit.slug}.yml"
    return PlainTextResponse(
        text,
        media_type="application/yaml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _remove_page(visit: Visit) -> Response:
    return show(visit, "hapus.html", {"standing": visit.desk.glance(visit.slug)})


def _remove(visit: Visit) -> Response:
    visit.desk.remove_draft(visit.slug)
    visit.workshop.folders.remove(visit.workshop.folders.of("surat", visit.slug))
    visit.workshop.arrivals.forget_where(lambda one: one.slug == visit.slug)
    return go("/panitia?kabar=hapus")


WAYS = (
    Way("/panitia/baru", "GET", PANITIA, _new),
    Way("/panitia/baru", "POST", PANITIA, _load, _MOST),
    Way("/panitia/p/{slug}/berkas", "GET", BOTH, _present),
    Way("/panitia/p/{slug}/pemilihan.yml", "GET", BOTH, _file),
    Way("/panitia/p/{slug}/hapus", "GET", PANITIA, _remove_page),
    Way("/panitia/p/{slug}/hapus", "POST", PANITIA, _remove),
)
