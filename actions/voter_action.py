"""What all actions share: the voter's place looked up, one act, the answers, the slots."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import replies
from actions.booth import note_failures, the_booth
from actions.replies import Reply
from bilik.domain.hint import Hint
from bilik.domain.sender import SMS, channel_of
from bilik.errors import BilikError
from bilik.services import metrics
from bilik.services.activity import the_meter
from bilik.services.booth import Booth
from bilik.services.outcomes import Kind, Outcome, Scene
from bilik.services.sessions import Stage
from bilik.storage import patience

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 20
"""Longer than any wait for the database, shorter than the server's own time limit."""
ACT_SECONDS = 12
"""Nothing is recorded later than that, so that when an act is given up, it is over."""
ACTS_AT_ONCE = 3
"""Python computes in one thread at a time; meanwhile others wait for the database or hash a code.
More of them would only take turns more often, each while it holds what the next one waits for."""
_acting = ThreadPoolExecutor(ACTS_AT_ONCE, "act")
_NOT_OURS = {"action_listen", "action_session_start", "action_extract_slots"}
_TOLD_AGAIN = {Stage.CHOOSING, Stage.CONFIRMING, Stage.DONE}
_STAGE_SLOTS = {Stage.CHOOSING, Stage.CONFIRMING, Stage.LOST}


@dataclass(frozen=True)
class Heard:
    """One message as it comes in, with what the last answer has left in the slots.

    ``told_stage`` and ``told_readback`` are what the voter has seen, which may be less than what
    the database knows. ``repeated`` says that the message before it led to the same action, and
    ``forgotten`` that nothing is known here of any message before it. ``message`` names it among
    those of its chat.
    """

    sender: str
    text: str
    intent: str = "nlu_fallback"
    confidence: float = 1.0
    told_stage: str | None = None
    told_readback: str | None = None
    greeted: bool = False
    repeated: bool = False
    forgotten: bool = False
    message: str | None = None

    @property
    def hint(self) -> Hint:
        """What the intent tells the choice grammar."""
        return Hint.of_intent(self.intent, self.confidence)


@dataclass
class Visit:
    """One message of a voter, where the voter stands, and what has come of the act, if any."""

    booth: Booth
    heard: Heard
    scene: Scene
    outcome: Outcome | None = None

    @property
    def sender(self) -> str:
        """The chat's sender id."""
        return self.heard.sender

    @property
    def text(self) -> str:
        """The message."""
        return self.heard.text

    def act(self, outcome: Outcome) -> list[Reply]:
        """Note what came of an act, and answer it."""
        self.outcome, self.scene = outcome, outcome.scene
        return replies.of_outcome(outcome)

    def look_again(self) -> None:
        """Bring ``scene`` up to date after an act."""
        self.scene = self.booth.look(self.sender)


