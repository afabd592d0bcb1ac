"""All commands and their help, in Bahasa Indonesia."""

from __future__ import annotations

import json
import os
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer

from bilik import settings
from bilik.clock import moment_text
from bilik.domain.confirmation import is_clear_yes
from bilik.domain.election import Phase
from bilik.domain.receipt import find_receipt
from bilik.errors import BilikError
from bilik.keys import Keys
from bilik.services.counting import Result
from bilik.services.desk import Desk, Standing
from bilik.services.publication import check
from bilik.storage.database import Database
from bilik.storage.schema import upgrade

app = typer.Typer(
    name="bilik",
    help="Meja panitia: siapkan, buka, pantau, tutup, dan hitung pemilihan.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
election_app = typer.Typer(help="Pemilihan dan calonnya.", no_args_is_help=True)
roll_app = typer.Typer(help="Daftar pemilih dan kode undangan.", no_args_is_help=True)
app.add_typer(election_app, name="election")
app.add_typer(roll_app, name="roll")
for plugin in entry_points(group="bilik.commands"):
    app.add_typer(plugin.load(), name=plugin.name)

ElectionOption = Annotated[
    str | None,
    typer.Option("--election", metavar="KODE", help="Kode pemilihan, kalau ada lebih dari satu."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Keluaran JSON, untuk skrip.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Tanpa bertanya lagi.")]

PHASES = {
    Phase.DRAFT: "belum dibuka",
    Phase.UPCOMING: "menunggu jam buka",
    Phase.OPEN: "sedang buka",
    Phase.PAUSED: "dijeda",
    Phase.GRACE: "jam tutup sudah lewat, pemilih terakhir sedang menyelesaikan",
    Phase.CLOSED: "ditutup",
    Phase.TALLIED: "sudah dihitung",
}


def _desk() -> Desk:
    configured = settings.load()
    database = Database(configured.database_url)
    upgrade(database)
    return Desk(database, Keys(configured.secret_key), configured.trustee_dir)


def _show(as_json: bool, content: dict[str, Any], *lines: str) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False) if as_json else "\n".join(lines))


def _confirm(question: str) -> None:
    answer = typer.prompt(f"{question} (ya/tidak)", default="tidak")
    if not is_clear_yes(answer):
        raise typer.Abort


@app.command("init-key")
def init_key() -> None:
    """Buat kunci rahasia server di berkas .env, kalau belum ada.

    Contoh: bilik init-key
    """
    made = settings.ensure_secret()
    typer.echo("Kunci baru disimpan di .env" if made else "Kunci sudah ada; tidak diubah.")


@election_app.command("load")
def election_load(
    file: Annotated[Path, typer.Argument(metavar="BERKAS", help="pemilihan.yml")],
    as_json: JsonOption = False,
) -> None:
    """Muat pemilihan dari berkas, atau ganti rancangannya selama belum dibuka.

    Contoh: bilik election load pemilihan.yml
    """
    election, new = _desk().load_election(file)
    contests = [
        {"id": contest.id, "candidates": len(contest.candidates)} for contest in election.contests
    ]
    lines = [
        f"{'Dimuat' if new else 'Diganti'}: {election.title} ({election.slug})",
        f"Buka  {moment_text(election.opens, election.zone)}",
        f"Tutup {moment_text(election.closes, election.zone)}",
        *(f"{one.title}: {len(one.candidates)} calon" for one in election.contests),
        "Berikutnya: bilik roll import DPT.csv",
    ]
    _show(as_json, {"election": election.slug, "new": new, "contests": contests}, *lines)


@roll_app.command("import")
def roll_import(
    file: Annotated[Path, typer.Argument(metavar="BERKAS.csv", help="nik,nama,no_hp,tps")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Periksa saja.")] = False,
    election: ElectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Masukkan daftar pemilih dari CSV: semua baris, atau tidak sama sekali.

    Contoh: bilik roll import dpt.csv --dry-run
    """
    change = _desk().import_roll(file, election, dry_run)
    content = {
        "added": change.added, "changed": change.changed, "unchanged": change.unchanged,
        "dry_run": dry_run,
    }  # fmt: skip
    done = "Akan masuk" if dry_run else "Masuk"
    line = f"{done}: {change.added} baru, {change.changed} diperbaiki, {change.unchanged} tetap."
    after = (
        "Belum ada yang disimpan. Kalau sudah benar, ulangi tanpa --dry-run."
        if dry_run
        else "Berikutnya: bilik roll codes --out kode.csv"
    )
    _show(as_json, content, line, after)


@roll_app.command("codes")
def roll_codes(
    out: Annotated[Path, typer.Option("--out", metavar="BERKAS.csv", help="Berkas baru.")],
    election: ElectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Buat kode undangan untuk pemilih yang belum punya. Kode hanya ada di berkas itu.

    Contoh: bilik roll codes --out kode.csv
    """
    made = _desk().make_codes(out, election)
    _show(
        as_json,
        {"codes": made, "file": str(out)},
        f"{made} kode undangan ditulis ke {out}.",
        "Jaga berkas itu: siapa pun yang memegangnya bersama NIK bisa memilih atas nama pemilih.",
        "Berikutnya: bilik open",
    )


@app.command("open")
def open_election(election: ElectionOption = None, as_json: JsonOption = False) -> None:
    """Buka pemilihan dan kunci daftar pemilih; atau lanjutkan sesudah jeda.

    Contoh: bilik open
    """
    opened, phase = _desk().open(election)
    closes = moment_text(opened.closes, opened.zone)
    line = (
        f"{opened.title} dibuka, sampai {closes}."
        if phase is Phase.OPEN
        else f"{opened.title} siap; suara diterima mulai {moment_text(opened.opens, opened.zone)}."
    )
    _show(
        as_json,
        {"election": opened.slug, "phase": phase.value},
        line,
        f"Kuncinya di {settings.load().trustee_dir}: simpan salinannya di tempat aman. "
        "Tanpa kunci itu suara tidak bisa dihitung.",
    )


@app.command("pause")
def pause(election: ElectionOption = None, as_json: JsonOption = False) -> None:
    """Jeda penerimaan suara; `bilik open` melanjutkan.

    Contoh: bilik pause
    """
    paused = _desk().pause(election)
    _show(as_json, {"election": paused.slug, "phase": "paused"}, f"{paused.title} dijeda.")


@app.command("close")
def close(
    election: ElectionOption = None, yes: YesOption = False, as_json: JsonOption = False
) -> None:
    """Tutup pemilihan; sesudah itu tidak bisa dibuka lagi.

    Contoh: bilik close
    """
    desk = _desk()
    standing = desk.standing(election)
    if standing.phase in (Phase.OPEN, Phase.UPCOMING, Phase.PAUSED, Phase.GRACE) and not yes:
        closes = moment_text(standing.election.closes, standing.election.zone)
        _confirm(f"Menurut jadwal tutup {closes}. Tutup sekarang?")
    closed = desk.close(election)
    _show(
        as_json,
        {"election": closed.slug, "phase": "closed"},
        f"{closed.title} ditutup.",
        "Berikutnya: bilik tally",
    )


@app.command("status")
def status(election: ElectionOption = None, as_json: JsonOption = False) -> None:
    """Lihat keadaan pemilihan dan berapa yang sudah memilih.

    Contoh: bilik status --json
    """
    standing = _desk().standing(election)
    _show(as_json, _standing_json(standing), *_standing_lines(standing))


@app.command("tally")
def tally(election: ElectionOption = None, as_json: JsonOption = False) -> None:
    """Hitung suara sesudah ditutup.

    Contoh: bilik tally
    """
    result = _desk().tally(election)
    _show(
        as_json, _result_json(result), *_result_lines(result), "\nBerikutnya: bilik export terbitan"
    )


@app.command("export")
def export(
    directory: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder baru.")],
    election: ElectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tulis kotak suara yang sudah dihitung, supaya siapa pun bisa memeriksanya.

    Contoh: bilik export terbitan
    """
    summary = _desk().export(directory, election, os.cpu_count() or 1)
    _show(
        as_json,
        summary,
        f"{summary['judul']}: {summary['suara_masuk']} suara ditulis ke {directory}.",
        f"SHA-256 arsip {summary['sha256_arsip']}",
        "Terbitkan folder itu utuh, dan umumkan baris di atas bersama hasil.",
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
    _show(
        as_json,
        summary,
        f"{summary['judul']}: benar. {counted} surat suara sah, hasilnya sesuai.",
        f"SHA-256 arsip {summary['sha256_arsip']}",
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
    recorded = _desk().holds_receipt(found)
    line = f"{found}: {'tercatat' if recorded else 'tidak ditemukan'}."
    _show(as_json, {"receipt": found, "recorded": recorded}, line)
    raise typer.Exit(0 if recorded else 1)


def _standing_json(standing: Standing) -> dict[str, Any]:
    return {
        "election": standing.election.slug,
        "phase": standing.phase.value,
        "opens": standing.election.opens.isoformat(),
        "closes": standing.election.closes.isoformat(),
        "voters": standing.voters,
        "with_code": standing.with_code,
        "ballots": standing.ballots,
        "turnout": round(standing.turnout, 4),
    }


def _standing_lines(standing: Standing) -> list[str]:
    election = standing.election
    return [
        f"{election.title} ({election.slug}): {PHASES[standing.phase]}",
        f"Buka  {moment_text(election.opens, election.zone)}",
        f"Tutup {moment_text(election.closes, election.zone)}",
        f"Pemilih {standing.voters}, punya kode {standing.with_code}",
        f"Suara masuk {standing.ballots} ({standing.turnout:.1%})".replace(".", ","),
    ]


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
