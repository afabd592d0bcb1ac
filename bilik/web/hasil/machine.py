"""What is public of an election, for programs; docs/hasil.md says what each field means.

Fields that `hasil.json` in the record has as well have the same name and meaning here.
"""

from __future__ import annotations

from typing import Any

from bilik.domain.election import Election, Phase
from bilik.domain.outcome import sentence
from bilik.services.public_view import PublicView
from bilik.services.publication import contests_said, station_said
from bilik.services.record_files import RecordFile

PHASES = {
    Phase.UPCOMING: "belum_dibuka",
    Phase.OPEN: "berlangsung",
    Phase.PAUSED: "dijeda",
    Phase.GRACE: "tenggang",
    Phase.CLOSED: "ditutup",
    Phase.TALLIED: "dihitung",
}


def listed(election: Election, phase: Phase) -> dict[str, Any]:
    """An election in the list of all."""
    return {
        "kode": election.slug,
        "judul": election.title,
        "tahap": PHASES[phase],
        "dibuka": election.opens.isoformat(),
        "ditutup": election.closes.isoformat(),
        "alamat": f"/hasil/{election.slug}.json",
    }


def of(view: PublicView, record: RecordFile | None) -> dict[str, Any]:
    """An election as it stands."""
    said = listed(view.election, view.phase)
    turnout = view.turnout
    said |= {
        "uuid": view.uuid,
        "pemilih": turnout.voters,
        "memilih": turnout.voted,
        "memilih_sedikitnya": turnout.at_least,
        "partisipasi": round(turnout.voted / turnout.voters, 4) if turnout.voters else 0.0,
        "partisipasi_tps": [station_said(one) for one in turnout.stations],
        "partisipasi_tps_sedikitnya": turnout.stations_at_least,
        "hasil_sementara": None,
        "menunggu_saksi": None,
    }
    if view.interim:
        said["hasil_sementara"] = {
            "dari_suara": view.interim.ballots,
            "hasil": contests_said(view.election, view.interim.counts),
        }
    if view.parts is not None and view.election.trustees is not None:
        said["menunggu_saksi"] = {"masuk": view.parts, "perlu": view.election.trustees.threshold}
    if view.result:
        said |= {
            "suara_masuk": view.result.ballots,
            "disisihkan": view.result.set_aside,
            "hasil": contests_said(view.election, view.result.counts),
            "keputusan": [
                {"kode": contest.id, "kalimat": sentence(contest, count)}
                for contest, count in zip(
                    view.election.contests, view.result.counts, strict=True
                )
            ],
        }  # fmt: skip
    if record:
        said |= {
            "sha256_arsip": record.archive_hash,
            "sha256_jejak": record.log_hash,
            "unduhan": f"/hasil/{view.election.slug}/terbitan.zip",
        }
    return said