@dataclass(frozen=True)
class Response:
    """What a voter is told, where the voter then stands, and what came of the act, if any.

    ``buttons`` stand under the last text: whoever cannot see them can type.
    """

    said: tuple[Reply, ...]
    scene: Scene
    outcome: Outcome | None = None
    buttons: tuple[dict[str, str], ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The words alone."""
        return tuple(one.text for one in self.said)


class VoterAction(Action, ABC):
    """An action of Bilik's, named after its class: ``CastBallot`` is ``action_cast_ballot``."""

    keeps_finished_session = False
    """Only the cast needs what is left of a finished session, for a repeated *ya*."""

    gives_way = True
    """Candidates are in the database, so the intent model knows none of their names. A message that
    is a candidate and nothing besides is a choice, whatever intent was guessed; it leads to the
    read-back, never further."""

    def name(self) -> str:
        """The action's name in `domain.yml`."""
        return "action" + re.sub(r"([A-Z])", r"_\1", type(self).__name__).lower()

    @abstractmethod
    def answer(self, visit: Visit) -> list[Reply]:
        """Do it and answer; ``visit.scene`` is where the voter stands afterwards."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answer; if anything fails, the voter hears so, and no log hears what was said.

        One message is one act, whatever the policies predict after it: a *ya* can never answer a
        read-back that it has itself brought about.
        """
        if _has_acted(tracker):
            return [FollowupAction("action_listen")]
        message = tracker.latest_message
        intent = message.get("intent") or {}
        heard = Heard(
            tracker.sender_id,
            message.get("text") or "",
            intent.get("name") or "nlu_fallback",
            intent.get("confidence") or 0.0,
            tracker.get_slot("stage"),
            tracker.get_slot("readback"),
            greeted=bool(tracker.get_slot("greeted")),
            repeated=_previous_action(tracker) == self.name(),
            forgotten=_previous_action(tracker) is None,
            message=_message_id(tracker),
        )
        began = time.monotonic()
        try:
            with patience.until(time.monotonic() + ACT_SECONDS):
                known = copy_context()  # the thread takes it along
            answering = asyncio.get_running_loop().run_in_executor(
                _acting, lambda: known.run(self.respond, the_booth(), heard)
            )
            response = await asyncio.wait_for(answering, PATIENCE_SECONDS)
        except Exception as error:
            logger.error("%s failed: %s", self.name(), type(error).__name__)
            the_meter.failed(channel_of(heard.sender))
            asyncio.get_running_loop().run_in_executor(None, note_failures)
            dispatcher.utter_message(text=replies.answers()["checking"])
            return [FollowupAction("action_listen")]
        finally:
            metrics.action_seconds.observe(time.monotonic() - began)
        if response.outcome is not None:
            metrics.outcomes.note(response.outcome.kind)
        for one in response.said[:-1]:
            dispatcher.utter_message(text=one.text, json_message=one.beside)
        for one in response.said[-1:]:
            dispatcher.utter_message(
                text=one.text, json_message=one.beside, buttons=list(response.buttons)
            )
        if response.outcome is not None and response.outcome.kind is Kind.NEED_NUMBER:
            dispatcher.utter_message(json_message={"asks_contact": True})
        scene = response.scene
        if scene.stage is Stage.DONE:
            # For channels that can clear their screen; others let it pass.
            dispatcher.utter_message(json_message={"finished": True})
        return [
            SlotSet("stage", scene.stage.value if scene.stage in _STAGE_SLOTS else None),
            SlotSet("readback", scene.readback),
            SlotSet("greeted", scene.stage is not Stage.DONE),
            FollowupAction("action_listen"),
        ]

    def respond(self, booth: Booth, heard: Heard) -> Response:
        """Act on one message.

        Raises:
            BilikError: the booth cannot be reached; nothing is known to be done.
        """
        booth = booth.hearing(heard.message)
        # To one who has seen a read-back, an act of theirs may still be on its way into the box.
        settled = heard.told_stage == Stage.CONFIRMING.value
        visit = Visit(booth, heard, booth.look(heard.sender, settled))
        agrees = booth.is_yes(visit.scene, visit.text)
        if visit.scene.stage is Stage.CONFIRMING and not agrees and not settled:
            visit.scene = booth.look(heard.sender, settled=True)
            agrees = booth.is_yes(visit.scene, visit.text)
        done_already = visit.scene.repeated and visit.scene.stage in _TOLD_AGAIN
        before = [] if done_already else self._settle(visit)
        if done_already:
            said = tell_again(visit)
        elif agrees:
            said = confirm(visit)
        elif self.gives_way and booth.is_choice(visit.scene, visit.text, heard.hint):
            said = visit.act(booth.choose(visit.sender, visit.text, heard.hint))
        else:
            said = self.answer(visit)
        if visit.scene.ageing:
            with suppress(BilikError):  # the answer is there; the next message tries again
                booth.stay(visit.sender)
        if not heard.greeted and visit.scene.stage is not Stage.DONE:
            before.append(replies.reply("privacy", visit.scene))
        if said and said[0].name.startswith("greet"):
            said, before = said[1:], [said[0], *before]
        spoken = (*before, *said)
        if channel_of(heard.sender) == SMS:
            spoken = tuple(one.short for one in spoken)
        return Response(spoken, visit.scene, visit.outcome, replies.buttons(visit.scene))

    def _settle(self, visit: Visit) -> list[Reply]:
        """Tell what the voter has missed, and clear away what is over."""
        if visit.scene.stage is Stage.DONE and not self.keeps_finished_session:
            return leave_finished(visit)
        if visit.scene.stage is not Stage.EXPIRED:
            return []
        may_have_voted = any(one.allows_revote for one, _ in visit.scene.elections)
        scene = replace(visit.scene, again=may_have_voted)
        said = [replies.reply("session_expired", scene)]
        visit.booth.take_leave(visit.sender)
        visit.look_again()
        return said


def tell_again(visit: Visit) -> list[Reply]:
    """What came of a message that has been acted on already, when its answer may not have arrived.

    Nothing is done a second time: *2* chooses in one contest, and not in the next one as well.
    """
    match visit.scene.stage:
        case Stage.DONE:
            kind = Kind.RECORDED
        case Stage.CONFIRMING:
            kind = Kind.READ_BACK
        case _:
            kind = Kind.ASK_CONTEST if visit.scene.asked else Kind.ASK_WHAT_TO_CHANGE
    return visit.act(Outcome(kind, visit.scene))


def leave_finished(visit: Visit) -> list[Reply]:
    """Clear away a finished session, and tell of its cast if that answer never went out.

    Where that is not known, because the trackers are lost, it is told rather once too often.
    """
    said = []
    if visit.heard.told_stage == Stage.CONFIRMING.value or visit.heard.forgotten:
        receipt = visit.scene.receipt or ""
        said.append(replies.reply("arrived", visit.scene, receipt=receipt))
    visit.booth.take_leave(visit.sender)
    visit.look_again()
    return said


def confirm(visit: Visit) -> list[Reply]:
    """Cast, if the message is a clear yes to the read-back that the voter has seen."""
    outcome = visit.booth.confirm(visit.sender, visit.text, visit.heard.told_readback)
    return answer_to_yes(visit, outcome)


def answer_to_yes(visit: Visit, outcome: Outcome) -> list[Reply]:
    """What comes of a yes: the only answers that say SUDAH or BELUM tercatat."""
    said = visit.act(outcome)
    if visit.heard.told_stage is not None and outcome.kind in (Kind.CLOSED, Kind.PAUSED):
        return [replies.reply(f"not_recorded_{outcome.kind.value}", outcome.scene)]
    return said


def _has_acted(tracker: Tracker) -> bool:
    """Whether an action of ours has already answered the latest message."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action" and event.get("name") not in _NOT_OURS:
            return True
    return False


def _message_id(tracker: Tracker) -> str | None:
    """What the channel calls the latest message."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return event.get("message_id") or None
    return None


def _previous_action(tracker: Tracker) -> str | None:
    """The last action of ours before this message."""
    for event in reversed(tracker.events):
        name = event.get("name")
        if event.get("event") == "action" and name not in _NOT_OURS:
            return str(name)
    return None
