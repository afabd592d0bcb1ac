"""How Bilik understands a message, and what it would do: a rehearsal of one turn.

Nothing here understands anything by itself. The trained model parses, the trained policies pick the
action, and the action answers out of a booth, exactly as in a conversation; only the booth's
database is a scratch one, in which each message meets the same voter at the same place.
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.log_utils import configure_structlog

from actions.catalogue import all_actions
from actions.voter_action import Heard
from assistant import rasa_patches
from assistant.nlu.understanding import Act, Place, Understanding
from bilik.demo import read_pairs
from bilik.domain.choice import Resolution, resolve
from bilik.domain.definition import read_definition
from bilik.domain.election import Election
from bilik.keys import Keys
from bilik.services.booth import Booth
from bilik.services.desk import Desk
from bilik.services.outcomes import Kind, Outcome, Scene
from bilik.storage.rehearsal import RehearsalDatabase
from bilik.storage.schema import upgrade


class Trial:
    """One trained model and one election, asked about message after message."""

    def __init__(self, agent: Agent, database: RehearsalDatabase, booth: Booth) -> None:
        """Use :func:`open_trial`."""
        self._agent = agent
        self._database = database
        self._booth = booth
        self._actions = all_actions()
        self._scenes: dict[Place, Scene] = {}
        self._loop = asyncio.new_event_loop()

    def understand(self, text: str, place: Place = Place.CHOOSING) -> Understanding:
        """Take ``text`` as the next message of a voter at ``place``; nothing is left of it."""
        scene = self._scene(place)
        stage = None if place is Place.IDENTITY else place.value
        tracker = self._tracker(place.value, stage)
        parsed = self._parse(text, tracker)
        tracker.update(UserUttered(parsed["text"], parsed["intent"]), self._agent.domain)
        name = self._predict(tracker)
        outcome: Outcome | None = None
        says: tuple[str, ...] = ()
        selections = scene.selections
        if name in self._actions:
            heard = Heard(
                place.value,
                parsed["text"],
                parsed["intent"]["name"] or "",
                parsed["intent"]["confidence"],
                stage,
                scene.readback,
                greeted=True,
            )
            with self._database.rehearsing():
                response = self._actions[name].respond(self._booth, heard)
            outcome, says = response.outcome, response.texts
            if outcome and outcome.kind in (Kind.READ_BACK, Kind.ASK_CONTEST):
                selections = response.scene.selections
        act = _act(name, outcome)
        return Understanding(
            text,
            parsed["intent"]["name"] or "",
            float(parsed["intent"]["confidence"]),
            partial(_reading, outcome, parsed["text"], scene.election, scene.asked),
            act,
            dict(selections) if act in (Act.READ_BACK, Act.CAST) else None,
            says,
        )

    def parse(self, text: str) -> dict[str, Any]:
        """What the pipeline alone makes of a message: Rasa's parse data."""
        return self._parse(text, self._tracker(Place.CHOOSING.value, None))

    def close(self) -> None:
        """Give back what was opened."""
        self._loop.close()
        self._database.close()

    def _scene(self, place: Place) -> Scene:
        """What the voter has before them: always the same, since nothing is left of a message."""
        if place not in self._scenes:
            self._scenes[place] = self._booth.look(place.value)
        return self._scenes[place]

    def _tracker(self, sender: str, stage: str | None) -> DialogueStateTracker:
        domain = self._agent.domain
        tracker = DialogueStateTracker.from_events(sender, [], domain.slots)
        for event in (
            ActionExecuted("action_session_start"),
            SlotSet("greeted", True),
            SlotSet("stage", stage),
            ActionExecuted("action_listen"),
        ):
            tracker.update(event, domain)
        return tracker

    def _parse(self, text: str, tracker: DialogueStateTracker) -> dict[str, Any]:
        message = UserMessage(text, sender_id=tracker.sender_id)
        parsed: dict[str, Any] = self._loop.run_until_complete(
            self._agent.processor.parse_message(message, tracker)
        )
        return parsed

    def _predict(self, tracker: DialogueStateTracker) -> str:
        action, _ = self._agent.processor.predict_next_with_tracker_if_should(tracker)
        return str(action.name())


