"""Commands while people vote: open, pause, extend, close, and how it stands."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bilik import settings
from bilik.cli import live as live_view
from bilik.cli.common import (
    PHASES,
    ByOption,
    ElectionOption,
    JsonOption,
    YesOption,
    confirm,
    count_lines,
    counts_json,
    show,
    the_desk,
)
from bilik.domain.election import Election, Phase
from bilik.domain.indonesian import figure, moment_text, percent
from bilik.services.desk import Standing

app = typer.Typer()


@app.command("open")
def open_election(
    election: ElectionOption = None, by: ByOption = "", as_json: JsonOption = False
) -> None:
    """Buka pemilihan dan kunci daftar pemilih; atau lanjutkan sesudah jeda.

    Contoh: bilik open
    """
    opened, phase = the_desk(by).open(election)
    closes = moment_text(opened.closes, opened.zone)
    line = (
        f"{opened.title} dibuka, sampai {closes}."
        if phase is Phase.OPEN
        else f"{opened.title} siap; suara diterima mulai {moment_text(opened.opens, opened.zone)}."
    )
    show(
        as_json,
        {"election": opened.slug, "phase": phase.value},
        line,
        _key_line(opened),
    )


@app.command("pause")
def pause(election: ElectionOption = None, by: ByOption = "", as_json: JsonOption = False) -> None:
    """Jeda penerimaan suara; `bilik open` melanjutkan.

    Contoh: bilik pause
    """
    paused = the_desk(by).pause(election)
    show(as_json, {"election": paused.slug, "phase": "paused"}, f"{paused.title} dijeda.")


@app.command("extend")
def extend(
    until: Annotated[
        str,
        typer.Option("--until", metavar="JAM", help="Jam tutup baru: 15:00, atau dengan tanggal."),
    ],
    reason: Annotated[
        str,
        typer.Option(
            "--reason", metavar="ALASAN", help="Satu baris, terbit di jejak; tanpa data pemilih."
        ),
    ],
    election: ElectionOption = None,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Undur jam tutup pemilihan yang belum ditutup; tidak bisa dimajukan.

    Contoh: bilik extend --until "2026-11-29 15:00" --reason "Listrik padam 10.00 sampai 12.00"
    """
    done = the_desk(by).extend(until, reason, election)
    extended = done.election
    show(
        as_json,
        {
            "election": extended.slug,
            "closes": extended.closes.isoformat(),
            "before": done.before.isoformat(),
        },
        f"{extended.title} diundur, tutup {moment_text(extended.closes, extended.zone)}.",
        f"Sebelumnya {moment_text(done.before, extended.zone)}. Umumkan juga kepada pemilih.",
    )


