"""What an action says: names of answers in `answers.yml`, and what is filled into them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from actions import cards, render
from bilik.domain.choice import Doubt
from bilik.domain.election import BLANK, Contest, Election, Phase, Visibility
from bilik.domain.indonesian import hour_text, moment_text
from bilik.domain.turnout import station_name
from bilik.services.buttons import Button, Press
from bilik.services.outcomes import Kind, Outcome, Scene
from bilik.services.sessions import Stage

ANSWERS = Path(__file__).parent / "answers.yml"
SHORT_ANSWERS = Path(__file__).parent / "answers_sms.yml"
NO_CONTACT = "panitia"


@dataclass(frozen=True)
class Reply:
    """One answer of `answers.yml` with its values.

    ``beside`` is the same for channels that can show more than words; the others let it pass.
    A ``brief`` one is said in few words, for SMS, if there are such.
    """

    name: str
    values: dict[str, str] = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)
    brief: bool = False

    @property
    def text(self) -> str:
        """The answer in words.

        Raises:
            KeyError: there is no such answer, or it asks for a value that is not there.
        """
        said = short_answers().get(self.name) if self.brief else None
        return (said or answers()[self.name]).format_map(self.values)

    @property
    def short(self) -> Reply:
        """The answer in few words."""
        return replace(self, brief=True)


@lru_cache(maxsize=1)
def answers() -> dict[str, str]:
    """All answers by name, as the file has them."""
    loaded: dict[str, str] = yaml.safe_load(ANSWERS.read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=1)
def short_answers() -> dict[str, str]:
    """The answers that have a short form, by name."""
    loaded: dict[str, str] = yaml.safe_load(SHORT_ANSWERS.read_text(encoding="utf-8"))
    return loaded


def reply(name: str, scene: Scene, **values: str) -> Reply:
    """An answer with what most of them need: title, hours and contact.

    Whoever votes again hears the answer's ``_revote`` form, if it has one.
    """
    if scene.again and f"{name}_revote" in answers():
        name = f"{name}_revote"
    common = {"contact": NO_CONTACT, "salute": render.HELLO}
    if election := scene.election:
        common |= {
            "title": election.title,
            "contact": election.contact,
            "opens": moment_text(election.opens, election.zone),
            "closes": moment_text(election.closes, election.zone),
        }
    return Reply(name, {**common, **values})


def welcome(scene: Scene, salute: str = render.HELLO) -> list[Reply]:
    """The greeting of a voter who comes in."""
    if not scene.elections:
        return [reply("no_election", scene, salute=salute)]
    if scene.election is None:
        values = {"elections": render.elections(scene), "salute": salute}
        short = render.short_elections(scene)
        return [reply("greet_several", scene, short_elections=short, **values)]
    values = {"hours": render.hours(scene), "short_hours": render.short_hours(scene)}
    return [titled(reply("greet", scene, salute=salute, **values), scene)]


def titled(answer: Reply, scene: Scene) -> Reply:
    """The answer, and which election this is."""
    title = scene.election.title if scene.election else None
    return replace(answer, beside={"election": title}) if title else answer


def guide(scene: Scene) -> list[Reply]:
    """Back to where the voter was."""
    phases = {phase for _, phase in scene.elections}
    if scene.stage in (Stage.CHOOSING, Stage.CONFIRMING) and phases & _SHUT:
        return [reply(_GUIDE_BY_PHASE[phases.pop()], scene)]
    if scene.stage is Stage.CHOOSING and scene.asked is None:
        return [_what_to_change(scene)]
    if scene.stage is Stage.CHOOSING:
        contest = render.contest_title(scene)
        return [reply("guide_choosing", scene, contest=contest)]
    if scene.stage is Stage.CONFIRMING:
        return [_selected("guide_confirming", scene)]
    if scene.stage is Stage.LOST and Phase.OPEN in phases:
        return [reply("guide_lost", scene)]
    if scene.half:
        return [reply(f"need_{scene.half}", scene)]
    if not phases:
        return [reply("no_election", scene)]
    if Phase.OPEN in phases or scene.election is None:
        return [reply("guide_identity", scene)]
    return [reply(_GUIDE_BY_PHASE[phases.pop()], scene)]


_SHUT = {Phase.DRAFT, Phase.UPCOMING, Phase.PAUSED, Phase.CLOSED, Phase.TALLIED}
_GUIDE_BY_PHASE = {
    Phase.DRAFT: "guide_not_open",
    Phase.UPCOMING: "guide_not_open",
    Phase.PAUSED: "guide_paused",
    Phase.GRACE: "guide_closed",
    Phase.CLOSED: "guide_closed",
    Phase.TALLIED: "guide_closed",
}


def of_outcome(outcome: Outcome) -> list[Reply]:
    """The answer to an act."""
    scene = outcome.scene
    match outcome.kind:
        case Kind.NEED_IDENTITY | Kind.NOT_OPEN | Kind.PAUSED | Kind.CLOSED | Kind.EXPIRED:
            return guide(scene)
        case (
            Kind.NEED_CODE
            | Kind.NEED_NIK
            | Kind.ALREADY_VOTED
            | Kind.NOTHING_TO_STOP
            | Kind.WRONG_NUMBER
            | Kind.NEED_NUMBER
            | Kind.NO_NUMBER
            | Kind.STOPPED
            | Kind.LETTER_REPLACED
            | Kind.ASK_LOST
            | Kind.LOST_NOTED
            | Kind.LOST_ELSEWHERE
        ):
            return [reply(outcome.kind.value, scene)]
        case Kind.ODD_NIK:
            return [reply("odd_nik", scene, digits=str(outcome.digits))]
        case Kind.LOST_WAIT:
            return [reply("lost_letter_wait", scene, until=_until(outcome))]
        case Kind.BUTTON_GONE:
            return [reply("button_gone", scene), *guide(scene)]
        case Kind.ODD_CODE | Kind.WRONG_PAIR:
            lead = guide(scene) if scene.stage in (Stage.CHOOSING, Stage.CONFIRMING) else []
            return [reply(outcome.kind.value, scene), *lead]
        case Kind.TOO_MANY:
            return [reply("too_many", scene, until=_until(outcome))]
        case Kind.IDENTIFIED:
            tps = station_name(outcome.tps) if outcome.tps else ""
            place = f"Anda terdaftar di {tps}." if tps else ""
            short_place = f"({tps})" if tps else ""
            known = reply(
                "identified", scene, voter=outcome.voter, place=place, short_place=short_place
            )
            return [titled(known, scene), *_visibility(scene), *ballot(scene)]
        case Kind.ASK_CONTEST:
            return [*_noted(outcome), *ballot(scene)]
        case Kind.READ_BACK:
            return [_selected("read_back", scene)]
        case Kind.ASK_WHAT_TO_CHANGE:
            return [_what_to_change(scene)]
        case Kind.NOT_A_YES:
            return [_selected("not_a_yes", scene)]
        case Kind.RECORDED:
            more = [reply("may_vote_again", scene)] if _may_vote_again(scene) else []
            return [reply("recorded", scene, receipt=scene.receipt or ""), *more]
        case Kind.UNCLEAR:
            return _unclear(outcome)


def buttons(scene: Scene) -> tuple[dict[str, str], ...]:
    """What can be pressed instead of typing, as Rasa's channels take it: title and payload."""
    election = scene.election
    if election is None:
        return ()
    return tuple(
        {"title": _title(button, election), "payload": button.payload} for button in scene.buttons
    )


