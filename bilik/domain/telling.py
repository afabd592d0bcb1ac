"""How an election stands, in the sentences that the public pages and the chat share."""

from __future__ import annotations

from bilik.domain.election import Election, Phase
from bilik.domain.indonesian import decimal, figure, moment_text, percent
from bilik.domain.live_turnout import STEP, Turnout


def phase_line(election: Election, phase: Phase) -> str:
    """Where it is on its way from the opening to the result."""
    match phase:
        case Phase.DRAFT | Phase.UPCOMING:
            return f"Dibuka {moment_text(election.opens, election.zone)}"
        case Phase.OPEN:
            return f"Sedang berlangsung, sampai {moment_text(election.closes, election.zone)}"
        case Phase.PAUSED:
            return "Sedang dijeda panitia"
        case Phase.GRACE:
            return "Jam tutup sudah lewat, pemilih terakhir sedang menyelesaikan"
        case Phase.CLOSED:
            return "Pemungutan suara sudah ditutup"
        case Phase.TALLIED:
            return "Hasil akhir"


def turnout_line(turnout: Turnout) -> str:
    """``1.234 dari 2.000 pemilih sudah memilih (61,7%).``"""
    if not turnout.at_least:
        return f"{voted_of(turnout)} ({percent(turnout.voted, turnout.voters)})."
    if turnout.voted:
        return f"Sedikitnya {voted_of(turnout)}."
    if turnout.voters < STEP:
        return "Berapa yang sudah memilih baru terlihat sesudah ditutup."
    return f"Yang sudah memilih ditunjukkan tiap {STEP} suara."


def voted_of(turnout: Turnout) -> str:
    """``1.234 dari 2.000 pemilih sudah memilih``"""
    return f"{figure(turnout.voted)} dari {figure(turnout.voters)} pemilih sudah memilih"


def counting_line(election: Election, parts: int | None) -> str:
    """Why there is no result yet after the closing.

    ``parts`` is how many trustees have done theirs; None before the ballots are added up.
    """
    if election.trustees is not None:
        if parts is None:
            return "Suara akan dijumlahkan tanpa dibuka, lalu dihitung bersama saksi."
        needed = election.trustees.threshold
        return f"Suara sedang dihitung bersama saksi: {parts} dari {needed} bagian sudah masuk."
    return "Suara sedang dihitung. Hasilnya muncul sebentar lagi."


def interim_line(ballots: int) -> str:
    """What an interim count is of."""
    return f"Hasil sementara, dari {figure(ballots)} suara yang sudah masuk hitungan"


def data_size(bytes_: int) -> str:
    """``1,4 MB`` (10^6 bytes): how much there is to download."""
    if bytes_ < 1_000_000:
        return f"{figure(max(1, round(bytes_ / 1000)))} kB"
    return f"{decimal(bytes_, 10**6)} MB"
