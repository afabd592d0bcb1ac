"""`bilik init`: a few questions, and the election's file is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from bilik.clock import ZONES, system_clock
from bilik.domain.indonesian import day_text, month_names
from bilik.domain.lines import one_line
from bilik.domain.presets import PRESETS, Answers, Office, Preset, title_of, written
from bilik.errors import BilikError
from bilik.services.definition_files import check_file
from bilik.services.files import write_secret_file
from bilik.services.sheets import see_that_it_is_new

app = typer.Typer()

_T = TypeVar("_T")
_MOST_CANDIDATES = 20


@app.command("init")
def init(
    file: Annotated[
        Path, typer.Argument(metavar="[BERKAS]", help="Berkas yang akan ditulis.")
    ] = Path("pemilihan.yml"),
) -> None:
    """Jawab beberapa pertanyaan, dan berkas pemilihan jadi, lengkap dengan keterangannya.

    Contoh: bilik init
    """
    see_that_it_is_new(file)
    typer.echo("Tekan Enter untuk memakai jawaban di dalam kurung siku; Ctrl-C untuk berhenti.")
    preset = _preset()
    answers = _answers(preset, system_clock())
    write_secret_file(file, written(preset, answers))
    typer.echo(f"\n{title_of(preset, answers.place)} ditulis ke {file}.")
    for one in check_file(file, system_clock()).advice:
        typer.echo(f"  {one}")
    typer.echo(
        "Buka berkas itu untuk menambah panggilan, visi, misi dan foto calon.\n"
        f"Berikutnya: bilik election check {file}"
    )


def _preset() -> Preset:
    for number, preset in enumerate(PRESETS, start=1):
        typer.echo(f"  {number}. {preset.label}")

    def read(text: str) -> Preset:
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= len(PRESETS)):
            raise BilikError(f"Ketik angka 1 sampai {len(PRESETS)}.")
        return PRESETS[int(text) - 1]

    return _ask("Pemilihan apa?", read)


def _answers(preset: Preset, now: datetime) -> Answers:
    place = _ask(f"{preset.place_question} (misalnya {preset.place_example})", _line)
    zone = _ask("Zona waktu (WIB, WITA, WIT)", _zone, "WIB")
    today = now.astimezone(ZONES[zone]).date()
    day = _ask("Tanggal pemungutan suara (misalnya 29-11-2026)", lambda text: _day(text, today))
    opens = _ask("Dibuka jam", _hour, f"{preset.opens:%H:%M}")

    def later(text: str) -> time:
        if (hour := _hour(text)) <= opens:
            raise BilikError(f"Harus sesudah jam buka, {opens:%H:%M}.")
        return hour

    usual = f"{preset.closes:%H:%M}" if preset.closes > opens else None
    closes = _ask("Ditutup jam", later, usual)
    at = datetime.combine(day, opens, ZONES[zone])
    typer.echo(f"  {day_text(at, zone)}, {opens:%H.%M} sampai {closes:%H.%M} {zone}")
    contact = _ask("Ke mana pemilih bertanya? Nama dan nomor HP panitia", _line)
    candidates = {one.code: _candidates(one) for one in preset.offices(place)}
    return Answers(place, zone, day, opens, closes, contact, candidates)


def _candidates(office: Office) -> list[tuple[str, ...]]:
    """The candidates in the order of their numbers."""
    pair = ", kedua nama dipisah tanda &" if office.pairs else ""
    typer.echo(f"Calon {office.title}{pair}. Kosongkan kalau sudah semua.")
    found: list[tuple[str, ...]] = []
    while len(found) < _MOST_CANDIDATES:

        def read(text: str) -> tuple[str, ...]:
            names = tuple(filter(None, map(one_line, text.split("&")))) if one_line(text) else ()
            if not names and not found:
                raise BilikError("Paling sedikit satu calon.")
            if names and len(names) != (2 if office.pairs else 1):
                raise BilikError(
                    "Tulis kedua nama, dipisah satu tanda &."
                    if office.pairs
                    else "Tulis satu nama saja."
                )
            if names in found:
                raise BilikError("Nama itu sudah ada.")
            return names

        names = _ask(f"Nomor {len(found) + 1}", read)
        if not names:
            break
        found.append(names)
    if len(found) == 1:
        typer.echo("  Calon tunggal: nomor 2 menjadi kotak kosong.")
    return found


def _ask(question: str, read: Callable[[str], _T], usual: str | None = None) -> _T:
    """Ask until the answer can be used."""
    while True:
        answer = typer.prompt(
            question, default=usual or "", show_default=bool(usual), prompt_suffix=" › "
        )
        try:
            return read(answer)
        except BilikError as error:
            typer.echo(f"  {error}")


def _line(text: str) -> str:
    if not (plain := one_line(text)):
        raise BilikError("Isi dulu.")
    return plain


def _zone(text: str) -> str:
    if text.strip().upper() not in ZONES:
        raise BilikError(f"Ketik salah satu: {', '.join(ZONES)}.")
    return text.strip().upper()


def _day(text: str, today: date) -> date:
    """``29-11-2026``, ``29/11/2026``, ``2026-11-29`` or ``29 November 2026``, from today on."""
    plain = text.strip().lower()
    for number, month in enumerate(month_names(), start=1):
        plain = re.sub(rf"\b{month.lower()}\b", str(number), plain)
    parts = [int(one) for one in re.split(r"[\s/.-]+", plain) if one.isascii() and one.isdigit()]
    try:
        day = date(*parts) if parts[0] > 31 else date(*reversed(parts))
    except (ValueError, TypeError, IndexError, OverflowError):
        raise BilikError("Tulis seperti 29-11-2026 atau 29 November 2026.") from None
    if not today <= day <= today + timedelta(days=3660):
        raise BilikError(f"Tanggal itu {'sudah lewat' if day < today else 'terlalu jauh'}.")
    return day


def _hour(text: str) -> time:
    """``7``, ``07:00`` or ``07.00``."""
    match = re.fullmatch(r"(\d{1,2})(?:[:.](\d\d))?", text.strip(), re.ASCII)
    hour, minute = (int(match.group(1)), int(match.group(2) or 0)) if match else (24, 0)
    if hour > 23 or minute > 59:
        raise BilikError("Tulis seperti 07:00.")
    return time(hour, minute)
