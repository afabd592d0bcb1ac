"""Lists and lines filled into answers: ballots, selections, hours, results."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bilik.clock import ZONES
from bilik.domain.election import BLANK, Candidate, Contest, Election, Phase, Selection, Selections
from bilik.domain.indonesian import day_text, figure, hour_text, moment_text, percent
from bilik.domain.mentions import find_mentions
from bilik.domain.outcome import sentence
from bilik.domain.tally import ContestCount
from bilik.domain.telling import interim_line, turnout_line
from bilik.domain.words import words
from bilik.services.outcomes import Outcome, Scene
from bilik.services.public_view import PublicView

BLANK_TEXT = "dikosongkan (tidak memilih siapa pun)"
SHORT_BLANK_TEXT = "dikosongkan"
HELLO = "Halo"
MOST_NUMBERS = 5
"""More candidates' numbers are not told one by one."""
_SALAM = re.compile(
    r"as+a?l+a*m+.{0,2}u?.{0,2}a?l+a*i?k|aslmkm|askum|sa?m+l?ekum|\bass?\W{0,2}wr\b"
)
"""*Assalamu'alaikum* as thumbs write it: "asalamualaikum", "samlekum", "ass. wr. wb."."""
_HE_OR_SHE = {"dia", "beliau", "doi", "orangnya", "deseu", "piyambake"}


def salute(text: str) -> str:
    """What a greeting is answered with: a salam has an answer of its own."""
    return "Waalaikumsalam" if _SALAM.search(text.lower()) else HELLO


def hours(scene: Scene) -> str:
    """One sentence on when one can vote, for the greeting."""
    (election, phase) = scene.elections[0]
    match phase:
        case Phase.OPEN:
            same_day = day_text(scene.now, election.zone) == day_text(
                election.closes, election.zone
            )
            closing = (hour_text if same_day else moment_text)(election.closes, election.zone)
            until = f"pukul {closing}" if same_day else closing
            return f"Pemungutan suara dibuka sampai {until}."
        case Phase.DRAFT | Phase.UPCOMING:
            return f"Pemungutan suara dibuka {moment_text(election.opens, election.zone)}."
        case Phase.PAUSED:
            return "Pemungutan suara sedang dijeda panitia."
        case _:
            return "Pemungutan suara sudah ditutup."


def short_hours(scene: Scene) -> str:
    """The same in few words, where one can vote now."""
    (election, phase) = scene.elections[0]
    if phase is not Phase.OPEN:
        return hours(scene)
    closing = hour_text(election.closes, election.zone)
    if day_text(scene.now, election.zone) == day_text(election.closes, election.zone):
        return f"Buka s.d. {closing}."
    return f"Buka s.d. {election.closes.astimezone(ZONES[election.zone]):%d/%m/%Y} {closing}."


def elections(scene: Scene) -> str:
    """All current elections, a line each."""
    return "\n".join(f"• {election.title}" for election, _ in scene.elections)


def short_elections(scene: Scene) -> str:
    """The same on one line."""
    return "; ".join(election.title for election, _ in scene.elections)


def schedule(scene: Scene) -> str:
    """When voting opens and closes, for each current election."""
    now = {
        Phase.OPEN: "Sekarang sedang buka.",
        Phase.UPCOMING: "Sekarang belum buka.",
        Phase.DRAFT: "Sekarang belum buka.",
        Phase.PAUSED: "Sekarang sedang dijeda.",
    }
    return "\n".join(
        f"*{election.title}*: buka {moment_text(election.opens, election.zone)}, "
        f"tutup {moment_text(election.closes, election.zone)}. "
        f"{now.get(phase, 'Sekarang sudah ditutup.')}"
        for election, phase in scene.elections
    )


def contest_list(contest: Contest) -> str:
    """A contest's candidates in the order of their numbers."""
    return f"Calon *{contest.title}*:\n{_candidate_lines(contest)}"


def short_list(contest: Contest) -> str:
    """The same in few words."""
    return f"{contest.title}:\n{_candidate_lines(contest)}"


def _candidate_lines(contest: Contest) -> str:
    return "\n".join(candidate_line(contest, one.number) for one in in_order(contest))


