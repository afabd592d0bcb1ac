"""While people vote, besides the hours: lost letters, reminders, and the live view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bilik.domain.audit import Act, Details
from bilik.domain.election import Election
from bilik.domain.turnout import Station
from bilik.services import activity, attempts, hours, lost_letters, mailbox, reminders, reserve
from bilik.services import turnout as turnouts
from bilik.services.activity import Activity
from bilik.services.desk.polling import Polling, Standing
from bilik.services.desk.spare_letters import SpareLetters
from bilik.services.elections import StoredElection, pick
from bilik.services.hours import Hour
from bilik.services.lost_letters import LostLetter
from bilik.services.reminders import Reminder, Sorted, Sorter
from bilik.services.reserve import Request
from bilik.services.roll_import import entries_of


@dataclass(frozen=True)
class Overview:
    """An election at one look, for the panitia's own screen.

    ``stations`` are all TPS, small ones too, which is more than may be published. ``channels`` and
    ``queued`` messages are those of all elections of the installation, as are the ``delayed``
    chats, which have to wait after wrong codes.
    """

    at: datetime
    standing: Standing
    stations: Sequence[Station]
    hours: Sequence[Hour]
    channels: Sequence[Activity]
    queued: int
    delayed: int
    lost_letters: int
    requests: int


@dataclass(frozen=True)
class Sent:
    """What came of a round of reminders.

    ``unsure`` may have arrived or not: the platform did not say. ``failures`` are the platform's
    own codes for what it did not take, each with how often. ``is_stopped`` says that the round was
    given up because nothing got through any more, or voting had ended.
    """

    channel: str
    sent: int = 0
    unsure: int = 0
    failures: tuple[tuple[str, int], ...] = ()
    is_stopped: bool = False

    @property
    def failed(self) -> int:
        """How many were not taken."""
        return sum(count for _, count in self.failures)


class ReminderRound:
    """One round over one file: hands out whom to write to, and marks them before."""

    def __init__(self, desk: Running, stored: StoredElection, path: Path) -> None:
        """See :meth:`Running.reminding`."""
        self._desk = desk
        self._id = stored.id
        self._path = path
        self._today = reminders.day_of(stored, desk._clock())
        self._sorter = Sorter(desk._keys, stored, self._today)
        self.election: Election = stored.election

    @property
    def found(self) -> Sorted:
        """What has become of the file's voters so far."""
        return self._sorter.found

    def look(self) -> Sorted:
        """Sort all of the file, and mark nobody."""
        for entries in entries_of(self._path):
            with self._desk._database.read() as connection:
                self._sorter.due(connection, entries)
        return self.found

    def portions(self, size: int) -> Iterator[list[Reminder]]:
        """Whom to write to, in portions; each is marked before it is handed out.

        Raises:
            WrongState: voting has ended meanwhile.
        """
        for entries in entries_of(self._path, size):
            with self._desk._database.write() as connection:
                stored = pick(connection, self.election.slug)
                reminders.check(stored, self._desk._clock())
                due = self._sorter.due(connection, entries)
                fresh = reminders.mark(connection, self._id, due, self._today)
            self.found.reminded += len(due) - len(fresh)
            self.found.due -= len(due) - len(fresh)
            if fresh:
                yield fresh

    def take_back(self, not_sent: Sequence[Reminder]) -> None:
        """These were certainly not written to; another round may."""
        with self._desk._database.write() as connection:
            reminders.unmark(connection, self._id, not_sent)


class Running(Polling, SpareLetters):
    """What the panitia sees and does while people vote."""

    def overview(self, slug: str | None = None) -> Overview:
        """How the election goes, in figures; what is due is done first."""
        standing = self.standing(slug)
        now = self._clock()
        with self._database.read() as connection:
            stored = pick(connection, slug)
            return Overview(
                at=now,
                standing=standing,
                stations=turnouts.every_station(connection, stored.id),
                hours=hours.per_hour(connection, stored.id),
                channels=activity.by_channel(connection, now),
                queued=mailbox.waiting_in(connection),
                delayed=attempts.delayed(connection, now),
                lost_letters=len(lost_letters.waiting(connection, stored.id)),
                requests=len(reserve.pending(connection, stored)),
            )

    def lost_letters(self, slug: str | None = None) -> list[LostLetter]:
        """Letters that voters have told in a chat they lost, the oldest first."""
        with self._database.read() as connection:
            return lost_letters.waiting(connection, pick(connection, slug).id)

    def ask_for_reported(self, number: int, slug: str | None = None) -> Request:
        """Ask for a spare letter for a voter in that queue; another member approves.

        Raises:
            NotFound: nobody in the queue has that number. WrongState: voting is not on, or the
            voter has voted. BilikError: no spare is left, or somebody has asked already.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug)
            nik_hash = lost_letters.nik_hash_of(connection, stored.id, number)
            request = reserve.ask_for_lost(connection, stored, self._clock(), self._actor, nik_hash)
            return self._asked(connection, stored, request)

    def decline_reported(self, number: int, slug: str | None = None) -> None:
        """Turn down what a voter has told in a chat.

        Raises:
            NotFound: nobody in the queue has that number.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug)
            lost_letters.decline(connection, stored.id, number)
            self._note(connection, Act.DECLINE, stored.election.slug, {"laporan": number})

    def reminding(self, path: Path, slug: str | None = None) -> ReminderRound:
        """A round of reminders to the voters of a spreadsheet who have not voted.

        Raises:
            WrongState: voting is not on. FileProblems: rows need mending, or the file is no roll.
        """
        with self._database.read() as connection:
            stored = pick(connection, slug)
            reminders.check(stored, self._clock())
        for _ in entries_of(path):
            pass  # Nobody is written to from a file with mistakes.
        return ReminderRound(self, stored, path)

    def note_reminders(self, sent: Sent, slug: str | None = None) -> None:
        """Note in the log how many were written to, however the round ended."""
        details: Details = {
            "saluran": sent.channel, "dikirim": sent.sent, "tidak_pasti": sent.unsure,
            "gagal": sent.failed,
        }  # fmt: skip
        with self._database.write() as connection:
            stored = pick(connection, slug)
            self._note(connection, Act.REMIND, stored.election.slug, details)
