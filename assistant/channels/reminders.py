"""A round of reminders sent over one platform; whom to write to, the desk says.

A number is marked before it is written to, and the mark is taken back only where the platform has
certainly not taken the message. So a round that is broken off, or begun again, reminds nobody
twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from enum import Enum

from assistant.channels.outgoing import PlatformBusy, PlatformRefused
from assistant.channels.platform import TEXT, Platform
from assistant.channels.twilio import PLACE, TwilioPlatform
from assistant.channels.whatsapp_cloud import WhatsAppPlatform
from bilik.channel_settings import ChannelSettings
from bilik.clock import ZONES, Clock, system_clock
from bilik.domain.election import Election
from bilik.domain.indonesian import hour_text
from bilik.domain.sender import SMS, WHATSAPP_BY_TWILIO
from bilik.errors import NotFound, SettingsError, WrongState
from bilik.services.desk import ReminderRound, Sent
from bilik.services.mailbox import Letter, milliseconds
from bilik.services.reminders import Reminder

logger = logging.getLogger(__name__)

AT_ONCE = 10
"""So many are written to side by side."""
IN_VAIN = 20
"""After so many in a row that nothing came of, the round is given up."""
NO_ANSWER = "tidak menjawab"


class Way(str, Enum):
    """What reminders can be sent over."""

    SMS = "sms"
    WHATSAPP = "whatsapp"


def platform_for(
    channels: ChannelSettings, way: Way | None = None, clock: Clock = system_clock
) -> Platform:
    """The platform to remind over: the one asked for, or the only one that is set up for it.

    Raises:
        NotFound: none is. SettingsError: it has to be said which, or that one is not set up.
    """
    able: dict[Way, Platform] = {}
    twilio = channels.twilio
    status = channels.webhook(PLACE, "status")
    if twilio and twilio.sms:
        able[Way.SMS] = TwilioPlatform(twilio, SMS, status, clock, sure=True)
    if channels.whatsapp and channels.whatsapp.reminder:
        able[Way.WHATSAPP] = WhatsAppPlatform(channels.whatsapp, clock, sure=True)
    elif twilio and twilio.whatsapp and twilio.reminder:
        able[Way.WHATSAPP] = TwilioPlatform(twilio, WHATSAPP_BY_TWILIO, status, clock, sure=True)
    if not able:
        raise NotFound(
            "Belum ada saluran untuk mengingatkan: perlu SMS lewat Twilio, atau templat WhatsApp "
            "(BILIK_WHATSAPP_REMINDER_TEMPLATE). Lihat docs/saluran.md."
        )
    if way is None and len(able) > 1:
        raise SettingsError("Pilih salurannya: --lewat sms atau --lewat whatsapp.")
    chosen = way or next(iter(able))
    if chosen not in able:
        raise SettingsError(f"Saluran {chosen.value} belum bisa untuk ini. Lihat docs/saluran.md.")
    return able[chosen]


class Sending:
    """One round under way; ``sent`` is what has come of it so far, also if it is broken off."""

    def __init__(
        self, reminders: ReminderRound, platform: Platform, clock: Clock = system_clock
    ) -> None:
        """Send what ``reminders`` hands out over ``platform``."""
        self._round = reminders
        self._platform = platform
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._in_vain = 0
        self._is_stopped = False

    @property
    def sent(self) -> Sent:
        """What has come of the round so far."""
        return Sent(
            self._platform.channel,
            self._counts["sent"],
            self._counts["unsure"],
            tuple(sorted(self._failures.items())),
            self._is_stopped,
        )

    async def run(self, progress: Callable[[int], None] = lambda done: None) -> Sent:
        """Send all; ``progress`` hears how many numbers are done with.

        Raises:
            BoxUnavailable: the database does not answer.
        """
        portions = self._round.portions(AT_ONCE)
        try:
            while (portion := await asyncio.to_thread(next, portions, None)) is not None:
                not_sent = [
                    one
                    for one, is_out in zip(
                        portion,
                        await asyncio.gather(*map(self._write_to, portion)),
                        strict=True,
                    )
                    if not is_out
                ]
                if not_sent:
                    await asyncio.to_thread(self._round.take_back, not_sent)
                progress(sum(self._counts.values()) + sum(self._failures.values()))
                if self._in_vain >= IN_VAIN:
                    self._is_stopped = True
                    break
        except WrongState:  # Voting has ended meanwhile.
            self._is_stopped = True
        return self.sent

    async def _write_to(self, one: Reminder) -> bool:
        """Write to a number; false if the message has certainly not gone out."""
        outgoing = self._platform.reminder(*words_of(self._round.election, self._clock))
        assert outgoing is not None
        channel = self._platform.channel
        now = milliseconds(self._clock())
        letter = Letter(channel, f"{channel}:{one.phone}", TEXT, 0, received=now)
        try:
            await self._platform.deliver(letter, outgoing)
        except PlatformBusy as busy:
            self._in_vain += 1
            if busy.unsure:
                self._counts["unsure"] += 1
                return True
            self._failures[NO_ANSWER] += 1
            return False
        except PlatformRefused as refused:
            self._in_vain += 1
            self._failures[f"{refused.status} {refused.code}".strip()] += 1
            return False
        self._in_vain = 0
        self._counts["sent"] += 1
        return True


def words_of(election: Election, clock: Clock) -> tuple[str, str]:
    """The title on one line, and the closing hour, with the day if that is not today."""
    zone = ZONES[election.zone]
    closes = election.closes.astimezone(zone)
    hour = hour_text(closes, election.zone)
    if closes.date() != clock().astimezone(zone).date():
        hour = f"{closes:%d/%m} {hour}"
    return " ".join(election.title.split()), hour
