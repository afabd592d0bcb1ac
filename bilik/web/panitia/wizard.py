"""A new election from a few questions, as `bilik init` asks them; its file can be refined later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bilik.clock import ZONES
from bilik.domain.definition import read_definition
from bilik.domain.lines import one_line
from bilik.domain.presets import PRESETS, Answers, Office, Preset, written
from bilik.errors import BilikError
from bilik.services.files import write_secret_file
from bilik.web.panitia.show import go, show
from bilik.web.panitia.ways import PANITIA, Visit, Way

_NUMBERED = re.compile(r"^\d{1,2}[.)]\s*")
"""Who is told to keep to the order of the numbers likes to write them, too."""
_FIELDS = ("tempat", "zona", "tanggal", "buka", "tutup", "kontak", "calon0", "calon1")
_LONGEST = 120


def _page(visit: Visit) -> Response:
    preset = _preset(visit)
    usual = {"zona": "WIB", "buka": f"{preset.opens:%H:%M}", "tutup": f"{preset.closes:%H:%M}"}
    return _shown(visit, preset, usual)


def _shown(visit: Visit, preset: Preset, filled: Mapping[str, str], line: str = "") -> Response:
    values = {
        "preset": preset,
        "offices": preset.offices(filled.get("tempat") or preset.place_example),
        "zones": tuple(ZONES),
        "filled": {name: filled.get(name, "") for name in _FIELDS},
        "line": line,
    }
    return show(visit, "buat.html", values, 400 if line else 200)


def _make(visit: Visit) -> Response:
    """Load what was answered; an election that is there already is not replaced."""
    preset = _preset(visit)
    try:
        text = written(preset, _answers(visit, preset))
        slug = read_definition(text).slug
        if slug in visit.desk.slugs():
            raise BilikError(
                f"Pemilihan dengan kode {slug} sudah ada. Ubah tempatnya sedikit, atau ganti lewat "
                "berkas pemilihan."
            )
        folder = visit.workshop.folders.passing()
        try:
            write_secret_file(folder / "pemilihan.yml", text)
            visit.desk.load_election(folder / "pemilihan.yml")
        finally:
            visit.workshop.folders.remove(folder)
    except BilikError as error:
        return _shown(visit, preset, visit.form.fields, str(error))
    return go(f"/panitia/p/{slug}?kabar=dimuat")


def _answers(visit: Visit, preset: Preset) -> Answers:
    place, contact = _line(visit, "tempat"), _line(visit, "kontak")
    zone = visit.form.text("zona")
    if zone not in ZONES:
        raise BilikError("Pilih zona waktunya.")
    opens, closes = _hour(visit, "buka"), _hour(visit, "tutup")
    if closes <= opens:
        raise BilikError("Jam tutup harus sesudah jam buka.")
    day = _day(visit)
    if datetime.combine(day, closes, ZONES[zone]) <= visit.office.clock():
        raise BilikError("Tanggal itu sudah lewat.")
    candidates = {
        office.code: _candidates(visit.form.text(f"calon{at}"), office)
        for at, office in enumerate(preset.offices(place))
    }
    return Answers(place, zone, day, opens, closes, contact, candidates)


def _candidates(text: str, office: Office) -> list[tuple[str, ...]]:
    """One on each line, in the order of their numbers; both names of a pair beside an ``&``."""
    found: list[tuple[str, ...]] = []
    for line in filter(None, (_NUMBERED.sub("", one_line(one)) for one in text.splitlines())):
        parts = line.split("&") if office.pairs else [line]
        names = tuple(filter(None, map(one_line, parts)))
        if office.pairs and len(names) != 2:
            raise BilikError(f"Calon {office.title}: tulis kedua nama, dipisah satu tanda &.")
        if names in found:
            raise BilikError(f"Calon {office.title}: ada nama yang ditulis dua kali.")
        found.append(names)
    if not found:
        raise BilikError(f"Tulis paling sedikit satu calon {office.title}.")
    return found


def _line(visit: Visit, name: str) -> str:
    plain = one_line(visit.form.text(name))
    if not plain or len(plain) > _LONGEST:
        raise BilikError(f"Isi semua kolom, masing-masing paling panjang {_LONGEST} huruf.")
    return plain


def _day(visit: Visit) -> date:
    try:
        return date.fromisoformat(visit.form.text("tanggal"))
    except ValueError:
        raise BilikError("Pilih tanggal pemungutan suara, seperti 2026-11-29.") from None


def _hour(visit: Visit, name: str) -> time:
    try:
        return datetime.strptime(visit.form.text(name).replace(".", ":"), "%H:%M").time()
    except ValueError:
        raise BilikError("Tulis jam seperti 07:00.") from None


def _preset(visit: Visit) -> Preset:
    number = visit.number("number")
    if not 1 <= number <= len(PRESETS):
        raise HTTPException(404)
    return PRESETS[number - 1]


WAYS = (
    Way("/panitia/buat/{number}", "GET", PANITIA, _page),
    Way("/panitia/buat/{number}", "POST", PANITIA, _make),
)