def _reading(
    outcome: Outcome | None, text: str, election: Election | None, asked: str | None
) -> Resolution:
    if outcome and outcome.resolution:
        return outcome.resolution
    return resolve(text, election.contests, asked) if election else Resolution()


def load_agent(model: Path) -> Agent:
    """The trained model in a file, run as the server runs it."""
    configure_structlog(logging.ERROR)  # messages stand in Rasa's debug lines
    rasa_patches.quicken()
    return Agent.load(str(model))


@contextmanager
def open_trial(agent: Agent, definition: str) -> Iterator[Trial]:
    """A trial with a trained model and the election that ``definition`` describes in YAML.

    At confirming, the first candidate of each contest has just been read back.

    Raises:
        FileProblems: the definition has mistakes.
    """
    election = read_definition(definition)
    with tempfile.TemporaryDirectory() as scratch:
        database = RehearsalDatabase(f"sqlite:///{scratch}/try.db")
        booth = _open_booth(Path(scratch), database, definition, election)
        trial = Trial(agent, database, booth)
        try:
            yield trial
        finally:
            trial.close()


def _open_booth(
    scratch: Path, database: RehearsalDatabase, definition: str, election: Election
) -> Booth:
    """The election, just opened, with a voter who has yet to choose and one who has chosen."""
    upgrade(database)
    keys = Keys(os.urandom(32))

    def clock() -> Any:
        return election.opens + timedelta(minutes=1)

    file, roll, codes = (scratch / name for name in ("pemilihan.yml", "dpt.csv", "kode.csv"))
    file.write_text(definition, encoding="utf-8")
    roll.write_text(
        "nik,nama,no_hp,tps\n3329015203900001,Satu,,01\n3329015203900002,Dua,,01\n",
        encoding="utf-8",
    )
    desk = Desk(database, keys, scratch, clock)
    desk.load_election(file)
    desk.import_roll(roll)
    desk.make_codes(codes)
    desk.open()
    booth = Booth(database, keys, clock)
    places = (Place.CHOOSING, Place.CONFIRMING)
    for place, pair in zip(places, read_pairs(roll, codes), strict=True):
        booth.identify(place.value, " ".join(pair))
    for contest in election.contests:
        booth.choose(Place.CONFIRMING.value, f"nomor {contest.candidates[0].number}")
    return booth


_ACTS = {
    Kind.READ_BACK: Act.READ_BACK,
    Kind.RECORDED: Act.CAST,
    Kind.NEED_CODE: Act.IDENTIFY,
    Kind.NEED_NIK: Act.IDENTIFY,
    Kind.ODD_NIK: Act.IDENTIFY,
    Kind.ODD_CODE: Act.IDENTIFY,
    Kind.WRONG_PAIR: Act.IDENTIFY,
    Kind.TOO_MANY: Act.IDENTIFY,
    Kind.IDENTIFIED: Act.IDENTIFY,
    Kind.ALREADY_VOTED: Act.IDENTIFY,
    Kind.STOPPED: Act.STOP,
    Kind.NOTHING_TO_STOP: Act.STOP,
}
_ASKING = {"action_guide", "action_neutral", "action_take_time"}


def _act(action: str, outcome: Outcome | None) -> Act:
    """What an action and what came of it amount to."""
    if outcome is None:
        if action == "action_default_fallback":
            return Act.NONE
        return Act.ASK if action in _ASKING else Act.ANSWER
    if outcome.kind is Kind.ASK_CONTEST and outcome.resolution and outcome.resolution.accepted:
        return Act.READ_BACK  # noted, and the next contest asked
    return _ACTS.get(outcome.kind, Act.ASK)
