"""Commands for the box: count it, publish it, check it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from bilik.cli.common import ByOption, ElectionOption, JsonOption, show, the_desk
from bilik.domain.receipt import find_receipt
from bilik.errors import BilikError
from bilik.services.counting import Result
from bilik.services.publication import check

app = typer.Typer()


@app.command("tally")
def tally(election: ElectionOption = None, by: ByOption = "", as_json: JsonOption = False) -> None:
    """Hitung suara sesudah ditutup.

    Contoh: bilik tally
    """
    result = the_desk(by).tally(election)
    show(
        as_json, _result_json(result), *_result_lines(result), "\nBerikutnya: bilik export terbitan"
    )


@app.command("export")
def export(
    directory: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder baru.")],
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Tulis kotak suara yang sudah dihitung, supaya siapa pun bisa memeriksanya.

    Contoh: bilik export terbitan
    """
    summary = the_desk(by).export(directory, election, os.cpu_count() or 1)
    show(
        as_json,
        summary,
        f"{summary['judul']}: {summary['suara_masuk']} suara ditulis ke {directory}.",
        f"SHA-256 arsip {summary['sha256_arsip']}",
        f"SHA-256 jejak panitia {summary['sha256_jejak']}",
        "Terbitkan folder itu utuh, dan umumkan kedua baris di atas bersama hasil.",
        f"Berikutnya: bilik verify {directory}",
    )


@app.command("verify")
def verify(
    directory: Annotated[Path, typer.Argument(metavar="FOLDER", help="Hasil `bilik export`.")],
    as_json: JsonOption = False,
) -> None:
    """Periksa kotak suara yang diterbitkan; tidak perlu kunci atau basis data.

    Contoh: bilik verify terbitan
    """
    summary = check(directory, os.cpu_count() or 1)
    counted = summary["suara_masuk"] - summary["disisihkan"]
    show(
        as_json,
        summary,
        f"{summary['judul']}: benar. {counted} surat suara sah, hasilnya sesuai.",
        f"SHA-256 arsip {summary['sha256_arsip']}",
        f"SHA-256 jejak panitia {summary['sha256_jejak']}",
    )


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


def _result_json(result: Result) -> dict[str, Any]:
    return {
        "election": result.election.slug,
        "ballots": result.ballots,
        "set_aside": result.set_aside,
        "contests": {
            count.contest: {"votes": count.votes, "blank": count.blank} for count in result.counts
        },
    }


def _result_lines(result: Result) -> list[str]:
    lines = [f"Hasil {result.election.title}: {result.ballots} suara masuk"]
    for contest, count in zip(result.election.contests, result.counts, strict=True):
        lines.append(f"\n{contest.title}")
        lines.extend(
            f"  {candidate.number:>2}. {candidate.full_name}: {count.votes[candidate.number]}"
            for candidate in contest.candidates
        )
        lines.append(f"      Dikosongkan: {count.blank}")
    if result.set_aside:
        lines.append(f"\nDisisihkan karena rusak: {result.set_aside}. Periksa bersama saksi.")
    return lines
