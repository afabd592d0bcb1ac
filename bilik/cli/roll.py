"""`bilik roll`: the voters and their codes."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from itertools import chain, count
from pathlib import Path
from typing import Annotated, Any

import typer

from bilik.cli.common import ByOption, ElectionOption, JsonOption, show, the_desk
from bilik.cli.progress import progress_bar, progress_of_steps
from bilik.cli.roll_preview import show_change, show_problems
from bilik.domain.turnout import station_name
from bilik.errors import NotFound
from bilik.services.lost_letters import LostLetter
from bilik.services.reserve import Request
from bilik.services.roll_import import RollProblems

app = typer.Typer(help="Daftar pemilih dan kode undangan.", no_args_is_help=True)


@app.command("import")
def roll_import(
    file: Annotated[
        Path, typer.Argument(metavar="BERKAS", help=".xlsx atau .csv, kolom nik,nama,no_hp,tps")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Periksa saja.")] = False,
    to_correct: Annotated[
        Path | None,
        typer.Option(
            "--perbaikan",
            metavar="BERKAS.xlsx",
            help="Tempat baris yang perlu diperbaiki. Biasanya di samping BERKAS.",
        ),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option("--lembar", metavar="NAMA", help="Lembar di .xlsx, kalau ada beberapa."),
    ] = None,
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Masukkan daftar pemilih dari Excel atau CSV: semua baris, atau tidak sama sekali.

    Contoh: bilik roll import dpt.xlsx --dry-run
    """
    try:
        with progress_of_steps("Membaca") as progress:
            change = the_desk(by).import_roll(
                file, election, dry_run, sheet, to_correct or _free_name(file), progress
            )
    except RollProblems as error:
        show_problems(error, as_json)
        raise typer.Exit(1) from None
    show_change(change, dry_run, as_json)


def _free_name(file: Path) -> Path:
    """Where rows to correct go unless told: beside the file, never over another one."""
    first = file.with_name(f"{file.stem}-perbaikan.xlsx")
    others = (file.with_name(f"{file.stem}-perbaikan-{number}.xlsx") for number in count(2))
    return next(one for one in chain([first], others) if not os.path.lexists(one))


