"""Commands while people vote: open, pause, close, and how it stands."""

from __future__ import annotations

from typing import Any

import typer

from bilik import settings
from bilik.cli.common import (
    ByOption,
    ElectionOption,
    JsonOption,
    YesOption,
    confirm,
    show,
    the_desk,
)
from bilik.clock import moment_text
from bilik.domain.election import Phase
from bilik.services.desk import Standing

app = typer.Typer()

PHASES = {
    Phase.DRAFT: "belum dibuka",
    Phase.UPCOMING: "menunggu jam buka",
    Phase.OPEN: "sedang buka",
    Phase.PAUSED: "dijeda",
    Phase.GRACE: "jam tutup sudah lewat, pemilih terakhir sedang menyelesaikan",
    Phase.CLOSED: "ditutup",
    Phase.TALLIED: "sudah dihitung",
}


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
        f"Kuncinya di {settings.load().trustee_dir}: simpan salinannya di tempat aman. "
        "Tanpa kunci itu suara tidak bisa dihitung.",
    )


@app.command("pause")
def pause(election: ElectionOption = None, by: ByOption = "", as_json: JsonOption = False) -> None:
    """Jeda penerimaan suara; `bilik open` melanjutkan.

    Contoh: bilik pause
    """
    paused = the_desk(by).pause(election)
    show(as_json, {"election": paused.slug, "phase": "paused"}, f"{paused.title} dijeda.")


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
        "Berikutnya: bilik tally",
    )


@app.command("status")
def status(election: ElectionOption = None, as_json: JsonOption = False) -> None:
    """Lihat keadaan pemilihan dan berapa yang sudah memilih.

    Contoh: bilik status --json
    """
    standing = the_desk().standing(election)
    show(as_json, _standing_json(standing), *_standing_lines(standing))


def _standing_json(standing: Standing) -> dict[str, Any]:
    return {
        "election": standing.election.slug,
        "phase": standing.phase.value,
        "opens": standing.election.opens.isoformat(),
        "closes": standing.election.closes.isoformat(),
        "voters": standing.voters,
        "with_code": standing.with_code,
        "ballots": standing.ballots,
        "spares": standing.spares,
        "spares_used": standing.spares_used,
        "turnout": round(standing.turnout, 4),
    }


def _standing_lines(standing: Standing) -> list[str]:
    election = standing.election
    return [
        f"{election.title} ({election.slug}): {PHASES[standing.phase]}",
        f"Buka  {moment_text(election.opens, election.zone)}",
        f"Tutup {moment_text(election.closes, election.zone)}",
        f"Pemilih {standing.voters}, punya kode {standing.with_code}",
        f"Surat cadangan {standing.spares}, dipakai {standing.spares_used}",
        f"Suara masuk {standing.ballots} ({standing.turnout:.1%})".replace(".", ","),
    ]
