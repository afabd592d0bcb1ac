"""Commands for the box: count it, publish it, check it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from bilik.cli.common import (
    ByOption,
    ElectionOption,
    JsonOption,
    count_lines,
    counts_json,
    show,
    the_desk,
)
from bilik.domain.indonesian import figure
from bilik.domain.receipt import find_receipt
from bilik.errors import BilikError
from bilik.services.counting import Result, Waiting
from bilik.services.desk import TrusteeFiles
from bilik.services.publication import check, check_since

app = typer.Typer()


@app.command("tally")
def tally(
    shares: Annotated[
        list[Path] | None,
        typer.Argument(metavar="BAGIAN…", help="Bagian hitungan dari saksi pemegang kunci."),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Tempat berkas untuk saksi.")
    ] = Path(),
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Hitung suara sesudah ditutup; kalau saksi memegang kunci, bersama bagian dari mereka.

    Contoh: bilik tally, lalu kalau ada saksi: bilik tally bagian-*.json
    """
    desk = the_desk(by)
    result = desk.tally(election, shares or [])
    if isinstance(result, Waiting):
        # Those who gave a part have the files.
        files = None if shares else desk.write_for_trustees(out, election)
        show(as_json, _waiting_json(result, files), *_waiting_lines(result, files))
        return
    show(
        as_json,
        _result_json(result),
        *_result_lines(result),
        "\nBerikutnya: bilik report, lalu bilik export terbitan",
    )


@app.command("export")
def export(
    directory: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder baru.")],
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help="Cuplikan sebelum dihitung, tanpa hasil.")
    ] = False,
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Tulis kotak suara yang sudah dihitung, supaya siapa pun bisa memeriksanya.

    Contoh: bilik export terbitan
    """
    if snapshot:
        summary = the_desk(by).snapshot(directory, election, os.cpu_count() or 1)
        show(
            as_json,
            summary,
            f"{summary['judul']}: cuplikan {figure(summary['suara_terbit'])} suara ditulis ke "
            f"{directory}.",
            f"Sidik rantai {summary['sidik_rantai']}",
            "Bagikan kepada saksi; terbitan berikutnya harus memuat semua isinya.",
            f"Berikutnya: bilik verify {directory}",
        )
        return
    summary = the_desk(by).export(directory, election, os.cpu_count() or 1)
    show(
        as_json,
        summary,
        f"{summary['judul']}: {figure(summary['suara_masuk'])} suara ditulis ke {directory}.",
        f"SHA-256 arsip {summary['sha256_arsip']}",
        f"SHA-256 jejak panitia {summary['sha256_jejak']}",
        "Terbitkan folder itu utuh, dan umumkan kedua baris di atas bersama hasil.",
        f"Berikutnya: bilik verify {directory}",
    )


@app.command("verify")
def verify(
    directory: Annotated[Path, typer.Argument(metavar="FOLDER", help="Hasil `bilik export`.")],
    since: Annotated[
        Path | None,
        typer.Option("--since", metavar="LAMA", help="Cuplikan lama yang isinya harus tetap ada."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Periksa kotak suara yang diterbitkan; tidak perlu kunci atau basis data.

    Contoh: bilik verify terbitan
    """
    workers, lines = os.cpu_count() or 1, []
    if since is None:
        summary = check(directory, workers)
    else:
        summary, added = check_since(since, directory, workers)
        lines.append(
            f"Sejak {since}: bertambah {figure(added)} surat suara, tidak ada yang hilang."
        )
        summary = {**summary, "bertambah": added}
    if "cuplikan" in summary:
        valid = figure(summary["suara_terbit"])
        holds = f"cuplikan ini benar. {valid} surat suara sah, belum ada hasil."
        lines.append(f"Sidik rantai {summary['sidik_rantai']}")
    else:
        counted = summary["suara_masuk"] - summary["disisihkan"]
        holds = f"benar. {figure(counted)} surat suara sah, hasilnya sesuai."
        lines.append(f"SHA-256 arsip {summary['sha256_arsip']}")
        lines.append(f"SHA-256 jejak panitia {summary['sha256_jejak']}")
    show(as_json, summary, f"{summary['judul']}: {holds}", *lines)


@app.command("receipt")
def receipt(
    code: Annotated[str, typer.Argument(metavar="KODE", help="Tanda terima dari Bilik.")],
    as_json: JsonOption = False,
) -> None:
    """Lihat apakah suara dengan tanda terima itu ada di kotak.

    Contoh: bilik receipt 8F3K-Q9XM-5
    """
    found = find_receipt(code)
    if found is None:
        raise BilikError("Itu bukan tanda terima. Bentuknya seperti 8F3K-Q9XM-5; periksa salinnya.")
    recorded = the_desk().holds_receipt(found)
    line = f"{found}: {'tercatat' if recorded else 'tidak ditemukan'}."
    show(as_json, {"receipt": found, "recorded": recorded}, line)
    raise typer.Exit(0 if recorded else 1)


def _waiting_json(waiting: Waiting, files: TrusteeFiles | None) -> dict[str, Any]:
    group = waiting.election.trustees
    return {
        "election": waiting.election.slug,
        "ballots": waiting.ballots,
        "set_aside": waiting.set_aside,
        "shares": waiting.given,
        "threshold": group and group.threshold,
        "file": files and str(files.tally),
        "archive": files and str(files.archive),
        "check_number": files and files.number,
    }


def _waiting_lines(waiting: Waiting, files: TrusteeFiles | None) -> list[str]:
    lines = [f"{waiting.line}."]
    if files:
        lines = [
            f"{waiting.election.title}: {figure(waiting.ballots)} suara dijumlahkan tanpa dibuka.",
            *lines,
            f"Untuk saksi: {files.tally} dan {files.archive}",
            f"Angka periksa: {files.number}",
            "Saksi menghitung di halamannya, atau dengan: "
            f"bilik trustees decrypt {files.tally.name}",
        ]
    if waiting.set_aside:
        lines.append(f"Disisihkan karena rusak: {waiting.set_aside}. Periksa bersama saksi.")
    return [*lines, "Kalau ada berkas bagian dari saksi: bilik tally bagian-*.json"]


def _result_json(result: Result) -> dict[str, Any]:
    return {
        "election": result.election.slug,
        "ballots": result.ballots,
        "set_aside": result.set_aside,
        "contests": counts_json(result.counts),
    }


def _result_lines(result: Result) -> list[str]:
    lines = [f"Hasil {result.election.title}: {figure(result.ballots)} suara masuk"]
    lines += count_lines(result.election, result.counts, final=True)
    if result.set_aside:
        lines.append(f"\nDisisihkan karena rusak: {result.set_aside}. Periksa bersama saksi.")
    return lines