@app.command("codes")
def roll_codes(
    out: Annotated[Path, typer.Option("--out", metavar="BERKAS.csv", help="Berkas baru.")],
    spares: Annotated[
        Path | None,
        typer.Option("--cadangan", metavar="BERKAS.csv", help="Berkas baru untuk surat cadangan."),
    ] = None,
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Buat kode undangan untuk pemilih yang belum punya, dan surat cadangan.

    Kode hanya ada di kedua berkas itu.

    Contoh: bilik roll codes --out kode.csv
    """
    with progress_bar("Membuat kode") as progress:
        made = the_desk(by).make_codes(out, election, spares, os.cpu_count() or 1, progress)
    content = {
        "codes": made.codes, "file": str(out) if made.codes else None, "spares": made.spares,
        "spare_file": str(made.spare_file) if made.spare_file else None,
    }  # fmt: skip
    lines = [f"{made.codes} kode undangan ditulis ke {out}."] if made.codes else []
    if made.spare_file:
        lines += [
            f"{made.spares} surat cadangan ditulis ke {made.spare_file}: cetak, masukkan ke amplop "
            "bernomor, segel, lalu hapus berkasnya."
        ]
    lines += [
        "Jaga berkas itu: siapa pun yang memegangnya bersama NIK bisa memilih atas nama pemilih.",
        f"Berikutnya: bilik letters --codes {out if made.codes else made.spare_file}",
    ]
    show(as_json, content, *lines)


@app.command("reissue")
def roll_reissue(
    election: ElectionOption = None, by: ByOption = "", as_json: JsonOption = False
) -> None:
    """Minta surat cadangan untuk pemilih yang suratnya hilang; NIK ditanyakan.

    Anggota panitia lain harus menyetujuinya.

    Contoh: bilik roll reissue --oleh "Bu Siti"
    """
    # Not an option: what is typed after a command stays in the shell's history.
    nik = re.sub(r"[\s.-]", "", typer.prompt("NIK pemilih", err=True))
    _show_request(the_desk(by).ask_for_lost(nik, election), as_json)


@app.command("add")
def roll_add(
    file: Annotated[Path, typer.Argument(metavar="BERKAS", help="Satu pemilih saja.")],
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Minta menambah satu pemilih yang terlewat, dengan surat cadangan, sesudah dibuka.

    Anggota panitia lain harus menyetujuinya.

    Contoh: bilik roll add tambahan.csv --oleh "Bu Siti"
    """
    _show_request(the_desk(by).ask_for_late(file, election), as_json)


@app.command("requests")
def roll_requests(election: ElectionOption = None, as_json: JsonOption = False) -> None:
    """Lihat permintaan surat cadangan yang menunggu persetujuan.

    Contoh: bilik roll requests
    """
    waiting = the_desk().requests(election)
    lines = [_request_line(one) for one in waiting] or ["Tidak ada permintaan yang menunggu."]
    show(as_json, {"requests": [_request_json(one) for one in waiting]}, *lines)


@app.command("lost")
def roll_lost(
    number: Annotated[
        int | None,
        typer.Argument(metavar="[NOMOR]", help="Minta surat cadangan untuk laporan ini."),
    ] = None,
    decline: Annotated[bool, typer.Option("--tolak", help="Tolak laporan NOMOR.")] = False,
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Lihat surat hilang yang dilaporkan pemilih lewat obrolan, lalu minta gantinya atau tolak.

    Minta gantinya hanya sesudah melihat KTP pemilih; anggota panitia lain harus menyetujui.

    Contoh: bilik roll lost 3 --oleh "Bu Siti"
    """
    desk = the_desk(by)
    if number is None:
        if decline:
            raise NotFound("Sebutkan nomor laporan yang ditolak: `bilik roll lost NOMOR --tolak`.")
        told = desk.lost_letters(election)
        lines = [_lost_line(one) for one in told] or ["Tidak ada laporan surat hilang."]
        if told:
            lines.append("Sesudah melihat KTP pemilihnya: bilik roll lost NOMOR --oleh NAMA")
        show(as_json, {"lost": [asdict(one) for one in told]}, *lines)
    elif decline:
        desk.decline_reported(number, election)
        show(as_json, {"number": number, "declined": True}, f"Laporan {number} ditolak.")
    else:
        _show_request(desk.ask_for_reported(number, election), as_json)


@app.command("approve")
def roll_approve(
    number: Annotated[int, typer.Argument(metavar="NOMOR", help="Nomor permintaan.")],
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Setujui permintaan surat cadangan dari anggota panitia lain.

    Contoh: bilik roll approve 3 --oleh "Pak Budi"
    """
    given = the_desk(by).give_spare(number, election)
    show(
        as_json,
        {"request": _request_json(given.request), "spare": given.spare},
        f"Serahkan amplop cadangan nomor {given.spare}, tersegel, kepada {given.request.name} "
        f"({given.request.nik}) sesudah melihat KTP-nya.",
        "Pemilih memakai NIK-nya dan kode di amplop itu. Kode yang lama tidak berlaku lagi.",
    )


@app.command("cancel")
def roll_cancel(
    number: Annotated[int, typer.Argument(metavar="NOMOR", help="Nomor permintaan.")],
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Batalkan permintaan surat cadangan.

    Contoh: bilik roll cancel 3
    """
    request = the_desk(by).cancel_request(number, election)
    show(as_json, _request_json(request), f"Permintaan {number} dibatalkan.")


def _lost_line(told: LostLetter) -> str:
    place = f", {station_name(told.tps)}" if told.tps else ""
    return f"Laporan {told.number}: {told.name} {told.nik}{place}, lewat {told.channel}"


def _show_request(request: Request, as_json: bool) -> None:
    show(
        as_json,
        _request_json(request),
        _request_line(request),
        f"Berikutnya, oleh anggota panitia lain: bilik roll approve {request.number} --oleh NAMA",
    )


def _request_json(request: Request) -> dict[str, Any]:
    return {
        "number": request.number, "kind": request.kind.value, "by": request.actor,
        "name": request.name, "nik": request.nik, "tps": request.tps,
    }  # fmt: skip


def _request_line(request: Request) -> str:
    place = f", {station_name(request.tps)}" if request.tps else ""
    return (
        f"Permintaan {request.number} ({request.kind.value}): {request.name} {request.nik}{place}, "
        f"diajukan {request.actor}"
    )
