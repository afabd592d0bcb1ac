"""One voter: reads what Bilik says, answers it as a person would, and remembers what was told."""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from random import Random

from bilik.domain.receipt import find_receipt
from tests.soak.figures import Figures

PATIENCE_SECONDS = 240.0
"""So long a voter goes on; then the last words that came are what counts."""
LATE_SECONDS = 5.0
"""Who was told that it is being checked waits so long before asking."""
MOST_MESSAGES = 40
NAMES = {1: "H. Ahmad Fauzi, S.E.", 2: "Siti Rahmawati, S.Pd.", 3: "Bambang Sutrisno"}
SAYINGS = {
    1: ("1", "nomor 1", "pak fauzi"),
    2: ("saya pilih nomor 2", "bu siti", "dua"),
    3: ("coblos no 3 aja", "mas tris", "3"),
}
QUESTIONS = ("rahasia gak sih", "visi nomor 2 apa", "kapan ditutupnya?", "caranya gimana")
NO_ANSWER = re.compile(
    r"Traceback|Exception|\w+Error\b|<html|\bnull\b|\bNone\b|\{[a-z_]+\}|psycopg|sqlalchemy", re.I
)
"""What is an error's text and no answer to a voter."""

_BOLD = r"(?:\*|</?b>)?"
_ASKS_FOR_YES = re.compile(
    rf"balas {_BOLD}ya{_BOLD} untuk mengirim|sudah benar, balas {_BOLD}ya\b", re.I
)
"""A read-back does; how one votes is told with "balas ya" as well."""


class Told(Enum):
    """What an answer says of the vote."""

    NOTHING = "no word of it"
    CHECKING = "sedang diperiksa"
    NOT_RECORDED = "BELUM"
    VOTED = "sudah memilih"
    RECORDED = "SUDAH"


_SIGNS = (
    (Told.RECORDED, ("SUDAH tercatat", "sudah masuk kotak")),
    (Told.VOTED, ("Anda sudah memberikan suara",)),
    (
        Told.NOT_RECORDED,
        (
            "BELUM tercatat", "elum ada suara yang dikirim", "Ini belum dikirim",
            "Belum ada yang dikirim", "Tidak ada suara yang dikirim", "Belum dikirim",
        ),
    ),
    (Told.CHECKING, ("Sedang kami periksa",)),
)  # fmt: skip


def told_by(texts: Sequence[str]) -> Told:
    """What is said of the vote last, in the words that `actions/answers.yml` keeps for it.

    That it is recorded counts wherever it stands: a person would not miss it.
    """
    all_told = [_told_by_one(text) for text in texts]
    if Told.RECORDED in all_told:
        return Told.RECORDED
    return next((one for one in reversed(all_told) if one is not Told.NOTHING), Told.NOTHING)


def _told_by_one(text: str) -> Told:
    return next(
        (told for told, signs in _SIGNS if any(map(text.__contains__, signs))), Told.NOTHING
    )


class Way(ABC):
    """How a voter reaches Bilik."""

    async def open(self) -> None:  # noqa: B027
        """Come to where one can write."""

    @abstractmethod
    async def say(self, text: str) -> list[str]:
        """Send a message, again and again until it is taken; what came by then."""

    @abstractmethod
    async def listen(self, seconds: float) -> list[str]:
        """Wait at most so long for what comes unasked."""

    async def close(self) -> None:  # noqa: B027
        """Go away."""


@dataclass
class Voter:
    """A person with a letter, and in the end what they were told.

    ``stops`` before the yes. ``takes_no_for_an_answer``: told after some trouble that the vote is
    not recorded, leaves it at that.
    """

    nik: str
    code: str
    choice: int
    stops: bool = False
    takes_no_for_an_answer: bool = False
    said_yes: bool = False
    told: Told = Told.NOTHING
    receipt: str | None = None
    messages: int = 0
    in_trouble: bool = False
    faults: list[str] = field(default_factory=list)
    """What should not have been said at all."""

    def __repr__(self) -> str:
        return f"Voter({self.told.value}, said yes: {self.said_yes}, {self.faults})"

    async def vote(self, way: Way, chance: Random, figures: Figures, think: float) -> None:
        """The whole conversation, within a person's patience."""
        try:
            await asyncio.wait_for(self._talk(way, chance, figures, think), PATIENCE_SECONDS)
        except asyncio.TimeoutError:
            self.faults.append("no way through within the patience")
        finally:
            await way.close()

    async def _talk(self, way: Way, chance: Random, figures: Figures, think: float) -> None:
        await way.open()
        asks = chance.random() < 0.4
        said = "halo"
        while self.messages < MOST_MESSAGES:
            answer = await self._say(way, said)
            while self.told is Told.CHECKING or not answer:
                figures.is_being_checked()
                self.in_trouble = True
                answer = self._hear(await way.listen(LATE_SECONDS * (1 + chance.random())))
                if not answer:
                    answer = await self._say(way, "status")
            if self.told in (Told.RECORDED, Told.VOTED):
                figures.has_voted()
                return
            if self.told is Told.NOT_RECORDED and self.in_trouble and self.takes_no_for_an_answer:
                return
            await asyncio.sleep(think * (0.5 + chance.random()))
            if _ASKS_FOR_YES.search(answer):
                if self.stops:
                    self._hear(await way.say("berhenti"))
                    return
                said = "ya"
                if f"nomor {self.choice}, {NAMES[self.choice]}" not in answer:
                    self.faults.append("another choice was read back")
                    said = SAYINGS[self.choice][0]
                if asks:
                    said, asks = chance.choice(QUESTIONS), False
            elif "pilihan Anda" in answer or "nama calon" in answer:
                said = chance.choice(SAYINGS[self.choice])
            elif "NIK" in answer:
                said = f"nik {self.nik} kode {self.code}"
            else:
                said = "status"
        self.faults.append("a conversation without an end")

    async def _say(self, way: Way, text: str) -> str:
        self.messages += 1
        self.said_yes |= text == "ya"
        self.told = Told.NOTHING
        return self._hear(await way.say(text))

    def _hear(self, texts: Sequence[str]) -> str:
        answer = "\n".join(texts)
        if not answer:
            return ""
        if found := NO_ANSWER.search(answer):
            self.faults.append(f"no answer but an error: {found[0]}")
        self.told = told = told_by(texts)
        if told is Told.RECORDED:
            self.receipt = find_receipt(answer)
        return answer