def candidate_line(contest: Contest, number: int) -> str:
    """``2. Siti Rahmawati, S.Pd.``; the number alone if nobody stands under it."""
    candidate = contest.candidate(number)
    return f"{number}. {candidate.full_name}" if candidate else str(number)


def contest_title(scene: Scene) -> str:
    """The title of the contest being asked."""
    election = scene.election
    return election.contest(scene.asked).title if election and scene.asked else ""


def selections(scene: Scene) -> str:
    """The pending selections, a line per contest, with number and full names."""
    election = scene.election
    if election is None:
        return ""
    return "\n".join(
        _selection_line(contest, scene.selections[contest.id], len(election.contests) > 1)
        for contest in election.contests
        if contest.id in scene.selections
    )


def short_selections(scene: Scene) -> str:
    """The same in few words; numbers and full names are in it, too."""
    election = scene.election
    return "\n".join(_short_lines(election.contests, scene.selections)) if election else ""


def _short_lines(contests: Sequence[Contest], chosen: Selections) -> list[str]:
    """``Bupati no. 1, Lukman Hakim & Yuliana Tandi`` for each contest that something is chosen in;
    its title only if there is more than one."""
    return [
        (f"{contest.title} " if len(contests) > 1 else "")
        + _short_selection(contest, chosen[contest.id])
        for contest in contests
        if contest.id in chosen
    ]


def _short_selection(contest: Contest, selection: Selection) -> str:
    if selection is BLANK:
        return SHORT_BLANK_TEXT
    return selection_text(contest, selection).replace("nomor", "no.", 1)


def _selection_line(contest: Contest, selection: Selection, with_title: bool) -> str:
    title = f"{contest.title}: " if with_title else ""
    return f"{title}*{selection_text(contest, selection)}*"


def selection_text(contest: Contest, selection: Selection) -> str:
    """``nomor 2, Siti Rahmawati, S.Pd.``, or that the contest is left blank."""
    if selection is BLANK:
        return BLANK_TEXT
    candidate = contest.candidate(int(str(selection)))
    return f"nomor {selection}, {candidate.full_name}" if candidate else str(selection)


def noted(outcome: Outcome) -> str:
    """What a message has just chosen, where more is still to be asked."""
    election, resolution = outcome.scene.election, outcome.resolution
    if election is None or resolution is None:
        return ""
    return "; ".join(
        f"{contest.title} {selection_text(contest, resolution.accepted[contest.id])}"
        for contest in election.contests
        if contest.id in resolution.accepted
    )


def short_noted(outcome: Outcome) -> str:
    """The same in few words."""
    election, resolution = outcome.scene.election, outcome.resolution
    if election is None or resolution is None:
        return ""
    return "; ".join(_short_lines(election.contests, resolution.accepted))


def candidates_in_doubt(outcome: Outcome) -> str:
    """The candidates that a doubt is about: ``nomor 1 dan nomor 2``."""
    numbers = outcome.resolution.candidates if outcome.resolution else ()
    named = [BLANK_TEXT if one is BLANK else f"nomor {one}" for one in numbers]
    return _enumeration(named) or "itu"


def not_on_ballot(outcome: Outcome) -> str:
    """``Nomor 9``, or what else stands on no ballot."""
    unknown = outcome.resolution.unknown if outcome.resolution else ()
    return _enumeration([f"Nomor {number}" for number in unknown]) or "Pilihan itu"


def what_to_say(scene: Scene) -> str:
    """What makes a choice clear in this election, and no number as an example: a booth prefers
    nobody."""
    contest = _contest_asked(scene)
    if contest is None:
        return "jabatan beserta nomor atau nama calonnya"
    return f"nomor calon ({_numbers(contest)}) atau namanya"


def short_what_to_say(scene: Scene) -> str:
    """The same in few words."""
    contest = _contest_asked(scene)
    return f"nomor calon: {_numbers(contest)}" if contest else "jabatan dan nomor calonnya"


def contest_titles(scene: Scene) -> str:
    """``Gubernur atau Bupati``."""
    contests = scene.election.contests if scene.election else ()
    return _enumeration([contest.title for contest in contests], "atau")


def _contest_asked(scene: Scene) -> Contest | None:
    contests = scene.election.contests if scene.election else ()
    if len(contests) == 1:
        return contests[0]
    return next((one for one in contests if one.id == scene.asked), None)