@app.command("close")
def close(
    election: ElectionOption = None,
    by: ByOption = "",
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Tutup pemilihan; sesudah itu tidak bisa dibuka lagi.

    Contoh: bilik close
    """
    desk = the_desk(by)
    standing = desk.standing(election)
    if standing.phase in (Phase.OPEN, Phase.UPCOMING, Phase.PAUSED, Phase.GRACE) and not yes:
        closes = moment_text(standing.election.closes, standing.election.zone)
        confirm(f"Menurut jadwal tutup {closes}. Tutup sekarang?")
    closed = desk.close(election)
    show(
        as_json,
        {"election": closed.slug, "phase": "closed"},
        f"{closed.title} ditutup.",
        "Berikutnya: bilik tally, bersama saksi"
        if closed.trustees
        else "Suara dihitung oleh `bilik keep`; atau sekarang juga: bilik tally",
    )


@app.command("status")
def status(
    live: Annotated[
        bool, typer.Option("--live", help="Layar pantauan yang terus diperbarui; Ctrl-C berhenti.")
    ] = False,
    every: Annotated[
        float, typer.Option("--every", metavar="DETIK", min=1, help="Jarak pembaruan layar.")
    ] = 5,
    election: ElectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lihat keadaan pemilihan dan berapa yang sudah memilih.

    Dengan --live juga tiap TPS, tiap jam, dan tiap saluran; jangan diperlihatkan di luar panitia.

    Contoh: bilik status --live
    """
    if live:
        desk = the_desk()
        live_view.watch(lambda: desk.overview(election), every, as_json)
        return
    standing = the_desk().standing(election)
    show(as_json, _standing_json(standing), *_standing_lines(standing))


def _key_line(opened: Election) -> str:
    if group := opened.trustees:
        return (
            f"Kuncinya dipegang {len(group.names)} saksi; sesudah ditutup perlu "
            f"{group.threshold} di antaranya untuk menghitung."
        )
    return (
        f"Kuncinya dipegang server sendiri, di {settings.load().trustee_dir}: simpan salinannya di "
        "tempat aman. Tanpa kunci itu suara tidak bisa dihitung."
    )


def _standing_json(standing: Standing) -> dict[str, Any]:
    interim = standing.interim
    return {
        "election": standing.election.slug,
        "phase": standing.phase.value,
        "opens": standing.election.opens.isoformat(),
        "closes": standing.election.closes.isoformat(),
        "planned_closes": standing.planned and standing.planned.isoformat(),
        "closed_early": standing.closed_early and standing.closed_early.isoformat(),
        "voters": standing.voters,
        "with_code": standing.with_code,
        "ballots": standing.ballots,
        "spares": standing.spares,
        "spares_used": standing.spares_used,
        "turnout": round(standing.turnout, 4),
        "published": standing.published,
        "chain_head": standing.head,
        "set_aside": standing.set_aside,
        "interim": interim
        and {"ballots": interim.ballots, "contests": counts_json(interim.counts)},
        "problem": standing.problem,
        "shares": standing.waiting and standing.waiting.given,
        "purged_on": standing.purged_on and standing.purged_on.isoformat(),
    }


def _standing_lines(standing: Standing) -> list[str]:
    election, interim = standing.election, standing.interim
    turnout = percent(standing.ballots, standing.voters)
    lines = [
        f"{election.title} ({election.slug}): {PHASES[standing.phase]}",
        f"Buka  {moment_text(election.opens, election.zone)}",
        f"Tutup {moment_text(election.closes, election.zone)}{_planned(standing)}",
        f"Pemilih {figure(standing.voters)}, "
        + (
            f"datanya sudah dihapus {standing.purged_on}"
            if standing.purged_on
            else f"punya kode {figure(standing.with_code)}"
        ),
        f"Surat cadangan {figure(standing.spares)}, dipakai {figure(standing.spares_used)}",
        f"Suara masuk {figure(standing.ballots)} ({turnout})",
    ]
    if standing.head:
        lines += [
            f"Sudah diterbitkan {figure(standing.published)}",
            f"Sidik rantai {standing.head}",
        ]
    if standing.set_aside:
        lines.append(f"Disisihkan karena rusak: {standing.set_aside}. Periksa bersama saksi.")
    if interim:
        lines.append(
            f"\nHasil sementara, dari {figure(interim.ballots)} suara yang sudah masuk hitungan"
        )
        lines += count_lines(election, interim.counts)
    if standing.problem:
        lines.append(f"\nPerlu dibereskan: {standing.problem}")
    if standing.waiting:
        lines.append(f"{standing.waiting.line}.")
    if standing.may_be_purged:
        lines.append("Data pemilih sudah boleh dihapus: bilik purge --oleh NAMA")
    return lines


def _planned(standing: Standing) -> str:
    """Where the panitia have put off the closing, or have closed before."""
    zone = standing.election.zone
    if standing.closed_early:
        return f" (sudah ditutup panitia {moment_text(standing.closed_early, zone)})"
    if standing.planned is None:
        return ""
    return f" (diundur, semula {moment_text(standing.planned, zone)})"
