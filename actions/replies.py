"""What an action says: names of answers in `answers.yml`, and what is filled into them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import yaml

from actions import render
from bilik.clock import hour_text, moment_text
from bilik.domain.choice import Doubt
from bilik.domain.election import Phase
from bilik.services.outcomes import Kind, Outcome, Scene
from bilik.services.sessions import Stage

ANSWERS = Path(__file__).parent / "answers.yml"
NO_CONTACT = "panitia"


@dataclass(frozen=True)
class Reply:
    """One answer of `answers.yml` with its values."""

    name: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The answer in words.

        Raises:
            KeyError: there is no such answer, or it asks for a value that is not there.
        """
        return answers()[self.name].format_map(self.values)


@lru_cache(maxsize=1)
def answers() -> dict[str, str]:
    """All answers by name, as the file has them."""
    loaded: dict[str, str] = yaml.safe_load(ANSWERS.read_text(encoding="utf-8"))
    return loaded


def reply(name: str, scene: Scene, **values: str) -> Reply:
    """An answer with what most of them need: title, hours and contact.

    Whoever votes again hears the answer's ``_revote`` form, if it has one.
    """
    if scene.again and f"{name}_revote" in answers():
        name = f"{name}_revote"
    common = {"contact": NO_CONTACT}
    if election := scene.election:
        common = {
            "title": election.title,
            "contact": election.contact,
            "opens": moment_text(election.opens, election.zone),
            "closes": moment_text(election.closes, election.zone),
        }
    return Reply(name, {**common, **values})


def welcome(scene: Scene) -> list[Reply]:
    """The greeting of a voter who comes in."""
    if not scene.elections:
        return [reply("no_election", scene)]
    if scene.election is None:
        return [reply("greet_several", scene, elections=render.elections(scene))]
    return [reply("greet", scene, hours=render.hours(scene))]


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
        return [reply("guide_confirming", scene, selections=render.selections(scene))]
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
        case Kind.NEED_CODE | Kind.NEED_NIK | Kind.ALREADY_VOTED | Kind.NOTHING_TO_STOP:
            return [reply(f"{outcome.kind.value}", scene)]
        case Kind.STOPPED:
            return [reply("stopped", scene)]
        case Kind.ODD_NIK:
            return [reply("odd_nik", scene, digits=str(outcome.digits))]
        case Kind.ODD_CODE:
            lead = guide(scene) if scene.stage is not Stage.IDENTITY else []
            return [reply("odd_code", scene), *lead]
        case Kind.WRONG_PAIR:
            lead = guide(scene) if scene.stage is not Stage.IDENTITY else []
            return [reply("wrong_pair", scene), *lead]
        case Kind.TOO_MANY:
            return [reply("too_many", scene, until=_until(outcome))]
        case Kind.IDENTIFIED:
            place = f"Anda terdaftar di {render.tps(outcome.tps)}." if outcome.tps else ""
            return [
                reply("identified", scene, voter=outcome.voter, place=place),
                *ballot(scene),
            ]
        case Kind.ASK_CONTEST:
            noted = render.noted(outcome)
            first = [reply("noted", scene, selections=noted)] if noted else []
            return [*first, *ballot(scene)]
        case Kind.READ_BACK:
            return [reply("read_back", scene, selections=render.selections(scene))]
        case Kind.ASK_WHAT_TO_CHANGE:
            return [_what_to_change(scene)]
        case Kind.NOT_A_YES:
            return [reply("not_a_yes", scene, selections=render.selections(scene))]
        case Kind.LETTER_REPLACED:
            return [reply("not_recorded_letter", scene)]
        case Kind.RECORDED:
            more = [reply("may_vote_again", scene)] if _may_vote_again(scene) else []
            return [reply("recorded", scene, receipt=scene.receipt or ""), *more]
        case Kind.UNCLEAR:
            return _unclear(outcome)


def _may_vote_again(scene: Scene) -> bool:
    return any(one.allows_revote and phase is Phase.OPEN for one, phase in scene.elections)


def ballot(scene: Scene) -> list[Reply]:
    """The contest being asked, with its candidates."""
    return [reply("ballot", scene, ballot=render.ballot(scene))]


def _unclear(outcome: Outcome) -> list[Reply]:
    scene, resolution = outcome.scene, outcome.resolution
    doubt = resolution.doubt if resolution else Doubt.NOTHING
    candidates = render.candidates_in_doubt(outcome)
    answer = reply(
        f"unclear_{(doubt or Doubt.NOTHING).value}",
        scene,
        example=render.example(scene),
        candidates=candidates,
        what=render.not_on_ballot(outcome),
    )
    if doubt in (Doubt.NOT_ON_BALLOT, Doubt.REJECTED) and scene.stage is Stage.CHOOSING:
        return [answer, *ballot(scene)]
    return [answer, *guide(scene)] if scene.stage is Stage.CONFIRMING else [answer]


def _what_to_change(scene: Scene) -> Reply:
    return reply(
        "ask_what_to_change",
        scene,
        selections=render.selections(scene),
        example=render.example_of_change(scene),
    )


def _until(outcome: Outcome) -> str:
    election = outcome.scene.elections[0][0] if outcome.scene.elections else None
    zone = election.zone if election else "WIB"
    until = outcome.until or outcome.scene.now
    return hour_text(until + timedelta(seconds=59), zone)  # the minute that has not come yet