def _numbers(contest: Contest) -> str:
    """``1, 2, atau 3``; of many that follow one another ``1 sampai 9``."""
    numbers = [one.number for one in in_order(contest)]
    if len(numbers) > MOST_NUMBERS and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]} sampai {numbers[-1]}"
    return _enumeration([str(number) for number in numbers], "atau")


def keys_held(scene: Scene) -> str:
    """Who can count, of every election at hand."""
    said = []
    for election, _ in scene.elections:
        group = election.trustees
        who = (
            f"bersama oleh {len(group.names)} saksi, bukan oleh server" if group else "server Bilik"
        )
        of = f" {election.title}" if len(scene.elections) > 1 else ""
        said.append(f"Kunci kotak suara{of} dipegang {who}.")
    return " ".join(said)


def profile(election: Election, text: str, pending: Selections) -> str:
    """Vision and mission of the candidates a message names, or of all; empty if none has any.

    "Dia" and the like mean the candidates that are pending.
    """
    message = words(text)
    mentioned = {
        (contest, selection)
        for mention in find_mentions(message, election.contests)
        for contest, chosen in mention.options.items()
        for selection in chosen
    }
    if not mentioned and any(word.text in _HE_OR_SHE for word in message):
        mentioned = set(pending.items())
    parts = [
        _one_profile(candidate)
        for contest in election.contests
        for candidate in in_order(contest)
        if not candidate.empty_box
        and (not mentioned or (contest.id, candidate.number) in mentioned)
    ]
    return "\n\n".join(part for part in parts if part)


def _one_profile(candidate: Candidate) -> str:
    lines = [f"*{candidate.number}. {candidate.full_name}*"]
    if candidate.vision:
        lines.append(f"Visi: {candidate.vision}")
    lines.extend(f"– {mission}" for mission in candidate.missions)
    return "\n".join(lines) if len(lines) > 1 else ""


def result(view: PublicView) -> str:
    """Counts per contest, final or interim, and the turnout."""
    lines = []
    if view.result:
        lines.append(f"Hasil *{view.election.title}*, {figure(view.result.ballots)} suara masuk:")
        lines.append(_counts(view.election, view.result.counts, final=True))
        if view.result.set_aside:
            lines.append(f"Disisihkan karena rusak: {figure(view.result.set_aside)}")
    elif view.interim:
        lines.append(f"*{view.election.title}*. {interim_line(view.interim.ballots)}.")
        lines.append("Semua orang bisa melihatnya.")
        lines.append(_counts(view.election, view.interim.counts))
    lines.append(turnout_line(view.turnout))
    return "\n".join(lines)


def short_result(view: PublicView) -> str:
    """The same in few words: numbers, votes and shares."""
    found = view.result or view.interim
    if found is None:
        return ""
    several = len(view.election.contests) > 1
    parts = []
    for contest, count in zip(view.election.contests, found.counts, strict=True):
        votes = (
            f"no. {one.number}: {figure(count.votes[one.number])} "
            f"({percent(count.votes[one.number], count.valid)})"
            for one in in_order(contest)
        )
        parts.append((f"{contest.title}: " if several else "") + ", ".join(votes))
    head = "Hasil akhir" if view.result else f"Hasil sementara, {figure(found.ballots)} suara"
    return f"{head}: {'; '.join(parts)}."


def _counts(election: Election, counts: Sequence[ContestCount], final: bool = False) -> str:
    lines = []
    for contest, count in zip(election.contests, counts, strict=True):
        lines.append(f"*{contest.title}*")
        for candidate in in_order(contest):
            votes = count.votes[candidate.number]
            part = f" ({percent(votes, count.valid)})" if count.valid else ""
            lines.append(f"{candidate.number}. {candidate.full_name}: {figure(votes)}{part}")
        lines.append(f"Dikosongkan: {figure(count.blank)}")
        if final:
            lines.append(sentence(contest, count))
    return "\n".join(lines)


def in_order(contest: Contest) -> list[Candidate]:
    """The candidates by their numbers."""
    return sorted(contest.candidates, key=lambda one: one.number)


def _enumeration(parts: Sequence[str], last: str = "dan") -> str:
    if len(parts) < 3:
        return f" {last} ".join(parts)
    return f"{', '.join(parts[:-1])}, {last} {parts[-1]}"
