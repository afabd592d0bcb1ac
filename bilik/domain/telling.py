"""How an election stands, in the sentences that the public pages and the chat share."""

from __future__ import annotations

from bilik.domain.election import Election, Visibility
from bilik.domain.indonesian import figure, percent
from bilik.domain.live_turnout import Turnout


def turnout_line(turnout: Turnout) -> str:
    """``1.234 dari 2.000 pemilih sudah memilih (61,7%).``"""
    voted = f"{figure(turnout.voted)} dari {figure(turnout.voters)} pemilih sudah memilih"
    if turnout.at_least:
        return f"Sedikitnya {voted}." if turnout.voted else "Pemilih mulai memilih."
    return f"{voted} ({share(turnout.voted, turnout.voters)})."


def counting_line(election: Election, parts: int | None) -> str:
    """Why there is no result yet after the closing.

    ``parts`` is how many trustees have done theirs; None before the ballots are added up.
    """
    if election.trustees is not None:
        if parts is None:
            return "Suara akan dijumlahkan tanpa dibuka, lalu dihitung bersama saksi."
        needed = election.trustees.threshold
        return f"Suara sedang dihitung bersama saksi: {parts} dari {needed} bagian sudah masuk."
    if election.visibility is Visibility.LIVE:
        return "Suara sedang dihitung. Hasilnya muncul sebentar lagi."
    return "Suara akan dihitung panitia."


def interim_line(ballots: int) -> str:
    """What an interim count is of."""
    return f"Hasil sementara, dari {figure(ballots)} suara yang sudah masuk hitungan."


def share(part: int, whole: int) -> str:
    """``61,7%``; of nothing it is nothing."""
    return percent(part, whole) if whole else percent(0, 1)
