"""From a chat platform's message to its answer, by way of the database.

A connector checks a request's signature, reads it, and hands its messages to :meth:`Intake.take`;
when that returns, they are kept, and the platform is told so. They are answered after that, one
after the other in each chat, by whichever server holds the chat. What fails is tried again, and
what a server leaves behind is worked off by the next.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any

from sanic import Blueprint

from assistant.channels.delivery import Delivery, Handler
from assistant.channels.erasing import ERASE_LATER, erase, erase_again
from assistant.channels.late import LateAnswers
from assistant.channels.messages import Message
from assistant.channels.notices import notice
from assistant.channels.outgoing import PlatformBusy, SendingFailed, quietly, the_client
from assistant.channels.pace import MINUTE, heard
from assistant.channels.platform import ANSWER, CONTACT, ERASE, GROUP, NOTICE, TEXT, Platform
from bilik import settings
from bilik.clock import Clock, system_clock
from bilik.domain.confirmation import may_be_yes
from bilik.domain.words import MAX_CHARACTERS
from bilik.errors import BilikError
from bilik.keys import Keys
from bilik.services.activity import the_meter
from bilik.services.mailbox import LEASE, Chat, Letter, Mailbox, Turn, milliseconds
from bilik.storage.database import Database

logger = logging.getLogger(__name__)

LEAVE_SECONDS = 10.0
"""A server that stops goes on so long with what it is answering: longer than an answer takes."""
LATE_SECONDS = 2.0
"""And so long with putting into the mailbox what has come late."""
LOOK_SECONDS = 1.0
"""How often a server looks for chats that nobody answers."""
SWEEP_SECONDS = 3600.0
GIVE_UP = timedelta(hours=6)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)
MAX_MISHAPS = 3
MAX_ERASABLE = 300
_DAY = 24 * 60 * MINUTE


class Leaving(BilikError):
    """A server that stops leaves what it cannot answer any more as it is."""


class Intake:
    """All platforms' messages of this server."""

    def __init__(self, database: Database, keys: Keys, clock: Clock = system_clock) -> None:
        """Keep messages in ``database``."""
        self._database = database
        self._keys = keys
        self._clock = clock
        self._mailbox = Mailbox(database, keys, secrets.token_hex(8), clock)
        self._platforms: dict[str, tuple[Platform, Delivery, Handler]] = {}
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._once_more: set[str] = set()
        self._late = LateAnswers(self._keep_late)
        self._background: list[asyncio.Task[None]] = []
        self._is_leaving = False

    def register(self, platform: Platform, handler: Handler) -> None:
        """Answer that platform's messages."""
        delivery = Delivery(platform.channel, partial(self._late.add, platform))
        self._platforms[platform.channel] = platform, delivery, handler

    def start(self) -> None:
        """Begin to look for what waits, in the running event loop; a second call does nothing."""
        if self._background:
            return
        # A server that was split in two by a fork must not go by one name.
        self._mailbox = Mailbox(self._database, self._keys, secrets.token_hex(8), self._clock)
        self._is_leaving = False
        self._background = [
            asyncio.create_task(self._repeat(self._look, LOOK_SECONDS)),
            asyncio.create_task(self._repeat(self._renew, LEASE.total_seconds() / 3)),
            asyncio.create_task(self._repeat(self._sweep, SWEEP_SECONDS)),
        ]

    async def stop(self) -> None:
        """Answer what is being answered, and leave the chats to the next server."""
        self._is_leaving = True
        deliveries = [delivery for _, delivery, _ in self._platforms.values()]
        running = [task for delivery in deliveries for task in delivery.running]
        if at_work := [*self._at_work.values(), *running]:
            await asyncio.wait(at_work, timeout=LEAVE_SECONDS)
        if self._late.tasks:
            await asyncio.wait(self._late.tasks, timeout=LATE_SECONDS)
        tasks = [*self._background, *self._at_work.values(), *self._late.tasks]
        self._background = []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await asyncio.to_thread(self._mailbox.leave)
        except BilikError:
            logger.warning("the chats of this server could not be left to others")
        await the_client.close()

    async def take(self, letters: Sequence[tuple[str, Letter]]) -> None:
        """Keep messages, each with its platform's id, and begin to answer them.

        Raises:
            BoxUnavailable: they are not kept; the platform has to deliver them again.
        """
        if letters:
            for chat in await asyncio.to_thread(self._mailbox.put, letters):
                if not self._is_leaving:
                    self._begin(chat)

    # -- working off ---------------------------------------------------------------------------

    async def _repeat(self, act: Any, seconds: float) -> None:
        while True:
            try:
                await act()
            except Exception as error:  # The database is away; it will be looked for again.
                logger.warning("the mailbox does not answer: %s", type(error).__name__)
            await asyncio.sleep(seconds)

    async def _look(self) -> None:
        if self._is_leaving:
            return
        for turn in await asyncio.to_thread(self._mailbox.abandoned):
            self._begin(turn.letter.chat)

    async def _renew(self) -> None:
        await asyncio.to_thread(self._mailbox.renew, list(self._at_work))

    async def _sweep(self) -> None:
        await asyncio.to_thread(self._mailbox.sweep)

    def _begin(self, chat: str) -> None:
        if chat in self._at_work:
            self._once_more.add(chat)  # It was just about to end.
        else:
            self._at_work[chat] = asyncio.create_task(self._work(chat))

    async def _work(self, chat: str) -> None:
        try:
            turn = await asyncio.to_thread(self._mailbox.turn, chat)
            while turn is not None and not self._is_leaving:
                wait = (turn.due - self._clock()).total_seconds()
                if wait > 2 * LOOK_SECONDS:
                    break
                if wait > 0:
                    await asyncio.sleep(wait)
                    turn = await asyncio.to_thread(self._mailbox.turn, chat)
                    continue
                turn = await self._answer_or_not(turn)
            if turn is not None:
                await asyncio.to_thread(self._mailbox.release, chat)
        except Exception as error:  # It waits in the database, and will be found there.
            logger.error("a message has to wait: %s", type(error).__name__)
        finally:
            self._at_work.pop(chat, None)
            if chat in self._once_more:
                self._once_more.discard(chat)
                if not self._is_leaving:
                    self._begin(chat)

    async def _answer_or_not(self, turn: Turn) -> Turn | None:
        """Answer one message; one that cannot be answered does not hold up the others for ever."""
        try:
            return await self._answer(turn)
        except BilikError:
            raise
        except Exception as error:
            logger.error("a message could not be answered: %s", type(error).__name__)
            again = replace(turn.letter, attempts=turn.letter.attempts + 1)
            is_over = again.attempts >= MAX_MISHAPS
            if is_over and again.details.get("late"):
                turn.chat.behind = False
            return await self._finish(turn, None if is_over else FIRST_PAUSE, again)

    async def _answer(self, turn: Turn) -> Turn | None:
        """Answer one message; the chat's next."""
        letter, chat = turn.letter, turn.chat
        if letter.channel not in self._platforms:
            return await self._finish(turn)  # The channel has been turned off since.
        platform = self._platforms[letter.channel][0]
        if letter.kind == ERASE:
            return await self._finish(turn, *await erase_again(platform, letter))
        if letter.kind == ANSWER:
            outgoing, finished = letter.details["outgoing"], letter.details["finished"]
        else:
            outgoing, finished = await self._outgoing(platform, turn)
        sent: list[str] = []
        while outgoing:
            try:
                sent += await platform.deliver(letter, outgoing[0])
            except PlatformBusy as busy:
                waited = self._clock().timestamp() * 1000 - letter.received
                if waited < GIVE_UP.total_seconds() * 1000:
                    chat.erasable += sent
                    return await self._send_later(turn, outgoing, finished, busy)
                logger.error("%s; an answer was given up", busy)
                the_meter.failed(letter.channel)
                break
            except SendingFailed as refused:
                logger.error("%s; an answer was not taken", refused)
                the_meter.failed(letter.channel)
                break
            outgoing = outgoing[1:]
        if finished:
            await self._clean(platform, turn, sent)
        else:
            chat.erasable = [*chat.erasable, *sent][-MAX_ERASABLE:]
        if letter.details.get("late"):
            chat.behind = False
        chat.last_position = max(chat.last_position, letter.position)
        if not (letter.text and may_be_yes(letter.text)):
            chat.answered = milliseconds(self._clock())
        return await self._finish(turn)

    async def _outgoing(self, platform: Platform, turn: Turn) -> tuple[list[dict[str, Any]], bool]:
        """What is to be sent to a message, and whether it tells of a cast."""
        letter, chat = turn.letter, turn.chat
        await quietly(platform.begin(letter))
        if platform.erases and (message_id := letter.details.get("message_id")):
            chat.erasable.append(message_id)
        now = milliseconds(self._clock())
        chat.heard, too_fast = heard(chat.heard, now)
        if too_fast:
            said = [] if chat.warned > now - MINUTE else [Message(notice("too_fast"))]
            chat.warned = now if said else chat.warned
            return platform.compose(said), False
        if letter.kind != TEXT:
            return platform.compose(self._notices(letter, chat, now)), False
        if not letter.text.strip():
            return platform.compose([Message(notice("empty"))]), False
        if len(letter.text) > MAX_CHARACTERS:
            return platform.compose([Message(notice("too_long"))]), False
        _, delivery, handler = self._platforms[letter.channel]
        sender = letter.chat.removeprefix(f"{letter.channel}:")
        unseen = (
            chat.behind
            or _came_too_early(letter, chat, now)
            # Which of the two was sent first, nobody knows.
            or (turn.is_followed and not platform.tells_order)
        )
        # The same when another server takes it up again.
        message_id = f"{letter.received}-{turn.letter_id}"
        answers = await delivery.answer(handler, sender, letter.text, unseen, message_id)
        if answers.more_to_come and self._is_leaving:
            raise Leaving("the next server answers this")
        # A real answer was made after all that went before it; else nothing is made up for.
        chat.behind = answers.more_to_come or (chat.behind and not answers.tells_where)
        return platform.compose_answers(answers), answers.finished

    def _notices(self, letter: Letter, chat: Chat, now: int) -> list[Message]:
        if letter.kind == CONTACT:
            chat.phone = self._keys.phone_hash(letter.details["phone"]).hex()
            return [Message(notice("contact_thanks"))]
        if letter.kind == GROUP:
            if chat.warned > now - _DAY:
                return []
            chat.warned = now
            link = letter.details.get("link")
            return [Message(notice("group", link=link) if link else notice("group_without_link"))]
        assert letter.kind == NOTICE
        asks_contact = letter.details["notice"] == "contact_not_own"
        return [Message(notice(letter.details["notice"]), asks_contact=asks_contact)]

    async def _send_later(
        self, turn: Turn, outgoing: list[dict[str, Any]], finished: bool, busy: PlatformBusy
    ) -> Turn | None:
        letter = turn.letter
        asked = timedelta(seconds=busy.pause)
        pause = max(asked, min(FIRST_PAUSE * 2**letter.attempts, LONGEST_PAUSE))
        logger.warning("%s; an answer waits %d s", busy, pause.total_seconds())
        details = {**letter.details, "outgoing": outgoing, "finished": finished}
        waiting = replace(letter, kind=ANSWER, details=details, attempts=letter.attempts + 1)
        return await self._finish(turn, pause, waiting)

    async def _clean(self, platform: Platform, turn: Turn, sent: list[str]) -> None:
        """Delete the messages of this vote where the platform can."""
        ids, turn.chat.erasable = turn.chat.erasable, []
        if not platform.erases:
            return
        if not platform.keeps_receipt:
            ids = [*ids, *sent]
        if chore := await erase(platform, turn.letter, ids):
            await asyncio.to_thread(self._mailbox.later, chore, ERASE_LATER)

    def _keep_late(self, letter: Letter) -> None:
        self._mailbox.later(letter, timedelta())

    async def _finish(
        self, turn: Turn, again: timedelta | None = None, letter: Letter | None = None
    ) -> Turn | None:
        return await asyncio.to_thread(self._mailbox.finish, turn, again, letter)


def _came_too_early(letter: Letter, chat: Chat, now: int) -> bool:
    """Whether a message cannot mean the last answer.

    It was there before that answer had gone out, or was sent before something that is answered
    already. An answer of the future went out before the clock was set back to ``now``, and so
    before all that has come since.
    """
    came_since = letter.received <= now < chat.answered
    was_there = letter.received <= chat.answered and not came_since
    return was_there or letter.position < chat.last_position


@lru_cache(maxsize=1)
def the_intake() -> Intake:
    """The intake that all connectors of this process share.

    Raises:
        SettingsError: a setting is missing.
    """
    configured = settings.load()
    return Intake(Database(configured.database_url), Keys(configured.secret_key))


def connect(blueprint: Blueprint, platforms: Sequence[Platform], handler: Handler) -> Intake:
    """Have the platforms' messages answered while the server runs."""
    intake = the_intake()
    for platform in platforms:
        intake.register(platform, handler)

    @blueprint.listener("after_server_start")
    async def start(*_: Any) -> None:
        intake.start()

    @blueprint.listener("before_server_stop")
    async def stop(*_: Any) -> None:
        await intake.stop()

    return intake