def _title(button: Button, election: Election) -> str:
    if button.selection is not None and button.contest:
        if button.selection is BLANK:
            return answers()["press_blank"]
        return render.candidate_line(election.contest(button.contest), int(str(button.selection)))
    if button.contest:
        return election.contest(button.contest).title
    return answers()[_TITLES[button.press]]


_TITLES = {
    Press.CONFIRM: "press_confirm",
    Press.CHANGE: "press_change",
    Press.STOP: "press_stop",
}


def _may_vote_again(scene: Scene) -> bool:
    return any(one.allows_revote and phase is Phase.OPEN for one, phase in scene.elections)


def ballot(scene: Scene) -> list[Reply]:
    """The contest being asked, or all of them, and the question."""
    election = scene.election
    if election is None:
        return []
    asked = [one for one in election.contests if one.id == scene.asked] or election.contests
    lists = [candidates(election, contest, scene) for contest in asked]
    return [*lists, reply("ask_choice", scene)]


def candidates(election: Election, contest: Contest, scene: Scene) -> Reply:
    """Who stands in a contest, as a list and as cards."""
    full, short = render.contest_list(contest), render.short_list(contest)
    answer = reply("candidates", scene, candidates=full, short_candidates=short)
    return replace(answer, beside={"candidates": cards.of_contest(election, contest, scene.stage)})


def _visibility(scene: Scene) -> list[Reply]:
    """Where results are live, the voter is told before choosing."""
    election = scene.election
    live = election is not None and election.visibility is Visibility.LIVE
    return [reply("results_visible", scene)] if live else []


def _unclear(outcome: Outcome) -> list[Reply]:
    scene, resolution = outcome.scene, outcome.resolution
    doubt = resolution.doubt if resolution else Doubt.NOTHING
    candidates = render.candidates_in_doubt(outcome)
    answer = reply(
        f"unclear_{(doubt or Doubt.NOTHING).value}",
        scene,
        contests=render.contest_titles(scene),
        say=render.what_to_say(scene),
        short_say=render.short_what_to_say(scene),
        candidates=candidates,
        what=render.not_on_ballot(outcome),
    )
    if doubt in (Doubt.NOT_ON_BALLOT, Doubt.REJECTED) and scene.stage is Stage.CHOOSING:
        return [answer, *ballot(scene)]
    return [answer, *guide(scene)] if scene.stage is Stage.CONFIRMING else [answer]


def _what_to_change(scene: Scene) -> Reply:
    return _selected("ask_what_to_change", scene, contests=render.contest_titles(scene))


def _selected(name: str, scene: Scene, **values: str) -> Reply:
    """An answer that names what is chosen."""
    full, short = render.selections(scene), render.short_selections(scene)
    return reply(name, scene, selections=full, short_selections=short, **values)


def _noted(outcome: Outcome) -> list[Reply]:
    """What a message has just chosen, if anything."""
    noted, short = render.noted(outcome), render.short_noted(outcome)
    if not noted:
        return []
    return [reply("noted", outcome.scene, selections=noted, short_selections=short)]


def _until(outcome: Outcome) -> str:
    election = outcome.scene.elections[0][0] if outcome.scene.elections else None
    zone = election.zone if election else "WIB"
    until = outcome.until or outcome.scene.now
    return hour_text(until + timedelta(seconds=59), zone)  # the minute that has not come yet
