"""Questions, which may come at any time, and the way back from each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

from actions import render, replies
from actions.replies import Reply
from actions.voter_action import Visit, VoterAction
from bilik.domain.election import Phase, Visibility
from bilik.domain.telling import counting_line, turnout_line
from bilik.services.batches import BATCH
from bilik.services.outcomes import Scene
from bilik.services.public_view import PublicView
from bilik.services.sessions import Stage


class Question(VoterAction, ABC):
    """A question: an answer, and then back to where the voter was."""

    @abstractmethod
    def reply(self, visit: Visit) -> list[Reply]:
        """The answer alone."""

    def answer(self, visit: Visit) -> list[Reply]:
        """The answer, and the way back."""
        return [*self.reply(visit), *replies.guide(visit.scene)]


class Greet(VoterAction):
    """Greets, and says which election this is."""

    def answer(self, visit: Visit) -> list[Reply]:
        """Greet a newcomer, a salam with its answer; lead the others on."""
        scene, salute = visit.scene, render.salute(visit.text)
        if scene.stage in (Stage.CHOOSING, Stage.CONFIRMING):
            again = replies.titled(replies.reply("greet_again", scene, salute=salute), scene)
            return [again, *replies.guide(scene)]
        if not scene.elections:
            return replies.welcome(scene, salute)
        # Before and after the hours the greeting says all there is to say.
        open_now = any(phase is Phase.OPEN for _, phase in scene.elections)
        return [*replies.welcome(scene, salute), *(replies.guide(scene) if open_now else [])]


class Guide(VoterAction):
    """Says once more what comes next."""

    def answer(self, visit: Visit) -> list[Reply]:
        """Lead on; once all is chosen, by reading it back."""
        scene = visit.scene
        everything = scene.election and len(scene.selections) == len(scene.election.contests)
        if scene.stage is Stage.CHOOSING and everything:
            return visit.act(visit.booth.review(visit.sender))
        if scene.stage is Stage.CHOOSING and scene.asked:
            return replies.ballot(scene)
        return replies.guide(scene)


class Candidates(Question):
    """Who stands for election."""

    def reply(self, visit: Visit) -> list[Reply]:
        """Every contest with its candidates, of every current election."""
        return [
            replies.candidates(election, contest, visit.scene)
            for election, _ in visit.scene.elections
            for contest in election.contests
        ]


class Profile(Question):
    """Vision and mission."""

    def reply(self, visit: Visit) -> list[Reply]:
        """Those of the candidates named, or of the one just chosen ("dia"), or of all."""
        profiles = [
            render.profile(one, visit.text, visit.scene.selections)
            for one, _ in visit.scene.elections
        ]
        text = "\n\n".join(filter(None, profiles))
        if not text:
            return [replies.reply("no_profile", visit.scene)]
        return [replies.reply("profile", visit.scene, profile=text)]


class Schedule(Question):
    """Hours."""

    def reply(self, visit: Visit) -> list[Reply]:
        """When voting opens and closes."""
        text = render.schedule(visit.scene)
        return [replies.reply("schedule", visit.scene, schedule=text)] if text else []


class Secrecy(Question):
    """Secrecy and safety."""

    def reply(self, visit: Visit) -> list[Reply]:
        """What is known to whom."""
        return [replies.reply("secrecy", visit.scene, key=render.keys_held(visit.scene))]


class Status(Question):
    """Whether my vote is in the box."""

    def reply(self, visit: Visit) -> list[Reply]:
        """What is known of a voter underway; to anyone else, how to find out."""
        if visit.scene.stage in (Stage.CHOOSING, Stage.CONFIRMING):
            return [replies.reply("status_underway", visit.scene)]
        return [replies.reply("status_unknown", visit.scene)]

    def answer(self, visit: Visit) -> list[Reply]:
        """The way back is part of the answer, unless a vote is underway."""
        underway = visit.scene.stage in (Stage.CHOOSING, Stage.CONFIRMING)
        return super().answer(visit) if underway else self.reply(visit)


class Results(Question):
    """Results."""

    def reply(self, visit: Visit) -> list[Reply]:
        """How each election stands, and where everybody sees it."""
        said = []
        for one in visit.scene.elections:
            scene = replace(visit.scene, elections=(one,))
            view = visit.booth.seen_by_all(one[0].slug)
            said += _standing(scene, view)
            if view and visit.booth.pages_url:
                page = f"{visit.booth.pages_url}/hasil/{view.election.slug}"
                said.append(replies.reply("results_page", scene, page=page))
        return said

    def answer(self, visit: Visit) -> list[Reply]:
        """Lead back only those who can vote now."""
        open_now = any(phase is Phase.OPEN for _, phase in visit.scene.elections)
        return [*self.reply(visit), *(replies.guide(visit.scene) if open_now else [])]


def _standing(scene: Scene, view: PublicView | None) -> list[Reply]:
    """How one election stands, in the words of its public page."""
    if view is None or view.phase is Phase.UPCOMING:
        return [replies.reply("results_later", scene, turnout="")]
    said = []
    turnout = f" {turnout_line(view.turnout)}"
    if view.result or view.interim:
        counts = {"results": render.result(view), "short_results": render.short_result(view)}
        said.append(replies.reply("results", scene, **counts))
        turnout = ""  # It has been told with the count.
    if view.phase is Phase.CLOSED:
        counting = counting_line(view.election, view.parts)
        said.append(replies.reply("results_soon", scene, counting=counting, turnout=turnout))
    elif not said and view.election.visibility is Visibility.LIVE:
        batches = {"first": str(2 * BATCH), "batch": str(BATCH)}
        said.append(replies.reply("results_interim_none", scene, turnout=turnout, **batches))
    elif not said:
        said.append(replies.reply("results_later", scene, turnout=turnout))
    return said


class CheckReceipt(Question):
    """Whether a receipt's ballot is in the box."""

    def reply(self, visit: Visit) -> list[Reply]:
        """*tercatat* or *tidak ditemukan*."""
        receipt, found = visit.booth.finds_receipt(visit.text)
        if receipt is None:
            return [replies.reply("receipt_needed", visit.scene)]
        response = "receipt_found" if found else "receipt_missing"
        return [replies.reply(response, visit.scene, receipt=receipt)]

    def answer(self, visit: Visit) -> list[Reply]:
        """Lead back only those who are voting."""
        underway = visit.scene.stage in (Stage.CHOOSING, Stage.CONFIRMING)
        return [*self.reply(visit), *(replies.guide(visit.scene) if underway else [])]
