"""While people vote: opening, pausing, closing, and how an election stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.engine import Connection

from bilik.belenios import trustees
from bilik.belenios.trustees import Trustees
from bilik.clock import read_moment_near
from bilik.domain.audit import Act, Details, hour_line, reason_line
from bilik.domain.election import Election, Phase, State
from bilik.domain.indonesian import moment_text
from bilik.errors import BilikError, WrongState
from bilik.services import (
    audit,
    ballot_box,
    chain,
    closing,
    counting,
    interim,
    key_ceremony,
    purge,
    record,
    reserve,
    roll,
    trustee,
)
from bilik.services.counting import Waiting
from bilik.services.desk.seat import Seat
from bilik.services.elections import StoredElection, all_elections, pick, state_line
from bilik.services.interim import Interim
from bilik.storage.database import to_column
from bilik.storage.tables import elections


@dataclass(frozen=True)
class Standing:
    """How an election stands.

    ``published`` of the ballots are in the chain, whose last event has the hash ``head``.
    ``waiting`` says so while its count waits for trustees; ``problem`` is a line on what is due and
    could not be done. ``planned`` is the closing hour of the panitia's file, if theirs is a later
    one now; ``closed_early`` when they closed it, if that was before. ``purged_on`` is the day on
    which the voters' data was deleted; ``may_be_purged`` says that it is time to.
    """

    election: Election
    phase: Phase
    voters: int
    with_code: int
    ballots: int
    published: int = 0
    head: str | None = None
    set_aside: int = 0
    interim: Interim | None = None
    problem: str | None = None
    waiting: Waiting | None = None
    spares: int = 0
    spares_used: int = 0
    planned: datetime | None = None
    purged_on: date | None = None
    may_be_purged: bool = False
    closed_early: datetime | None = None

    @property
    def turnout(self) -> float:
        """Ballots over voters, 0 to 1."""
        return self.ballots / self.voters if self.voters else 0.0


@dataclass(frozen=True)
class Extension:
    """An election with its new closing hour, and the hour ``before`` that one."""

    election: Election
    before: datetime


class Polling(Seat):
    """Elections that voters take part in."""

    def open(self, slug: str | None = None) -> tuple[Election, Phase]:
        """Freeze the roll and open, or go on after a pause; voting starts at the hour that is set.

        The first opening begins the record, with the key that the trustees have made or, where
        there are none, with one that the server makes for itself.

        Raises:
            WrongState: something is missing, be it the trustees' key, or the election is over.
            BilikError: the key cannot be kept, or a name cannot stand in the record.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug)
            now = self._clock()
            if stored.state not in (State.DRAFT, State.PAUSED):
                raise WrongState(state_line(stored, "sudah dibuka atau sudah selesai"))
            if now >= stored.election.closes:
                closed = moment_text(stored.election.closes, stored.election.zone)
                if stored.state is State.PAUSED:
                    raise WrongState(
                        f"Jam tutup sudah lewat ({closed}). Tinggal ditutup, `bilik close`, atau "
                        "diundur, `bilik extend`."
                    )
                raise WrongState(
                    f"Waktu `ditutup` sudah lewat ({closed}). Perbaiki jadwal di berkas pemilihan, "
                    "lalu `bilik election load` lagi."
                )
            values: dict[str, object] = {"state": State.OPEN.value}
            if stored.state is State.DRAFT:
                everyone, with_code = roll.size(connection, stored.id)
                if everyone == 0:
                    raise WrongState("Daftar pemilih kosong. Jalankan `bilik roll import` dulu.")
                if with_code < everyone:
                    raise WrongState(
                        f"{everyone - with_code} pemilih belum punya kode undangan. "
                        "Jalankan `bilik roll codes --out KODE.csv` dulu."
                    )
                without = roll.without_phone(connection, stored.id)
                if stored.election.needs_known_number and without:
                    raise WrongState(
                        f"{without} pemilih belum punya nomor HP, padahal berkas pemilihan memuat "
                        "`wajib_nomor_terdaftar: ya`. Lengkapi kolom no_hp, lalu jalankan "
                        "`bilik roll import` lagi."
                    )
                values["roll_hash"] = roll_hash = roll.fingerprint(connection, stored.id)
                opening = self._note(
                    connection,
                    Act.OPEN,
                    stored.election.slug,
                    {
                        "pemilih": everyone,
                        "cadangan": reserve.stock(connection, stored.id).made,
                        "daftar_pemilih": roll_hash.hex(),
                    },
                )
                holders = self._holders(connection, stored)
                record.write_setup(connection, stored, roll_hash, opening.hash, holders)
            else:
                self._note(connection, Act.RESUME, stored.election.slug)
            connection.execute(
                update(elections).where(elections.c.id == stored.id).values(**values)
            )
            return stored.election, stored.election.phase(State.OPEN, now)

    def pause(self, slug: str | None = None) -> Election:
        """Stop taking votes for a while; `open` goes on.

        Raises:
            WrongState: the election is not open.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug, State.OPEN, "hanya yang sedang buka bisa dijeda")
            self._set_state(connection, stored, State.PAUSED)
            self._note(connection, Act.PAUSE, stored.election.slug)
            return stored.election

    def extend(self, until: str, reason: str, slug: str | None = None) -> Extension:
        """Put the closing hour off, with a reason that is published with the log.

        The panitia's file stays as it was loaded; ``until`` is written as there, and only an hour
        of the day means the day on which it would have closed.

        Raises:
            WrongState: the election is not open, or closed by now. BilikError: that is no hour, or
            not a later one, or the reason cannot be published.
        """
        why = reason_line(reason)
        with self._database.write() as connection:
            stored = pick(connection, slug)
            now = self._clock()
            is_on = stored.state in (State.OPEN, State.PAUSED)
            if not is_on or stored.phase(now) is Phase.CLOSED:
                raise WrongState(
                    f"Pemilihan `{stored.election.slug}` tidak sedang buka, jadi jam tutupnya "
                    "tidak bisa diundur."
                )
            election = stored.election
            later = read_moment_near(until, election.closes, election.zone)
            if later is None:
                raise BilikError(
                    f"Tulis jamnya seperti 15.00, atau 2026-11-30 15.00, bukan `{until}`."
                )
            before = moment_text(election.closes, election.zone)
            if later <= max(election.closes, now):
                raise BilikError(
                    f"Jam tutup hanya bisa diundur. Sekarang {before}; pilih jam sesudah itu "
                    "yang belum lewat."
                )
            connection.execute(
                update(elections)
                .where(elections.c.id == stored.id)
                .values(extended_until=to_column(later))
            )
            details: Details = {
                "dari": hour_line(election.closes), "sampai": hour_line(later), "alasan": why,
            }  # fmt: skip
            self._note(connection, Act.EXTEND, election.slug, details)
            return Extension(replace(election, closes=later), election.closes)

    def close(self, slug: str | None = None) -> Election:
        """Close for good.

        Raises:
            WrongState: the election was never opened, or is closed already.
        """
        with self._database.write() as connection:
            stored = pick(connection, slug)
            if stored.state not in (State.OPEN, State.PAUSED):
                raise WrongState(state_line(stored, "belum dibuka atau sudah ditutup"))
            closing.close(connection, stored, self._clock(), self._actor)
            return stored.election

    def standing(self, slug: str | None = None) -> Standing:
        """How many voters there are, how many have voted, and how far the chain has come.

        What is due is done first.
        """
        problem = self.tend(slug)
        return replace(self.glance(slug), problem=problem)

    def glance(self, slug: str | None = None) -> Standing:
        """The same as it stands, and nothing is done.

        Raises:
            NotFound: there is no such election.
        """
        with self._database.read() as connection:
            stored = pick(connection, slug)
            everyone, with_code = roll.size(connection, stored.id)
            at = chain.chain_of(connection, stored.id)
            there = reserve.stock(connection, stored.id)
            closed = audit.closed_at(connection, stored.election.slug)
            is_over = stored.state in (State.CLOSED, State.TALLIED)
            return Standing(
                stored.election,
                stored.phase(self._clock()),
                everyone,
                with_code,
                ballot_box.ballots_in(connection, stored),
                at.ballots if at else 0,
                at.head if at else None,
                ballot_box.set_aside_in(connection, stored.id),
                interim.newest(connection, stored),
                None,
                counting.waiting_if_added_up(connection, stored),
                there.made,
                there.used,
                stored.planned if stored.is_extended else None,
                stored.purged_on,
                purge.is_due(stored, self._clock()),
                closed if is_over and closed and closed < stored.election.closes else None,
            )

    def sweep(self) -> None:
        """Wipe expired sessions."""
        self._upkeep.sweep()

    def underway(self) -> list[str]:
        """The codes of the elections that were opened and are not counted yet, the oldest first."""
        with self._database.read() as connection:
            return [
                one.election.slug
                for one in all_elections(connection)
                if one.state not in (State.DRAFT, State.TALLIED)
            ]

    def counted(self) -> list[str]:
        """The codes of the elections that are counted, the oldest first."""
        with self._database.read() as connection:
            return [
                one.election.slug for one in all_elections(connection) if one.state is State.TALLIED
            ]

    def _holders(self, connection: Connection, stored: StoredElection) -> Trustees:
        if stored.election.trustees is not None:
            return key_ceremony.holders_of(connection, stored)
        return (trustees.publish(trustee.ensure_private_key(self._trustee_dir, stored.uuid)),)
